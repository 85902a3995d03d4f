"""The laws of the ledger under arbitrary traffic, against a small oracle that knows nothing of its insides.

Every conservation law has its completeness twin: an empty ledger balances too, so the oracle also says how much must
stand there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)
from sqlalchemy import func, select

from ledger import queries
from ledger.book import verify
from ledger.book.storage import tables
from ledger.events import Event, GoodsReceiptReversed, OrderChanged, OrderLine, PartDefined, ShipmentCancelled
from ledger.outcomes import Recorded
from tests.store.sqlite import memory_engine
from tests.store.world import MASTER_DATA, NOW, Books, notice, order, receipt, source

PARTS = ("PLATE", "BOLT")
QUANTITIES = st.integers(1, 12)
NUMBERS = st.integers(0, 3)


@dataclass
class Oracle:
    """What a storekeeper would write on one sheet of paper."""

    orders: set[str] = field(default_factory=set)
    advised: dict[str, tuple[str, dict[str, int]]] = field(default_factory=dict)
    """Shipment -> its order and what was advised, posted or waiting for the order."""
    received: dict[str, tuple[str, dict[str, int]]] = field(default_factory=dict)
    """Goods receipt -> its shipment and what came; reversed ones are taken out."""

    def on_hand(self) -> dict[str, int]:
        sums: dict[str, int] = defaultdict(int)
        for _, quantities in self.received.values():
            for part, quantity in quantities.items():
                sums[part] += quantity
        return {part: quantity for part, quantity in sums.items() if quantity}

    def in_transit(self) -> dict[str, int]:
        sums: dict[str, int] = defaultdict(int)
        for shipment, (order_number, quantities) in self.advised.items():
            if order_number in self.orders:
                for part, quantity in quantities.items():
                    sums[part] += max(0, quantity - self._came(shipment, part))
        return {part: quantity for part, quantity in sums.items() if quantity}

    def _came(self, shipment: str, part: str) -> int:
        return sum(came.get(part, 0) for of, came in self.received.values() if of == shipment)


class Laws(RuleBasedStateMachine):
    """Orders, notices, goods receipts and reversals in any order, with redeliveries and conflicts between them."""

    told = Bundle("told")

    @initialize()
    def open_books(self) -> None:
        self.engine = memory_engine()
        self.conn = self.engine.connect()
        tables.metadata.create_all(self.conn)
        self.books = Books(self.conn, run_size=16)
        self.oracle = Oracle()
        self.recorded = len(MASTER_DATA)

    def teardown(self) -> None:
        if hasattr(self, "conn"):
            assert verify(self.conn) == []
            self.conn.close()
            self.engine.dispose()

    def record(self, event: Event) -> Recorded:
        answer = self.books.record(event)[0]
        self.recorded += answer.result != "repeated"
        return answer

    @rule(target=told, n=NUMBERS, quantities=st.fixed_dictionaries(dict.fromkeys(PARTS, QUANTITIES)))
    def place_order(self, n: int, quantities: dict[str, int]) -> object:
        event = order(f"PO{n}", quantities)
        is_news = event.number not in self.oracle.orders
        answer = self.record(event)

        assert (answer.result == "posted") == is_news or answer.result == "repeated"
        self.oracle.orders.add(event.number)
        return event

    @rule(target=told, n=NUMBERS, of=NUMBERS, part=st.sampled_from(PARTS), quantity=QUANTITIES)
    def advise(self, n: int, of: int, part: str, quantity: int) -> object:
        event = notice(f"S{n}", f"PO{of}", {part: quantity})
        is_news = event.number not in self.oracle.advised
        answer = self.record(event)

        if is_news:
            assert answer.result == ("posted" if f"PO{of}" in self.oracle.orders else "waiting")
            self.oracle.advised[event.number] = (f"PO{of}", {part: quantity})
        else:
            assert answer.result != "posted"
        return event

    @rule(target=told, n=st.integers(0, 9), of=NUMBERS, part=st.sampled_from(PARTS), quantity=QUANTITIES)
    def receive(self, n: int, of: int, part: str, quantity: int) -> object:
        order_number = self.oracle.advised.get(f"S{of}", (f"PO{of}", {}))[0]
        event = receipt(f"R{n}", f"S{of}", order_number, {part: quantity})
        if event.number in self.oracle.received:
            assert self.record(event).result in ("repeated", "conflict")
        elif event.number not in getattr(self, "reversed", set()):
            assert self.record(event).result == "posted"
            self.oracle.received[event.number] = (f"S{of}", {part: quantity})
        else:
            return multiple()
        return event

    @precondition(lambda self: self.oracle.received)
    @rule(target=told, data=st.data())
    def reverse(self, data: st.DataObject) -> object:
        number = data.draw(st.sampled_from(sorted(self.oracle.received)))
        event = GoodsReceiptReversed(
            number=number, partner="threepl", ship_to="92:PLT07", source=source(f"x{number}"), reason="typing error"
        )
        assert self.record(event).result == "posted"
        del self.oracle.received[number]
        self.reversed = getattr(self, "reversed", set()) | {number}
        return event

    @rule(event=told)
    def redeliver(self, event: Event) -> None:
        """The same event again, drawn from what was really said: nothing may change."""
        before = self.row_counts()

        assert self.books.record(event)[0].result == "repeated"
        assert self.row_counts() == before

    def row_counts(self) -> dict[str, int]:
        return {
            name: self.conn.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in tables.metadata.tables.items()
        }

    @invariant()
    def every_law_holds(self) -> None:
        if hasattr(self, "conn"):
            assert verify(self.conn, deep=False) == []

    @invariant()
    def everything_that_was_said_stands_there(self) -> None:
        if not hasattr(self, "conn"):
            return
        shown = queries.balances(self.conn, by=("part", "state"))
        in_transit = {found.part: int(found.quantity) for found in shown if found.state == "in_transit"}
        on_hand: dict[str, int] = defaultdict(int)
        for found in shown:
            if found.state != "in_transit":
                on_hand[found.part] += int(found.quantity)

        assert dict(on_hand) == self.oracle.on_hand()
        assert in_transit == self.oracle.in_transit()
        assert queries.head(self.conn).seq == self.recorded


TestLaws = Laws.TestCase
TestLaws.settings = settings(max_examples=max(6, settings().max_examples // 10), stateful_step_count=20)


@st.composite
def any_event(draw: st.DrawFn) -> Event:
    """Anything that a partner may send about a few orders and shipments, sensible or not."""
    n, of, shipped = draw(NUMBERS), draw(NUMBERS), draw(NUMBERS)
    part, quantity = draw(st.sampled_from((*PARTS, "GASKET"))), draw(QUANTITIES)
    kind = draw(st.sampled_from(("order", "notice", "receipt", "reversal", "part", "change", "cancel")))
    party = {"supplier": "92:A123", "ship_to": "92:PLT07"}
    line = OrderLine(part_number=part, order_line="1", quantity=Decimal(quantity), unit="EA")
    events: dict[str, Event] = {
        "order": order(f"PO{n}", {part: quantity, "PLATE": 5}),
        "notice": notice(f"S{n}", f"PO{of}", {part: quantity}),
        "receipt": receipt(f"R{n}", f"S{shipped}", f"PO{of}", {part: quantity}),
        "reversal": GoodsReceiptReversed(number=f"R{n}", partner="threepl", ship_to="92:PLT07"),
        "part": PartDefined(number="GASKET", base_unit="EA", description=str(quantity % 3)),
        "change": OrderChanged(number=f"PO{n}", partner="erp", lines=(line,), **party),
        "cancel": ShipmentCancelled(number=f"S{n}", partner="acme", **party),
    }
    return events[kind]


def books_of(batches: list[list[Event]]) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table after recording the batches, all at the same time."""
    engine = memory_engine()
    with engine.connect() as conn:
        tables.metadata.create_all(conn)
        books = Books(conn)
        for batch in batches:
            books.now = NOW
            books.record(*batch)
        assert verify(conn) == []
        rows = {
            name: sorted(tuple(row) for row in conn.execute(select(table)))
            for name, table in tables.metadata.tables.items()
        }
    engine.dispose()
    return rows


@given(st.lists(any_event(), min_size=1, max_size=12), st.data())
@settings(max_examples=max(8, settings().max_examples // 10))
def test_any_splitting_into_batches_ends_in_the_same_books(events: list[Event], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(events)), max_size=4)))
    batches = [events[start:end] for start, end in zip([0, *cuts], [*cuts, len(events)], strict=True)]

    assert books_of([batch for batch in batches if batch]) == books_of([[event] for event in events])

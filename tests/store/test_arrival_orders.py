"""Every order of arrival of a few documents, over the real books: who is accepted ends alike, who is refused leaves a
case and changes nothing (SEMANTICS 19).

All orders are walked as one tree: each step is a savepoint, so that what two orders have in common is recorded once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from math import factorial
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.book import verify
from ledger.events import (
    Event,
    GoodsReceived,
    InspectionPassed,
    ReceiptLine,
    ShipmentCancelled,
    ShipmentReplaced,
    SiteDefined,
    StockLine,
    TransferReceived,
    TransferShipped,
)
from ledger.outcomes import Recorded
from tests.store.world import NOW, Books, notice, order, source

Standing = frozenset[tuple[tuple[str, ...], Decimal]]
Cases = frozenset[tuple[object, ...]]


class Ending(NamedTuple):
    """Where one order of arrival ended: by whom it was refused or taken for another, what stands, what is open."""

    arrival: tuple[str, ...]
    refused: frozenset[str]
    standing: Standing
    cases: Cases


def came(number: str, quantity: int, at: int = 0, **more: Any) -> GoodsReceived:
    line = ReceiptLine(
        part_number="PLATE", shipment_id="S1", order_number="PO1", quantity=Decimal(quantity), unit="EA",
        receipt_line="1", **more,
    )  # fmt: skip
    return GoodsReceived(
        number=number, partner="threepl", ship_to="92:PLT07", source=source(number), lines=(line,),
        occurred_at=NOW + timedelta(minutes=at),
    )  # fmt: skip


def inspected(quantity: int) -> InspectionPassed:
    line = StockLine(part_number="PLATE", quantity=Decimal(quantity), unit="EA", hold_reason="receiver")
    return InspectionPassed(number="I1", partner="wms", place="P1", lines=(line,))


OTHER = SiteDefined(number="P2", name="Plant 2", identifiers=("92:PLT08",), receiving_location="IN")
ORDER = order("PO1", {"PLATE": 100})
NOTICE = notice("S1", "PO1", {"PLATE": 10})
REPLACEMENT = ShipmentReplaced(
    **{
        name: getattr(notice("S1", "PO1", {"PLATE": 8}, source=source("S1.05")), name)
        for name in NOTICE.__struct_fields__
    }
)
CANCELLATION = ShipmentCancelled(
    number="S1", partner="acme", supplier="92:A123", ship_to="92:PLT07", source=source("S1.01")
)

MOVED: tuple[Event, ...] = (
    TransferShipped(
        number="T1", partner="wms", from_place="P1", to_place="P2",
        lines=(StockLine(part_number="PLATE", quantity=Decimal(6), unit="EA", line="1", state="available"),),
    ),
    TransferReceived(
        number="R8", partner="wms2", transfer="T1", from_place="P1", place="P2", occurred_at=NOW,
        lines=(ReceiptLine(part_number="PLATE", quantity=Decimal(5), unit="EA", receipt_line="1"),),
    ),
)  # fmt: skip

STORIES: dict[str, tuple[Event, ...]] = {
    "exact": (ORDER, NOTICE, came("R1", 10)),
    "split": (ORDER, NOTICE, came("R1", 6), came("R2", 4, 1)),
    "split and over": (ORDER, NOTICE, came("R1", 6), came("R2", 7, 1)),
    "short and final, damaged": (
        ORDER, NOTICE, came("R1", 4, quantity_damaged=Decimal(1)), came("R2", 3, 1, complete=True),
    ),
    "over and damaged": (ORDER, NOTICE, came("R1", 13, quantity_damaged=Decimal(2))),
    "replaced": (ORDER, NOTICE, REPLACEMENT, came("R1", 8)),
    "cancelled": (ORDER, NOTICE, CANCELLATION, came("R1", 10)),
    "replaced, split and over": (ORDER, NOTICE, REPLACEMENT, came("R1", 5), came("R2", 4, 1)),
    "replaced and cancelled": (ORDER, NOTICE, REPLACEMENT, CANCELLATION),
    "transferred": (ORDER, came("R1", 10), *MOVED),
    "inspected": (ORDER, NOTICE, came("R1", 10, stock_status="hold"), inspected(10)),
}  # fmt: skip

LONGER: dict[str, tuple[Event, ...]] = {
    "noticed and transferred": (ORDER, NOTICE, came("R1", 10), *MOVED),
    "replaced, cancelled and received": (ORDER, NOTICE, REPLACEMENT, CANCELLATION, came("R1", 8)),
    "replaced, split and inspected": (
        ORDER, NOTICE, REPLACEMENT, came("R1", 5, stock_status="hold"), came("R2", 3, 1, stock_status="hold"),
        inspected(8),
    ),
    "cancelled, split and inspected": (
        ORDER, NOTICE, CANCELLATION, came("R1", 6, stock_status="hold"), came("R2", 6, 1, stock_status="hold"),
        inspected(6),
    ),
    "split, over, damaged and inspected": (
        ORDER, NOTICE, came("R1", 5, stock_status="hold", quantity_damaged=Decimal(1)),
        came("R2", 4, 1, stock_status="hold"), came("R3", 3, 2, stock_status="hold"), inspected(3),
    ),
}  # fmt: skip


def name_of(event: Event | Recorded) -> str:
    kind = event.kind if isinstance(event, Recorded) else type(event).__name__
    return f"{kind} {event.number}"


def standing_of(conn: Connection) -> Standing:
    rows = queries.balances(conn, by=queries.DIMENSIONS, external=True)
    return frozenset((tuple(getattr(row, name) for name in queries.DIMENSIONS), row.quantity) for row in rows)


def cases_of(conn: Connection) -> Cases:
    return frozenset(
        (one.code, one.part, one.quantity, one.expected, one.actual, one.shipment_id, one.receipt_id)
        for one in queries.cases(conn)
        if one.status != "closed"
    )


class Tree:
    """All orders of arrival of a story's documents."""

    def __init__(self, conn: Connection, documents: tuple[Event, ...]) -> None:
        self.conn, self.documents = conn, documents
        self.books = Books(conn)
        self.books.record(
            SiteDefined(number="P2", name="Plant 2", identifiers=("92:PLT08",), receiving_location="IN")
        )
        self.start = self.books.now
        self.refusals = 0

    def endings(self) -> Iterator[Ending]:
        yield from self._walk((), frozenset(), standing_of(self.conn))

    def _walk(self, arrived: tuple[Event, ...], refused: frozenset[str], standing: Standing) -> Iterator[Ending]:
        if len(arrived) == len(self.documents):
            assert verify(self.conn, deep=False) == []
            names = tuple(name_of(event) for event in arrived)
            yield Ending(names, refused, standing, cases_of(self.conn))
            return
        for event in self.documents:
            if any(event is other for other in arrived):
                continue
            savepoint = self.conn.begin_nested()
            self.books.now = self.start + timedelta(minutes=len(arrived))
            before = cases_of(self.conn)
            answers = self.books.record(event)
            now_refused = frozenset(name_of(one) for one in answers if one.result in ("refused", "conflict"))
            after = standing_of(self.conn)
            if answers[0].result in ("refused", "conflict"):
                self.refusals += 1
                assert after == standing, name_of(event)
                assert _has_case(before, cases_of(self.conn), event) or _is_overtaken(answers[0]), name_of(event)
            yield from self._walk((*arrived, event), refused | now_refused, after)
            savepoint.rollback()

    def straight(self, without: frozenset[str]) -> tuple[Standing, Cases]:
        """Where the story ends without some of its documents, told in its own order."""
        savepoint = self.conn.begin_nested()
        for n, event in enumerate(event for event in self.documents if name_of(event) not in without):
            self.books.now = self.start + timedelta(minutes=n)
            self.books.record(event)
        found = standing_of(self.conn), cases_of(self.conn)
        savepoint.rollback()
        return found


def _has_case(before: Cases, after: Cases, event: Event) -> bool:
    """A case of its own, or the one about another change of the same shipment that came too late."""
    return after > before or (after == before and any(one[0] == "D42" and one[5] == event.number for one in after))


def _is_overtaken(answer: Recorded) -> bool:
    """A notice whose replacement came first is in force by that: there is nothing for anybody to decide."""
    return any("replacement came first" in getattr(one, "reason", "") for one in answer.outcomes)


def about_refusals(cases: Cases, refused: frozenset[str]) -> Cases:
    """The cases but for those that say that a document was refused.

    Goods whose notice was refused, since it was cancelled before, are known to be of a cancelled one (D29); where it
    never came they are goods without any (D14). Both ask the same of the same people.
    """
    if not refused:
        return cases
    told = (one for one in cases if one[0] not in ("D01", "D42"))
    return frozenset(("D14", *one[1:]) if one[0] == "D29" else one for one in told)


def check_every_order(conn: Connection, documents: tuple[Event, ...]) -> int:
    """Every ending against the one told straight; gives back how many orders had nobody refused."""
    tree = Tree(conn, documents)
    expected: dict[frozenset[str], tuple[Standing, Cases]] = {}
    orders = accepted = 0
    # The whole tree is walked first: what is told straight begins at its root.
    for ending in list(tree.endings()):
        orders += 1
        accepted += not ending.refused
        if ending.refused not in expected:
            expected[ending.refused] = tree.straight(ending.refused)
        standing, cases = expected[ending.refused]
        found, wanted = (about_refusals(one, ending.refused) for one in (ending.cases, cases))
        assert (ending.standing, found) == (standing, wanted), (ending.arrival, set(ending.refused))
    assert orders == factorial(len(documents))
    return accepted


@pytest.mark.long_on_postgres
@pytest.mark.parametrize("story", STORIES)
def test_every_order_of_arrival_ends_alike(conn: Connection, story: str) -> None:
    documents = STORIES[story]
    if conn.dialect.name != "sqlite" and len(documents) > 3:
        documents = documents[:3]

    assert check_every_order(conn, documents) > 0


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("story", [*STORIES, *LONGER])
def test_every_order_of_a_longer_story_ends_alike(conn: Connection, story: str) -> None:
    assert check_every_order(conn, (STORIES | LONGER)[story]) > 0

"""Goods beyond their order are held by when they came, whichever was told first, over the real books."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from ledger import queries
from ledger.book import rebuild, verify
from ledger.events import Event, GoodsReceiptReversed, MaterialIssued, OrderChanged, OrderLine, StockLine
from tests.store.test_arrival_orders import Cases, Standing, came, cases_of, standing_of
from tests.store.world import Books, notice, order


class Lot(NamedTuple):
    quantity: int
    damaged: int
    shipment: int
    """Of the notices that there are, which one it names; there may be none of that number."""
    is_taken_back: bool


LOTS = st.lists(
    st.builds(
        lambda quantity, damaged, shipment, back: Lot(quantity, min(quantity, damaged), shipment, back),
        st.integers(1, 8), st.sampled_from((0, 0, 0, 1, 8)), st.integers(1, 3),
        st.sampled_from((False, False, False, False, True)),
    ),
    min_size=2,
    max_size=5,
)  # fmt: skip


def documents_of(lots: Sequence[Lot], advised: Sequence[int]) -> list[Event]:
    """Twelve ordered; notices of so many; then the lots a minute apart, and what is taken back."""
    documents: list[Event] = [order("PO1", {"PLATE": 12})]
    documents += [notice(f"S{n}", "PO1", {"PLATE": quantity}) for n, quantity in enumerate(advised, 1)]
    for n, lot in enumerate(lots):
        receipt = came(f"R{n}", lot.quantity, n, lot=f"L{n}", quantity_damaged=Decimal(lot.damaged))
        line = msgspec.structs.replace(receipt.lines[0], shipment_id=f"S{lot.shipment}")
        documents.append(msgspec.structs.replace(receipt, lines=(line,)))
        if lot.is_taken_back:
            documents.append(GoodsReceiptReversed(number=f"R{n}", partner="threepl", ship_to="92:PLT07"))
    return documents


def held(conn: Connection) -> dict[str, Decimal]:
    rows = queries.balances(conn, by=("lot", "state", "hold_reason"), part="PLATE")
    return {row.lot: row.quantity for row in rows if row.hold_reason == "D18" and row.quantity}


def ending(conn: Connection, batches: Sequence[Sequence[Event]]) -> tuple[Standing, Cases, dict[str, Decimal]]:
    books = Books(conn)
    for batch in batches:
        books.record(*batch)
    assert verify(conn, deep=False) == []
    return standing_of(conn), cases_of(conn), held(conn)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lots=LOTS, advised=st.lists(st.integers(1, 9), max_size=2), data=st.data())
def test_in_every_order_of_arrival_and_in_every_batch_the_same_goods_are_held(
    conn: Connection, lots: list[Lot], advised: list[int], data: st.DataObject
) -> None:
    documents = documents_of(lots, advised)
    shuffled = data.draw(st.permutations(documents))
    cut = data.draw(st.integers(0, len(documents)))
    ends = []
    for batches in ([[one] for one in documents], [[one] for one in shuffled], [shuffled[:cut], shuffled[cut:]]):
        savepoint = conn.begin_nested()
        ends.append(ending(conn, batches))
        assert rebuild(conn).differences == ()
        savepoint.rollback()

    assert ends[1:] == ends[:1] * 2, [f"{type(one).__name__} {one.number}" for one in shuffled]


def test_goods_that_were_used_before_earlier_ones_were_told_stay_used(conn: Connection) -> None:
    """Nothing can be held that is gone: what is left of the lot is, and the case says how much is too much."""
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 8}), came("R2", 6, 2, lot="L2"))
    issued = StockLine(part_number="PLATE", quantity=Decimal(5), unit="EA", lot="L2", to_location="LINE-1")
    books.record(MaterialIssued(number="I1", partner="wms", place="P1", lines=(issued,)))

    books.record(came("R1", 6, 1, lot="L1"))

    (case,) = queries.cases(conn, code="D18")
    assert (held(conn), case.quantity) == ({"L2": Decimal(1)}, Decimal(4))
    assert verify(conn) == []
    assert rebuild(conn).differences == ()


def test_less_ordered_than_came_already_is_said_to_be_in_stock(conn: Connection) -> None:
    """Nothing that was good to use is held since somebody wants less; what came last before is."""
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 12}), notice("S1", "PO1", {"PLATE": 10}), came("R1", 10, 1))
    lowered = OrderLine(part_number="PLATE", order_line="1", quantity=Decimal(8), unit="EA")
    books.record(OrderChanged(number="PO1", partner="erp", supplier="92:A123", ship_to="92:PLT07", lines=(lowered,)))

    (case,) = [one for one in queries.cases(conn) if one.code == "D18"]
    assert case.quantity == 2
    assert "It is in stock: raise the order, accept or return it." in case.text
    assert held(conn) == {}

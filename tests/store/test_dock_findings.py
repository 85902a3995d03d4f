"""What the dock finds, over the real books: in every order of arrival, and once more when they are rebuilt."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection, select

from ledger import queries
from ledger.book import rebuild, verify
from ledger.book.storage import document_tables as tables
from ledger.events import (
    Actor,
    DiscrepancyResolved,
    Event,
    GoodsReceiptMatched,
    GoodsReceiptReversed,
    HandlingUnit,
    InspectionFailed,
    NoticeLine,
    OrderChanged,
    ShipmentNotified,
    StockLine,
)
from ledger.policy import Policy, Terms
from tests.store.test_arrival_orders import NOTICE, ORDER, came, check_every_order
from tests.store.world import NOW, Books, notice, order

BOTH = order("PO1", {"PLATE": 100, "BOLT": 100})
SMALL = order("PO1", {"PLATE": 8})


def boxes(number: str, quantity: int, *units: str) -> ShipmentNotified:
    line = NoticeLine(
        part_number="PLATE", order_number="PO1", quantity=Decimal(quantity), unit="EA", segment=10,
        handling_units=tuple(HandlingUnit(id=unit) for unit in units),
    )  # fmt: skip
    return notice(number, "PO1", {}, lines=(line,))


def bolts(unit: str) -> Event:
    """Bolts, under a label that the notice has for plates."""
    (line,) = came("R1", 4, handling_unit=unit).lines
    return came("R1", 4).__class__(
        number="R1", partner="threepl", ship_to="92:PLT07", occurred_at=NOW,
        lines=(line.__class__(**{n: getattr(line, n) for n in line.__struct_fields__} | {"part_number": "BOLT"}),),
    )  # fmt: skip


TAKEN_BACK = GoodsReceiptReversed(number="R1", partner="threepl", ship_to="92:PLT07")

STORIES: dict[str, tuple[Event, ...]] = {
    "another product in the box": (BOTH, boxes("S1", 10, "U1"), bolts("U1")),
    "strange label": (ORDER, boxes("S1", 10, "U1"), came("R1", 5, handling_unit="U9")),
    "label of another notice": (
        ORDER, boxes("S1", 10, "U1"), boxes("S2", 5, "U3"), came("R1", 5, handling_unit="U3"),
    ),
    "box received twice": (
        ORDER, boxes("S1", 10, "U1", "U2"), came("R1", 5, handling_unit="U1"), came("R2", 5, 1, handling_unit="U1"),
    ),
    "beyond the order": (SMALL, came("R1", 6), came("R2", 6, 1)),
    "beyond the order, by lot": (
        SMALL, came("R1", 3, lot="L1"), came("R2", 6, 1, lot="L2"), came("R3", 6, 2, lot="L3"),
    ),
    "beyond the order, advised": (
        SMALL, notice("S1", "PO1", {"PLATE": 12}), came("R1", 6, lot="L1"), came("R2", 6, 1, lot="L2"),
    ),
    "beyond the order, and one taken back": (
        SMALL, came("R1", 6, lot="L1"), came("R2", 6, 1, lot="L2"), came("R3", 2, 2, lot="L3"), TAKEN_BACK,
    ),
    "rejected": (ORDER, NOTICE, came("R1", 10, condition="08", quantity_rejected=Decimal(3))),
}  # fmt: skip


@pytest.mark.long_on_postgres
@pytest.mark.parametrize("story", STORIES)
def test_every_order_of_arrival_ends_alike(conn: Connection, story: str) -> None:
    assert check_every_order(conn, STORIES[story]) > 0


def test_books_with_all_that_the_dock_finds_are_rebuilt_alike(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 30, "BOLT": 100}), boxes("S1", 60, "U1", "U2", "U3"))
    books.record(bolts("U1"))
    books.record(came("R2", 5, handling_unit="U2"), came("R3", 5, 1, handling_unit="U2"))
    books.record(came("R4", 5, 2, handling_unit="U9"), came("R5", 30, 3, handling_unit="U3"))
    books.tick(hours=25)
    failed = StockLine(part_number="PLATE", quantity=Decimal(2), unit="EA", reason="scratch")
    books.record(InspectionFailed(number="I1", partner="wms", place="P1", lines=(failed,)))
    books.record(GoodsReceiptReversed(number="R2", partner="threepl", ship_to="92:PLT07"))
    changed = order("PO1", {"PLATE": 60, "BOLT": 100})
    books.record(
        OrderChanged(number="PO1", partner="erp", supplier="92:A123", ship_to="92:PLT07", lines=changed.lines)
    )
    wrong = next(one for one in queries.cases(conn) if one.code == "D19")
    books.record(DiscrepancyResolved(number=wrong.id, partner="desk", resolution="return"))

    assert {"D18", "D19", "D21", "D23", "D27", "D28"} <= {one.code for one in queries.cases(conn)}
    assert verify(conn) == []
    assert rebuild(conn).differences == ()


# --- the queue of matches -----------------------------------------------------------------------------------

KIM = Actor(kind="user", id="kim", roles=("receiving",))


def unsure(conn: Connection) -> Books:
    """Five plates that name their order, and two notices that they may answer."""
    books = Books(conn)
    books.policy = Policy(terms={"acme": Terms(match_confidence=80)})
    books.record(ORDER, notice("S1", "PO1", {"PLATE": 8}, shipped_at=NOW - timedelta(days=2)))
    books.record(notice("S2", "PO1", {"PLATE": 5}))
    books.record(came("R1", 5, supplier="92:A123").__class__(**_unnamed()))
    return books


def _unnamed() -> dict[str, object]:
    event = came("R1", 5)
    (line,) = event.lines
    bare = line.__class__(
        **{n: getattr(line, n) for n in line.__struct_fields__} | {"shipment_id": "", "supplier": "92:A123"}
    )
    return {n: getattr(event, n) for n in event.__struct_fields__} | {"lines": (bare,)}


def said(shipment: str) -> GoodsReceiptMatched:
    return GoodsReceiptMatched(
        number="R1", site="P1", provider="threepl", receipt_line="1", shipment_id=shipment, actor=KIM
    )


def test_the_queue_lists_what_goods_may_answer_with_the_exact_ones_first(conn: Connection) -> None:
    unsure(conn)

    (found,) = queries.matches(conn)

    assert (found.receipt_id, found.part, found.quantity, found.unit) == ("R1", "PLATE", Decimal(5), "EA")
    assert [(one.shipment_id, one.open, one.rung, one.confidence, one.exact) for one in found.candidates] == [
        ("S2", Decimal(5), "order", 70, True),
        ("S1", Decimal(8), "order", 70, False),
    ]
    assert queries.matches(conn, part="BOLT") == queries.matches(conn, after=found.place) == []


@pytest.mark.parametrize(("shipment", "state"), [("S2", "matched"), ("", "unmatched")])
def test_what_a_person_says_ends_the_wait_and_is_rebuilt(conn: Connection, shipment: str, state: str) -> None:
    books = unsure(conn)

    (recorded,) = books.record(said(shipment))

    line, link = tables.goods_receipt_line.c, tables.link.c
    assert recorded.result == "posted"
    assert queries.matches(conn) == []
    assert conn.execute(select(line.status, line.queued)).all() == [(state, 0)]
    live = conn.execute(select(link.shipment_id, link.rung, link.confidence).where(link.reversed == 0)).all()
    assert live == [(shipment, "manual", 100) if shipment else ("", "", 0)]
    assert verify(conn) == []
    assert rebuild(conn).differences == ()


def test_the_last_word_holds_though_it_was_the_first_as_well(conn: Connection) -> None:
    books = unsure(conn)

    results = [books.record(said(shipment))[0].result for shipment in ("S2", "S2", "S1", "S2")]

    link = tables.link.c
    assert results == ["posted", "repeated", "posted", "posted"]
    assert conn.execute(select(link.shipment_id).where(link.reversed == 0)).scalars().all() == ["S2"]

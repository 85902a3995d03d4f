"""Every class either ends alike in every order of arrival, shown by a story that finds it, or says why it may not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.book import verify
from ledger.events import (
    Event,
    GoodsReceived,
    HandlingUnit,
    NoticeLine,
    PartDefined,
    ReceiptLine,
    ShipmentCancelled,
    ShipmentNotified,
    SiteDefined,
    StockLine,
    TransferReceived,
    TransferShipped,
    UnitFactorDefined,
)
from ledger.matching.arrival import BY_ARRIVAL
from ledger.matching.discrepancies import BY_CODE
from ledger.policy import CumulativeTerms, Policy, Terms
from tests.store.test_requirement_orders import STORIES as REQUIRED
from tests.store.world import NOW, Books, order, source

Found = set[tuple[str, int]]

POLICY = Policy(
    terms={
        "acme": Terms(
            notice_requires=("trailer", "country_of_origin"), cumulative=CumulativeTerms(), unique_labels=True,
            split_hours=24, close_days=5,
        )
    }
)  # fmt: skip
PARTS: tuple[Event, ...] = (
    PartDefined(number="GLUE", base_unit="EA", lot_controlled=True),
    PartDefined(number="ECU", base_unit="EA", serial_controlled=True),
    PartDefined(number="BRICK", base_unit="EA", weight=Decimal(2), origins=("US",)),
    SiteDefined(number="P2", name="Plant 2", identifiers=("92:PLT08",), receiving_location="IN"),
)
ORDER = order("PO1", {"PLATE": 100, "BOLT": 100, "GLUE": 100, "ECU": 100, "BRICK": 100})
SMALL = order("PO1", {"PLATE": 8})
GOOD: dict[str, Any] = {"trailer": "T1"}


def noticed(part: str, quantity: int, number: str = "S1", hours: int = 0, unit: str = "EA", **more: Any) -> Event:
    of_line = {name: more.pop(name) for name in list(more) if name in NoticeLine.__struct_fields__}
    line = NoticeLine(
        part_number=part, order_number="PO1", quantity=Decimal(quantity), unit=unit, segment=9,
        **({"country_of_origin": "US"} | of_line),
    )  # fmt: skip
    shipped_at = NOW + timedelta(hours=hours)
    return ShipmentNotified(
        **{
            "number": number, "partner": "acme", "supplier": "92:A123", "ship_to": "92:PLT07",
            "source": source(number), "shipped_at": shipped_at, "occurred_at": shipped_at, "lines": (line,), **GOOD,
            **more,
        }
    )  # fmt: skip


def came(part: str, quantity: int, number: str = "R1", at: int = 0, **more: Any) -> GoodsReceived:
    said = {"shipment_id": "S1", "order_number": "PO1", "unit": "EA", "receipt_line": "1"} | more
    line = ReceiptLine(part_number=part, quantity=Decimal(quantity), **said)
    return GoodsReceived(
        number=number, partner="threepl", ship_to="92:PLT07", source=source(number), lines=(line,),
        occurred_at=NOW + timedelta(minutes=at),
    )  # fmt: skip


def boxed(part: str, quantity: int, *units: str, number: str = "S1", hours: int = 0) -> Event:
    inside = tuple(HandlingUnit(id=unit, kind="pack", packaging="KLT") for unit in units)
    return noticed(part, quantity, number, hours, handling_units=inside)


CANCELLED = ShipmentCancelled(
    number="S1", partner="acme", supplier="92:A123", ship_to="92:PLT07", source=source("S1.01")
)
MOVED: tuple[Event, ...] = (
    TransferShipped(
        number="T1", partner="wms", from_place="P1", to_place="P2",
        lines=(StockLine(part_number="PLATE", quantity=Decimal(6), unit="EA", line="1", state="available"),),
    ),
    TransferReceived(
        number="R8", partner="wms2", transfer="T1", from_place="P1", place="P2", occurred_at=NOW,
        lines=(ReceiptLine(part_number="PLATE", quantity=Decimal(5), unit="EA", receipt_line="1", complete=True),),
    ),
)  # fmt: skip
LATE = noticed("PLATE", 10, hours=-3)

STORIES: dict[str, tuple[tuple[Event, ...], Found]] = {
    "advised and received beyond the order": (
        (SMALL, noticed("PLATE", 12), came("PLATE", 13)), {("D08", 4), ("D17", 1), ("D18", 4)},
    ),
    "late, and a first part of it": ((ORDER, LATE, came("PLATE", 4)), {("D12", 0), ("D27", 6)}),
    "short, damaged": (
        (ORDER, noticed("PLATE", 10), came("PLATE", 7, complete=True, quantity_damaged=Decimal(2))),
        {("D16", 3), ("D20", 2)},
    ),
    "without a notice": ((ORDER, came("PLATE", 7)), {("D14", 7)}),
    "another product": (
        (ORDER, boxed("PLATE", 10, "U1"), came("BOLT", 4, handling_unit="U1")), {("D19", 4)},
    ),
    "rejected, in another container": (
        (ORDER, boxed("PLATE", 10, "U1"),
         came("PLATE", 10, handling_unit="U1", packaging="PLT", condition="08", quantity_rejected=Decimal(3))),
        {("D21", 3), ("D22", 10)},
    ),
    "a label used twice": ((ORDER, boxed("PLATE", 10, "U1"), boxed("BOLT", 5, "U1", number="S2", hours=1)),
                           {("D23", 5)}),
    "a box received twice": (
        (ORDER, boxed("PLATE", 10, "U1", "U2"), came("PLATE", 5, handling_unit="U1"),
         came("PLATE", 5, "R2", 1, handling_unit="U1")),
        {("D27", 5), ("D28", 5)},
    ),
    "no lot, and a serial too few": (
        (ORDER, noticed("GLUE", 10, lot="L1"), noticed("ECU", 2, "S2", serials=("Z1", "Z2")), came("GLUE", 10),
         came("ECU", 2, "R2", 1, shipment_id="S2", serials=("Z1",))),
        {("D24", 1)},
    ),
    "no lot anywhere": ((ORDER, noticed("GLUE", 10), came("GLUE", 10)), {("D25", 10)}),
    "cancelled, and goods came": ((ORDER, noticed("PLATE", 10), CANCELLED, came("PLATE", 10)), {("D29", 10)}),
    "no trailer, too light, wrong totals and origin": (
        (ORDER, noticed("BRICK", 10, trailer="", gross_weight=Decimal(5), weight_unit="KG", line_count=3,
                        country_of_origin="FR")),
        {("D33", 0), ("D34", 15), ("D35", 0), ("D37", 10)},
    ),
    "cumulatives": (
        (ORDER, noticed("PLATE", 10, cum_shipped=Decimal(10)),
         noticed("PLATE", 5, "S2", hours=1, cum_shipped=Decimal(25)), came("PLATE", 10)),
        {("D11", 10)},
    ),
    "a transfer": ((ORDER, noticed("PLATE", 10), came("PLATE", 10), *MOVED), {("D39", 1)}),
    # What a line waited for is there in the end, so nothing of it is open.
    "part and unit known later": (
        (order("PO1", {"PLATE": 100, "NEW": 10}), noticed("NEW", 2, unit="CT"),
         PartDefined(number="NEW", base_unit="EA"),
         UnitFactorDefined(number="NEW/CT", part="NEW", unit="CT", numerator=5)),
        set(),
    ),
}  # fmt: skip
"""Documents, and (class, quantity) of what is open a day later; D12, which only informs, is counted closed."""


def ending(conn: Connection) -> Found:
    kept = [one for one in queries.cases(conn) if one.status != "closed" or one.code == "D12"]
    return {(one.code, int(one.quantity)) for one in kept if one.code not in BY_ARRIVAL}


@pytest.mark.long_on_postgres
@pytest.mark.parametrize("story", STORIES)
def test_every_order_of_arrival_ends_in_the_same_cases(conn: Connection, story: str) -> None:
    documents, expected = STORIES[story]
    books = Books(conn)
    books.policy = POLICY
    books.record(*PARTS)
    start, every = books.now, list(permutations(documents))
    ends: dict[tuple[str, ...], Found] = {}
    for arrived in every if len(documents) < 5 else every[::11]:
        savepoint = conn.begin_nested()
        books.now = start
        answers = [answer for document in arrived for answer in books.record(document)]
        books.tick(hours=25)
        assert verify(conn, deep=False) == []
        # What is refused is another story: see the arrival orders of documents that change others.
        if all(answer.result not in ("refused", "conflict") for answer in answers):
            ends[tuple(f"{type(one).__name__} {one.number}" for one in arrived)] = ending(conn)
        savepoint.rollback()

    assert len(ends) == len(every) or story == "cancelled, and goods came" or len(documents) > 4
    assert ends
    assert {arrived: end for arrived, end in ends.items() if end != expected} == {}


def test_every_class_is_shown_in_every_order_or_says_why_its_order_matters() -> None:
    shown = {code for _, found in (*STORIES.values(), *REQUIRED.values()) for code, _ in found}

    assert shown & BY_ARRIVAL.keys() == set()
    assert sorted(shown | BY_ARRIVAL.keys() | {"D04", "D06"}) == sorted(BY_CODE)
    assert [code for code, why in BY_ARRIVAL.items() if not why.endswith(".")] == []


def test_goods_of_a_refused_notice_are_one_cause_with_what_refused_it(conn: Connection) -> None:
    """Whichever came first: the supplier is charged for the notice, and not once more for having sent none."""
    for documents in permutations((noticed("PLATE", 10), came("PLATE", 10))):
        savepoint = conn.begin_nested()
        books = Books(conn)
        books.record(order("PO1", {"BOLT": 100}))
        for document in documents:
            books.record(document)

        causes = {one.code: one.cause for one in queries.cases(conn)}

        assert {causes["D04"], causes["D14"]} == {"document:S1"}
        savepoint.rollback()

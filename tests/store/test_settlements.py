"""Goods of others: how they come in, change hands and are used, and what is owed for them then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.book import rebuild, verify
from ledger.events import (
    ConsumptionReversed,
    Event,
    GoodsReturned,
    GoodsShipped,
    InspectionPassed,
    LocationDefined,
    MaterialConsumed,
    MaterialReturned,
    OrderLine,
    OwnershipChanged,
    OwnershipLine,
    StockLine,
)
from ledger.policy import Policy, Terms
from ledger.queries import balances, cases, settlement_totals, settlements
from tests.store.plant import Plant, counted, decided, reasons, results
from tests.store.world import notice, order, receipt

Owned = dict[tuple[str, str], int]
"""(state, owner) -> plates."""

CONSIGNED = Policy(terms={"acme": Terms(title_passes="consumption")})


def priced(number: str, price: str, currency: str = "EUR") -> Event:
    event = order(number, {"PLATE": 100}, currency=currency)
    lines = tuple(msgspec.structs.replace(line, price=Decimal(price)) for line in event.lines)
    return msgspec.structs.replace(event, lines=lines)


@pytest.fixture
def plant(conn: Connection) -> Plant:
    """A hundred plates on the dock that are acme's until they are used, at 2.50 EUR each."""
    one = Plant.__new__(Plant)
    one.policy = CONSIGNED
    super(Plant, one).__init__(conn)
    one.record(priced("PO1", "2.50"), notice("S1", "PO1", {"PLATE": 100}))
    one.record(receipt("R1", "S1", "PO1", {"PLATE": 100}))
    return one


def said(kind: type[Event], quantity: int, number: str = "1", **named: Any) -> Event:
    """One line of plates at P1; fields of the event and of the line by their names."""
    about = {name: named.pop(name) for name in ("customer", "occurred_at") if name in named}
    shape = OwnershipLine if kind is OwnershipChanged else StockLine
    fields: dict[str, Any] = {"part_number": "PLATE", "quantity": Decimal(quantity), "unit": "EA"} | named
    line = shape(**fields)
    return kind(**({"number": number, "partner": "mes", "place": "92:PLT07", "lines": (line,)} | about))  # type: ignore[arg-type]


def owned(plant: Plant) -> Owned:
    rows = balances(plant.conn, by=("state", "owner"), part="PLATE")
    return {(row.state, row.owner): int(row.quantity) for row in rows}


def owed(plant: Plant, **named: Any) -> list[tuple[str, str, int, Decimal | None]]:
    """(cause, owner, quantity, amount), and the books proved."""
    assert verify(plant.conn) == []
    return [(one.cause, one.supplier, int(one.quantity), one.amount) for one in settlements(plant.conn, **named)]


# --- how they come in ---------------------------------------------------------------------------------------


def test_goods_on_consignment_are_their_suppliers_wherever_they_come_to_stand(plant: Plant) -> None:
    plant.record(priced("PO2", "2.50"), notice("S2", "PO2", {"PLATE": 50}))
    before = owned(plant)
    found = receipt("R2", "S2", "PO2", {"PLATE": 30})
    line = msgspec.structs.replace(found.lines[0], quantity_damaged=Decimal(5), stock_status="hold")
    plant.record(msgspec.structs.replace(found, lines=(line,)))

    assert before == {("consigned", "acme"): 100, ("in_transit", "acme"): 50}
    assert owned(plant) == {
        ("consigned", "acme"): 100, ("quality_hold", "acme"): 25, ("quarantine", "acme"): 5,
        ("in_transit", "acme"): 20,
    }  # fmt: skip
    plant.record(said(InspectionPassed, 25))
    assert owned(plant)["consigned", "acme"] == 125
    assert owed(plant) == []


def test_more_than_was_advised_is_its_suppliers_too_when_it_is_accepted(plant: Plant) -> None:
    plant.record(priced("PO2", "2.50"), notice("S2", "PO2", {"PLATE": 50}))
    plant.record(receipt("R2", "S2", "PO2", {"PLATE": 53}))
    (case,) = cases(plant.conn)

    plant.record(decided(case.id, "accept", actor=None))

    assert owned(plant) == {("consigned", "acme"): 153}
    assert owed(plant) == []


# --- what is owed -------------------------------------------------------------------------------------------


def test_lines_that_one_goods_receipt_lets_go_on_are_each_settled(plant: Plant) -> None:
    first = said(MaterialConsumed, 150, demand="VIN1").lines[0]  # type: ignore[attr-defined]
    second = msgspec.structs.replace(first, part_number="BOLT", quantity=Decimal(10))
    used = MaterialConsumed(number="M1", partner="mes", place="92:PLT07", lines=(first, second))
    assert results(plant.record(used)) == [("MaterialConsumed", "waiting")]
    plant.record(order("PO2", {"PLATE": 60, "BOLT": 20}), notice("S2", "PO2", {"PLATE": 60, "BOLT": 20}))

    plant.record(receipt("R2", "S2", "PO2", {"PLATE": 60, "BOLT": 20}))

    assert [(cause, owner, quantity) for cause, owner, quantity, _ in owed(plant)] == [
        ("consumed", "acme", 10), ("consumed", "acme", 150),
    ]  # fmt: skip
    assert rebuild(plant.conn).differences == ()


def test_what_is_built_in_is_owed_at_the_price_of_its_order(plant: Plant) -> None:
    plant.record(said(MaterialConsumed, 12, demand="VIN1"))

    (one,) = settlements(plant.conn)
    assert (one.kind, one.cause, one.supplier, one.quantity, one.unit) == (
        "MaterialConsumed",
        "consumed",
        "acme",
        Decimal(12),
        "EA",
    )
    assert (one.price, one.price_per, one.currency, one.amount) == (Decimal("2.50"), Decimal(1), "EUR", Decimal(30))
    assert (one.order_number, one.status, one.period) == ("PO1", "to_be_billed", "2026-11")
    assert owned(plant) == {("consigned", "acme"): 88}
    assert verify(plant.conn) == []


def test_goods_received_at_a_line_on_consignment_are_owed_when_they_are_built_in(plant: Plant) -> None:
    plant.record(LocationDefined(number="P1/L1", location="L1", location_kind="line_side"))
    found = receipt("R2", "S2", "PO2", {"PLATE": 50})
    at_line = msgspec.structs.replace(found, lines=(msgspec.structs.replace(found.lines[0], location="L1"),))
    plant.record(priced("PO2", "2.50"), notice("S2", "PO2", {"PLATE": 50}), at_line)

    before = owed(plant)
    plant.record(said(MaterialConsumed, 10, demand="VIN1", location="L1"))
    plant.record(said(MaterialReturned, 15, location="L1", to_location="A-01"))

    assert before == []
    assert owed(plant) == [("consumed", "acme", 10, Decimal(25))]
    assert owned(plant) == {("consigned", "acme"): 115, ("line_side", "acme"): 25}


def test_our_own_goods_are_owed_to_nobody(conn: Connection) -> None:
    plant = Plant(conn)
    plant.record(said(GoodsShipped, 10), said(GoodsReturned, 5, "2", reason="defect"))

    assert owed(plant) == []


def test_goods_that_go_back_to_their_owner_are_not_owed(plant: Plant) -> None:
    plant.record(said(GoodsReturned, 5, reason="defect", owner="acme"))

    assert owned(plant) == {("consigned", "acme"): 95}
    assert owed(plant) == []


def test_what_is_lost_and_found_again_is_owed_and_comes_off(plant: Plant) -> None:
    rules = msgspec.structs.replace(CONSIGNED, counts=CONSIGNED.counts)
    plant.policy = rules
    plant.record(counted(97, "1"))
    for case in cases(plant.conn, status="open"):
        plant.record(decided(case.id, "accept"))
    plant.record(counted(98, "2"))
    for case in cases(plant.conn, status="open"):
        plant.record(decided(case.id, "accept"))

    assert owed(plant) == [("lost", "acme", 3, Decimal("7.50")), ("found", "acme", -1, Decimal("-2.50"))]


def test_a_correction_settles_back(plant: Plant) -> None:
    plant.record(said(MaterialConsumed, 12, demand="VIN1"))

    back = plant.record(said(ConsumptionReversed, 2, demand="VIN1", owner="acme", location="DOCK"))

    assert results(back) == [("ConsumptionReversed", "posted")]
    assert owed(plant) == [("consumed", "acme", 12, Decimal(30)), ("reversed", "acme", -2, Decimal(-5))]
    assert owned(plant) == {("consigned", "acme"): 90}


def test_no_more_is_taken_back_than_was_built_in_for_that_car_of_that_owner(plant: Plant) -> None:
    plant.record(said(MaterialConsumed, 12, demand="VIN1"))
    before = owned(plant)

    def reversed_(quantity: int, number: str, **named: Any) -> Event:
        return said(
            ConsumptionReversed, quantity, number, **({"demand": "VIN1", "owner": "acme", "location": "X"} | named)
        )

    wrong = plant.record(
        reversed_(13, "1"),
        reversed_(1, "2", demand="VIN2"),
        reversed_(1, "3", owner=""),
        reversed_(1, "4", demand=""),
    )
    at_once = plant.record(reversed_(7, "5"), reversed_(7, "6"))

    assert [one.result for one in wrong] == ["refused"] * 4
    assert reasons(wrong)[2] == (
        "0 EA of PLATE that were ours were built in for VIN1: name the `owner` and the `demand` that they were "
        "booked with."
    )
    assert [one.result for one in at_once] == ["posted", "refused"]
    assert before == {("consigned", "acme"): 88}
    assert owed(plant) == [("consumed", "acme", 12, Decimal(30)), ("reversed", "acme", -7, Decimal("-17.5"))]


# --- changes of owner ---------------------------------------------------------------------------------------


CHANGES: list[tuple[dict[str, Any], Owned, list[tuple[str, str, int, Decimal | None]]]] = [
    ({"owner": "acme", "to_owner": ""}, {("consigned", "acme"): 60, ("available", ""): 40},
     [("taken_over", "acme", 40, Decimal(100))]),
    ({"owner": "92:A123", "to_owner": "92:B456"}, {("consigned", "acme"): 60, ("consigned", "bravo"): 40},
     [("handed_over", "acme", 40, Decimal(100)), ("handed_over", "bravo", -40, None)]),
    ({"owner": "acme", "to_owner": "", "price": Decimal(9), "price_per": Decimal(10), "currency": "USD"},
     {("consigned", "acme"): 60, ("available", ""): 40}, [("taken_over", "acme", 40, Decimal(36))]),
]  # fmt: skip


@pytest.mark.parametrize(("how", "expected", "money"), CHANGES)
def test_goods_change_hands_where_they_stand(plant: Plant, how: dict[str, Any], expected: Owned, money: Any) -> None:
    assert results(plant.record(said(OwnershipChanged, 40, **how))) == [("OwnershipChanged", "posted")]

    assert owned(plant) == expected
    assert {row.location for row in balances(plant.conn, part="PLATE", by=("location",))} == {"DOCK"}
    assert owed(plant) == money


def test_a_change_taken_back_leaves_nothing_owed(plant: Plant) -> None:
    plant.record(said(OwnershipChanged, 40, "1", owner="acme", to_owner=""))
    plant.record(said(OwnershipChanged, 40, "2", to_owner="acme"))

    assert owned(plant) == {("consigned", "acme"): 100}
    assert sum(quantity for _, _, quantity, _ in owed(plant)) == 0
    assert [int(one.amount) for one in settlement_totals(plant.conn)] == [0]


def test_a_change_of_owner_says_what_is_wrong_with_it_and_changes_nothing(plant: Plant) -> None:
    before = owned(plant)

    same = plant.record(said(OwnershipChanged, 40, "1", owner="acme", to_owner="92:A123"))
    moving = plant.record(said(OwnershipChanged, 40, "2", owner="acme", to_owner="", to_location="A-01"))
    allocated = plant.record(said(OwnershipChanged, 40, "3", owner="acme", to_owner="", state="allocated"))
    unknown = plant.record(said(OwnershipChanged, 40, "4", owner="acme", to_owner="92:X"))
    not_ours = plant.record(said(OwnershipChanged, 40, "5", to_owner="acme"))

    assert reasons(same + moving + allocated) == [
        "The goods are acme already: `owner` and `to_owner` are the same.",
        "A change of owner moves nothing: leave `to_location` out, and send PutAwayCompleted.",
        "Goods in allocated do not change hands: consigned, available, line_side, quality_hold, quarantine do.",
    ]
    assert [one.result for one in unknown + not_ours] == ["waiting", "waiting"]
    assert owned(plant) == before
    assert owed(plant) == []


# --- totals, periods, the record as such --------------------------------------------------------------------


def test_totals_add_up_per_supplier_month_and_currency_and_lead_to_their_records(plant: Plant) -> None:
    october = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    plant.record(said(MaterialConsumed, 10, "1", demand="VIN1", occurred_at=october))
    plant.record(said(MaterialConsumed, 4, "2", demand="VIN2"))
    plant.record(said(OwnershipChanged, 6, "3", owner="acme", to_owner="bravo"))
    plant.record(said(MaterialConsumed, 1, "4", demand="VIN3", owner="bravo"))

    totals = [
        (one.supplier, one.period, one.currency, one.records, one.unpriced, one.amount)
        for one in settlement_totals(plant.conn)
    ]

    assert totals == [
        ("acme", "2026-10", "EUR", 1, 0, Decimal(25)),
        ("acme", "2026-11", "EUR", 2, 0, Decimal(25)),
        ("bravo", "2026-11", "", 2, 2, Decimal(0)),
    ]
    assert [one.number for one in settlements(plant.conn, supplier="acme", month="2026-11")] == ["2", "3"]
    first, *others = settlements(plant.conn)
    assert settlements(plant.conn, after=(first.seq, first.n)) == others


def test_the_newest_price_known_then_is_the_price(plant: Plant) -> None:
    plant.record(said(MaterialConsumed, 10, "1", demand="VIN1"))
    plant.record(priced("PO2", "3"))
    plant.record(said(MaterialConsumed, 10, "2", demand="VIN2"))

    assert [(one.order_number, one.amount) for one in settlements(plant.conn)] == [
        ("PO1", Decimal(25)), ("PO2", Decimal(30)),
    ]  # fmt: skip


def boxes(plant: Plant) -> None:
    """Two boxes of 250 bolts each that are acme's, ordered at 500 EUR a box."""
    line = OrderLine(part_number="BOLT", order_line="1", quantity=Decimal(2), unit="XBX", price=Decimal(500))
    plant.record(order("PO3", {}, currency="EUR", lines=(line,)), notice("S3", "PO3", {"BOLT": 500}))
    plant.record(receipt("R3", "S3", "PO3", {"BOLT": 500}))


def test_a_price_by_the_box_is_a_price_of_what_is_in_it(plant: Plant) -> None:
    boxes(plant)

    plant.record(said(MaterialConsumed, 25, demand="VIN1", part_number="BOLT"))

    (one,) = settlements(plant.conn)
    assert (one.unit, one.price, one.price_per, one.amount) == ("EA", Decimal(500), Decimal(250), Decimal(50))


@pytest.mark.parametrize(("to_owner", "owed"), [("", [625]), ("bravo", [625, -625])])
def test_a_price_said_with_a_change_of_owner_is_of_the_unit_of_its_line(
    plant: Plant, to_owner: str, owed: list[int]
) -> None:
    boxes(plant)
    how: dict[str, Any] = {"owner": "acme", "to_owner": to_owner, "price": Decimal(5000), "price_per": Decimal(8)}

    plant.record(said(OwnershipChanged, 1, part_number="BOLT", unit="XBX", **how))

    assert [(one.price_per, int(one.amount or 0)) for one in settlements(plant.conn)] == [
        (Decimal(2000), amount) for amount in owed
    ]


def test_the_records_are_made_again_by_a_rebuild_and_a_repeat_makes_none(plant: Plant) -> None:
    event = said(MaterialConsumed, 12, demand="VIN1")
    plant.record(event)
    plant.now += timedelta(hours=1)
    plant.record(event)

    assert len(settlements(plant.conn)) == 1
    assert rebuild(plant.conn).differences == ()

"""Loops that split into others, whole segments that repeat, values made of parts, and elements that come together."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.mapping import read_document, write_document
from ledger.events import (
    AcknowledgedLine,
    OrderAcknowledged,
    OrderChanged,
    OrderPlaced,
    Price,
    Requirement,
    write_event,
)
from tests.unit.mapping.maps import base, document, mistakes_of, overlay

ACKNOWLEDGED = "BAK*00*AC*PO1*20261101~N1*SU**92*A123~PO1*10*240*EA*41.25*PE*BP*ECM-88-410~"
ORDERED_AT = datetime(2026, 11, 1, tzinfo=UTC)
PRICE = Price(amount=Decimal("41.25"), basis="PE")
VEHICLE: dict[str, Any] = {"reference": "1XKAD49X04J000004", "reference_kind": "vin"}
TWO_DAYS = "SCH*100*EA***067*20261123~SCH*140*EA***067*20261124~"


def event_of(set_id: str, body: str) -> Any:
    reading = read_document(base(set_id), document(body, set_id))
    assert reading.faults == ()
    return reading.events[0]


def written(set_id: str, event: Any) -> list[str]:
    writing = write_document(base(set_id), event)
    assert writing.faults == ()
    return ["*".join(segment) for segment in writing.segments]


def promise(segment: int, **said: Any) -> AcknowledgedLine:
    """A promise of the line in ACKNOWLEDGED."""
    line = {"order_line": "10", "part_number": "ECM-88-410", "quantity_ordered": Decimal(240), "unit": "EA"}
    return AcknowledgedLine(**{**line, "price": PRICE, "segment": segment, **said})


def test_each_inner_loop_makes_an_entry_with_what_the_outer_one_says() -> None:
    event = event_of("855", ACKNOWLEDGED + "ACK*IQ*200*EA*067*20261123~ACK*IB*40*EA~CTT*1~")

    assert event.lines == (
        promise(
            5, status="changed", code="IQ", quantity=Decimal(200), promised_at=datetime(2026, 11, 23, tzinfo=UTC)
        ),
        promise(6, status="backordered", code="IB", quantity=Decimal(40)),
    )


def test_a_loop_without_inner_ones_is_an_entry_of_its_own() -> None:
    assert event_of("855", ACKNOWLEDGED + "CTT*1~").lines == (promise(4, status="accepted"),)


def test_the_inner_loop_of_which_there_are_most_splits() -> None:
    event = event_of("855", ACKNOWLEDGED + "ACK*IA*240*EA~" + TWO_DAYS + "CTT*1~")

    assert [(line.code, line.quantity, line.promised_at) for line in event.lines] == [
        ("IA", Decimal(100), datetime(2026, 11, 23, tzinfo=UTC)),
        ("IA", Decimal(140), datetime(2026, 11, 24, tzinfo=UTC)),
    ]


def test_what_is_wrong_above_inner_loops_is_told_once() -> None:
    body = ACKNOWLEDGED.replace("41.25", "41,25") + "ACK*IQ*200*EA~ACK*IB*40*EA~CTT*1~"

    reading = read_document(base("855"), document(body, "855"))

    assert [fault.code for fault in reading.faults] == ["not_a_decimal"]


def test_entries_alike_in_the_outer_loop_are_written_into_one() -> None:
    lines = (promise(0, status="changed", code="IQ", quantity=Decimal(200)), promise(0, status="backordered"))
    event = OrderAcknowledged(number="PO1", ordered_at=ORDERED_AT, lines=(*lines, *lines[:1]))

    assert written("855", event) == [
        "BAK*00*AC*PO1*20261101",
        "PO1*10*240*EA*41.25*PE*BP*ECM-88-410",
        "ACK*IQ*200*EA",
        "ACK*IB",
        "ACK*IQ*200*EA",
        "CTT*3",
    ]


def test_provenance_names_the_inner_segment_of_each_entry() -> None:
    reading = read_document(base("855"), document(ACKNOWLEDGED + "ACK*IQ*200*EA~ACK*IB*40*EA~CTT*1~", "855"))

    found = {p.path: (p.segment, p.tag, p.element) for p in reading.provenance()}

    assert found["lines[0].quantity"] == (5, "ACK", 2)
    assert found["lines[1].quantity"] == (6, "ACK", 2)
    assert found["lines[1].price.amount"] == (4, "PO1", 4)


def test_a_value_of_parts_needs_those_that_it_cannot_be_without() -> None:
    event = event_of("855", ACKNOWLEDGED.replace("*41.25*PE", "**") + "CUR*SE*USD~CTT*1~")

    assert event.lines[0].price is None


def test_a_value_of_parts_is_bound_part_by_part() -> None:
    text = "extends: x12/004010/855\nloops: {PO1: {fields: {price: PO1.04}}}\n"
    path = "partners/acme/x12/004010/855/map.yaml"

    told = f"{path} line 2: price is a struct: bind its own fields, as price.amount"
    assert mistakes_of(text, path) == [told]


def test_split_stands_in_a_loop_that_makes_entries() -> None:
    text = "extends: x12/004010/855\nheader: {into: split}\n"
    path = "partners/acme/x12/004010/855/map.yaml"

    assert mistakes_of(text, path) == [f"{path} line 2: into: split stands in no loop that makes entries"]


def test_a_segment_that_repeats_makes_entries_unless_others_did() -> None:
    head = "BEG*00*SA*PO1**20261101~PO1*10*240*EA***BP*ECM-88-410~DTM*002*20261201~"

    alone, beside = (event_of("850", head + more + "CTT*1~") for more in ("", "SCH*240*EA***002*20261123~"))

    assert [(s.quantity, s.unit, s.due_at) for s in alone.lines[0].schedule] == [
        (Decimal(240), "EA", datetime(2026, 12, 1, tzinfo=UTC))
    ]
    assert [s.due_at for s in beside.lines[0].schedule] == [datetime(2026, 11, 23, tzinfo=UTC)]


def test_elements_that_come_together_are_left_out_together() -> None:
    lines = (promise(0, status="accepted", quantity_ordered=None, price=None, supplier_part_number="V1"),)

    assert written("855", OrderAcknowledged(number="PO1", ordered_at=ORDERED_AT, lines=lines))[1:3] == [
        "PO1*10*****BP*ECM-88-410*VP*V1",
        "ACK*IA",
    ]


def test_a_segment_in_a_loop_brings_the_one_that_opens_it() -> None:
    text = 'header: {fields: {contract: "N1[ST]/REF[CT].02"}}\n'
    order = OrderPlaced(number="PO1", created_at=ORDERED_AT, ship_to="92:PLT07", supplier="92:A123", contract="C7")

    segments = write_document(overlay(text, "850"), order).segments

    assert ["*".join(one) for one in segments if one[0] in ("N1", "REF")] == [
        "N1*ST**92*PLT07",
        "REF*CT*C7",
        "N1*SU**92*A123",
    ]


@pytest.mark.parametrize(("change", "quantity"), [("DI", Decimal(0)), ("QI", None)])
def test_what_a_document_leaves_out_is_read_by_an_expression(change: str, quantity: Decimal | None) -> None:
    body = f"BCH*04*SA*PO1***20261101~POC*10*{change}******BP*ECM-88-410~CTT*1~"

    reading = read_document(base("860"), document(body, "860"))

    if quantity is None:
        assert [fault.code for fault in reading.faults] == ["required"]
    else:
        changed = reading.events[0]
        assert isinstance(changed, OrderChanged)
        assert [line.quantity for line in changed.lines] == [quantity]


INVOICE = "BIG*20261124*INV1*20261101*PO1***{kind}~REF*SI*0000457~N1*SU**92*A123~IT1*1*{sign}4*EA*2.5**BP*P1~"


def test_amounts_of_a_credit_note_stand_above_zero_in_the_event_and_below_it_in_the_document() -> None:
    body = INVOICE.format(kind="CR", sign="-") + "TDS*-1000~"

    event = event_of("810", body)

    assert (event.invoice, event.lines[0].quantity, event.total) == ("credit_note", Decimal(4), Decimal("10.00"))
    assert [one for one in written("810", event) if one[:3] in ("IT1", "TDS")] == [
        "IT1*1*-4*EA*2.5**BP*P1",
        "TDS*-1000",
    ]


def test_an_element_tells_that_an_amount_is_below_zero() -> None:
    body = INVOICE.format(kind="DI", sign="") + "TDS*955~SAC*A*C310***100~SAC*C*D240***55~"

    event = event_of("810", body)

    assert [(charge.kind, charge.amount) for charge in event.charges] == [
        ("C310", Decimal("-1.00")),
        ("D240", Decimal("0.55")),
    ]
    assert written("810", event)[-2:] == ["SAC*A*C310***100", "SAC*C*D240***55"]


def test_what_is_said_once_falls_to_lines_that_say_none_of_their_own() -> None:
    body = INVOICE.format(kind="DI", sign="") + "IT1*2*1*EA*1**BP*P2~REF*SI*0000458~TDS*1100~"
    reading = read_document(base("810"), document(body, "810"))

    assert [line.shipment_id for line in reading.events[0].lines] == ["0000457", "0000458"]  # type: ignore[attr-defined]
    found = {p.path: (p.segment, p.tag) for p in reading.provenance()}
    assert found["lines[0].shipment_id"] == (3, "REF")
    assert found["lines[1].shipment_id"] == (7, "REF")


def test_a_text_that_says_what_absence_says_makes_the_same_event() -> None:
    said, unsaid = (INVOICE.format(kind=kind, sign="") + "TDS*1000~" for kind in ("DI", ""))

    assert write_event(event_of("810", said)) == write_event(event_of("810", unsaid))


SCHEDULE = "BSS*00*S1*20261120*DL*20261123*20261125*0048****A~N1*ST**92*PLT07~LIN**BP*P1~UIT*EA~"


def test_times_of_the_day_are_requirements_of_their_own() -> None:
    event = event_of("862", SCHEDULE + "FST*90*C*D*20261123~JIT*60*0800~REF*RE*R7~JIT*30*1330~FST*5*D*D*20261124~")

    assert [(one.quantity, one.due_at, one.certainty, one.reference) for one in event.lines[0].requirements] == [
        (Decimal(60), datetime(2026, 11, 23, 8, tzinfo=UTC), "firm", "R7"),
        (Decimal(30), datetime(2026, 11, 23, 13, 30, tzinfo=UTC), "firm", ""),
        (Decimal(5), datetime(2026, 11, 24, tzinfo=UTC), "planned", ""),
    ]
    assert [one for one in written("862", event) if one.startswith("FST")] == [
        "FST*60*C*D*20261123**002*0800*RE*R7",
        "FST*30*C*D*20261123**002*1330",
        "FST*5*D*D*20261124",
    ]


def test_a_date_of_shipping_is_told_where_goods_are_shipped_from() -> None:
    places = {"92:PLT07": ZoneInfo("America/Detroit"), "92:A123": ZoneInfo("America/Los_Angeles")}
    body = SCHEDULE.replace("*DL*", "*SH*") + "N1*SF**92*A123~"
    body = body.replace("LIN**BP*P1~UIT*EA~N1*SF**92*A123~", "N1*SF**92*A123~LIN**BP*P1~UIT*EA~FST*1*C*D*20261123~")

    reading = read_document(base("862"), document(body, "862"), zone_of=places.get)

    due = reading.events[0].lines[0].requirements[0].due_at  # type: ignore[attr-defined]
    assert due == datetime(2026, 11, 23, tzinfo=ZoneInfo("America/Los_Angeles"))


def test_repeated_segments_are_written_each_with_its_own_qualifier() -> None:
    head = "BFR*00*F1**DL*A*20261123**20261120~N1*ST**92*PLT07~LIN**BP*P1~UIT*EA~"
    body = head + "ATH*FI*20261204*6200**20260101~ATH*MT*20270115*8000~ATH*PQ**5240**20260101~FST*1*C*D*20261123~"

    event = event_of("830", body)

    assert [(one.kind, one.quantity) for one in event.lines[0].authorizations] == [
        ("fabrication", Decimal(6200)),
        ("material", Decimal(8000)),
    ]
    assert event.lines[0].cum_required == Decimal(5240)
    assert [one for one in written("830", event) if one.startswith("ATH")] == [
        "ATH*PQ**5240**20261123",
        "ATH*FI*20261204*6200**20260101",
        "ATH*MT*20270115*8000",
    ]


def test_a_balance_of_none_is_told_and_what_is_not_on_hand_is_no_balance() -> None:
    event = event_of("846", "BIA*00*SI*I1*20261123~N1*WH**92*WH3~LIN**BP*P1~QTY*33*0*EA~QTY*63*7*EA~LIN**BP*P2~")

    assert [(line.part_number, line.quantity, line.state) for line in event.lines] == [
        ("P1", Decimal(0), "available")
    ]


def test_parts_of_a_sequence_are_told_when_their_moment_says_and_counted_as_they_say_themselves() -> None:
    head = "BSS*00*Q1*20261122*JS*20261123*20261124*1~DTM*002*20261123*0810~UIT*EA~QTY*01*3~REF*VT*1XKAD49X04J000004~"

    event = event_of("866", head + "LIN**BP*K1~REF*JS*7~QTY*01*2~LIN**BP*K2*JS*8~CTT*2~")

    due = datetime(2026, 11, 23, 8, 10, tzinfo=UTC)
    assert [(line.part_number, line.unit, line.requirements) for line in event.lines] == [
        ("K1", "EA", (Requirement(quantity=Decimal(2), due_at=due, sequence="7", **VEHICLE),)),
        ("K2", "EA", (Requirement(quantity=Decimal(1), due_at=due, sequence="8", **VEHICLE),)),
    ]
    assert written("866", event)[1:-1] == [
        "UIT*EA",
        "DTM*002*20261123*0810*UT",
        "LIN**BP*K1",
        "REF*JS*7",
        "REF*VT*1XKAD49X04J000004",
        "QTY*01*2",
        "LIN**BP*K2",
        "REF*JS*8",
        "REF*VT*1XKAD49X04J000004",
        "QTY*01*1",
    ]


def test_parts_of_a_planning_schedule_for_several_places_are_schedules_of_their_places() -> None:
    head = "BFR*00*F1**DL*A*20261123**20261120~N1*SU**92*A123~"
    lines = [
        f"LIN**BP*P{n}~UIT*EA~N1*ST**92*PLT0{place}~FST*{n}*C*D*20261123~" for n, place in ((1, 7), (2, 8), (3, 7))
    ]

    reading = read_document(base("830"), document(head + "".join(lines), "830"))

    told = [(event.ship_to, [line.part_number for line in event.lines]) for event in reading.events]  # type: ignore[attr-defined]
    assert told == [("92:PLT07", ["P1", "P3"]), ("92:PLT08", ["P2"])]

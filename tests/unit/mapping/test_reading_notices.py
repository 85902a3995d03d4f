"""The shipped map of the ship notice: what every shape of it becomes, and what is said of what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from gateway.mapping import read_document
from gateway.partners import Identities, Partner
from ledger.events import (
    HandlingUnit,
    NoticeLine,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
)
from tests.unit.mapping.maps import NOTICE, base, document, line_of, overlay

LINE = "LIN**BP*ECM-88-410~SN1**240*EA~"
TOP = "BSN*00*S1*20261122*1130~HL*1**S~N1*SF**92*A123~"


def lines_of(body: str) -> tuple[NoticeLine, ...]:
    reading = read_document(base("856"), document(body))
    assert reading.faults == ()
    (event,) = reading.events
    assert isinstance(event, ShipmentNotified)
    return event.lines


def test_a_notice_becomes_one_event_with_all_that_it_says() -> None:
    (event,) = read_document(base("856"), document(NOTICE)).events

    assert event == ShipmentNotified(
        number="0000457",
        created_at=datetime(2026, 11, 22, 11, 30, tzinfo=UTC),
        supplier="92:A123",
        ship_from="92:A123",
        ship_to="92:PLT07",
        shipped_at=datetime(2026, 11, 22, 16, 15, tzinfo=UTC),
        carrier="JBHT",
        mode="M",
        bill_of_lading="BOL88231",
        line_count=3,
        hl_count=3,
        lines=(
            NoticeLine(
                segment=11,
                part_number="ECM-88-410",
                quantity=Decimal(240),
                unit="EA",
                order_number="PO450012",
                release="R003",
                order_line="10",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("purpose", "kind"),
    [("00", ShipmentNotified), ("05", ShipmentReplaced), ("04", ShipmentReplaced), ("01", ShipmentCancelled)],
)
def test_the_purpose_chooses_the_event(purpose: str, kind: type) -> None:
    (event,) = read_document(base("856"), document(NOTICE.replace("BSN*00", f"BSN*{purpose}"))).events

    assert type(event) is kind


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("S-I", TOP + "HL*2*1*I~" + LINE + "PRF*PO1~"),
        ("S-O-I", TOP + "HL*2*1*O~PRF*PO1~HL*3*2*I~" + LINE),
        ("S-T-I", TOP + "HL*2*1*T~HL*3*2*I~" + LINE + "PRF*PO1~"),
        ("S-P-I", TOP + "HL*2*1*P~HL*3*2*I~" + LINE + "PRF*PO1~"),
        ("S-T-O-I", TOP + "HL*2*1*T~HL*3*2*O~PRF*PO1~HL*4*3*I~" + LINE),
        ("S-T-P-I", TOP + "HL*2*1*T~HL*3*2*P~HL*4*3*I~" + LINE + "PRF*PO1~"),
        ("S-O-T-I", TOP + "HL*2*1*O~PRF*PO1~HL*3*2*T~HL*4*3*I~" + LINE),
        ("S-O-P-I", TOP + "HL*2*1*O~PRF*PO1~HL*3*2*P~HL*4*3*I~" + LINE),
        ("S-P-O-I", TOP + "HL*2*1*P~HL*3*2*O~PRF*PO1~HL*4*3*I~" + LINE),
        ("S-O-I-P", TOP + "HL*2*1*O~PRF*PO1~HL*3*2*I~" + LINE + "HL*4*3*P~"),
        ("S-O-T-P-I", TOP + "HL*2*1*O~PRF*PO1~HL*3*2*T~HL*4*3*P~HL*5*4*I~" + LINE),
    ],
)
def test_the_order_falls_through_to_the_line_in_every_nesting(shape: str, body: str) -> None:
    (line,) = lines_of(body)

    assert (line.order_number, line.part_number, line.handling_units) == ("PO1", "ECM-88-410", ())
    assert document(body).accepted, shape


def test_pointers_nest_levels_and_never_their_order() -> None:
    shuffled = TOP + "HL*4*3*I~" + LINE + "HL*5*2*I~LIN**BP*OTHER~SN1**1*EA~HL*2*1*O~PRF*PO1~HL*3*1*O~PRF*PO2~"

    assert {(line.part_number, line.order_number) for line in lines_of(shuffled)} == {
        ("ECM-88-410", "PO2"),
        ("OTHER", "PO1"),
    }


def test_units_above_a_line_come_to_it_outermost_first_each_knowing_its_parent() -> None:
    body = TOP + "HL*2*1*T~REF*LS*T1~HL*3*2*P~REF*LS*P1~REF*SE*S1~REF*SE*S2~HL*4*3*I~" + LINE

    (line,) = lines_of(body)

    assert line.handling_units == (
        HandlingUnit(id="T1", kind="tare"),
        HandlingUnit(id="P1", kind="pack", parent="T1", serials=("S1", "S2")),
    )


def test_units_below_a_line_belong_to_it() -> None:
    body = TOP + "HL*2*1*I~" + LINE + "HL*3*2*P~REF*LS*P1~HL*4*2*P~REF*LS*P2~"

    (line,) = lines_of(body)

    assert [unit.id for unit in line.handling_units] == ["P1", "P2"]


def test_a_sibling_level_lends_nothing() -> None:
    body = TOP + "HL*2*1*T~REF*LS*T1~HL*3*2*I~" + LINE + "HL*4*1*I~LIN**BP*LOOSE~SN1**1*EA~"

    assert [len(line.handling_units) for line in lines_of(body)] == [1, 0]


def test_each_label_of_a_load_is_a_unit_with_the_loads_quantity() -> None:
    body = TOP + "HL*2*1*I~" + LINE + "CLD*2*120~REF*LS*L1~REF*LS*L2~"

    (line,) = lines_of(body)

    assert (line.loads, line.units_per_load) == (2, Decimal(120))
    assert line.handling_units == (
        HandlingUnit(id="L1", kind="load", quantity=Decimal(120)),
        HandlingUnit(id="L2", kind="load", quantity=Decimal(120)),
    )


@pytest.mark.parametrize(
    ("loads", "units"),
    [
        ("CLD*2*120~", [("", ()), ("", ())]),
        ("CLD*3*80~REF*LS*L1~", [("L1", ()), ("", ()), ("", ())]),
        ("CLD*1*80~REF*LS*L1~REF*LS*L2~", [("L1", ()), ("L2", ())]),
        ("CLD*2*1~REF*LS*L1~REF*SE*S1~REF*LS*L2~REF*SE*S2~", [("L1", ("S1",)), ("L2", ("S2",))]),
        ("CLD*1*2~REF*SE*S1~REF*SE*S2~REF*LS*L1~", [("L1", ("S1", "S2"))]),
        ("CLD*1*2~REF*SE*S1~REF*SE*S2~", [("", ("S1", "S2"))]),
    ],
)
def test_loads_are_expanded_to_units_and_labels_bring_their_own_serials(
    loads: str, units: list[tuple[str, tuple[str, ...]]]
) -> None:
    (line,) = lines_of(TOP + "HL*2*1*I~" + LINE + loads)

    assert [(unit.id, unit.serials) for unit in line.handling_units] == units
    assert {unit.kind for unit in line.handling_units} == {"load"}


def test_a_number_of_loads_never_decides_how_much_memory_they_take() -> None:
    (line,) = lines_of(TOP + "HL*2*1*I~" + LINE + "CLD*99999*1~" * 3)

    assert line.handling_units == ()


def test_several_loads_leave_loads_open_for_no_single_product_holds() -> None:
    body = TOP + "HL*2*1*I~" + LINE + "CLD*1*200~REF*LS*L1~CLD*1*40~REF*LS*L2~"

    (line,) = lines_of(body)

    assert (line.loads, [unit.quantity for unit in line.handling_units]) == (None, [Decimal(200), Decimal(40)])


def test_unknown_levels_are_passed_through() -> None:
    body = TOP + "HL*2*1*O~PRF*PO1~HL*3*2*T~REF*LS*T1~HL*4*3*I~" + LINE

    (event,) = read_document(overlay("remove: [levels.T]\n"), document(body)).events

    assert isinstance(event, ShipmentNotified)
    assert [(line.order_number, line.handling_units) for line in event.lines] == [("PO1", ())]


def test_a_unit_that_no_table_knows_goes_on_as_sent_and_collides_with_none() -> None:
    (line,) = lines_of(TOP + "HL*2*1*I~LIN**BP*X~SN1**3*ZZ~")

    assert line.unit == "x12:ZZ"


def test_without_su_and_sf_the_supplier_is_the_sender_as_its_partner_file_names_it() -> None:
    body = NOTICE.replace("N1*SF**92*A123~", "")
    acme = Partner(id="acme", identities=Identities(party=("92:ACME",)))

    (known,) = read_document(base("856"), document(body), acme).events
    (unknown,) = read_document(base("856"), document(body)).events

    assert isinstance(known, ShipmentNotified)
    assert isinstance(unknown, ShipmentNotified)
    assert (known.supplier, unknown.supplier) == ("92:ACME", "1:123456789")


def test_su_is_the_supplier_before_sf() -> None:
    (event,) = read_document(base("856"), document(NOTICE.replace("HL*2*1*O", "N1*SU**92*B9~HL*2*1*O"))).events

    assert isinstance(event, ShipmentNotified)
    assert (event.supplier, event.ship_from) == ("92:B9", "92:A123")


# --- times ---------------------------------------------------------------------------------------------------


def shipped_at(dtm: str, **zones: str) -> datetime | None:
    body = NOTICE.replace("DTM*011*20261122*1115*ET", dtm)
    partner = Partner(id="acme", time_zone="America/Detroit")
    reading = read_document(
        base("856"), document(body), partner, zone_of=lambda p: ZoneInfo(zones[p]) if p in zones else None
    )
    (event,) = reading.events
    assert isinstance(event, ShipmentNotified)
    return event.shipped_at


def test_the_zone_of_the_time_goes_before_that_of_the_place() -> None:
    assert shipped_at("DTM*011*20261122*1115*CT", **{"92:A123": "Asia/Tokyo"}) == datetime(
        2026, 11, 22, 17, 15, tzinfo=UTC
    )


def test_a_time_without_zone_is_told_where_it_happened() -> None:
    assert shipped_at("DTM*011*20261122*1115", **{"92:A123": "Asia/Tokyo"}) == datetime(
        2026, 11, 22, 2, 15, tzinfo=UTC
    )


def test_a_time_of_an_unknown_place_is_told_in_the_partners_zone() -> None:
    assert shipped_at("DTM*011*20261122*1115") == datetime(2026, 11, 22, 16, 15, tzinfo=UTC)


def test_local_time_is_that_of_the_place() -> None:
    assert shipped_at("DTM*011*20261122*1115*LT", **{"92:A123": "Asia/Tokyo"}) == datetime(
        2026, 11, 22, 2, 15, tzinfo=UTC
    )


# --- what is wrong, and where --------------------------------------------------------------------------------


def test_all_faults_of_a_document_are_found_in_one_pass_and_located_on_both_sides() -> None:
    body = NOTICE.replace("BSN*00", "BSN*07").replace("SN1**240", "SN1**24O")

    reading = read_document(base("856"), document(body))

    assert reading.events == ()
    file = "x12/004010/856/map.yaml"
    assert [fault.text for fault in reading.faults] == [
        f'{file}:{line_of("purpose: {at")} purpose <- segment 2 BSN01 "07": is not in code table purpose '
        "(00, 05, 04, 01)",
        f'{file}:{line_of("quantity: {at: SN1.02")} quantity <- segment 13 SN102 "24O": not a decimal',
    ]
    fault = reading.faults[1]
    assert (fault.code, fault.segment, fault.tag, fault.element, fault.value, fault.origin) == (
        "not_a_decimal",
        13,
        "SN1",
        2,
        "24O",
        f"x12/004010/856/map.yaml:{line_of('quantity: {at: SN1.02')} quantity",
    )


def test_a_line_that_names_no_part_is_a_fault_of_the_document() -> None:
    reading = read_document(base("856"), document(NOTICE.replace("BP*ECM-88-410", "MG*ECM-88-410")))

    assert [fault.code for fault in reading.faults] == ["part-named"]
    assert reading.events == ()


def test_where_the_agreement_says_so_a_faulty_line_is_left_out_and_told() -> None:
    body = NOTICE.replace("CTT*3", "HL*4*2*I~LIN**BP*Y~SN1**1O*EA~CTT*4")

    reading = read_document(overlay("faults: line\n"), document(body))

    (event,) = reading.events
    assert isinstance(event, ShipmentNotified)
    assert [line.part_number for line in event.lines] == ["ECM-88-410"]
    assert [(fault.segment, fault.rejects) for fault in reading.faults] == [(16, False)]


def test_levels_nested_without_end_are_a_fault_and_no_crash() -> None:
    deep = "".join(f"HL*{n}*{n - 1}*T~" for n in range(2, 400))

    reading = read_document(base("856"), document(TOP + deep + "HL*400*399*I~" + LINE))

    assert [fault.code for fault in reading.faults] == ["too_deep"]


def test_what_no_rule_looks_at_is_counted_and_named() -> None:
    body = NOTICE.replace("TD5", "MEA*PD*N*1240*LB~TD1*PLT71*2~TD5").replace("CTT*3", "CTT*3*9*8*LB")

    unmapped = read_document(base("856"), document(body)).unmapped

    assert (str(unmapped), unmapped.places) == (
        "2 segments, 2 elements not mapped",
        (("CTT03", 1), ("CTT04", 1), ("MEA[PD]", 1), ("TD1", 1)),
    )


def test_every_value_tells_the_element_and_the_line_of_the_map_it_came_from() -> None:
    told = {p.path: p for p in read_document(base("856"), document(NOTICE)).provenance()}

    quantity, order = told["lines[0].quantity"], told["lines[0].order_number"]
    assert (quantity.segment, quantity.tag, quantity.element, quantity.value) == (13, "SN1", 2, "240")
    assert quantity.origin == f"x12/004010/856/map.yaml:{line_of('quantity: {at: SN1.02')}"
    assert (order.segment, order.tag, order.element, order.value) == (10, "PRF", 1, "PO450012")

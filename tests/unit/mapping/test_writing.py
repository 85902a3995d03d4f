"""What a map reads it writes; what does not fit is a fault that names field and place, and nothing is sent."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from gateway.mapping import MapWriting, write_document
from gateway.partners import Partner, X12Terms
from gateway.x12 import check_document
from ledger.advices import (
    AdvisedFault,
    AdvisedItem,
    ApplicationAdvice,
    ReceivedLine,
    ReceivingAdvice,
    Variance,
)
from ledger.events import (
    Event,
    HandlingUnit,
    NoticeLine,
    OrderCancelled,
    OrderChanged,
    OrderLine,
    OrderPlaced,
    Schedule,
    ShipmentNotified,
)
from tests.unit.mapping.maps import base, configuration

AT = datetime(2026, 11, 23, 13, 55, tzinfo=UTC)
ACME = Partner(id="acme", time_zone="America/Detroit")
ORDER = OrderPlaced(
    number="PO450012",
    created_at=AT,
    supplier="92:A123",
    ship_to="92:PLT07",
    currency="USD",
    lines=(
        OrderLine(
            order_line="10",
            part_number="ECM-88-410",
            supplier_part_number="V-7781",
            quantity=Decimal(240),
            unit="EA",
            price=Decimal("41.25"),
            schedule=(Schedule(quantity=Decimal(240), due_at=AT, unit="EA"),),
        ),
    ),
)


def written(writing: MapWriting, set_id: str) -> list[str]:
    """The segments, after the set's own guide has found nothing wrong with them."""
    assert writing.faults == ()
    guide = configuration().guides.find("", "", "004010", set_id)
    assert guide is not None
    assert check_document(guide, writing.segments) == ()
    return ["*".join(segment) for segment in writing.segments]


def test_an_order_leaves_as_an_850_with_times_told_in_the_partners_zone() -> None:
    assert written(write_document(base("850"), ORDER, ACME), "850") == [
        "BEG*00*SA*PO450012**20261123",
        "CUR*BY*USD",
        "N1*ST**92*PLT07",
        "N1*SU**92*A123",
        "PO1*10*240*EA*41.25**BP*ECM-88-410*VP*V-7781",
        "SCH*240*EA***002*20261123*0855",
        "CTT*1",
    ]


def test_a_day_leaves_as_a_day_and_a_time_as_a_time() -> None:
    def due(at: datetime) -> str:
        order = OrderPlaced(number="PO1", created_at=AT, due_at=at, lines=ORDER.lines)
        return next(s for s in written(write_document(base("850"), order, ACME), "850") if s.startswith("DTM"))

    assert due(datetime(2026, 11, 23, 5, tzinfo=UTC)) == "DTM*002*20261123"
    assert due(datetime(2026, 11, 23, 0, tzinfo=UTC)) == "DTM*002*20261122*1900*ET"


@pytest.mark.parametrize(("complete", "purpose"), [(False, "04"), (True, "05")])
def test_a_change_tells_whether_it_is_the_whole_order(complete: bool, purpose: str) -> None:
    change = OrderChanged(number="PO1", created_at=AT, complete=complete, lines=ORDER.lines)

    assert written(write_document(base("850"), change), "850")[0] == f"BEG*{purpose}*SA*PO1**20261123"


def test_a_dock_finding_leaves_as_an_861_with_up_to_five_quantities_in_question() -> None:
    advice = ReceivingAdvice(
        number="RA1",
        created_at=AT,
        shipment_id="0000457",
        ship_to="92:PLT07",
        supplier="1:123456789",
        received_at=AT,
        lines=(
            ReceivedLine(
                line="10",
                part_number="ECM-88-410",
                unit="EA",
                quantity=Decimal(236),
                quantity_advised=Decimal(240),
                cum_received=Decimal(5236),
                order_number="PO450012",
                variances=(
                    Variance(quantity=Decimal(4), unit="EA", condition="02"),
                    Variance(quantity=Decimal(1), unit="EA", condition="01"),
                ),
            ),
        ),
    )

    assert written(write_document(base("861"), advice, ACME), "861") == [
        "BRA*RA1*20261123*00*2*0855",
        "REF*SI*0000457",
        "DTM*050*20261123*0855*ET",
        "N1*ST**92*PLT07",
        "N1*SF**1*123456789",
        "RCD*10*236*EA***4*EA*02*1*EA*01**********5236",
        "SN1**240*EA",
        "LIN**BP*ECM-88-410",
        "PRF*PO450012",
        "CTT*1",
    ]


def test_nothing_received_is_written_as_zero() -> None:
    advice = ReceivingAdvice(
        number="RA1",
        created_at=AT,
        received_at=AT,
        lines=(ReceivedLine(line="10", part_number="X", unit="EA", quantity=Decimal(0)),),
    )

    assert "RCD*10*0*EA" in written(write_document(base("861"), advice), "861")


def test_more_quantities_in_question_than_have_room_are_a_fault() -> None:
    variance = Variance(quantity=Decimal(1), unit="EA", condition="01")
    advice = ReceivingAdvice(
        number="RA1", created_at=AT, lines=(ReceivedLine(part_number="X", variances=(variance,) * 6),)
    )

    assert [fault.code for fault in write_document(base("861"), advice).faults] == ["too_many"]


def test_a_fault_in_a_document_leaves_as_an_824_that_names_its_place() -> None:
    advice = ApplicationAdvice(
        number="AA1",
        created_at=AT,
        supplier="1:123456789",
        ship_to="92:PLT07",
        shipment_id="0000457",
        original_number="0000457",
        original_sender="123456789",
        original_receiver="987654321",
        original_group_control="101",
        original_set_control="0001",
        items=(
            AdvisedItem(
                verdict="IR",
                part_number="ECM-88-410",
                order_number="PO450012",
                faults=(
                    AdvisedFault(
                        code="Q",
                        text="the part is not on the order " * 4,
                        tag="LIN",
                        segment=13,
                        element=3,
                        value="X",
                    ),
                ),
            ),
        ),
    )

    assert written(write_document(base("824"), advice), "824") == [
        "BGN*00*AA1*20261123*1355",
        "N1*SU**1*123456789",
        "N1*ST**92*PLT07",
        "OTI*IR*SI*0000457*123456789*987654321***101*0001*856",
        "REF*PM*ECM-88-410",
        "REF*PO*PO450012",
        "TED*Q*the part is not on the order the part is not on the order th*LIN*13*3**X",
    ]


def test_orders_and_units_that_lines_share_become_the_levels_above_them() -> None:
    tare, first, second = (
        HandlingUnit(id="TARE1", kind="tare"),
        HandlingUnit(id="PACK1", kind="pack", parent="TARE1"),
        HandlingUnit(id="PACK2", kind="pack", parent="TARE1", serials=("S1",)),
    )
    line = NoticeLine(part_number="ECM", quantity=Decimal(1), unit="EA", order_number="PO1")
    notice = ShipmentNotified(
        number="0000457",
        created_at=AT,
        ship_from="92:A123",
        supplier="92:A123",
        lines=(
            NoticeLine(
                part_number="A", quantity=Decimal(1), unit="EA", order_number="PO1", handling_units=(tare, first)
            ),
            NoticeLine(
                part_number="B", quantity=Decimal(1), unit="EA", order_number="PO1", handling_units=(tare, second)
            ),
            line,
            NoticeLine(
                part_number="C",
                quantity=Decimal(2),
                unit="EA",
                handling_units=(HandlingUnit(id="PACK3", kind="pack"), HandlingUnit(id="PACK4", kind="pack")),
            ),
        ),
    )

    levels = [
        s for s in written(write_document(base("856"), notice), "856") if s[:2] in ("HL", "RE", "LI", "PR", "CT")
    ]

    assert levels == [
        "HL*1**S",
        "HL*2*1*O",
        "PRF*PO1",
        "HL*3*2*T",
        "REF*LS*TARE1",
        "HL*4*3*P",
        "REF*LS*PACK1",
        "HL*5*4*I",
        "LIN**BP*A",
        "HL*6*3*P",
        "REF*LS*PACK2",
        "REF*SE*S1",
        "HL*7*6*I",
        "LIN**BP*B",
        "HL*8*2*I",
        "LIN**BP*ECM",
        "HL*9*1*I",
        "LIN**BP*C",
        "HL*10*9*P",
        "REF*LS*PACK3",
        "HL*11*9*P",
        "REF*LS*PACK4",
        "CTT*11",
    ]


def test_labels_alike_share_their_load() -> None:
    units = tuple(
        HandlingUnit(id=f"L{n}", kind="load", quantity=Decimal(q)) for n, q in ((1, 120), (2, 120), (3, 60))
    )
    line = NoticeLine(part_number="ECM", quantity=Decimal(300), unit="EA", handling_units=units)
    notice = ShipmentNotified(number="0000457", created_at=AT, lines=(line,))

    loads = [s for s in written(write_document(base("856"), notice), "856") if s[:3] in ("CLD", "REF")]

    assert loads == ["CLD*2*120", "REF*LS*L1", "REF*LS*L2", "CLD*1*60", "REF*LS*L3"]


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (OrderPlaced(number=""), "number -> BEG.03: is required, and the event has none"),
        (
            OrderPlaced(number="1", lines=(OrderLine(part_number="X", quantity=Decimal(1), unit="ZZZ"),)),
            'lines[0].unit -> PO1.03: "ZZZ" has no code in table units',
        ),
        (OrderPlaced(number="A*B"), 'number -> BEG.03: "A*B" holds a delimiter or a control character'),
        (OrderPlaced(number="A\nB"), 'number -> BEG.03: "A\nB" holds a delimiter or a control character'),
    ],
)
def test_what_cannot_be_written_is_told_with_field_and_place(event: Event, text: str) -> None:
    faults = write_document(base("850"), event).faults

    assert any(fault.text.endswith(text) for fault in faults), faults


def test_delimiters_are_those_of_the_partner() -> None:
    piped = Partner(id="acme", x12=X12Terms(element="|"))

    assert write_document(base("850"), OrderPlaced(number="A*B"), piped).faults == ()


def test_a_map_refuses_an_event_that_it_does_not_make() -> None:
    (fault,) = write_document(base("856"), OrderCancelled(number="1")).faults

    assert fault.code == "other_event"


def test_a_unit_kept_as_sent_goes_out_as_it_came() -> None:
    order = OrderPlaced(number="PO1", lines=(OrderLine(part_number="X", quantity=Decimal(1), unit="x12:ZZ"),))

    assert ("PO1", "", "1", "ZZ", "", "", "BP", "X") in write_document(base("850"), order).segments

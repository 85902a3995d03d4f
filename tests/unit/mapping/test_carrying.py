"""What a document says once of several lines, and totals that it tells of them: both directions."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.mapping import read_document, write_document
from ledger.advices import ReceivedLine, ReceivingAdvice, Variance
from ledger.events import GoodsShipped, NoticeLine, OrderLine, OrderPlaced, ShipmentNotified, StockLine
from tests.unit.mapping.maps import base, document, mistakes_of, overlay

LABELS = (("A", "PLATE"), ("A", "CLIP"), ("B", "PLATE"), ("A", "PLATE"))
SHIPPED = GoodsShipped(
    number="S1",
    place="91:WH02",
    carrier="JBHT",
    lines=tuple(
        StockLine(part_number=part, quantity=Decimal(2), unit="EA", handling_unit=label, demand="D1")
        for label, part in LABELS
    ),
)
WRITTEN = (
    ("W06", "F", "D1", "", "S1"),
    ("N1", "WH", "", "91", "WH02"),
    ("W27", "M", "JBHT"),
    ("LX", "1"),
    ("MAN", "GM", "A"),
    ("W12", "CC", "", "2", "", "EA", "", "BP", "PLATE"),
    ("W12", "CC", "", "2", "", "EA", "", "BP", "CLIP"),
    ("LX", "2"),
    ("MAN", "GM", "B"),
    ("W12", "CC", "", "2", "", "EA", "", "BP", "PLATE"),
    ("LX", "3"),
    ("MAN", "GM", "A"),
    ("W12", "CC", "", "2", "", "EA", "", "BP", "PLATE"),
    ("W03", "8"),
)


def body(segments: tuple[tuple[str, ...], ...]) -> str:
    return "~".join("*".join(segment) for segment in segments)


def test_lines_that_agree_stand_in_one_loop_and_what_all_share_in_the_head() -> None:
    writing = write_document(base("945"), SHIPPED)

    assert (writing.segments, writing.faults) == (WRITTEN, ())


def test_what_a_loop_and_the_head_say_falls_through_to_the_lines() -> None:
    reading = read_document(base("945"), document(body(WRITTEN), "945"))

    (event,) = reading.events
    assert [(one.handling_unit, one.part_number, one.demand) for one in event.lines] == [  # type: ignore[attr-defined]
        (label, part, "D1") for label, part in LABELS
    ]
    assert reading.faults == ()


def test_provenance_of_what_falls_through_leads_to_where_it_stood() -> None:
    reading = read_document(base("945"), document(body(WRITTEN), "945"))

    found = {one.path: (one.tag, one.segment) for one in reading.provenance()}
    assert (found["lines[1].handling_unit"], found["lines[3].demand"]) == (("MAN", 6), ("W06", 2))


def test_lines_that_differ_in_what_the_document_says_once_are_not_written() -> None:
    lines = tuple(StockLine(part_number="PLATE", quantity=Decimal(1), unit="EA", demand=one) for one in ("D1", "D2"))
    writing = write_document(base("945"), GoodsShipped(number="S1", lines=lines))

    (fault,) = writing.faults
    assert (fault.code, fault.text.split(" ", 1)[1]) == (
        "several", "lines.demand -> W06.02: differs by line, and the document says it once",
    )  # fmt: skip


def test_lines_that_differ_are_written_with_their_own_where_there_is_a_place_for_it() -> None:
    lines = tuple(
        NoticeLine(part_number="PLATE", quantity=Decimal(1), unit="EA", order_number=n) for n in ("P1", "P2")
    )
    event = ShipmentNotified(number="S1", supplier="1:1", carrier="JBHT", hash_total=Decimal(2), lines=lines)

    writing = write_document(base("943"), event)

    assert [segment for segment in writing.segments if segment[0] in ("W06", "N9")] == [
        ("W06", "F", "", "", "S1"), ("N9", "PO", "P1"), ("N9", "PO", "P2"),
    ]  # fmt: skip
    (again,) = read_document(base("943"), document(body(writing.segments), "943")).events
    assert [line.order_number for line in again.lines] == ["P1", "P2"]  # type: ignore[attr-defined]


def test_a_fault_names_the_line_of_the_event_whatever_loop_it_stands_in() -> None:
    good, bad = (
        OrderLine(part_number="PLATE", unit="EA"),
        OrderLine(part_number="PLATE", unit="SECOND", ship_to="92:B"),
    )
    writing = write_document(base("940"), OrderPlaced(number="D1", lines=(good, bad)))

    assert "lines[1].unit" in writing.faults[-1].text


def advice(quantity: int, *variances: tuple[int, str]) -> ReceivingAdvice:
    several = tuple(Variance(quantity=Decimal(n), unit="EA", condition=code) for n, code in variances)
    line = ReceivedLine(part_number="PLATE", unit="EA", quantity=Decimal(quantity), variances=several)
    return ReceivingAdvice(number="R1", ship_to="91:WH02", lines=(line,))


@pytest.mark.parametrize(
    ("told", "good", "held"),
    [
        (advice(240), "240", "0"),
        (advice(240, (4, "02")), "240", "0"),
        (advice(240, (12, "01"), (3, "09"), (4, "02")), "225", "15"),
    ],
)
def test_a_warehouse_tells_good_stock_and_the_advice_all_that_came(
    told: ReceivingAdvice, good: str, held: str
) -> None:
    segments = write_document(base("944"), told).segments

    assert ("W14", good, "", held) == segments[-1]
    assert [segment[1] for segment in segments if segment[0] == "W07"] == [good]
    (again,) = read_document(
        base("944"), document("W17*J*20261123*R1~N1*WH**91*WH02~" + body(segments[2:]), "944")
    ).advices
    assert again.lines[0].quantity == told.lines[0].quantity  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("total", "found"),
    [
        ("W14*10~", []),
        ("W14*10**1~", [("totals", 5, "W14", 3, "1", False)]),
        ("W14*11~", [("totals", 5, "W14", 1, "11", True)]),
    ],
)
def test_a_total_that_is_not_the_sum_is_told_where_it_stands(total: str, found: list[object]) -> None:
    reading = read_document(
        base("944"), document(f"W17*F*20261123*R1~N1*WH**91*WH02~W07*10*EA**BP*PLATE~{total}", "944")
    )

    assert [(f.code, f.segment, f.tag, f.element, f.value, f.rejects) for f in reading.faults] == found
    assert bool(reading.advices) is (total != "W14*11~")


def test_a_total_is_no_second_fault_of_a_line_that_could_not_be_read() -> None:
    text = "W17*F*20261123*R1~N1*WH**91*WH02~W07*10*EA**UP*PLATE~W14*10~"
    reading = read_document(base("944"), document(text, "944"))

    assert [fault.code for fault in reading.faults] == ["part-named"]


def test_values_fall_through_to_levels_as_well() -> None:
    map = overlay("carry: {fields: {lot: BSN.02}}\n")
    text = "BSN*00*0000457*20261122*1130~HL*1**S~N1*ST**92*PLT07~HL*2*1*I~LIN**BP*PLATE~SN1**4*EA~CTT*2~"
    (event,) = read_document(map, document(text)).events

    assert [line.lot for line in event.lines] == ["0000457"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("most: 0", 'loops.W04.most "0" must be a whole number from 1 to 100000'),
        ("most: 5", "most: is said of a loop that holds others"),
        (
            "computed: {W04.01: {expr: quantity, severity: fault}}",
            "computed: only totals of the whole document are compared",
        ),
        ("fields: {lot: {at: W04.03, less: quantity}}", "less: takes from a quantity of the entry itself"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_line(text: str, told: str) -> None:
    head = "event: ShipmentNotified\nheader: {fields: {number: W06.04}}\n"
    lines = f"{head}loops:\n  W04:\n    into: lines\n    {text}\n"
    found = mistakes_of(lines, "mappings/x12/004010/943/map.yaml")

    assert any(told in line and "line 6" in line for line in found), found

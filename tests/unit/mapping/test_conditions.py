"""Bindings and sections that hold under a condition, are like another, or make one text of several places."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.mapping import read_document, write_document
from gateway.mapping.converting.convert import Context
from gateway.mapping.places import read_x12_place
from gateway.mapping.plan import Section
from gateway.mapping.reading.finding import index_segments, pick_for
from gateway.mapping.writing.slots import Slots
from ledger.events import ShipmentStatusReported, StatusReport
from tests.unit.mapping.maps import base, document, mistakes_of

BODY = """
B10*PRO1*0000457*JBHT~
LX*1~
AT7*X1*NS***20261123*1020*UT~
MS1*Toledo*OH*US~
AT7*AG*NS***20261124*0800*UT~
LX*2~
AT7***AB*NA*20261124*0900*UT~
CD3*G*4~
AT7*D1*NS***20261123*1104*UT~
"""


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


REPORT = ShipmentStatusReported(
    number="PRO1",
    pro_number="PRO1",
    shipment_id="0000457",
    carrier="JBHT",
    statuses=(
        StatusReport(
            status="arrived", code="X1", reason="NS", occurred_at=at(10, 20), place="Toledo, OH, US", segment=4
        ),
        StatusReport(code="AG", reason="NS", expected_at=at(8, day=24), segment=6),
        StatusReport(code="AB", reason="NA", expected_at=at(9, day=24), segment=8),
        StatusReport(status="delivered", code="D1", reason="NS", occurred_at=at(11, 4), segment=10),
    ),
)


def test_the_code_decides_whether_a_time_has_come_and_which_elements_hold_it() -> None:
    reading = read_document(base("214"), document(BODY, "214"))

    assert (reading.events, reading.faults) == ((REPORT,), ())


def test_what_is_written_meets_the_same_conditions_under_one_numbered_loop() -> None:
    writing = write_document(base("214"), REPORT)

    assert writing.faults == ()
    assert writing.segments == (
        ("B10", "PRO1", "0000457", "JBHT"),
        ("LX", "1"),
        ("AT7", "X1", "NS", "", "", "20261123", "1020", "UT"),
        ("MS1", "Toledo", "OH", "US"),
        ("AT7", "AG", "NS", "", "", "20261124", "0800", "UT"),
        ("AT7", "", "", "AB", "NA", "20261124", "0900", "UT"),
        ("AT7", "D1", "NS", "", "", "20261123", "1104", "UT"),
    )


def test_a_loop_without_anything_in_it_is_not_written() -> None:
    writing = write_document(base("214"), ShipmentStatusReported(number="PRO1", pro_number="PRO1", carrier="JBHT"))

    assert writing.segments == (("B10", "PRO1", "", "JBHT"),)


@pytest.mark.parametrize(
    ("segment", "text"),
    [
        ("W12*CC*1*1**EA**ZZ*X*BP*500*G*L~", None),
        ("W12*CC*1*1**EA**ZZ*X*LOT*500*G*L*****BP*PLATE~", "PLATE"),
        ("W07*2*EA**BP*PLATE*VP*V1*BP~", "PLATE"),
        ("W04*2*EA**ZZ*X***T*BP**P***BP*PLATE~", "PLATE"),
    ],
)
def test_qualifiers_of_a_warehouse_line_stand_only_where_the_set_has_them(segment: str, text: str | None) -> None:
    # A lot or a weight between the pairs may look like a qualifier.
    elements = tuple(segment.rstrip("~").split("*"))
    place = read_x12_place(f"{elements[0]}[@BP]")
    index = index_segments(Section(name="", wanted=frozenset({elements[0]})), [(1, elements)])  # type: ignore[list-item]

    assert pick_for(place)(index, Context()) == text


def test_pairs_are_written_where_the_set_has_them() -> None:
    slots = Slots()
    for qualifier, text in (("BP", "PLATE"), ("VP", "V1")):
        slots.put(read_x12_place(f"W12[@{qualifier}]"), text)
    slots.put(read_x12_place("W12.09"), "L1")

    (_, segment) = slots.build("W12", ">")[0]
    assert segment == ("W12", *[""] * 6, "BP", "PLATE", "L1", *[""] * 7, "VP", "V1")


def test_a_section_that_is_like_none_or_like_itself_is_a_mistake() -> None:
    text = """
event: ShipmentStatusReported
header: {fields: {number: B10.01}}
loops:
  LX:
    loops:
      AT7: {like: LX.AT8}
      CD3: {like: LX}
"""
    words = 'like: "{}" is no loop that says all of itself (as LX.AT7)'
    assert [mistake.split(": ", 1)[1] for mistake in mistakes_of(text, "mappings/x12/004010/214/map.yaml")] == [
        words.format("LX.AT8"),
        words.format("LX"),
    ]

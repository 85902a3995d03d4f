"""Loops told apart by a qualifier (`SAC[A]`), and runs of segments (`repeats:` with `run`): LS and SE of a line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gateway.mapping import Map, read_document, write_document
from gateway.mapping.compiling.guided import check_against_guide
from ledger.events import HandlingUnit
from tests.unit.mapping.maps import base, configuration, document, mistakes_of, overlay

KEYED = """remove: [summary.loops.SAC]
summary:
  loops:
    "SAC[A|P]":
      into: charges
      when: kind in ('D240', 'C310')
      fields:
        kind: {at: SAC.02, required: true}
        amount: {at: SAC.05, as: implied, places: "2", minus: {at: SAC.01, is: A, else: A}}
    "SAC[C]":
      into: charges
      when: kind != 'tax' and kind not in ('D240', 'C310')
      fields: {kind: {at: SAC.02, required: true}, amount: {at: SAC.05, as: implied, places: "2"}}
"""
INVOICE = """BIG*20261122*INV1***PO1~N1*SU**92*A123~IT1*1*10*EA*2.5*PE*BP*ECM-88-410~TDS*2500~
SAC*A*D240***100~SAC*C*H000***50~SAC*N*ZZ00***5~CTT*1~"""

RUNS = "REF*LT*L7~REF*SE*S0~REF*LS*P1~REF*SE*S1~REF*SE*S2~REF*LS*P2~REF*SE*S3~"
HEAD = """BSN*00*0000457*20261122*1130~HL*1**S~N1*ST**92*PLT07~N1*SF**92*A123~HL*2*1*O~PRF*PO450012~HL*3*2*I~
LIN**BP*ECM-88-410~SN1**240*EA~"""


def read(map: Map, body: str, set_id: str = "856") -> Any:
    reading = read_document(map, document(body, set_id))
    assert reading.faults == ()
    return reading


def test_loops_of_one_tag_are_read_by_their_qualifier() -> None:
    reading = read(overlay(KEYED, "810"), INVOICE, "810")

    charges = [(charge.kind, charge.amount) for charge in reading.events[0].charges]
    assert charges == [("D240", Decimal("-1.00")), ("H000", Decimal("0.50"))]
    assert reading.unmapped.segments == 1
    assert ("SAC[N]", 1) in reading.unmapped.places or ("SAC", 1) in reading.unmapped.places


def test_a_loop_is_written_with_its_qualifier() -> None:
    map = overlay(KEYED, "810")
    event = read(map, INVOICE, "810").events[0]

    writing = write_document(map, event)

    assert writing.faults == ()
    assert [s for s in writing.segments if s[0] == "SAC"] == [
        ("SAC", "A", "D240", "", "", "100"),
        ("SAC", "C", "H000", "", "", "50"),
    ]


def test_a_loop_without_a_qualifier_takes_what_no_other_takes() -> None:
    both = KEYED.replace('"SAC[C]"', "SAC")

    reading = read(overlay(both, "810"), INVOICE, "810")

    assert [charge.kind for charge in reading.events[0].charges] == ["D240", "H000", "ZZ00"]


@pytest.mark.parametrize(("key", "told"), [
    ('"SAC[A B,]"', "is no qualifier"),
    ('"SAC["', "names no segment"),
    ('"SAX[A]"', "the guide has no loop SAX"),
])  # fmt: skip
def test_a_wrong_key_of_a_loop_is_told_at_its_line(key: str, told: str) -> None:
    section = "{into: charges, fields: {kind: SAC.02, amount: SAC.05}}"
    text = f"summary:\n  loops:\n    {key}: {section}\n"
    found = mistakes_of(f"extends: x12/004010/810\n{text}", "partners/acme/x12/004010/810/map.yaml")
    if not found:
        map = overlay(text, "810")
        found = [
            str(one) for one in check_against_guide(map, configuration().guides.find("acme", "", "004010", "810"))
        ]

    assert any(told in one and "line 4" in one for one in found), found


def test_what_follows_a_label_at_its_line_is_inside_it_and_what_stands_before_is_the_lines_own() -> None:
    reading = read(base("856"), HEAD + RUNS + "CTT*3~")

    (line,) = reading.events[0].lines
    assert (line.lot, line.serials) == ("L7", ("S0",))
    assert line.handling_units == (
        HandlingUnit(id="P1", serials=("S1", "S2")),
        HandlingUnit(id="P2", serials=("S3",)),
    )
    assert str(reading.unmapped) == ""


def test_labels_of_a_line_are_written_as_they_were_read() -> None:
    reading = read(base("856"), HEAD + RUNS + "CTT*3~")

    writing = write_document(base("856"), reading.events[0])

    assert writing.faults == ()
    assert ["*".join(s) for s in writing.segments if s[0] == "REF"] == RUNS.strip("~").split("~")


def test_marks_of_a_line_are_its_labels_where_no_reference_names_one() -> None:
    marked = read(base("856"), HEAD + "MAN*GM*00012345600012345678~MAN*GM*00012345600012345685~CTT*3~")
    both = read(base("856"), HEAD + "REF*LS*P1~MAN*GM*P1~CTT*3~")

    assert [unit.id for unit in marked.events[0].lines[0].handling_units] == [
        "00012345600012345678", "00012345600012345685",
    ]  # fmt: skip
    assert [unit.id for unit in both.events[0].lines[0].handling_units] == ["P1"]


def test_provenance_of_a_run_leads_to_its_own_segments() -> None:
    found = {place.path: place.segment for place in read(base("856"), HEAD + RUNS + "CTT*3~").provenance()}

    start = found["lines[0].lot"]
    assert (found["lines[0].handling_units[0].id"], found["lines[0].handling_units[1].id"]) == (start + 2, start + 5)


def test_thousands_of_runs_are_cut_in_one_pass() -> None:
    body = HEAD + "".join(f"REF*LS*P{n}~REF*SE*S{n}~" for n in range(3000)) + "CTT*3~"

    (line,) = read(base("856"), body).events[0].lines

    assert len(line.handling_units) == 3000
    assert line.handling_units[-1] == HandlingUnit(id="P2999", serials=("S2999",))

"""`xref:`: identifiers become ours when a document is read and the partner's when it is written, by its day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from gateway.document import Provenance
from gateway.mapping import Map, MapReading, Meant, read_document, write_document
from gateway.mapping.converting.referring import Listed
from ledger.events import NoticeLine, ShipmentNotified
from tests.unit.mapping.maps import NOTICE, document, mistakes_of, overlay

KNOWN = Listed(
    {
        "part": {"BP:ECM-88-410": "OUR-1", "VP:V-9": "OUR-9"},
        "site": {"92:PLT07": "92:SEVEN"},
        "party": {"92:A123": "92:acme"},
        "unit": {"EA": "PCE"},
    }
)
PARTS = 'levels: {I: {fields: {part_number: {at: "LIN[@BP|VP]", xref: part, required: true}}}}\n'
POLICY = 'levels: {I: {fields: {part_number: {at: "LIN[@BP]", xref: {of: part, miss: MISS}, required: true}}}}\n'
PLACES = 'levels: {S: {fields: {ship_to: {at: ["N1[ST].03", "N1[ST].04"], as: party, xref: site}}}}\n'


def read(map: Map, references: Any = KNOWN, text: str = NOTICE) -> MapReading:
    return read_document(map, document(text), references=references)


def notice(reading: MapReading) -> ShipmentNotified:
    assert not reading.faults, reading.faults
    (event,) = reading.events
    assert isinstance(event, ShipmentNotified)
    return event


class ByDay:
    """References that answer with the day they are asked for."""

    def ours(self, of: str, said: tuple[str, ...], within: str, day: date | None) -> Meant:
        return Meant(f"{of} {' '.join(said)} within {within} on {day}", "asked")

    def told(self, of: str, qualifiers: tuple[str, ...], day: date | None) -> dict[str, str]:
        return {}

    def theirs(self, of: str, ours: str, qualifiers: tuple[str, ...], within: str, day: date | None) -> Meant:
        return Meant(f"{ours} of {day}", "asked")


def test_a_part_of_the_partner_is_read_as_ours_and_written_as_the_partners() -> None:
    map = overlay(PARTS)

    event = notice(read(map))
    writing = write_document(map, event, references=KNOWN)

    assert [line.part_number for line in event.lines] == ["OUR-1"]
    assert [s for s in writing.segments if s[0] == "LIN"] == [("LIN", "", "BP", "ECM-88-410", "PL", "10")]


def test_without_references_identifiers_stay_as_they_are_both_ways() -> None:
    map = overlay(PARTS)

    event = notice(read(map, None))
    writing = write_document(map, event)

    assert event.lines[0].part_number == "ECM-88-410"
    assert ("LIN", "", "BP", "ECM-88-410", "PL", "10") in writing.segments


def test_the_qualifiers_of_a_part_are_those_of_its_place() -> None:
    (line,) = notice(read(overlay(PARTS), ByDay())).lines

    assert line.part_number == "part BP:ECM-88-410 VP:ECM-88-410 within  on 2026-11-22"


def test_a_place_of_the_document_itself_is_read_by_its_day_though_the_day_stands_elsewhere() -> None:
    map = overlay(PLACES)

    assert notice(read(map)).ship_to == "92:SEVEN"
    assert notice(read(map, ByDay())).ship_to == "site 92:PLT07 within  on 2026-11-22"


def test_a_place_is_written_as_the_partner_names_it() -> None:
    map = overlay(PLACES)

    writing = write_document(map, notice(read(map)), references=KNOWN)

    assert ("N1", "ST", "", "92", "PLT07") in writing.segments


def test_a_unit_is_meant_within_the_part_of_its_line() -> None:
    map = overlay("levels: {I: {fields: {unit: {at: SN1.03, code: units, unknown: keep, xref: unit}}}}\n")

    (line,) = notice(read(map, ByDay())).lines

    assert line.unit == "unit EA within ECM-88-410 on 2026-11-22"


def test_a_miss_goes_on_as_sent_without_a_word() -> None:
    (line,) = notice(read(overlay(POLICY.replace("MISS", "pass")), Listed({}))).lines

    assert line.part_number == "ECM-88-410"


def test_a_miss_may_be_a_fault_that_names_segment_and_identifier() -> None:
    reading = read(overlay(POLICY.replace("MISS", "fault")), Listed({}))

    assert reading.events == ()
    assert [(fault.code, fault.rejects, fault.segment, fault.value, fault.text) for fault in reading.faults] == [
        (
            "unknown_reference",
            True,
            12,
            "ECM-88-410",
            'partners/acme/x12/004010/856/map.yaml:2 part_number <- segment 12 LIN03 "ECM-88-410": '
            "no cross-reference says which part BP:ECM-88-410 is",
        )
    ]


def test_a_miss_may_be_left_out_and_is_told() -> None:
    map = overlay(PLACES.replace("xref: site", "xref: {of: site, miss: null}"))

    reading = read(map, Listed({}))

    (event,) = reading.events
    assert isinstance(event, ShipmentNotified)
    assert event.ship_to == ""
    assert [(fault.code, fault.rejects) for fault in reading.faults] == [("reference_left_out", False)]


@pytest.mark.parametrize(("policy", "written", "faults"), [
    ("pass", [("LIN", "", "BP", "ECM-88-410", "PL", "10")], []),
    ("fault", [("LIN", "", "PL", "10")], ["unknown_reference"]),
])  # fmt: skip
def test_a_name_that_the_partner_has_not_follows_the_policy_too(
    policy: str, written: list[tuple[str, ...]], faults: list[str]
) -> None:
    map = overlay(POLICY.replace("MISS", policy))
    event = notice(read(map, None))

    writing = write_document(map, event, references=Listed({}))

    assert [s for s in writing.segments if s[0] == "LIN"] == written
    assert [fault.code for fault in writing.faults] == faults


def test_provenance_tells_the_cross_reference() -> None:
    found = [one for one in read(overlay(PARTS)).provenance() if one.path == "lines[0].part_number"]

    origin = "partners/acme/x12/004010/856/map.yaml:2"
    assert found == [Provenance("lines[0].part_number", 12, "LIN", 3, 0, "ECM-88-410", origin, "part/BP:ECM-88-410")]


def test_provenance_of_a_place_of_the_document_tells_it_as_well() -> None:
    found = {one.path: one.reference for one in read(overlay(PLACES)).provenance()}

    assert (found["ship_to"], found["number"]) == ("site/92:PLT07", "")


def test_many_lines_are_read_alike_whether_at_once_or_one_by_one() -> None:
    lines = "".join(f"HL*{n}*2*I~LIN**BP*{part}~SN1**1*EA~" for n, part in enumerate(("ECM-88-410", "X") * 5, 3))
    text = NOTICE.split("HL*3*2*I")[0] + lines + "CTT*12~"
    map = overlay(PARTS)

    at_once = notice(read(map, text=text))
    one_by_one = {p.path: p.reference for p in read(map, text=text).provenance() if p.path.endswith("part_number")}

    assert [line.part_number for line in at_once.lines] == ["OUR-1", "X"] * 5
    assert [*one_by_one.values()] == ["part/BP:ECM-88-410", ""] * 5


def test_the_day_is_that_of_shipping_before_any_other() -> None:
    line = NoticeLine(part_number="OUR-1", quantity=1, unit="EA")  # type: ignore[arg-type]
    event = ShipmentNotified(
        number="S1", ship_to="92:SEVEN", supplier="92:acme", lines=(line,),
        shipped_at=datetime(2026, 3, 1, tzinfo=UTC), occurred_at=datetime(2026, 5, 1, tzinfo=UTC),
    )  # fmt: skip

    writing = write_document(overlay(PARTS), event, references=ByDay())

    assert ("LIN", "", "BP", "OUR-1 of 2026-03-01") in writing.segments


@pytest.mark.parametrize(("field", "told"), [
    ("part_number: {at: LIN.03, xref: prat}", 'unknown kind of identifier "prat"'),
    ("part_number: {at: LIN.03, xref: {miss: fault}}", "xref: says of what"),
    ("part_number: {at: LIN.03, xref: {of: part, miss: drop}}", 'unknown policy "drop"'),
    ("part_number: {at: LIN.03, xref: {of: part, miss: null}}", "leaves out part_number, which is required"),
    ("unit: {at: SN1.03, xref: {of: unit, qualifier: VP}}", "qualifier: is said of parts"),
    ("part_number: {at: LIN.03, xref: {of: part, within: unit}}", "within: is said of units and locations"),
    ("unit: {at: SN1.03, xref: {of: unit, within: nothing}}", 'unknown field "nothing"'),
    ("quantity: {at: SN1.02, xref: part}", "xref: names one text, and quantity is decimal"),
    ("part_number: {at: LIN.03, xref: {of: part, whose: ours}}", 'unknown key "whose"'),
])  # fmt: skip
def test_map_check_judges_a_reference(field: str, told: str) -> None:
    found = mistakes_of("extends: x12/004010/856\nlevels:\n  I:\n    fields:\n      " + field)

    assert any(told in mistake and "line 5" in mistake for mistake in found), found

"""Each binding of each shipped map is held by a sample: broken, it is noticed."""

from __future__ import annotations

import json

import pytest

from tests.mutants.bindings import GONE, Broken, broken, files, maps, noticed, shipped, survivors, trios_of

LEVEL_ABOVE = "level O writes it once for its lines; the line's own place is for overlays that take level O away"
EQUIVALENT = {
    "mappings/x12/004010/856/map.yaml: levels.I.fields.order_number not written": LEVEL_ABOVE,
    "mappings/x12/004010/856/map.yaml: levels.I.fields.release not written": LEVEL_ABOVE,
}
"""Breaks that change nothing of a shipped map, and why."""
ADVICES = {"receiving": "ReceivingAdvice", "application": "ApplicationAdvice"}
FAST = "mappings/x12/004010/855/map.yaml"


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_every_broken_binding_is_noticed_but_those_that_change_nothing() -> None:
    assert [name for map in maps() for name in survivors(map)] == list(EQUIVALENT)


def test_every_broken_binding_of_an_order_acknowledgment_is_noticed() -> None:
    assert survivors(FAST) == []


def test_every_event_that_a_map_makes_is_made_of_one_of_its_samples() -> None:
    def made(map: str) -> set[str]:
        read = [trio.expected for trio in trios_of(map) if not trio.writes and trio.expected.is_file()]
        told = [value for file in read for one in json.loads(file.read_text("utf-8")) for value in one["made"]]
        return {value["kind"] if "kind" in value else ADVICES[value["advice"]] for value in told}

    example = "partners/_example/x12/004010/856/map.yaml"
    missing = {map: set(shipped().map_at(map).events) - made(map) for map in maps() if map != example}

    assert {map: kinds for map, kinds in missing.items() if kinds} == {}


def test_a_map_has_a_break_for_each_of_its_bindings() -> None:
    gone = [one for one in broken(FAST) if one.way == GONE]

    assert len(gone) > 20
    assert len({one.text for one in gone}) == len(gone)


def test_a_map_as_it_is_is_no_break() -> None:
    assert not noticed(Broken(FAST, (), "as it is", files()[FAST]))

"""Whatever a guide names can be told to a person: every segment has a name, every code that it lists a meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.resources import read_sources, source_files
from gateway.x12 import Guide, Guides
from gateway.x12.checking.rules import CompositeRule, ElementRule, iterate_segments
from gateway.x12.guides.source import parse
from gateway.x12.guides.words import SHARED, Words, read_words

SOURCES = read_sources(source_files([Path()]))


@pytest.fixture(scope="module")
def guides() -> tuple[Guide, ...]:
    return Guides(SOURCES).load_all()


@pytest.fixture(scope="module")
def words(guides: tuple[Guide, ...]) -> dict[str, Words]:
    """The words of each release."""
    return {guide.release: read_words(SOURCES, guide.release) for guide in guides}


def elements_of(guide: Guide) -> list[ElementRule]:
    rules = [rule for segment in iterate_segments(guide.document) for rule in segment.elements]
    parts = [part for rule in rules if isinstance(rule, CompositeRule) for part in rule.parts]
    return [*parts, *(rule for rule in rules if isinstance(rule, ElementRule))]


def test_every_segment_of_every_guide_has_a_name(guides: tuple[Guide, ...], words: dict[str, Words]) -> None:
    nameless = {
        (guide.release, guide.set_id, segment.tag)
        for guide in guides
        for segment in iterate_segments(guide.document)
        if not words[guide.release].segment(segment.tag)
    }

    assert not nameless


def test_every_element_of_every_guide_has_a_name(guides: tuple[Guide, ...]) -> None:
    nameless = {
        (guide.release, guide.set_id, element.data_element)
        for guide in guides
        for element in elements_of(guide)
        if not element.name
    }

    assert not nameless


def test_every_code_that_a_guide_lists_has_a_meaning(guides: tuple[Guide, ...], words: dict[str, Words]) -> None:
    missing = sorted(
        {
            (guide.release, guide.set_id, element.data_element, code)
            for guide in guides
            for element in elements_of(guide)
            for code in element.codes
            if not words[guide.release].code(element.data_element, code)
        }
    )

    assert not missing, "\n".join(f"{SHARED} lacks data element {e} code {c} ({r} {s})" for r, s, e, c in missing)


def test_every_set_has_one_name_and_a_direction(guides: tuple[Guide, ...], words: dict[str, Words]) -> None:
    untold = {
        (guide.release, guide.set_id)
        for guide in guides
        if not guide.direction or guide.name != words[guide.release].code("143", guide.set_id)
    }

    assert not untold


def test_words_are_sorted_and_stand_once() -> None:
    for path in [path for path in SOURCES if path.endswith("/words.xml")]:
        root = parse(SOURCES[path], path)
        segments = [segment.get("id", "") for segment in root.iterfind("./segments/segment")]
        tables = [table.get("data_ele", "") for table in root.iterfind("./codes")]
        sets = [one.get("id", "") for one in root.iterfind("./sets/set")]
        assert segments == sorted(set(segments)), path
        assert sets == sorted(set(sets)), path
        assert tables == sorted(set(tables), key=_by_number), path
        for table in root.iterfind("./codes"):
            codes = [code.get("id", "") for code in table.iterfind("./code")]
            assert codes == sorted(set(codes)), f"{path} {table.get('data_ele')}"


def _by_number(data_element: str) -> tuple[int, int, str]:
    return (0, int(data_element), "") if data_element.isdigit() else (1, 0, data_element)

"""The benchmark of mappings measures what it says: the loop by hand, the tree of others and our map say the same."""

from __future__ import annotations

from functools import cache

from benchmarks.mapping import FIELDS, OVERLAY, OVERLAY_TEXT, references_of
from benchmarks.mapping_notice import OURS, as_tree, by_hand, notice, parts_named, segments_of
from gateway import resources
from gateway.document import Document
from gateway.mapping import Configuration, load_configuration, read_document
from gateway.mapping.compiling.compile import compile_map
from gateway.x12 import read
from ledger.events import ShipmentNotified

LINES = 25


@cache
def configuration() -> Configuration:
    return load_configuration(resources.search_roots(), check=False)


@cache
def document() -> Document:
    reading = read(notice(LINES), configuration().guides)
    assert reading.accepted
    return reading.documents[0]


def test_same_seed_gives_the_same_bytes() -> None:
    assert notice(LINES) == notice(LINES)
    assert notice(LINES) != notice(LINES, seed=8)


def test_loop_by_hand_makes_the_event_of_the_map() -> None:
    parts = parts_named(notice(LINES))
    map = compile_map({**configuration().files, OVERLAY: OVERLAY_TEXT}, OVERLAY)

    reading = read_document(map, document(), references=references_of(parts))

    assert reading.faults == ()
    assert not reading.unmapped
    assert by_hand(segments_of(document()), parts) == reading.events[0]


def test_every_field_stands_in_every_line() -> None:
    event = by_hand(segments_of(document()), parts_named(notice(LINES)))

    assert isinstance(event, ShipmentNotified)
    assert len(event.lines) == LINES
    assert all(line.part_number.startswith(OURS) for line in event.lines)
    assert [line for line in event.lines for name in FIELDS if not getattr(line, name)] == []


def test_tree_for_others_holds_every_element() -> None:
    def texts(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for inner in value.values() for text in texts(inner)]
        return [text for inner in value for text in texts(inner)] if isinstance(value, list) else [str(value)]

    sent = [text for _, elements in segments_of(document()) for text in elements[1:] if text]

    assert sorted(texts(as_tree(document()))) == sorted(sent)

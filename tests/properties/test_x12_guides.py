"""Every guide takes what it says that it takes: documents drawn from it are written, read back and found clean."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.document import Loop, Party, Segment
from gateway.x12 import Guide, Guides, OutgoingDocument, OutgoingGroup, read, write_interchange
from tests.properties.x12_documents import draw_document

GUIDES = Guides.from_roots([Path()])
ALL = GUIDES.load_all()
NOW = datetime(2026, 11, 24, 14, 10, tzinfo=UTC)


def name_of(guide: Guide) -> str:
    return f"{guide.release}/{guide.set_id}"


def write(guide: Guide, segments: list[tuple[str, ...]]) -> bytes:
    document = OutgoingDocument(set_id=guide.set_id, control="0001", segments=tuple(segments))
    group = OutgoingGroup(
        id=guide.group_id,
        sender="SENDER",
        receiver="RECEIVER",
        control=1,
        version=guide.release,
        documents=(document,),
    )
    return write_interchange(
        (group,),
        GUIDES,
        sender=Party("ZZ", "SENDER"),
        receiver=Party("ZZ", "RECEIVER"),
        control=1,
        now=NOW,
        test=True,
        version=guide.release[:5],
    )


def segments_of(loop: Loop) -> list[Segment]:
    found = list(loop.segments)
    for inner in loop.loops:
        found += segments_of(inner)
    return sorted(found)


@pytest.mark.parametrize("guide", ALL, ids=name_of)
def test_guide_takes_what_it_says_that_it_takes(guide: Guide) -> None:
    take_documents(guide, 8)


@pytest.mark.long
@pytest.mark.parametrize("guide", ALL, ids=name_of)
def test_guide_takes_what_it_says_over_many_documents(guide: Guide) -> None:
    take_documents(guide, 300)


def take_documents(guide: Guide, count: int) -> None:
    chance = random.Random(name_of(guide))
    for _ in range(count):
        segments = draw_document(chance, guide)

        reading = read(write(guide, segments), GUIDES)

        (document,) = reading.documents
        assert [fault.text for fault in document.faults] == []
        assert reading.accepted
        assert [segment.elements for segment in segments_of(document.root)[1:-1]] == segments

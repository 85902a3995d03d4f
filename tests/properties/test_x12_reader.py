"""The reader never fails, whatever the bytes; what it reads clean it can write again, byte for byte."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.document import Delimiters, Document, Loop, Segment
from gateway.x12 import (
    Guides,
    Interchange,
    OutgoingDocument,
    OutgoingGroup,
    read,
    write_interchange,
)
from gateway.x12.limits import LIMITS
from tests.properties.x12_documents import draw_interchange
from tests.properties.x12_everything import exercise
from tests.properties.x12_mutations import clean_interchanges, mutate

GUIDES = Guides.from_roots([Path()])
CLEAN = clean_interchanges()
FOLDERS = sorted(guide.parent for guide in Path("mappings/x12").glob("*/*/guide.xml"))
ALL = [text for folder in FOLDERS for text in clean_interchanges(folder)]


def segments_of(loop: Loop) -> list[Segment]:
    found = list(loop.segments)
    for inner in loop.loops:
        found += segments_of(inner)
    return sorted(found)


def write_again(interchange: Interchange) -> bytes:
    groups = [
        OutgoingGroup(
            id=group.id,
            sender=group.sender,
            receiver=group.receiver,
            control=int(group.control),
            version=group.version,
            documents=tuple(_outgoing(document) for document in group.documents),
        )
        for group in interchange.groups
    ]
    return write_interchange(
        groups,
        GUIDES,
        sender=interchange.sender,
        receiver=interchange.receiver,
        control=int(interchange.control),
        now=datetime.strptime(interchange.date + interchange.time, "%y%m%d%H%M"),  # noqa: DTZ007 (digits only)
        test=interchange.test,
        delimiters=interchange.delimiters,
        version=interchange.version,
        ack_requested=interchange.ack_requested,
    )


def _outgoing(document: Document) -> OutgoingDocument:
    body = tuple(segment.elements for segment in segments_of(document.root))[1:-1]
    return OutgoingDocument(set_id=document.type, control=document.control.number, segments=body)


@given(data=st.binary(max_size=400))
@example(data=b"")
@example(data=b"ISA")
@example(data=b"ISA*" + b"*" * 200)
@example(data=CLEAN[0].encode()[:106])
def test_random_bytes_never_fail(data: bytes) -> None:
    exercise(data, GUIDES)


@given(text=st.sampled_from(CLEAN), cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=4))
def test_spliced_bytes_never_fail(text: str, cuts: list[tuple[float, bytes]]) -> None:
    data = text.encode()
    for where, junk in cuts:
        at = int(where * len(data))
        data = data[:at] + junk + data[at + len(junk) // 2 :]

    exercise(data, GUIDES)


@given(chance=st.randoms(use_true_random=False), text=st.sampled_from(ALL))
def test_wrong_interchanges_never_fail_and_their_answers_stand(chance: random.Random, text: str) -> None:
    exercise(mutate(chance, text).encode("latin-1"), GUIDES)


@pytest.mark.parametrize("text", CLEAN)
def test_clean_interchange_is_written_again_byte_for_byte(text: str) -> None:
    (interchange,) = read(text.encode(), GUIDES).interchanges

    assert write_again(interchange) == text.encode()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_document_drawn_from_a_guide_is_written_again_byte_for_byte(folder: Path) -> None:
    guide = GUIDES.find("", "", folder.parent.name, folder.name)
    assert guide is not None
    chance = random.Random(folder.name)
    for _ in range(5):
        text = draw_interchange(chance, guide)

        (interchange,) = read(text.encode(), GUIDES).interchanges

        assert write_again(interchange) == text.encode()


@given(
    text=st.sampled_from(CLEAN),
    marks=st.lists(st.sampled_from("|^!\x1c\x1d\x1e\x1f{$"), min_size=3, max_size=3, unique=True),
)
@example(text=next(text for text in CLEAN if "*EA>" in text), marks=["\x1d", "\x1f", "\x1e"])
@settings(max_examples=40)
def test_delimiters_change_nothing_of_what_is_read(text: str, marks: list[str]) -> None:
    element, component, segment = marks
    table = str.maketrans({"*": element, ">": component, "~": segment})
    data = text.translate(table).encode("latin-1")

    (interchange,) = read(data, GUIDES).interchanges

    assert interchange.delimiters == Delimiters(element, component, segment)
    assert write_again(interchange) == data


@given(text=st.sampled_from(CLEAN), chunk_bytes=st.integers(8, 300))
@settings(max_examples=60)
def test_size_of_chunks_changes_nothing_of_what_is_read(text: str, chunk_bytes: int) -> None:
    data = text.encode()

    whole = read(data, GUIDES)
    pieces = read(data, GUIDES, limits=LIMITS._replace(chunk_bytes=chunk_bytes, first_chunk_bytes=chunk_bytes))

    assert pieces == whole


@pytest.mark.long
@given(data=st.binary(max_size=4000), text=st.sampled_from(CLEAN), where=st.floats(0, 1))
def test_long_junk_inside_interchanges_never_fails(data: bytes, text: str, where: float) -> None:
    cut = int(where * len(text))
    exercise(text[:cut].encode() + data + text[cut:].encode(), GUIDES)

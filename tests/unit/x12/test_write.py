"""The writer counts right, speaks the partner's marks, and sends nothing that its own guide would refuse."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.document import Delimiters, Party
from gateway.errors import OperatorMistake
from gateway.x12 import OutgoingDocument, OutgoingGroup, read, write_interchange
from tests.unit.x12.interchanges import BODY, GUIDES

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOTICE = tuple(tuple(segment.split("*")) for segment in BODY)
ACK = (("AK1", "SH", "101"), ("AK9", "A", "1", "1", "1"))


def write(
    segments: tuple[tuple[str, ...], ...] = NOTICE, *, set_id: str = "856", group: str = "SH", **kwargs: Any
) -> bytes:
    documents = (OutgoingDocument(set_id=set_id, control="0001", segments=segments),)
    version = kwargs.pop("group_version", "004010")
    groups = (OutgoingGroup(id=group, sender="US", receiver="THEM", control=7, version=version, documents=documents),)
    given: dict[str, Any] = {
        "sender": Party("01", "123456789"),
        "receiver": Party("ZZ", "THEM"),
        "control": 42,
        "now": NOW,
        "test": True,
    }
    return write_interchange(groups, GUIDES, **(given | kwargs))


def test_envelope_and_counts_are_whole() -> None:
    assert write(ACK, set_id="997", group="FA", line_break="\n").decode().splitlines() == [
        "ISA*00*          *00*          *01*123456789      *ZZ*THEM           *261122*1200*U*00401*000000042*0*T*>~",
        "GS*FA*US*THEM*20261122*1200*7*X*004010~",
        "ST*997*0001~",
        "AK1*SH*101~",
        "AK9*A*1*1*1~",
        "SE*4*0001~",
        "GE*1*7~",
        "IEA*1*000000042~",
    ]


def test_what_is_written_reads_clean() -> None:
    reading = read(write(), GUIDES)

    assert reading.accepted
    assert reading.documents[0].segment_count == len(NOTICE) + 2


def test_partners_marks_and_release_are_used() -> None:
    data = write(delimiters=Delimiters("|", "<", "\x1c", "^"), version="00501")

    (found,) = read(data, GUIDES).interchanges
    assert found.delimiters == Delimiters("|", "<", "\x1c", "^")
    assert found.version == "00501"


def test_ta1_stands_before_the_groups() -> None:
    ta1 = ("TA1", "000000101", "261122", "1200", "A", "000")

    text = write(ACK, set_id="997", group="FA", acks=(ta1,)).decode()

    assert text.split("~")[1] == "TA1*000000101*261122*1200*A*000"


def test_acknowledgment_of_another_release_echoes_it_with_dates_of_its_time() -> None:
    text = write(ACK, set_id="997", group="FA", group_version="003060").decode()

    assert "GS*FA*US*THEM*261122*1200*7*X*003060~" in text


@pytest.mark.parametrize(
    ("segments", "words"),
    [
        ((*NOTICE[:7], ("LIN", "", "BP"), *NOTICE[8:]), "segment 9 LIN03 (part number) is missing"),
        (NOTICE[1:], "segment 2 BSN is missing"),
        ((*NOTICE[:9], ("REF", "LT", "A*B"), NOTICE[9]), "segment 11 REF02 holds '*', which cannot be written"),
        ((*NOTICE[:9], ("REF", "LT", "A~B"), NOTICE[9]), "segment 11 REF02 holds '~', which cannot be written"),
        ((*NOTICE[:9], ("REF", "LT", "\u20ac"), NOTICE[9]), "segment 11 REF02 holds '€', which cannot be written"),
        ((*NOTICE[:9], ("REF", "LT", "blank "), NOTICE[9]), "segment 11 REF02 (reference) ends in blanks"),
        ((*NOTICE[:6], ("HL", "3", "9", "I"), *NOTICE[7:]), "is no level of this document"),
    ],
)
def test_document_that_its_guide_faults_is_never_written(segments: tuple[tuple[str, ...], ...], words: str) -> None:
    with pytest.raises(OperatorMistake) as refusal:
        write(segments)

    assert words in str(refusal.value)
    assert "856 0001 to THEM is not sent" in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"set_id": "210", "group": "IM"}, "no guide for release 004010"),
        ({"group": "PO"}, "it travels in a group SH, not PO"),
        ({"group_version": "003050"}, "no guide for release 003050"),
        ({"sender": Party("01", "X" * 16)}, "does not fit the ISA"),
        ({"sender": Party("", "X")}, "does not fit the ISA"),
        ({"receiver": Party("ZZ", "A*B")}, "does not fit the ISA"),
        ({"control": 10**9}, "more than nine digits"),
        ({"delimiters": Delimiters("*", "*", "~")}, "three different marks"),
        ({"delimiters": Delimiters("A", ">", "~")}, "three different marks"),
    ],
)
def test_envelope_that_cannot_be_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(OperatorMistake) as refusal:
        write(**change)

    assert words in str(refusal.value)

"""The writer counts right, speaks the partner's marks, and sends nothing that its own guide would refuse."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.document import Delimiters, Loop, Party, Segment
from gateway.errors import OperatorMistake
from gateway.resources import read_sources, source_files
from gateway.x12 import Group, Guides, OutgoingDocument, OutgoingGroup, read, write_interchange
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


def test_release_of_the_interchange_follows_that_of_its_group() -> None:
    versions = {
        group_version: write(ACK, set_id="997", group="FA", group_version=group_version).decode().split("*")[11:13]
        for group_version in ("002040CHRY", "003060", "004010AIAG", "005010", "ODD")
    }

    assert versions == {
        "002040CHRY": ["U", "00204"],
        "003060": ["U", "00306"],
        "004010AIAG": ["U", "00401"],
        "005010": ["^", "00501"],
        "ODD": ["U", "00401"],
    }


def test_lines_end_as_agreed() -> None:
    lines = {end: write(ACK, set_id="997", group="FA", line_break=end) for end in ("", "\n", "\r\n")}

    assert {end: (data.count(b"~\n"), data.count(b"~\r\n"), data.count(b"\n")) for end, data in lines.items()} == {
        "": (0, 0, 0),
        "\n": (8, 0, 8),
        "\r\n": (0, 8, 8),
    }


def test_lines_of_80_columns_break_anywhere_and_read_as_one() -> None:
    plain, wrapped = write(), write(columns=80)

    lines = wrapped.decode().split("\r\n")
    assert {len(line) for line in lines[:-2]} == {80}
    assert (len(lines[-2]) <= 80, lines[-1]) == (True, "")
    assert wrapped.replace(b"\r\n", b"") == plain
    assert read(wrapped, GUIDES).documents[0].root == read(plain, GUIDES).documents[0].root


DIALECTS: dict[str, dict[str, Any]] = {
    "marks of a VAN": {"delimiters": Delimiters("|", ":", "\x1c")},
    "control characters": {"delimiters": Delimiters("\x1d", "\x1f", "\x1e")},
    "a segment a line": {"line_break": "\r\n"},
    "lines as terminators": {"delimiters": Delimiters("*", ">", "\n")},
    "80 columns": {"columns": 80, "line_break": "\n"},
}
VALID = sorted(
    path for path in Path("mappings/x12").rglob("*.sample.edi") if not path.name.startswith(("faulty-", "many-"))
)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_every_document_of_every_set_and_release_is_written_in_every_dialect(dialect: dict[str, Any]) -> None:
    for path in VALID:
        reading = read(path.read_bytes(), GUIDES)
        interchange = reading.interchanges[0]
        marks = dialect.get("delimiters", Delimiters())
        documents = {
            document.control.number: translated(document.root, interchange.delimiters, marks)
            for document in interchange.groups[0].documents
        }
        group = interchange.groups[0]
        data = write_interchange(
            [outgoing(group, documents)],
            GUIDES,
            sender=interchange.sender,
            receiver=interchange.receiver,
            control=7,
            now=NOW,
            test=True,
            **dialect,
        )

        (again,) = read(data, GUIDES).interchanges
        assert (again.accepted, again.faults, again.version) == (True, (), group.version[:5]), path
        assert {d.control.number: flat(d.root) for d in again.documents} == documents, path


def outgoing(group: Group, documents: dict[str, list[tuple[str, ...]]]) -> OutgoingGroup:
    return OutgoingGroup(
        id=group.id,
        sender=group.sender,
        receiver=group.receiver,
        control=7,
        version=group.version,
        documents=tuple(
            OutgoingDocument(set_id=segments[0][1], control=number, segments=tuple(segments[1:-1]))
            for number, segments in documents.items()
        ),
    )


def flat(loop: Loop) -> list[tuple[str, ...]]:
    """Segments of a document in the order in which they came."""

    def walk(loop: Loop) -> list[Segment]:
        return [*loop.segments, *(segment for inner in loop.loops for segment in walk(inner))]

    return [segment.elements for segment in sorted(walk(loop))]


def translated(loop: Loop, marks: Delimiters, others: Delimiters) -> list[tuple[str, ...]]:
    """The same with components parted by another mark."""
    return [tuple(e.replace(marks.component, others.component) for e in elements) for elements in flat(loop)]


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


def test_guide_of_the_partner_decides_what_is_sent_to_it() -> None:
    sources = read_sources(source_files([Path()]))
    overlay = b'extends: x12/004010/856\nchange: {"HLI/LIN.02": {codes: {only: [VP]}}}\n'
    guides = Guides({**sources, "partners/acme/x12/004010/856/guide.yaml": overlay})
    document = OutgoingDocument(set_id="856", control="0001", segments=NOTICE)
    group = OutgoingGroup(id="SH", sender="US", receiver="THEM", control=7, documents=(document,))
    parties: dict[str, Any] = {"sender": Party("01", "US"), "receiver": Party("01", "THEM")}

    with pytest.raises(OperatorMistake) as refusal:
        write_interchange([group], guides, **parties, control=1, now=NOW, test=True, partner_id="acme")

    assert str(refusal.value) == (
        "partners/acme/x12/004010/856/guide.yaml: 856 0001 to acme is not sent, its own guide faults it: "
        'segment 9 LIN02 (part number kind) "BP" is none of VP'
    )
    assert write_interchange([group], guides, **parties, control=1, now=NOW, test=True, partner_id="bolt")


def test_value_that_holds_the_repetition_mark_is_not_written_where_it_would_part() -> None:
    body = (*NOTICE[:3], ("REF", "LT", "A!B"), *NOTICE[3:])
    marks = Delimiters(repetition="!")

    assert b"REF*LT*A!B~" in write(body, delimiters=marks)
    with pytest.raises(OperatorMistake, match=r"REF02 .reference. is repeated, and may stand once"):
        write(body, delimiters=marks, version="00501")


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
        ({"group_version": "004010*"}, "does not fit GS08"),
        ({"sender": Party("01", "A\nB")}, "does not fit the ISA"),
        ({"delimiters": Delimiters("^", ">", "~"), "version": "00501"}, "must be different marks"),
        ({"line_break": "\r"}, "not in '\\r'"),
        ({"delimiters": Delimiters("*", ">", "\n"), "columns": 80}, "cannot also end lines"),
        ({"delimiters": Delimiters("*", "*", "~")}, "must be different marks"),
        ({"delimiters": Delimiters("A", ">", "~")}, "must be different marks"),
    ],
)
def test_envelope_that_cannot_be_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(OperatorMistake) as refusal:
        write(**change)

    assert words in str(refusal.value)

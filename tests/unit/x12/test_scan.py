"""What reaches us is dirty: whatever a person could read, the scanner reads."""

from __future__ import annotations

import pytest

from gateway.document import Delimiters
from gateway.x12 import read
from gateway.x12.limits import LIMITS
from tests.unit.x12.interchanges import BODY, GS, GUIDES, ISA, codes, document, interchange, only, read_text

CLEAN = interchange()


def digest_free(text: str) -> list[tuple[str, bool | None, int]]:
    return [(d.type, d.accepted, d.segment_count) for d in read_text(text).documents]


@pytest.mark.parametrize(
    "dirty",
    [
        "\xef\xbb\xbf" + CLEAN,
        "\r\n \t" + CLEAN,
        CLEAN.replace("~", "~\r\n"),
        CLEAN.replace("~", "~\n"),
        CLEAN.replace("~", "\n"),
        CLEAN.replace("~", "\r\n"),
        CLEAN.replace("~", "\r"),
        CLEAN.replace("~", "~\n   "),
        CLEAN + "\n\n\x1a",
        "\n".join(CLEAN[at : at + 80] for at in range(0, len(CLEAN), 80)),
        "\r\n".join(CLEAN[at : at + 80] for at in range(0, len(CLEAN), 80)) + "\r\n",
        CLEAN.replace(ISA, "*".join(part.strip() or part[:1] for part in ISA.split("*"))),
        CLEAN.replace("*U*00401*", "*U*00200*"),
        CLEAN.replace("*U*00401*", "*U*00303*"),
        CLEAN.replace("~GE", "~\nGE"),
    ],
)
def test_dirt_that_a_person_reads_over_changes_nothing(dirty: str) -> None:
    reading = read_text(dirty)

    assert digest_free(dirty) == [("856", True, 12)]
    assert reading.faults == ()
    assert [i.faults for i in reading.interchanges] == [()]


@pytest.mark.parametrize("marks", ["|:\x1c", "\x1d\x1f\x1e", "^<!", "*{$", "+:'"])
def test_delimiters_come_from_the_isa(marks: str) -> None:
    found = only(CLEAN.translate(str.maketrans(dict(zip("*>~", marks, strict=True)))))

    assert found.delimiters == Delimiters(*marks)
    assert found.accepted


def test_isa11_separates_repetitions_only_from_00402_on() -> None:
    old = only(CLEAN.replace("*U*00401*", "*^*00401*"))
    new = only(CLEAN.replace("*U*00401*", "*^*00402*"))

    assert (old.delimiters.repetition, new.delimiters.repetition) == ("", "^")


def test_several_interchanges_of_one_message_are_read_each_with_its_delimiters() -> None:
    other = interchange(isa=ISA.replace("000000101", "000000102")).translate(str.maketrans("*~", "|!"))

    reading = read_text(CLEAN + "\n" + other + CLEAN)

    assert [i.control for i in reading.interchanges] == ["000000101", "000000102", "000000101"]
    assert [i.delimiters.element for i in reading.interchanges] == ["*", "|", "*"]
    assert reading.accepted


def test_offsets_cut_each_document_out_of_the_message() -> None:
    data = ("\n" + CLEAN.replace("~", "~\r\n") + CLEAN).encode()

    pieces = [data[d.first_byte : d.last_byte] for d in read(data, GUIDES).documents]

    assert [(piece[:6], piece.rstrip()[-10:]) for piece in pieces] == [(b"ST*856", b"SE*12*0001~"[-10:])] * 2


def test_same_document_has_the_same_digest_in_another_envelope() -> None:
    other = interchange(isa=ISA.replace("000000101", "000000102"), gs=GS.replace("*101*", "*102*"), ge="GE*1*102")

    (one,), (two,) = (only(text).documents for text in (CLEAN, other))

    assert one.digest == two.digest
    assert one.control != two.control


def test_isa_inside_data_is_data() -> None:
    body = [*BODY[:2], "PID*F****PART ISA*", *BODY[2:]]
    text = interchange(document([line.rstrip("*") for line in body]))

    assert digest_free(text) == [("856", True, 13)]


def test_bytes_around_interchanges_are_told_and_lose_nothing() -> None:
    reading = read_text("Dear partner,\n" + CLEAN + "regards")

    assert digest_free("Dear partner,\n" + CLEAN + "regards") == [("856", True, 12)]
    assert [fault.text for fault in reading.faults] == [
        'no X12 interchange in these 14 bytes at byte 0, line 1: they begin "Dear partner,"',
        f'no X12 interchange in these 7 bytes at byte {14 + len(CLEAN)}, line 2: they begin "regards"',
    ]


def test_empty_message_is_told() -> None:
    assert [fault.text for fault in read_text("").faults] == ["the message is empty"]


def test_empty_segments_are_skipped_and_noted() -> None:
    found = only(CLEAN.replace("~HL*2", "~~HL*2"))

    assert codes(found.faults) == [("024", False)]
    assert [(d.accepted, d.segment_count) for d in found.documents] == [(True, 12)]


def test_segment_without_an_end_is_a_fault_and_no_memory_hole() -> None:
    limits = LIMITS._replace(segment_bytes_max=256, chunk_bytes=512, first_chunk_bytes=64)
    text = CLEAN[: CLEAN.index("HL*1")] + "X" * 5000 + CLEAN[CLEAN.index("HL*1") :]

    (found,) = read(text.encode(), GUIDES, limits=limits).interchanges

    assert codes(found.faults) == [("024", True), ("023", True)]


def test_message_beyond_the_limit_is_not_looked_at() -> None:
    reading = read(CLEAN.encode(), GUIDES, limits=LIMITS._replace(message_bytes_max=100))

    assert reading.interchanges == ()
    assert [fault.code for fault in reading.faults] == ["unreadable"]


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ({"groups_max": 1}, CLEAN.replace("~IEA*1", "~" + GS + "~GE*0*101~IEA*2")),
        ({"documents_max": 1}, interchange([*document(), *document(number="0002")], ge="GE*2*101")),
        ({"segments_max": 5}, CLEAN),
    ],
)
def test_limits_of_the_table_refuse_the_interchange(limit: dict[str, int], text: str) -> None:
    (found,) = read(text.encode(), GUIDES, limits=LIMITS._replace(**limit)).interchanges

    assert ("024", True) in codes(found.faults)


def test_faults_are_capped_and_counted_exactly() -> None:
    body = [*BODY[:6], *["QQQ*1"] * 300, *BODY[6:]]

    (one,) = only(interchange(document(body))).documents

    assert len(one.faults) == LIMITS.faults_max
    assert one.faults[-1].text.endswith("; 200 more faults are not listed")
    assert one.fault_count == 300


def test_isa_without_component_separator_is_read_and_composites_have_one_part() -> None:
    body = [*BODY[:2], "MEA*PD*G*1240*LB", "MEA*PD*G*1240*LBS", *BODY[2:]]
    text = interchange(document(body)).replace("*0*T*>~", "*0*T*~", 1)

    (found,) = read_text(text).interchanges

    assert found.delimiters == Delimiters("*", "", "~")
    assert [(f.tag, f.element, f.component, f.code) for d in found.documents for f in d.faults] == [
        ("MEA", 4, 1, "5")
    ]

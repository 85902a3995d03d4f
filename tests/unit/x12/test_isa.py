"""Every cause that a TA1 knows and a receiver can see has its code; only what cannot be read on refuses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.document import Delimiters
from gateway.x12 import Interchange, answer_envelope, plan_acks, read, write_interchange
from gateway.x12.codes import TA1_WORDS
from tests.unit.x12.interchanges import GS, GUIDES, ISA, codes, document, interchange, only, read_text

CLEAN = interchange()
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

FIELDS = {
    "002": (11, "Q", False),
    "003": (12, "00199", False),
    "005": (5, "XX", False),
    "006": (6, "", True),
    "007": (7, "XX", False),
    "008": (8, "", True),
    "010": (1, "99", False),
    "011": (1, "03", False),
    "012": (3, "99", False),
    "013": (3, "01", False),
    "014": (9, "261322", False),
    "015": (10, "2500", False),
    "016": (11, "^", False),
    "017": (12, "4010", False),
    "018": (13, "00000010A", True),
    "019": (14, "X", False),
    "020": (15, "Q", True),
}


def with_field(number: int, value: str) -> str:
    """The clean interchange with another value of its ISA, as wide as before where it fits."""
    fields = ISA.split("*")
    fields[number] = value.ljust(len(fields[number]))
    return interchange(isa="*".join(fields))


@pytest.mark.parametrize(("code", "field"), FIELDS.items())
def test_each_wrong_value_of_an_isa_has_its_code(code: str, field: tuple[int, str, bool]) -> None:
    number, value, rejects = field

    found = only(with_field(number, value))

    assert codes(found.faults)[0] == (code, rejects)
    assert found.ta1_code == code
    assert found.accepted is not rejects
    assert [d.accepted for d in found.documents] == [not rejects]


WRONG = [
    ("001", True, interchange(iea="IEA*1*000000999")),
    ("004", True, CLEAN.replace("~", "A")),
    ("004", True, CLEAN.replace("~", "*")),
    ("004", True, CLEAN.replace("~", " ")),
    ("021", True, interchange(iea="IEA*2*000000101")),
    ("022", True, f"{ISA}~{'~'.join(document())}~IEA*0*000000101~"),
    ("023", True, interchange(iea="-")),
    ("023", True, ISA),
    ("023", True, ISA[:-1]),
    ("024", True, interchange([*document(), "REF*BM*1"])),
    ("024", False, interchange(gs=GS.replace("20261122", "20261322"))),
    ("024", False, interchange(gs=GS.replace("*1200*", "*1260*"))),
    ("024", False, interchange(gs=GS.replace("*X*", "*Z*"))),
    ("024", False, interchange(gs=GS.replace("*123456789*", "**"))),
    ("024", False, interchange(gs=GS.replace("*987654321*", "**"))),
    ("026", True, CLEAN.replace("*", "x")),
    ("027", False, CLEAN.replace("*>~", "*U~", 1)),
    ("027", False, CLEAN.replace("*>~", "* ~", 1)),
    ("027", False, CLEAN.replace("*>~", "**~", 1)),
    ("027", False, CLEAN.replace("*>~", "*~", 1)),
    ("028", False, CLEAN.replace("~GS", "~ISB*1~ISE*261322*1200*ET~GS")),
    ("029", False, CLEAN.replace("~GS", "~ISB*1~ISE*261122*2500*ET~GS")),
    ("030", False, CLEAN.replace("~GS", "~ISB*1~ISE*261122*1200*~GS")),
    ("031", False, CLEAN.replace("~GS", "~ISB*11~ISE*261122*1200*ET~GS")),
]


@pytest.mark.parametrize(("code", "rejects", "text"), WRONG)
def test_each_wrong_envelope_has_its_code(code: str, rejects: bool, text: str) -> None:
    found = only(text)

    assert (code, rejects) in codes(found.faults)
    assert found.ta1_code == code
    assert found.accepted is not rejects


@pytest.mark.parametrize("text", [text for _code, _rejects, text in WRONG])
def test_answer_to_a_wrong_envelope_is_itself_in_order(text: str) -> None:
    found = only(text.replace("*0*T", "*1*T"))
    envelope = answer_envelope(found)
    assert envelope is not None
    plan = plan_acks(found, delimiters=envelope.delimiters)
    assert plan.ta1 is not None

    answer = write_interchange(
        (), GUIDES, sender=envelope.sender, receiver=envelope.receiver, control=1, now=NOW, test=True,
        delimiters=envelope.delimiters, acks=(plan.ta1,),
    )  # fmt: skip

    (written,) = read(answer, GUIDES).interchanges
    assert (written.faults, written.acks) == ((), (plan.ta1,))


def test_requests_for_service_are_read_over() -> None:
    text = CLEAN.replace("~GS", "~ISB*1~ISE*261122*1200*ET~TA3*1~GS")

    assert only(text).faults == ()


def answered(found: Interchange) -> tuple[str, ...] | None:
    return plan_acks(found).ta1


@pytest.mark.parametrize("separator", ["x", "0"])
def test_interchange_that_cannot_be_taken_apart_is_still_answered(separator: str) -> None:
    text = ISA.replace("0", "1").replace("*", separator) + "~GS" + separator

    found = only(text)

    assert (found.groups, found.control, found.sender.id) == ((), "111111111", "123456789")
    assert answered(found) == ("TA1", "111111111", found.date, found.time, "R", "026")


def test_interchange_behind_one_that_cannot_be_taken_apart_is_read() -> None:
    reading = read_text(CLEAN.replace("~", "A") + "\n" + CLEAN)

    assert [found.ta1_code for found in reading.interchanges] == ["004", "000"]
    assert [d.accepted for d in reading.documents] == [True]


@pytest.mark.parametrize(
    ("text", "delimiters"),
    [
        (CLEAN.replace("*>~", "*~", 1), Delimiters("*", "", "~")),
        (CLEAN.replace("*>~", "*\n", 1).replace("~", "\n"), Delimiters("*", "", "\n")),
        (CLEAN.replace("*>~", "*\r\n", 1).replace("~", "\r\n"), Delimiters("*", "", "\r")),
        (CLEAN.replace("*>~", "*~", 1).replace("~", "~\r\n"), Delimiters("*", "", "~")),
        (CLEAN.replace("*>~", "~", 1), Delimiters("*", "", "~")),
        (CLEAN.replace("*>~", "~", 1).replace("~", "~\n"), Delimiters("*", "", "~")),
        (CLEAN.replace("*>~", "~", 1).replace("~", "\n"), Delimiters("*", "", "\n")),
        (CLEAN.replace("*>~", "*>  ~", 1), Delimiters("*", ">", "~")),
        (CLEAN.replace("*>~", "*> \n~", 1), Delimiters("*", ">", "~")),
        (CLEAN.replace("*>~", "*>\r\n~", 1), Delimiters("*", ">", "~")),
        (CLEAN.replace("*>~", "*\r\n>~", 1), Delimiters("*", ">", "~")),
        (CLEAN.replace("*>~", "*>\n", 1).replace("~", "\n"), Delimiters("*", ">", "\n")),
        ("I\r\nSA" + CLEAN[3:], Delimiters("*", ">", "~")),
    ],
)
def test_end_of_an_isa_is_found_however_it_is_written(text: str, delimiters: Delimiters) -> None:
    found = only(text)

    assert found.delimiters == delimiters
    assert [d.accepted for d in found.documents] == [True]
    assert codes(found.faults) == ([] if delimiters.component else [("027", False)])


def test_delimiters_that_became_utf_8_on_the_way_are_read() -> None:
    text = CLEAN.replace("*>~", "*\xa6~", 1).replace("~", "\u2026\r\n")

    (found,) = read(text.encode(), GUIDES).interchanges

    assert [(d.accepted, d.segment_count) for d in found.documents] == [(True, 12)]
    assert codes(found.faults) == [("004", False), ("027", False)]
    assert found.last_byte == len(text.encode())
    assert [text.encode()[d.first_byte :][:6] for d in found.documents] == [b"ST*856"]


def test_eighty_columns_may_break_any_line_of_a_message() -> None:
    text = CLEAN * 7
    wrapped = "\r\n".join(text[at : at + 80] for at in range(0, len(text), 80))

    reading = read_text(wrapped)

    assert [found.faults for found in reading.interchanges] == [()] * 7
    assert [d.accepted for d in reading.documents] == [True] * 7
    assert reading.faults == ()


def test_records_of_eighty_columns_may_be_filled_with_blanks() -> None:
    records = [segment + "~" for segment in CLEAN.split("~")[1:-1]]
    text = ISA + "~" + " " * 53 + "".join(record.ljust(80) for record in records)

    assert [d.accepted for d in read_text(text).documents] == [True]


SECOND = CLEAN.replace("000000101", "000000102")
OTHER = CLEAN.translate(str.maketrans("*~", "|!"))


@pytest.mark.parametrize(
    "text",
    [
        interchange(iea="-") + OTHER,
        interchange(iea="-") + "\n-- next file --\n" + CLEAN,
        interchange(iea="-") + "\r\n" + OTHER + CLEAN,
        interchange(document()[:-1], ge="", iea="-") + "\nremark\n" + OTHER,
        interchange(document()[:-1], ge="", iea="-") + "\nremark\n" + SECOND,
        interchange()[:-40] + "\n" + OTHER,
        interchange()[:-40] + "\n" + SECOND,
    ],
)
def test_interchange_without_an_end_swallows_none_of_those_behind_it(text: str) -> None:
    first, *others = read_text(text).interchanges

    assert ("023", True) in codes(first.faults)
    assert [other.faults for other in others] == [()] * len(others)
    assert [d.accepted for other in others for d in other.documents] == [True] * len(others)
    assert others


def test_codes_of_a_ta1_all_have_words() -> None:
    assert list(TA1_WORDS) == [f"{number:03d}" for number in range(32)]

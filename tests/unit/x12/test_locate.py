"""Every fault says on which line of the message, and at which byte, the thing stands that is at fault."""

from __future__ import annotations

import pytest

from gateway.document import Fault
from gateway.x12 import Reading, read
from tests.unit.x12.interchanges import BODY, GS, GUIDES, ISA, document, interchange


def every_fault(reading: Reading) -> list[Fault]:
    found = list(reading.faults)
    for one in reading.interchanges:
        found += one.faults
        for group in one.groups:
            found += group.faults
            for each in group.documents:
                found += each.faults
    return found


def stands(data: bytes) -> list[tuple[str, int | None, bytes]]:
    """Code, line, and the first bytes of what each fault points at."""
    return [
        (fault.code, fault.line, data[fault.first_byte or 0 :][:6].rstrip(b"~\r\n"))
        for fault in every_fault(read(data, GUIDES))
    ]


LINES = interchange().replace("~", "~\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LINES.replace("*0*T", "*X*T"), [("019", 1, b"ISA*00")]),
        (LINES.replace("IEA*1", "IEA*2"), [("021", 16, b"IEA*2*")]),
        (LINES.replace("GS*SH*", "GS*S*"), [("1", 2, b"GS*S*1"), ("6", 3, b"ST*856"), ("1", 2, b"GS*S*1")]),
        (LINES.replace("GE*1", "GE*2"), [("5", 15, b"GE*2*1"), ("5", 15, b"GE*2*1")]),
        (LINES.replace("GE*1*101~\n", ""), [("3", 15, b"IEA*1*"), ("3", 15, b"IEA*1*")]),
        (LINES.replace("ST*856*0001", "ST*856*001").replace("SE*12*0001", "SE*12*001"), [("7", 3, b"ST*856")]),
        (LINES.replace("SE*12", "SE*99"), [("4", 14, b"SE*99*")]),
        (LINES.replace("SN1**240*EA", "SN1**A*EA"), [("6", 12, b"SN1**A")]),
        (LINES.replace("HL*3*2*I", "HL*3*9*I"), [("7", 10, b"HL*3*9")]),
        (f"{LINES}\nhello\n{LINES}", [("unreadable", 18, b"hello")]),
    ],
)
def test_fault_names_the_line_and_byte_of_what_is_wrong(text: str, expected: list[tuple[str, int, bytes]]) -> None:
    found = stands(text.encode())

    assert found[: len(expected)] == expected


@pytest.mark.parametrize(("mark", "line"), [("~", 1), ("~\r\n", 12), ("\n", 12), ("\r\n", 12), ("\r", 12)])
def test_lines_are_those_that_a_person_counts(mark: str, line: int) -> None:
    text = interchange(document([*BODY[:-2], "SN1**A*EA", BODY[-1]])).replace("~", mark)

    assert [stand for stand in stands(text.encode()) if stand[0] == "6"] == [("6", line, b"SN1**A")]


def test_columns_of_eighty_are_lines_too() -> None:
    text = interchange(document([*BODY[:-2], "SN1**A*EA", BODY[-1]]))
    wrapped = "\r\n".join(text[at : at + 80] for at in range(0, len(text), 80))
    (at,) = [wrapped.index("SN1**A")]

    (fault,) = [fault for fault in every_fault(read(wrapped.encode(), GUIDES)) if fault.code == "6"]

    assert (fault.first_byte, fault.line) == (at, wrapped[:at].count("\n") + 1)


def test_places_count_from_the_start_of_the_message_in_every_interchange_of_it() -> None:
    wrong = interchange(document([*BODY[:-2], "SN1**A*EA", BODY[-1]])).replace("~", "~\n")
    data = ("\ufeff" + wrong + wrong + wrong).encode()

    assert stands(data) == [("6", line, b"SN1**A") for line in (12, 28, 44)]


def test_place_is_found_far_into_a_large_document() -> None:
    lines = [part for n in range(3, 20_003) for part in (f"HL*{n}*2*I", "LIN**BP*A", "SN1**1*EA")]
    lines[-1] = "SN1**1*EAS"
    text = interchange(document([*BODY[:6], *lines, "CTT*20000"]), gs=GS, isa=ISA)

    assert stands(text.encode()) == [("5", 1, b"SN1**1")]
    assert text.index("SN1**1*EAS") == every_fault(read(text.encode(), GUIDES))[0].first_byte

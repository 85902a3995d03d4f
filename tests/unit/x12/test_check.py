"""What the checker finds, as whole sequences: segment, tag, element, component, code, and whether it rejects."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.document import Fault
from gateway.x12 import check_document
from gateway.x12.checking.elements import is_date, is_time
from gateway.x12.checking.patterns import segment_match
from gateway.x12.checking.rules import iterate_segments
from gateway.x12.reading import STANDARD
from tests.unit.x12.interchanges import BODY, GUIDES, found_in, located, read_text

SAMPLES = Path("mappings/x12/004010")


def find(name: str) -> list[tuple[int | None, str, int | None, int | None, str, bool]]:
    (one,) = read_text((SAMPLES / f"{name}.sample.edi").read_text()).documents
    return located(one.faults)


@pytest.mark.parametrize(
    "path", [p for p in sorted(SAMPLES.glob("*/*.sample.edi")) if not p.name.startswith("faulty")], ids=str
)
def test_clean_sample_is_accepted_without_a_word(path: Path) -> None:
    reading = read_text(path.read_text())

    assert {(d.accepted, d.faults) for d in reading.documents} == {(True, ())}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("856/faulty-orphan", [(19, "HL", 2, None, "7", True)]),
        ("856/faulty-ring", [(17, "HL", 2, None, "7", True), (19, "HL", 2, None, "7", True)]),
        ("856/faulty-level", [(23, "HL", 3, None, "7", True)]),
        ("856/faulty-gap", [(19, "HL", 1, None, "7", False)]),
        ("856/faulty-shuffled", [(17, "HL", 1, None, "7", False), (19, "HL", 1, None, "7", False)]),
        ("856/faulty-children", [(5, "HL", 4, None, "7", False), (19, "HL", 4, None, "7", False)]),
        (
            "856/faulty-elements",
            [
                (20, "LIN", 3, None, "1", True),
                (21, "SN1", 2, None, "6", True),
                (22, "REF", 2, None, "2", True),
                (23, "DTM", 2, None, "8", True),
            ],
        ),
        (
            "856/faulty-segments",
            [
                (20, "LIN", None, None, "3", True),
                (21, "QQQ", None, None, "6", True),
                (22, "BSN", None, None, "7", True),
                (23, "SN1", None, None, "5", True),
            ],
        ),
        ("856/faulty-count", [(None, "", None, None, "4", True)]),
        (
            "850/faulty-elements",
            [
                (2, "BEG", 1, None, "7", True),
                (2, "BEG", 5, None, "8", True),
                (3, "N1", 2, None, "2", True),
                (4, "PO1", 7, None, "2", True),
            ],
        ),
    ],
)
def test_faulty_sample_is_told_whole(name: str, expected: list[object]) -> None:
    assert find(name) == expected


def with_line(*segments: str) -> list[str]:
    """The ship notice with these segments behind its item's SN1; the first of them is segment 11."""
    return [*BODY[:9], *segments, *BODY[9:]]


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        ("REF*LT", [(11, "REF", 2, None, "2", True)]),
        ("REF**L1", [(11, "REF", 1, None, "1", True)]),
        ("REF*L*L1", [(11, "REF", 1, None, "4", True)]),
        ("REF*LOTT*L1", [(11, "REF", 1, None, "5", True)]),
        ("REF*LT*" + "X" * 31, [(11, "REF", 2, None, "5", True)]),
        ("REF*LT*A\x01B", [(11, "REF", 2, None, "6", True)]),
        ("REF*LT*Querétaro", [(11, "REF", 2, None, "6", False)]),
        ("REF*LT*L1  ", [(11, "REF", 2, None, "6", False)]),
        ("REF*LT* ", [(11, "REF", 2, None, "6", False)]),
        ("PRF* ", [(11, "PRF", 1, None, "6", True)]),
        ("REF*LT*L1*", []),
        ("REF*LT*L1***", []),
        ("REF*LT*L1**LS", [(11, "REF", 4, 2, "1", True)]),
        ("REF*LT*L1**LS>1", []),
        ("REF*LT*L1**LS>1>LS>2>LS>3>LS", [(11, "REF", 4, 7, "3", True)]),
        ("REF*LT*A>B", [(11, "REF", 2, None, "6", True)]),
        ("REF*LT*L1***Y", [(11, "REF", 5, None, "3", True)]),
        ("DTM*011*20260229", [(11, "DTM", 2, None, "8", True)]),
        ("DTM*011*20240229", []),
        ("DTM*011*261122", [(11, "DTM", 2, None, "4", True)]),
        ("DTM*011**2460", [(11, "DTM", 3, None, "9", True)]),
        ("DTM*011**235959", []),
        ("DTM*011", [(11, "DTM", 2, None, "2", True)]),
        ("DTM*011*20261122**ET", [(11, "DTM", 3, None, "2", True)]),
        ("PO4*1.5", [(11, "PO4", 1, None, "6", True)]),
        ("PO4*4*12.", [(11, "PO4", 3, None, "2", True)]),
        ("PO4*4*12.*EA", []),
        ("PO4*4*.5*EA", []),
        ("PO4*4*-*EA", [(11, "PO4", 2, None, "4", True), (11, "PO4", 2, None, "6", True)]),
        ("MEA*PD*G*1*LB>1>2", []),
        ("MEA*PD*G*1*>", []),
        ("MEA*PD*G*1*>*2", [(11, "MEA", 4, None, "2", True)]),
        ("QTY*39*1", [(11, "QTY", None, None, "6", True)]),
        ("qty*39*1", [(11, "qty", None, None, "1", True)]),
        ("PRF*PO1", []),
    ],
)
def test_segment_has_exactly_these_faults(segment: str, expected: list[object]) -> None:
    assert found_in(with_line(segment)) == expected


def test_exclusive_elements_are_code_10() -> None:
    order = GUIDES.find("", "PO", "004010", "850")
    assert order is not None
    body = [
        ("BEG", "00", "SA", "PO1", "", "20261101"),
        ("PO1", "1", "1", "EA"),
        ("QTY", "39", "1", "", "one"),
    ]

    faults = check_document(order, body)

    assert [(f.segment, f.tag, f.element, f.code) for f in faults] == [(4, "QTY", 4, "10")]


def test_repetitions_are_counted_within_their_loop_only() -> None:
    ten = ["DTM*011*20261122"] * 10
    item = ["HL*4*2*I", "LIN**BP*ECM-88-411", "SN1**240*EA"]

    assert found_in([*BODY[:9], *ten, *item, *ten, BODY[9]]) == []
    assert found_in([*BODY[:9], *ten, ten[0], *item, *ten, BODY[9]]) == [(21, "DTM", None, None, "5", True)]


def test_segment_without_a_place_does_not_begin_the_count_anew() -> None:
    six = ["DTM*011*20261122"] * 6

    assert found_in([*BODY[:9], *six, "XYZ*1", *six, BODY[9]]) == [
        (17, "XYZ", None, None, "6", True),
        (22, "DTM", None, None, "5", True),
        (23, "DTM", None, None, "5", True),
    ]


def test_loop_beyond_its_limit_is_code_4() -> None:
    loads = [line for _ in range(201) for line in ("CLD*1*1", "REF*LS*1")]

    assert found_in(with_line(*loads[:400])) == []
    assert found_in(with_line(*loads)) == [(411, "CLD", None, None, "4", True)]


def test_wrong_first_code_does_not_cascade() -> None:
    assert found_in(["BSN*99*" + BODY[0][7:], *BODY[1:]]) == [(2, "BSN", 1, None, "7", True)]


def test_missing_header_is_one_fault() -> None:
    assert found_in(BODY[1:]) == [(2, "BSN", None, None, "3", True)]


def test_unknown_level_is_a_wrong_code_and_its_segments_are_still_checked() -> None:
    body = [*BODY[:6], "HL*3*2*X", "LIN**BP", *BODY[8:]]

    assert found_in(body) == [(8, "HL", 3, None, "7", True), (9, "LIN", 3, None, "1", True)]


def test_loop_that_repeats_at_once_still_lacks_what_it_lacks() -> None:
    body = [*BODY[:6], "HL*3*2*I", "HL*4*2*I", *BODY[7:]]

    assert found_in(body) == [
        (9, "LIN", None, None, "3", True),
        (9, "SN1", None, None, "3", True),
    ]


def test_faults_carry_what_an_acknowledgment_says() -> None:
    (one,) = read_text((SAMPLES / "856/faulty-elements.sample.edi").read_text()).documents

    assert one.faults[1] == Fault(
        code="6",
        text='SN102 (quantity shipped) "24O" is no number',
        level="element",
        segment=21,
        tag="SN1",
        loop="HL",
        element=2,
        data_element="382",
        value="24O",
        line=23,
        first_byte=506,
    )


@pytest.mark.parametrize("value", ["17991231", "20261131", "2026112", "2026112²", "000000"])
def test_impossible_dates_are_none(value: str) -> None:
    assert not is_date(value)


@pytest.mark.parametrize("value", ["2400", "1260", "123", "12345", "123460", "12345678²"])
def test_impossible_times_are_none(value: str) -> None:
    assert not is_time(value)


def test_expressions_answer_in_linear_time() -> None:
    # The longest thing a partner can send without an end must not cost more than its length: a backtracking
    # expression would not come back from any of these.
    rules = {rule for guide in GUIDES.load_all() for rule in iterate_segments(guide.document)}
    for rule in rules:
        match = segment_match(rule, STANDARD)
        for filler in ("*1", "*A", "1.", "*A>", "0" * 7):
            assert match(rule.tag + filler * 5000 + "\x00") is None

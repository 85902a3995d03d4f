"""A partner's overlay changes the base guide before it is loaded, and every change knows its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import OperatorMistake
from gateway.resources import read_sources, source_files
from gateway.x12 import Guide, Guides, read
from tests.unit.x12.interchanges import BODY, document, interchange, located

BASE = read_sources(source_files([Path()]))
PLACE = "partners/acme/x12/004010/856/guide.yaml"

OVERLAY = """\
extends: x12/004010/856
change:
  "HLI/LIN.02": {usage: R, max: 2, codes: {only: [BP]}}
  "HLI/LIN.03": {max: 10}
  "HLS/N1/N1.01": {codes: {only: [SF, ST]}}
  "HLP": {parents: [O, T]}
  "HLI/PO4": {usage: R}
  "CTT": {usage: R}
add:
  - {after: HLS/TD3, segment: QTY, usage: S, max_use: 2}
remove: [HLS/FOB, HLI/CLD, "BSN.05"]
"""


def guides_with(overlay: str) -> Guides:
    return Guides({**BASE, PLACE: overlay.encode()})


def find(overlay: str = OVERLAY) -> Guide:
    guide = guides_with(overlay).find("acme", "SH", "004010", "856")
    assert guide is not None
    return guide


def faults(body: list[str]) -> list[tuple[int | None, str, int | None, int | None, str, bool]]:
    data = interchange(document(body)).encode()
    (one,) = read(data, guides_with(OVERLAY), partner_of=lambda *parties: "acme").documents
    return located(one.faults)


BSN = BODY[0].removesuffix("*0004")
BODY_UP_TO_ITEM = [BSN, *BODY[1:7]]


def item(*lines: str) -> list[str]:
    return [*BODY_UP_TO_ITEM, *lines, BODY[9]]


def test_origin_of_each_change_is_its_line() -> None:
    assert find().origins == {
        "HLS/FOB": f"{PLACE}:11",
        "HLI/CLD": f"{PLACE}:11",
        "BSN.05": f"{PLACE}:11",
        "HLS/QTY": f"{PLACE}:10",
        "HLI/LIN.02": f"{PLACE}:3",
        "HLI/LIN.03": f"{PLACE}:4",
        "HLS/N1/N1.01": f"{PLACE}:5",
        "HLP": f"{PLACE}:6",
        "HLI/PO4": f"{PLACE}:7",
        "CTT": f"{PLACE}:8",
    }


def test_overlay_holds_for_its_partner_only() -> None:
    guides = guides_with(OVERLAY)

    own, other, base = (guides.find(partner, "SH", "004010", "856") for partner in ("acme", "bolt", ""))

    assert own is not None
    assert base is not None
    assert other is base
    assert (own.partner, base.partner) == ("acme", "")
    assert own.hash != base.hash


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (item("LIN**BP*ECM-88-410", "SN1**1*EA", "PO4*1"), []),
        (item("LIN**VP*ECM-88-410", "SN1**1*EA", "PO4*1"), [(9, "LIN", 2, None, "7", True)]),
        (item("LIN**BP*ECM-88-4100", "SN1**1*EA", "PO4*1"), [(9, "LIN", 3, None, "5", True)]),
        (item("LIN**BP*X", "SN1**1*EA"), [(11, "PO4", None, None, "3", True)]),
        (item("LIN**BP*X", "SN1**1*EA", "PO4*1", "CLD*1*1"), [(12, "CLD", None, None, "7", True)]),
        (
            [BODY[0], *item("LIN**BP*X", "SN1**1*EA", "PO4*1")[1:]],
            [(2, "BSN", 5, None, "3", True)],
        ),
        (
            [BSN, *BODY[1:3], "N1*BT**92*XX", *BODY[4:7], "LIN**BP*X", "SN1**1*EA", "PO4*1", BODY[9]],
            [(5, "N1", 1, None, "7", True)],
        ),
        (
            [BSN, BODY[1], "TD3*TL**1", "QTY*39*1", *BODY[2:7], "LIN**BP*X", "SN1**1*EA", "PO4*1", BODY[9]],
            [],
        ),
        (
            [BSN, *BODY[1:4], "HL*2*1*P", "HL*3*2*I", "LIN**BP*X", "SN1**1*EA", "PO4*1", BODY[9]],
            [(6, "HL", 3, None, "7", True)],
        ),
        ([*BODY_UP_TO_ITEM, "LIN**BP*X", "SN1**1*EA", "PO4*1"], [(12, "CTT", None, None, "3", True)]),
    ],
)
def test_changes_decide_what_is_accepted(body: list[str], expected: list[object]) -> None:
    assert faults(body) == expected


def test_overlay_answers_the_questions_of_a_map() -> None:
    guide = find()

    assert guide.has_segment("HLS", "QTY")
    assert guide.has_segment("S", "QTY")
    assert not guide.has_segment("S", "FOB")
    assert not guide.has_loop("I/CLD")
    assert not guide.has_element("", "BSN", 5)
    assert guide.has_element("I", "LIN", 3)
    assert guide.has_element("I", "MEA", 4, 1)
    assert not guide.has_element("I", "MEA", 4, 99)
    assert not guide.has_element("I", "LIN", 99)


def test_loop_of_another_guide_can_be_added_with_all_that_is_in_it() -> None:
    overlay = "extends: x12/004010/862\nadd: [{after: LIN/SHP, loop: N1, repeat: 2}]\n"
    place = PLACE.replace("856", "862")
    guide = Guides({**BASE, place: overlay.encode()}).find("acme", "SS", "004010", "862")

    assert guide is not None
    assert guide.loops("LIN/N1") == Guides(BASE).find("", "SS", "004010", "862").loops("N1")  # type: ignore[union-attr]
    assert guide.find_loop("LIN/N1").most == 2  # type: ignore[union-attr]
    assert guide.has_element("LIN/N1", "N1", 4)
    assert guide.origins == {"LIN/N1": f"{place}:2"}


def test_codes_may_be_widened_and_given_the_meaning_that_the_partner_gives_them() -> None:
    overlay = 'extends: x12/004010/856\nchange: {"BSN.01": {codes: {add: {QX: trial}, remove: [CO, "07"]}}}\n'
    guides = guides_with(overlay)
    guide = find(overlay)
    description, words = guides.describe(guide)

    purpose = next(segment for segment in description.segments() if segment.path == "BSN").elements[0]
    assert purpose.codes[-2:] == (("06", "confirmation"), ("QX", "trial"))
    assert purpose.was == "codes 00 01 02 03 04 05 06 07 CO"
    assert (words.code("353", "QX"), words.code("353", "00")) == ("trial", "original")


@pytest.mark.parametrize(
    ("overlay", "words"),
    [
        ("extends: x12/004010/586\n", '856/guide.yaml line 1: extends "x12/004010/586", which is no guide'),
        ("change: {}\n", 'extends "", which is no guide'),
        ("extends: x12/004010/856\nchanges: {}\n", 'line 2: unknown key "changes" (did you mean "change"?)'),
        ("extends: x12/004010/856\nremove: [HLS/FOO]\n", 'line 2: the base guide has no "HLS/FOO"'),
        ("extends: x12/004010/856\nremove: [HLS/HL]\n", "opens or closes its loop"),
        ('extends: x12/004010/856\nchange: {"HLI/LIN.99": {usage: R}}\n', 'no "HLI/LIN.99"'),
        ('extends: x12/004010/856\nchange: {"HLI/LIN.02": {usage: X}}\n', 'unknown usage "X"'),
        ('extends: x12/004010/856\nchange: {"HLI/LIN.02": {max_use: 3}}\n', 'unknown key "max_use"'),
        ('extends: x12/004010/856\nchange: {"HLI/LIN.02": {codes: {add: [BP]}}}\n', "every code is allowed already"),
        ('extends: x12/004010/856\nchange: {"BSN.01": {codes: {only: []}}}\n', "leaves no code at all"),
        ("extends: x12/004010/856\nadd: [{after: HLS/TD3, segment: QQQ}]\n", 'has a segment "QQQ" to copy'),
        ("extends: x12/004010/856\nadd: [{segment: QTY}]\n", "needs `after`, and `segment` or `loop`"),
        ("extends: x12/004010/856\nadd: [{after: HLS/TD3, segment: TD5}]\n", "it is there already"),
        ("extends: x12/004010/856\nadd: [{after: HLS/TD3, loop: QQQ}]\n", 'has a loop "QQQ" to copy'),
        ("extends: x12/004010/856\nadd: [{after: HLS/TD3, loop: W07, repeat: x}]\n", "must be >1 or a number"),
        (
            'extends: x12/004010/856\nchange: {"BSN.01": {codes: {remove: [ZZ]}}}\n',
            '"ZZ" is no code of the base guide here',
        ),
    ],
)
def test_mistakes_name_file_line_and_mend(overlay: str, words: str) -> None:
    with pytest.raises(OperatorMistake) as mistake:
        find(overlay)

    assert words in str(mistake.value)


def test_all_mistakes_of_all_guides_are_told_at_once() -> None:
    guides = Guides(
        {
            **BASE,
            PLACE: b"extends: x12/004010/856\nremove: [HLS/A1, HLS/A2]\n",
            "partners/bolt/x12/004010/850/guide.yaml": b"extends: nothing\n",
        }
    )

    with pytest.raises(OperatorMistake) as mistake:
        guides.load_all()

    assert [line.split(" line ")[0] for line in str(mistake.value).splitlines()] == [
        "partners/acme/x12/004010/856/guide.yaml",
        "partners/acme/x12/004010/856/guide.yaml",
        "partners/bolt/x12/004010/850/guide.yaml",
    ]

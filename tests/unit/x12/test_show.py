"""What a person sees of a file, as text: names, meanings, the tree, and faults where they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.x12 import Guides, document_page, read, show, show_lines
from tests.unit.x12.interchanges import BODY, GUIDES, document, interchange, read_text


def shown(text: str) -> str:
    return show(read_text(text), GUIDES)


def test_values_have_names_and_meanings_and_faults_stand_beneath_them() -> None:
    text = interchange(document([*BODY[:2], *BODY[3:8], "SN1**24O*EA", BODY[9]]))

    assert shown(text) == (
        "interchange 000000101 of 2026-11-22 12:00, release 00401, test\n"
        "  from 01:123456789  D-U-N-S number\n"
        "  to   01:987654321  D-U-N-S number\n"
        "  group 101 SH, ship notice, from 123456789 to 987654321, 004010\n"
        "    ship notice 856 0001: refused\n"
        "      1 ST  document start\n"
        "            01    set                      856  ship notice\n"
        "            02    document control number  0001\n"
        "      2 BSN ship notice head\n"
        "            01    purpose          00        original\n"
        "            02    shipment number  0000457\n"
        "            03    date             20261122  2026-11-22\n"
        "            04    time             1130      11:30\n"
        "            05    structure        0004      shipment, order, items\n"
        "      3   HL  shipment\n"
        "              01    level number  1\n"
        "              03    level         S  shipment\n"
        "      4     N1  party\n"
        "                01    party role       SF  ship from\n"
        "                03    identifier kind  92  given by the buyer\n"
        "                04    identifier       A123\n"
        "      5     HL  order\n"
        "                01    level number         2\n"
        "                02    parent level number  1\n"
        "                03    level                O  order\n"
        "      6     PRF order reference\n"
        "                01    order number  PO450012\n"
        "      7       HL  item\n"
        "                  01    level number         3\n"
        "                  02    parent level number  2\n"
        "                  03    level                I  item\n"
        "      8       LIN item numbers\n"
        "                  02    part number kind  BP  part number of the buyer\n"
        "                  03    part number       ECM-88-410\n"
        "      9       SN1 shipped quantity\n"
        "                  02    quantity shipped  24O\n"
        '                        ! 6 SN102 (quantity shipped) "24O" is no number\n'
        "                  03    unit              EA  each\n"
        "     10 CTT totals\n"
        "            01    line items  3\n"
        "            02    hash total  240\n"
        "     11 SE  document end\n"
        "            01    segment count            11\n"
        "            02    document control number  0001\n"
    )


def test_brief_is_a_segment_a_line_with_its_faults() -> None:
    reading = read_text(interchange(document([*BODY[:7], "LIN**BP", *BODY[8:]])))

    assert list(show_lines(reading, GUIDES, brief=True))[12:15] == [
        "      8       HL  3 2 I",
        "      9       LIN . BP",
        "                  ! 1 LIN03 (part number) is missing",
    ]


def test_components_are_told_one_by_one() -> None:
    text = interchange(document([*BODY[:3], "MEA*PD*G*1240*LB>2", *BODY[3:]]))

    assert "04-1  unit               LB  pound\n" in shown(text)
    assert "04-2  exponent           2\n" in shown(text)


def test_repetitions_are_told_one_by_one_where_the_release_has_them() -> None:
    isa = "ISA*00*          *00*          *01*123456789      *01*987654321      *261122*1200*^*00501*000000101*0*T*>"
    gs = "GS*QQ*123456789*987654321*20261122*1200*101*X*005010"
    text = interchange(["ST*999*0001", "REF*BM*A^B", "SE*3*0001"], isa=isa, gs=gs)

    lines = [line.split() for line in shown(text).splitlines()]
    assert [line for line in lines if line[:2] == ["02", "reference"]] == [
        ["02", "reference", "A"],
        ["02", "reference", "B"],
    ]


def test_document_without_a_guide_is_named_by_the_guides_of_others() -> None:
    text = interchange(["ST*999*0001", *BODY, "ZZZ*1*2", "SE*13*0001"])

    told = shown(text)

    assert "implementation acknowledgment 999 0001: refused\n" in told
    assert "      8       HL  item\n                  01    level number         3\n" in told
    assert (
        "      9       LIN item numbers\n                  02    part number kind  BP  part number of the buyer\n"
        in told
    )
    assert "     12 ZZZ\n            01      1\n            02      2\n" in told


def test_guides_that_cannot_be_loaded_name_nothing_and_stop_nothing() -> None:
    data = interchange(["ST*999*0001", *BODY, "SE*12*0001"]).encode()
    guides = Guides({"mappings/x12/004010/850/guide.xml": b"<broken"})

    assert "      9       LIN\n                  02      BP\n" in show(read(data, guides), guides)


def test_without_guides_a_reading_is_still_told() -> None:
    assert "    document 856 0001: accepted\n" in show(read_text(interchange()))


@pytest.mark.parametrize("brief", [True, False])
def test_bytes_of_a_partner_never_paint_on_a_terminal(brief: bool) -> None:
    text = interchange(document([*BODY[:2], "REF*BM*\x1b[31m", *BODY[3:]]))

    assert not any("\x1b" in line for line in show_lines(read_text(text), GUIDES, brief=brief))


def test_every_sample_can_be_shown_whole() -> None:
    for path in Path("mappings/x12").rglob("*.sample.edi"):
        reading = read_text(path.read_text("latin-1"))
        counted = sum(document.segment_count for document in reading.documents)
        lines = [line.split() for line in show_lines(reading, GUIDES, brief=True)]
        assert sum(line[0].isdigit() for line in lines) == counted, path


def test_answer_to_an_interchange_is_spelled_out() -> None:
    text = interchange([]).replace("GS*", "TA1*000000007*261121*0900*R*025~GS*")

    assert "  TA1 on interchange 000000007 of 2026-11-21 09:00: R refused, 025 control number used before\n" in shown(
        text
    )
    assert "TA1 on</dt><dd>interchange 000000007" in "".join(document_page(read_text(text), GUIDES))


def test_segments_and_elements_that_an_acknowledgment_names_are_named() -> None:
    text = Path("mappings/x12/004010/997/refused.sample.edi").read_text()

    assert re.search(r"01 +segment +RCD +received quantity", shown(text))
    assert re.search(r"02 +data element +663 +quantity received", shown(text))

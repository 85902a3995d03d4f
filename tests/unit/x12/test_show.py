"""What a person sees of a file."""

from __future__ import annotations

from pathlib import Path

from gateway.x12 import show
from tests.unit.x12.interchanges import BODY, document, interchange, read_text


def test_loops_are_indented_and_faults_stand_beneath_their_segment() -> None:
    text = interchange(document([*BODY[:8], "SN1**24O*EA", BODY[9]]))

    assert show(read_text(text)) == (
        "interchange 000000101 from 01:123456789 to 01:987654321, release 00401 (test)\n"
        "  group SH 101 from 123456789 to 987654321, 004010\n"
        "    document 856 0001: refused\n"
        "    1       ST  856 0001\n"
        "    2       BSN 00 0000457 20261122 1130 0004\n"
        "    3         HL  1 . S\n"
        "    4         REF BM BOL88231\n"
        "    5           N1  SF . 92 A123\n"
        "    6           HL  2 1 O\n"
        "    7           PRF PO450012\n"
        "    8             HL  3 2 I\n"
        "    9             LIN . BP ECM-88-410\n"
        "   10             SN1 . 24O EA\n"
        '                      ! 6 SN102 (quantity shipped) "24O" is no number\n'
        "   11       CTT 3 240\n"
        "   12       SE  12 0001\n"
    )


def test_bytes_of_a_partner_never_paint_on_a_terminal() -> None:
    text = interchange(document([*BODY[:2], "REF*BM*\x1b[31m", *BODY[3:]]))

    assert "\x1b" not in show(read_text(text))


def test_every_sample_can_be_shown() -> None:
    for path in Path("mappings/x12").rglob("*.sample.edi"):
        reading = read_text(path.read_text())
        shown = show(reading)
        for line in path.read_text().splitlines()[2:-2]:
            assert line.split("*")[0] in shown

"""The fast way and the slow way to read an ISA come to the same header, and the same troubles."""

from __future__ import annotations

import random
from pathlib import Path

from gateway.x12 import LIMITS
from gateway.x12.envelope import header as x12_header
from gateway.x12.envelope.isa import _look, check_isa

SAMPLES = sorted(Path("mappings/x12").glob("*/*/*.sample.edi"))
LETTERS = "ABZ019 *|~>:^\r\n\x1c\x1d\x85\xe9"


def _headers() -> list[str]:
    """ISAs with what follows, of our samples, with other delimiters and with a letter changed here and there."""
    chance = random.Random(6)
    heads = sorted({file.read_bytes()[:140].decode("latin-1") for file in SAMPLES})[:60]
    found = []
    for head in heads:
        for _ in range(60):
            text = head
            for letter in "*~>":
                if chance.random() < 0.3:
                    text = text.replace(letter, chance.choice(LETTERS))
            at = chance.randrange(3, 112)
            found.append(text[:at] + chance.choice(LETTERS) + text[at + 1 :] if chance.random() < 0.7 else text)
    return [*heads, *found]


def test_regular_header_is_what_the_slower_way_makes_of_it() -> None:
    regular = 0
    for text in _headers():
        fast = x12_header._read_regular(text[3:], 0, 3)
        if fast is not None:
            regular += 1
            assert fast._replace(frame=None) == x12_header._read_irregular(text[3:], 0, 3), text
    assert regular > 500


def test_troubles_of_an_isa_do_not_depend_on_what_came_before() -> None:
    for text in _headers():
        header = x12_header.find_header(text.encode("latin-1"), 0, LIMITS)
        if header is not None:
            assert [*check_isa(header)] == [*_look(header)], text

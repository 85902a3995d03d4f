"""Lint of what a guide says once it is read: places that nothing leads to, values that nobody can send."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import OperatorMistake
from gateway.resources import read_sources, source_files
from gateway.x12 import Guides

SOURCES = read_sources(source_files([Path()]))
ACK, NOTICE = (f"mappings/x12/004010/{name}/guide.xml" for name in ("997", "856"))
ADVICE = "mappings/x12/004010/824/guide.xml"
REF = (
    '<element xid="REF01" data_ele="128" usage="R" seq="01"/><element xid="REF02" data_ele="127" usage="R" seq="02"/>'
)


def mistakes(path: str, *changes: tuple[str, str]) -> str:
    text = SOURCES[path].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(OperatorMistake) as found:
        Guides({**SOURCES, path: text.encode()}).find("", "", "004010", path.split("/")[3])
    return str(found.value)


def test_loop_behind_a_required_one_that_takes_its_segments_is_never_reached() -> None:
    loop = f'<loop xid="ONE" usage="R" pos="8000" repeat="1"><segment xid="N9" usage="R" pos="10" max_use="1">{REF}'
    loop += f'</segment><segment xid="REF" usage="S" pos="20" max_use="&gt;1">{REF}</segment></loop>'
    late = f'<segment xid="REF" usage="S" pos="8010" max_use="1">{REF}</segment>'

    told = mistakes(ACK, ('<segment xid="SE"', loop.replace("REF01", "N901") + late + '<segment xid="SE"'))

    assert "REF: the segment can never be reached: one that comes before it takes every REF" in told


def test_loop_opened_by_the_tag_of_an_optional_segment_before_it_cannot_be_told_from_it() -> None:
    segment = f'<segment xid="REF" usage="S" pos="60" max_use="1">{REF}</segment>'
    loop = f'<loop xid="TWO" usage="S" pos="70" repeat="1"><segment xid="REF" usage="R" pos="10" max_use="1">{REF}'

    told = mistakes(ACK, ('<segment xid="SE"', segment + loop + '</segment></loop><segment xid="SE"'))

    assert "TWO: cannot be told from another REF in the same loop" in told


@pytest.mark.parametrize(
    ("path", "old", "new", "words"),
    [
        (ACK, "<code>A</code>", "<code>ABC</code>", "lists ABC, but is 1 to 1 characters long"),
        (ACK, 'data_ele="719"', 'data_ele="719" min_len="9"', "is at least 9 and at most 6 characters long"),
        (NOTICE, 'parents=""', 'parents="I"', "hangs under I only, and none of them under the top"),
        (NOTICE, 'parents=""', 'parents="Z"', "may hang under level Z, which the guide does not have (S)"),
    ],
)
def test_what_cannot_be_is_named(path: str, old: str, new: str, words: str) -> None:
    assert words in mistakes(path, (old, new))


def test_overlay_that_leaves_a_relation_without_its_elements_is_named() -> None:
    overlay = 'extends: x12/004010/856\nchange: {"HLI/REF.02": {usage: N}, "HLI/REF.03": {usage: N}}\n'
    place = "partners/acme/x12/004010/856/guide.yaml"

    with pytest.raises(OperatorMistake) as found:
        Guides({**SOURCES, place: overlay.encode()}).find("acme", "SH", "004010", "856")

    assert f"{place}: HLI/REF: needs REF02, REF03 together or one of them, and they are not used" in str(found.value)


def test_every_shipped_guide_and_every_example_of_an_overlay_is_clean() -> None:
    sources = read_sources(source_files([Path()], examples=True))

    assert Guides(sources).load_all()


def test_mistake_has_the_line_of_the_guide_or_of_the_overlay_that_made_it() -> None:
    overlay = 'extends: x12/004010/856\n\nchange: {"HLI/LIN.02": {codes: {only: [BP, LONG]}}}\n'
    place = "partners/acme/x12/004010/856/guide.yaml"
    line = next(n for n, text in enumerate(SOURCES[ACK].decode().splitlines(), 1) if 'data_ele="719"' in text)

    with pytest.raises(OperatorMistake) as found:
        Guides({**SOURCES, place: overlay.encode()}).find("acme", "SH", "004010", "856")

    assert str(found.value) == f"{place} line 3: HLI/LIN.02: lists LONG, but is 2 to 2 characters long"
    assert mistakes(ACK, ('data_ele="719"', 'data_ele="719" min_len="9"')).startswith(
        f"{ACK} line {line}: AK2/AK3/AK3.02"
    )

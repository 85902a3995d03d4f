"""Each binding of each shipped map is held by a sample: broken, it is noticed. What is not stands in a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.bindings import GONE, Broken, broken, files, maps, noticed, survivors

LISTED = Path(__file__).with_name("unnoticed.txt")
"""Bindings that no sample holds yet: a debt, which `python -m tests.mutants.bindings` names and samples pay."""
FAST = "mappings/x12/004010/855/map.yaml"


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_every_broken_binding_is_noticed_but_those_that_are_listed() -> None:
    found = [name for map in maps() for name in survivors(map)]

    assert found == [line for line in LISTED.read_text("utf-8").splitlines() if line]


def test_every_broken_binding_of_an_order_acknowledgment_is_noticed() -> None:
    assert survivors(FAST) == []


def test_a_map_has_a_break_for_each_of_its_bindings() -> None:
    gone = [one for one in broken(FAST) if one.way == GONE]

    assert len(gone) > 20
    assert len({one.text for one in gone}) == len(gone)


def test_a_map_as_it_is_is_no_break() -> None:
    assert not noticed(Broken(FAST, (), "as it is", files()[FAST]))

"""Our checker against pyx12's: the same verdict on everything, but for the divergences listed with their reasons."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.x12 import Guides, read
from tests.properties.x12_mutations import clean_interchanges, mutate
from tests.properties.x12_oracle import DIVERGENCES, open_oracle

GUIDES = Guides.from_roots([Path()])
CLEAN = clean_interchanges()


@pytest.fixture(scope="module")
def oracle() -> Iterator[Callable[[str], bool]]:
    with open_oracle() as accepts:
        yield accepts


def disagreement(text: str, oracle: Callable[[str], bool]) -> str | None:
    """None when both agree; the name of the divergence that explains it; "unexplained"."""
    reading = read(text.encode("latin-1"), GUIDES, trees=False)
    if reading.accepted == oracle(text):
        return None
    names = [d.name for d in DIVERGENCES if d.we_accept == reading.accepted and d.explains(text, reading)]
    return names[0] if names else "unexplained"


@pytest.mark.parametrize("text", CLEAN)
def test_oracle_takes_every_clean_sample(text: str, oracle: Callable[[str], bool]) -> None:
    assert oracle(text)
    assert read(text.encode(), GUIDES).accepted


@given(chance=st.randoms(use_true_random=False), text=st.sampled_from(CLEAN))
@settings(max_examples=150)
def test_verdict_differs_from_the_oracle_only_for_listed_reasons(
    chance: random.Random, text: str, oracle: Callable[[str], bool]
) -> None:
    wrong = mutate(chance, text)

    assert disagreement(wrong, oracle) != "unexplained"


@pytest.mark.long
def test_verdict_holds_over_many_mutations_and_every_divergence_occurs(oracle: Callable[[str], bool]) -> None:
    chance = random.Random(20261122)
    found: Counter[str | None] = Counter()
    unexplained: list[str] = []
    for _ in range(30_000):
        wrong = mutate(chance, chance.choice(CLEAN))
        reason = disagreement(wrong, oracle)
        found[reason] += 1
        if reason == "unexplained":
            unexplained.append(wrong)

    assert unexplained == []
    # A divergence that no mutation meets any more is a line of the list that nobody needs.
    assert {d.name for d in DIVERGENCES} - set(found) == set()


def test_set_that_does_not_fit_its_group_is_refused_where_the_oracle_is_silent(oracle: Callable[[str], bool]) -> None:
    order = next(text for text in CLEAN if "ST*850*" in text)
    wrong = order.replace("ST*850*", "ST*855*")

    reading = read(wrong.encode(), GUIDES)

    assert oracle(wrong)
    assert [(f.level, f.code) for d in reading.documents for f in d.faults] == [
        ("document", "6"),
        ("document", "no_guide"),
    ]
    assert not reading.accepted


def test_interchange_without_a_group_is_refused_where_the_oracle_is_silent(oracle: Callable[[str], bool]) -> None:
    isa = CLEAN[0].split("~")[0]
    empty = f"{isa}~IEA*0*{isa.split('*')[13]}~"

    reading = read(empty.encode(), GUIDES)

    assert oracle(empty)
    assert [(f.code, f.rejects) for f in reading.interchanges[0].faults] == [("022", True)]


def test_last_segment_without_terminator_is_told(oracle: Callable[[str], bool]) -> None:
    reading = read(CLEAN[0][:-1].encode(), GUIDES)

    assert [(f.code, f.rejects) for f in reading.interchanges[0].faults] == [("023", False)]
    assert all(document.accepted for document in reading.documents)

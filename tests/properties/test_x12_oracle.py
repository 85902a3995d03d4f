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
from tests.properties.x12_oracle import DIVERGENCES, Divergence, open_oracle

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
def test_verdict_holds_over_many_mutations(oracle: Callable[[str], bool]) -> None:
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


NOTICE = next(text for text in CLEAN if "*000000101*" in text)
ACKNOWLEDGMENT = next(text for text in CLEAN if "*000000501*" in text)
EXAMPLES = {
    "noted faults": ("HL*3*2*I~", "HL*4*2*I~"),
    "separators at the end": ("REF*LT*L2611A~", "REF*LT*L2611A*~"),
    "untidy envelope": ("*20261122*1200*101*X*004010~", "*20261122**101*X*004010~"),
    "control numbers spelled otherwise": ("~GE*1*101~", "~GE*1*0101~"),
    "a point at the end of a number": ("SN1*1*240*EA*5240~", "SN1*1*240.*EA*5240~"),
    "pointers to closed levels": (
        "CTT*3*240~SE*27*",
        "HL*4*1*O~PRF*PO450013~HL*5*2*I~LIN**BP*ECM-1~SN1**1*EA~CTT*5*241~SE*32*",
    ),
    "blank before a segment": ("~REF*LT*", "~ REF*LT*"),
    "segments outside of documents": ("~ST*", "~REF*LT*1~ST*"),
    "bytes outside of interchanges": ("~IEA*1*000000101~", "~IEA*1*000000101~~REF*LT*1~"),
    "pointers of levels": ("HL*2*1*O~", "HL*2**O~"),
    "set without a guide, or in a wrong group": ("ST*856*", "ST*210*"),
    "blank in a required element": ("PRF*PO450012*", "PRF* *"),
    "loop that repeats at once": (
        "AK2*850*0001~AK5*A~AK9*A*1*1*1~SE*6*",
        "AK2*850*0001~" * 2 + "AK5*A~AK9*A*1*1*1~SE*7*",
    ),
}


@pytest.mark.parametrize("divergence", DIVERGENCES, ids=lambda divergence: divergence.name)
def test_divergence_is_real(divergence: Divergence, oracle: Callable[[str], bool]) -> None:
    # A divergence that no longer exists is a line of the list that would hide a fault of ours.
    old, new = EXAMPLES[divergence.name]
    (clean,) = (text for text in (NOTICE, ACKNOWLEDGMENT) if old in text and ("AK" in old) == ("AK" in text))
    text = clean.replace(old, new, 1)
    reading = read(text.encode(), GUIDES)

    assert (reading.accepted, oracle(text)) == (divergence.we_accept, not divergence.we_accept)
    assert divergence.explains(text, reading)


def test_set_that_does_not_fit_its_group_is_refused_where_the_oracle_is_silent(oracle: Callable[[str], bool]) -> None:
    order = next(text for text in CLEAN if "ST*850*" in text)
    wrong = order.replace("ST*850*", "ST*210*")

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

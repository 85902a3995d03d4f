"""Our checker against pyx12's: the same verdict and faults, but for divergences listed with their reasons."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.x12 import LIMITS, Guide, Guides, read
from tests.properties.x12_divergences import DIVERGENCES, Change, Divergence
from tests.properties.x12_documents import draw_interchange
from tests.properties.x12_fault_divergences import FAULT_DIVERGENCES, FaultDivergence, case_of, differences
from tests.properties.x12_findings import Finding, Opinion, opinion_of
from tests.properties.x12_mutations import clean_interchanges, join_documents, mutate
from tests.properties.x12_oracle import open_oracle

GUIDES = Guides.from_roots([Path()])
ALL_FAULTS = LIMITS._replace(faults_max=10_000)
FOLDERS = sorted(guide.parent for guide in Path("mappings/x12").glob("*/*/guide.xml"))
SAMPLES = {folder: clean_interchanges(folder) for folder in FOLDERS}
CLEAN = [text for texts in SAMPLES.values() for text in texts]

SETS = [Path("mappings/x12/004010") / set_id for set_id in ("830", "850", "856", "861", "862")]
PARTS, PART_SIZE = 8, 250
"""Ten thousand mutations over five sets, in parts that run side by side."""

Oracle = Callable[[str], Opinion]


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with open_oracle() as ask:
        yield ask


def name_of(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def guide_of(folder: Path) -> Guide:
    guide = GUIDES.find("", "", folder.parent.name, folder.name)
    assert guide is not None
    return guide


def compare(text: str, oracle: Oracle, met: Counter[str]) -> list[str]:
    """What we and pyx12 say otherwise of a text and no divergence explains; `met` counts what was met."""
    reading = read(text.encode("latin-1"), GUIDES, limits=ALL_FAULTS, trees=False)
    ours, theirs = opinion_of(reading, text), oracle(text)
    if ours.accepted != theirs.accepted:
        met["verdicts differ"] += 1
        if any(d.we_accept == ours.accepted and d.explains(text, reading) for d in DIVERGENCES):
            return []
        return [f"we accept: {ours.accepted}, pyx12: {theirs.accepted}", text]
    if ours.accepted:
        met["accepted"] += 1
        return []
    case = case_of(text, reading, ours, theirs)
    found = list(differences(case))
    met["faults differ" if found else "same faults"] += 1
    unexplained = [str(one) for one, names in found if not names]
    return [*unexplained, text] if unexplained else []


def compare_mutations(seed: str, texts: list[str], count: int, oracle: Oracle) -> Counter[str]:
    chance = random.Random(seed)
    met: Counter[str] = Counter()
    for _ in range(count):
        assert compare(mutate(chance, chance.choice(texts)), oracle, met) == []
    return met


# --- documents in order -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_oracle_takes_every_clean_sample(folder: Path, oracle: Oracle) -> None:
    assert SAMPLES[folder]
    for text in SAMPLES[folder]:
        assert compare(text, oracle, Counter()) == []
        assert read(text.encode(), GUIDES).accepted
        assert "^" in text[106:] or oracle(text) == Opinion(True, frozenset())


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_oracle_takes_documents_drawn_from_every_guide(folder: Path, oracle: Oracle) -> None:
    chance, guide = random.Random(folder.name), guide_of(folder)
    for _ in range(4):
        text = draw_interchange(chance, guide)

        assert (oracle(text), read(text.encode(), GUIDES).accepted) == (Opinion(True, frozenset()), True)


# --- and out of order ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("folder", SETS, ids=name_of)
def test_mutations_of_five_sets_are_judged_as_by_the_oracle(folder: Path, part: int, oracle: Oracle) -> None:
    # The shorter samples: pyx12 takes its time for each segment, and what goes wrong in few goes wrong in many.
    texts = sorted(SAMPLES[folder], key=len)[:5]

    met = compare_mutations(f"{folder} {part}", texts, PART_SIZE, oracle)

    # The list must not explain everything away.
    assert met["same faults"] > met["faults differ"] > 0
    assert met["verdicts differ"] < PART_SIZE / 5


@pytest.mark.parametrize("folder", SETS, ids=name_of)
def test_groups_of_two_documents_are_judged_as_by_the_oracle(folder: Path, oracle: Oracle) -> None:
    first, second = sorted(SAMPLES[folder], key=len)[:2]
    both = join_documents(first, second)

    assert oracle(both) == Opinion(True, frozenset())
    compare_mutations(f"{folder} two", [both], 40, oracle)


@pytest.mark.parametrize("folder", [folder for folder in FOLDERS if folder not in SETS], ids=name_of)
def test_mutations_of_every_other_set_are_judged_as_by_the_oracle(folder: Path, oracle: Oracle) -> None:
    compare_mutations(str(folder), SAMPLES[folder], 25, oracle)


@pytest.mark.long
@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_mutations_are_judged_as_by_the_oracle_however_many(folder: Path, oracle: Oracle) -> None:
    compare_mutations(f"{folder} samples", SAMPLES[folder], 3_000, oracle)


@pytest.mark.long
@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_mutations_of_drawn_documents_are_judged_as_by_the_oracle(folder: Path, oracle: Oracle) -> None:
    chance, guide = random.Random(folder.name), guide_of(folder)
    texts = [draw_interchange(chance, guide) for _ in range(100)]

    compare_mutations(f"{folder} drawn", texts, 1_000, oracle)


# --- the list itself ----------------------------------------------------------------------------------------------

RELEASE = Path("mappings/x12/004010")
NOTICE = next(text for text in SAMPLES[RELEASE / "856"] if "*000000101*" in text and "~SE*27*" in text)
ACKNOWLEDGMENT = next(text for text in SAMPLES[RELEASE / "997"] if "*000000501*" in text)
CONTEXT = next(text for text in SAMPLES[Path("mappings/x12/005010/999")] if "~CTX*BSN02>" in text)
CONTEXT = CONTEXT.replace("^LIN03>ECM-88-410", "")


def with_change(change: Change) -> str:
    """The first of three clean interchanges that holds what is to be changed, with the change."""
    text = next(one for one in (NOTICE, ACKNOWLEDGMENT, CONTEXT) if change.old in one)
    return text.replace(change.old, change.new, 1)


@pytest.mark.parametrize("divergence", DIVERGENCES, ids=lambda divergence: divergence.name)
def test_divergence_is_real(divergence: Divergence, oracle: Oracle) -> None:
    # A divergence that no longer exists is a line of the list that would hide a fault of ours.
    text = with_change(divergence.example)
    reading = read(text.encode("latin-1"), GUIDES)

    assert (reading.accepted, oracle(text).accepted) == (divergence.we_accept, not divergence.we_accept)
    assert divergence.explains(text, reading)


@pytest.mark.parametrize("divergence", FAULT_DIVERGENCES, ids=lambda divergence: divergence.name)
def test_divergence_of_faults_is_real(divergence: FaultDivergence, oracle: Oracle) -> None:
    # Both refuse it for a count of the group, so that what is compared are the faults.
    text = with_change(divergence.example).replace("~GE*1*", "~GE*2*")
    reading = read(text.encode("latin-1"), GUIDES)
    ours, theirs = opinion_of(reading, text), oracle(text)

    assert (ours.accepted, theirs.accepted) == (False, False)
    explained = [names for _found, names in differences(case_of(text, reading, ours, theirs))]
    assert [divergence.name] in explained
    assert all(explained)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change("SN1*1*240*", "SN1*1*24O*"), [(22, "02", "6")]),
        (Change("HL*2*1*O~", "HL*2*1*O*7~"), [(18, "04", "7")]),
        (Change("SN1*1*240*EA*5240~", "SN1*1*240~"), [(22, "03", "1")]),
        (Change("*20261122*1115*", "*20261322*1115*"), [(4, "02", "8")]),
        (Change("TD3*TL**16762~", "TD3*TL***16762~"), [(11, "04", "5"), (11, "relation", "2")]),
        (Change("~LIN*1*", "~XYZ*1~LIN*1*"), [(21, "segment", "1"), (29, "document", "4")]),
        (
            Change("~LIN*1*", "~PID*F****X~LIN*1*"),
            [
                (21, "missing LIN", "3"),
                (21, "missing SN1", "3"),
                (22, "segment", "1"),
                (23, "segment", "1"),
                (29, "document", "4"),
            ],
        ),
        (Change("~CTT*3*240~", "~CTT*3*240~CTT*3*240~"), [(28, "segment", "5"), (29, "document", "4")]),
        (Change("~SE*27*", "~SE*28*"), [(28, "document", "4")]),
        (Change("~SE*27*0001~", "~"), [(28, "document", "2")]),
        (Change("~GE*1*101~", "~GE*2*101~"), [(29, "group", "5")]),
        (Change("~GE*1*101~", "~GE*1*102~"), [(29, "group", "4")]),
        (Change("~IEA*1*", "~IEA*2*"), [(30, "interchange", "021")]),
    ],
)
def test_both_tell_the_same_in_the_same_terms(
    change: Change, expected: list[tuple[int, str, str]], oracle: Oracle
) -> None:
    # What is compared would otherwise be two empty sets, or two of one word.
    text = with_change(change)
    ours = opinion_of(read(text.encode(), GUIDES), text)

    assert ours.findings == {Finding(*one) for one in expected}
    assert oracle(text).findings == ours.findings


def test_set_that_does_not_fit_its_group_is_refused_where_the_oracle_is_silent(oracle: Oracle) -> None:
    order = SAMPLES[RELEASE / "850"][0]
    wrong = order.replace("ST*850*", "ST*210*")

    reading = read(wrong.encode(), GUIDES)

    assert oracle(wrong).accepted
    assert [(f.level, f.code) for d in reading.documents for f in d.faults] == [
        ("document", "6"),
        ("document", "no_guide"),
    ]
    assert not reading.accepted


def test_interchange_without_a_group_is_refused_where_the_oracle_is_silent(oracle: Oracle) -> None:
    isa = NOTICE.split("~")[0]
    empty = f"{isa}~IEA*0*{isa.split('*')[13]}~"

    reading = read(empty.encode(), GUIDES)

    assert oracle(empty).accepted
    assert [(f.code, f.rejects) for f in reading.interchanges[0].faults] == [("022", True)]


def test_last_segment_without_terminator_is_told() -> None:
    reading = read(NOTICE[:-1].encode(), GUIDES)

    assert [(f.code, f.rejects) for f in reading.interchanges[0].faults] == [("023", False)]
    assert all(document.accepted for document in reading.documents)

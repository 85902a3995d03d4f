"""The corpus keeps its promises: the same bytes each time, the stated mix, and documents that answer each other."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache
from itertools import pairwise
from statistics import median

from benchmarks.corpus import Corpus, build
from benchmarks.corpus.flaws import FLAWS, damage


@cache
def corpus() -> Corpus:
    return build(7, 2000, parts=2000)


def test_same_seed_gives_the_same_bytes() -> None:
    again = build(7, 2000, parts=2000)

    assert again.sha == corpus().sha


def test_other_seed_gives_other_bytes() -> None:
    assert build(8, 2000, parts=2000).sha != corpus().sha


def test_timed_part_has_the_stated_mix() -> None:
    kinds = Counter(sent.kind for sent in corpus().timed)

    shares = {kind: round(100 * count / len(corpus().timed)) for kind, count in kinds.items()}

    assert shares["850"] in (25, 26)
    assert shares["856"] in (44, 45, 46)
    assert shares["receipt"] in (24, 25)
    assert shares["861"] + shares["824"] + shares["997"] == 5


def test_nothing_repeats_inside_the_timed_part() -> None:
    bodies = [sent.body for sent in corpus().timed]

    assert len(set(bodies)) == len(bodies)


def test_repeats_are_of_the_warm_up_part() -> None:
    early = {sent.body for sent in corpus().sent[: corpus().warm_up]}

    assert {sent.body for sent in corpus().timed if sent.flaw == "duplicate"} <= early


def test_flaws_have_the_stated_shares() -> None:
    flaws = Counter(
        "repeat" if sent.flaw in ("duplicate", "conflict") else bool(sent.flaw) for sent in corpus().timed
    )

    assert flaws["repeat"] == round(0.012 * 2000)
    assert 30 <= flaws[True] <= 40


def test_lines_are_lognormal_around_eight() -> None:
    lines = [sent.lines for sent in corpus().timed if sent.kind == "850"]

    assert 7 <= median(lines) <= 9
    assert max(lines) > 100


def test_most_goods_receipts_answer_a_notice_sent_before() -> None:
    sent_before: set[bytes] = set()
    answered = Counter[bool]()
    for sent in corpus().sent:
        if sent.kind == "856" and b"BSN" in sent.body:
            sent_before.add(sent.body.split(b"BSN")[1][4:12])
        elif sent.kind == "receipt":
            answered[sent.body.split(b"\r\n")[2].split(b",")[5] in sent_before] += 1

    assert 0.01 < answered[False] / answered.total() < 0.06


def test_every_flaw_changes_a_notice() -> None:
    clean = next(sent for sent in corpus().timed if sent.kind == "856" and not sent.flaw)
    dialect = next(d for d in corpus().dialects if d.partner == clean.partner)

    unchanged = [
        name
        for name in FLAWS
        if not (name == "D02" and b"PRF" not in clean.body) and damage(clean.body, dialect, name) == clean.body
    ]

    assert unchanged == []


@cache
def full() -> Corpus:
    return build(7, 2000, mix="full", parts=2000)


def test_full_mix_is_as_stated() -> None:
    kinds = Counter(sent.kind for sent in full().timed)

    shares = {kind: round(100 * count / len(full().timed)) for kind, count in kinds.items()}

    assert shares["862"] + shares["830"] == 35
    assert shares["850"] + shares["860"] in (10, 11)
    assert shares["856"] in (29, 30, 31)
    assert shares["receipt"] in (19, 20)
    assert sum(shares[kind] for kind in ("861", "824", "997", "855", "810")) == 5
    assert len({sent.body for sent in full().timed}) == len(full().timed)


def test_notices_of_programmes_name_their_blanket_order_and_a_cumulative_that_grows() -> None:
    told: dict[tuple[bytes, bytes], list[Decimal]] = {}
    blankets = 0
    for sent in full().sent:
        if sent.kind != "856" or sent.flaw:
            continue
        dialect = next(one for one in full().dialects if one.partner == sent.partner)
        segments = [
            one.strip().split(dialect.element.encode("latin-1"))
            for one in sent.body.split(dialect.segment.encode("latin-1"))
        ]
        site = next(one[4] for one in segments if one[:2] == [b"N1", b"ST"])
        blankets += any(one[0] == b"PRF" and one[1].startswith(b"BK") for one in segments)
        parts = (one[one.index(b"BP") + 1] for one in segments if one[0] == b"LIN")
        cums = (one[4] for one in segments if one[0] == b"SN1")
        for part, cum in zip(parts, cums, strict=True):
            told.setdefault((site, part), []).append(Decimal(cum.decode()))

    assert blankets > 250
    grown = [after > before for some in told.values() for before, after in pairwise(some)]
    assert len(grown) > 1000
    assert sum(grown) / len(grown) > 0.95  # the others were overtaken by a later notice

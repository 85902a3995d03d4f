"""One figure of the benchmarks, and how it is taken: ours and theirs in turn, in one run, median of the rounds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

ROUNDS_MIN = 5


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is ours and `peer` theirs, in the same unit; `ratio` is ours over theirs, more is better."""

    id: str
    against: str
    unit: str
    value: float
    peer: float
    ratio: float
    n: int
    """Documents, segments or lines in one round."""
    rounds: int
    durable: Literal["full", "fsync", "none"]
    corpus_sha: str
    spread: float
    """(largest - smallest) / median of our rounds."""
    note: str = ""
    extra: dict[str, float | str] = {}


def make_row(
    id: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    against: str,
    unit: str,
    n: int,
    durable: Literal["full", "fsync", "none"],
    corpus_sha: str,
    note: str = "",
    extra: dict[str, float | str] | None = None,
) -> Row:
    """A row from rates per round. The ratio is the median of the rounds' own ratios: a round shares its weather."""
    value, peer = statistics.median(ours), statistics.median(theirs)
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    return Row(
        id=id,
        against=against,
        unit=unit,
        value=round(value, 1),
        peer=round(peer, 1),
        ratio=round(ratio, 4),
        n=n,
        rounds=len(ours),
        durable=durable,
        corpus_sha=corpus_sha,
        spread=round((max(ours) - min(ours)) / value, 3),
        note=note,
        extra=extra or {},
    )


def make_limit_row(
    id: str,
    ours: Sequence[float],
    limit: float,
    *,
    more_is_better: bool,
    unit: str,
    n: int,
    durable: Literal["full", "fsync", "none"],
    corpus_sha: str,
    value: float | None = None,
    note: str = "",
    extra: dict[str, float | str] | None = None,
) -> Row:
    """A row against a stated limit, its peer; the ratio is at least 1 where the limit is kept.

    `ours` has a figure for each round; `value` stands in for their median where all rounds together say more.
    """
    figure = statistics.median(ours) if value is None else value
    return Row(
        id=id,
        against=f"stated limit of {limit:g} {unit}",
        unit=unit,
        value=round(figure, 2),
        peer=limit,
        ratio=round(figure / limit if more_is_better else limit / figure, 4),
        n=n,
        rounds=len(ours),
        durable=durable,
        corpus_sha=corpus_sha,
        spread=round((max(ours) - min(ours)) / figure, 3),
        note=note,
        extra=extra or {},
    )


def interleave(
    rounds: int, ours: Callable[[int], float], theirs: Callable[[int], float]
) -> tuple[list[float], list[float]]:
    """Rates of both sides, round by round; who begins alternates, so that neither always has the warmer machine."""
    mine: list[float] = []
    peers: list[float] = []
    for number in range(rounds):
        pair = [(ours, mine), (theirs, peers)]
        for measure, rates in pair if number % 2 == 0 else reversed(pair):
            rates.append(measure(number))
    return mine, peers

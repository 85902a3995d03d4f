"""What schedules required at the ship fence: each requirement as the release in force on that day said it.

A release that comes after the fence of a date changes nothing for it: the supplier had to ship by what it knew.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ledger.matching.papers.filed import ScheduledLine
from ledger.matching.papers.in_force import Requirement, in_force

FIRM = ("shipping", "sequence")
"""Kinds of schedules that are firm whatever they say."""
_EVER = -(1 << 63)
"""Before any moment."""


class AtFence(NamedTuple):
    """One requirement in force at its fence, and the release that says it."""

    quantity: int
    due_at: int
    reference: str
    release: ScheduledLine


def required_at_fence(
    lines: Sequence[ScheduledLine], since: int, until: int, fence_of: Callable[[int, str], int]
) -> list[AtFence]:
    """What was firmly required of one part from `since` to `until`, by releases of one party in any order.

    `fence_of` gives the moment after which a requirement due at a moment is fixed; its second argument says whether
    dates are of delivery or of shipping.
    """
    ordered = sorted(lines, key=lambda line: (line.issued_at, line.seq))
    times = sorted({line.issued_at for line in ordered})
    found: dict[tuple[int, int, str, str, str], AtFence] = {}
    # What the last release before the period said may still be in force in it: earlier ones are not asked.
    first = max(0, bisect_right(times, fence_of(since, "")) - 1)
    for n, known in _known_at(ordered, times):
        issued, following = times[n], times[n + 1] if n + 1 < len(times) else -_EVER
        if n < first or issued > until:
            continue
        after = _EVER if n == first else issued

        def is_in_force(due_at: int, basis: str, after: int = after, before: int = following) -> bool:
            """Whether the fence of what is due then passed while these releases were the last."""
            return since <= due_at < until and after <= fence_of(due_at, basis) < before

        for one in _required(known, is_in_force):
            if one.quantity and (one.certainty == "firm" or one.release.schedule in FIRM):
                key = one.due_at, one.until or 0, one.reference, one.sequence, one.release.order_number
                found[key] = AtFence(one.quantity, one.due_at, one.reference, one.release)
    return [one for _, one in sorted(found.items())]


def _known_at(ordered: list[ScheduledLine], times: list[int]) -> Iterator[tuple[int, list[ScheduledLine]]]:
    """For each time of issue what was known then. What is wholly replaced is left out where nothing can bring it
    back: nothing is cancelled, and no two releases of one kind are of the same time."""
    kinds = {(line.issued_at, line.schedule, line.order_number) for line in ordered}
    is_plain = len(kinds) == len(ordered) and all(line.purpose != "cancel" for line in ordered)
    chains: dict[tuple[str, str], list[ScheduledLine]] = {}
    place = 0
    for n, issued in enumerate(times):
        while place < len(ordered) and ordered[place].issued_at <= issued:
            line = ordered[place]
            chain = chains.setdefault((line.schedule, line.order_number), [])
            if is_plain and line.replaces:
                chain.clear()
            chain.append(line)
            place += 1
        yield n, [line for chain in chains.values() for line in chain]


def _required(known: list[ScheduledLine], is_wanted: Callable[[int, str], bool]) -> Iterable[Requirement]:
    """What is in force, as far as it is wanted; a single release that says quantities of their own says it by
    itself."""
    if len(known) != 1 or known[0].quantities == "cumulative" or known[0].purpose == "cancel":
        return [one for one in in_force(known).requirements if is_wanted(one.due_at, one.release.basis)]
    (line,) = known
    standing: dict[tuple[int, int | None, str, str], Requirement] = {}
    for one in line.requirements:
        if not is_wanted(one.due_at, line.basis):
            continue
        key = one.due_at, one.until, one.reference, one.sequence
        before = standing[key].quantity if key in standing else 0
        standing[key] = Requirement(
            one.quantity + before, one.due_at, one.until, one.certainty, one.reference, one.reference_kind,
            one.sequence, line,
        )  # fmt: skip
    return [one for one in standing.values() if one.quantity > 0]

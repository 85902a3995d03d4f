"""What schedules required at the ship fence: each requirement as the release in force on that day said it.

A release that comes after the fence of a date changes nothing for it: the supplier had to ship by what it knew.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ledger.matching.papers.filed import ScheduledLine
from ledger.matching.papers.in_force import in_force

FIRM = ("shipping", "sequence")
"""Kinds of schedules that are firm whatever they say."""


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
    found: dict[tuple[int, str, str], AtFence] = {}
    # What the last release before the period said may still be in force in it: earlier ones are not asked.
    first = max(0, bisect_right(times, fence_of(since, "")) - 1)
    for n in range(first, len(times)):
        issued, following = times[n], times[n + 1] if n + 1 < len(times) else None
        if issued > until:
            break
        known = [line for line in ordered if line.issued_at <= issued]
        for one in in_force(known).requirements:
            if not since <= one.due_at < until or not one.quantity:
                continue
            if one.certainty != "firm" and one.release.schedule not in FIRM:
                continue
            fence = fence_of(one.due_at, one.release.basis)
            if (n == first or issued <= fence) and (following is None or fence < following):
                key = one.due_at, one.reference, one.release.order_number
                found[key] = AtFence(one.quantity, one.due_at, one.reference, one.release)
    return [one for _, one in sorted(found.items())]

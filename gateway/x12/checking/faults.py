"""Faults kept up to a limit and counted beyond it, so that a message of nothing but faults takes no more memory."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gateway.document import Fault
from gateway.x12.limits import Limits


class FaultLog:
    """The first faults of something, in the order of their coming, and how many there are in all.

    Of those beyond the limit, the first that rejects is kept in place of the last when none before it does: a
    verdict is never lost.
    """

    __slots__ = ("_kept", "_limit", "_rejects", "_saved", "count")

    def __init__(self, limit: int) -> None:
        self.count = 0
        self._limit = limit
        self._kept: list[Fault] = []
        self._saved: Fault | None = None
        self._rejects = False

    def __len__(self) -> int:
        """Faults kept so far; asks for their places can begin behind those asked for before."""
        return len(self._kept)

    def add(self, fault: Fault) -> None:
        self.count += 1
        if len(self._kept) < self._limit:
            self._kept.append(fault)
            self._rejects = self._rejects or fault.rejects
        elif fault.rejects and not self._rejects:
            self._saved, self._rejects = fault, True

    def wants(self, rejects: bool) -> bool:
        """False when a fault need only be counted: `count` may then be raised, and no fault be made."""
        return len(self._kept) < self._limit or (rejects and not self._rejects)

    def since(self, number: int) -> Sequence[Fault]:
        """Those kept behind the first `number`."""
        return self._kept[number:]

    def listed(self) -> list[Fault]:
        """All that are kept."""
        return self._kept if self._saved is None else [*self._kept[: self._limit - 1], self._saved]


def capped(faults: Sequence[Fault], limits: Limits, count: int = 0) -> tuple[Fault, ...]:
    """At most `faults_max` faults; the last one says how many more there are. A rejecting one is never lost.

    `count` is that of all faults where some are no longer among these.
    """
    count = max(count, len(faults))
    if count <= limits.faults_max:
        return tuple(faults)
    kept = list(faults[: limits.faults_max])
    last = kept[-1]
    if not any(fault.rejects for fault in kept):
        last = next((fault for fault in faults[limits.faults_max :] if fault.rejects), last)
    more = count - len(kept)
    words = f"{more:,} more faults are not listed" if more != 1 else "1 more fault is not listed"
    kept[-1] = msgspec.structs.replace(last, text=f"{last.text}; {words}")
    return tuple(kept)

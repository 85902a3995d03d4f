"""What waits for what, and in which order it goes on: the oracle's own account of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ledger.events import Event, Line

TURNS = {"OrderPlaced": 0, "OrderChanged": 0, "OrderCancelled": 0} | dict.fromkeys(
    ("ShipmentNotified", "ShipmentReplaced", "ShipmentCancelled"), 1
)
"""Orders before what answers them, whichever waited longer; everything else by age."""


@dataclass
class Wait:
    """One line of an event, or the whole event (`line` None), that needs something."""

    seq: int
    event: Event
    line: Line | None
    needs: str
    recorded_at: datetime
    until: datetime | None = None
    is_far: bool = False
    """The half of a transfer that is told at the site which receives."""

    @property
    def turn(self) -> tuple[int, int]:
        return TURNS.get(type(self.event).__name__, 2), self.seq


class Queue:
    """All waits, oldest first."""

    def __init__(self) -> None:
        self.waits: list[Wait] = []

    def add(self, wait: Wait) -> None:
        self.waits.append(wait)

    def take(self, needs: str) -> list[list[Wait]]:
        """Those who need it, event by event in their turn; they wait no longer."""
        return self._take([wait for wait in self.waits if wait.needs == needs], lambda waits: waits[0].turn)

    def take_due(self, now: datetime) -> list[list[Wait]]:
        """Those whose time has come, event by event by age."""
        due = {wait.seq for wait in self.waits if wait.until is not None and wait.until <= now}
        chosen = [wait for wait in self.waits if wait.seq in due and wait.until is not None and wait.until <= now]
        return self._take(chosen, lambda waits: (0, waits[0].seq))

    def is_due(self, now: datetime) -> bool:
        return any(wait.until is not None and wait.until <= now for wait in self.waits)

    def _take(self, chosen: list[Wait], turn: object) -> list[list[Wait]]:
        self.waits = [wait for wait in self.waits if not any(wait is other for other in chosen)]
        events: dict[int, list[Wait]] = {}
        for wait in chosen:
            events.setdefault(wait.seq, []).append(wait)
        return sorted(events.values(), key=turn)  # type: ignore[arg-type]

"""What every figure is asked for: one book and month."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from ledger.policy import Policy


class Asked(NamedTuple):
    """A month of a book in microseconds, from `since` (inclusive) to `until` (exclusive), as known at `now`."""

    conn: Connection
    book: str
    since: int
    until: int
    month: str
    now: datetime
    policy: Policy
    every: bool
    """Whether an entry is wanted for everything that is counted."""
    events: tuple[int, int]
    """Sequence of the last event before the month, and of its last one."""
    movements: tuple[int, int]
    """Number of the last movement before the month, and of its last one."""

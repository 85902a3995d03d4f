"""When to say "later": a server whose queue is full refuses new messages before it reads them.

Accepting is far cheaper than processing, so without a bound the queue would grow until the disk is full and every
sender would wait longer; a 503 with Retry-After lets the senders keep their own queues.
"""

from __future__ import annotations

import threading
import time

from gateway.api.problems import Problem
from gateway.pipeline import Street
from gateway.store.inbox import count_waiting

LOOK_AGAIN_S = 0.5
"""The queue is counted at most this often: a count for every message would cost more than it saves."""


class Gate:
    """One per application; remembers the last count."""

    def __init__(self, street: Street, waiting_max: int) -> None:
        self._street = street
        self._waiting_max = waiting_max
        self._turn = threading.Lock()
        self._looked_at = float("-inf")
        self._is_full = False

    def look_again(self) -> None:
        """Count at the next message, however recent the last count is."""
        self._looked_at = float("-inf")

    @property
    def was_full(self) -> bool:
        """What the last count said, however long ago."""
        return self._is_full

    @property
    def is_due(self) -> bool:
        """The last count is too old to go by."""
        return time.monotonic() - self._looked_at >= LOOK_AGAIN_S

    def count(self) -> None:
        """Count what waits, unless it was just counted; it reads the database."""
        with self._turn:
            if self.is_due:
                with self._street.read() as conn:
                    self._is_full = count_waiting(conn) > self._waiting_max
                self._looked_at = time.monotonic()

    def refuse_if_full(self) -> None:
        """Raises Problem when more messages wait than the settings allow."""
        self.count()
        if self._is_full:
            raise Problem("overloaded", f"more than {self._waiting_max} messages wait to be processed")

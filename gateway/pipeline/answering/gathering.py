"""When a document of ours leaves: at once, or with others at the time that the agreement on it names.

What changes or withdraws something never overtakes it: it waits for what waits under the same business number.
"""

from __future__ import annotations

from sqlalchemy import Connection

from gateway.partners import Partner
from gateway.pipeline.context import Context
from gateway.pipeline.due import collect_due_at
from gateway.store import gathering
from gateway.store.gathering import Lane


class Gathering:
    """The documents queued by one database transaction."""

    def __init__(self, connection: Connection, context: Context) -> None:
        self._connection = connection
        self._context = context
        self._lanes: dict[Lane, int] = {}
        self._numbers: dict[tuple[str, str, str], int] = {}
        """When what this transaction collects leaves, by lane, and by partner, book and business number."""
        self._counted: dict[Lane, int] = {}
        """Lanes that leave at a count."""

    def due_at(self, partner: Partner, document: str, book: str, number: str) -> int:
        """Microseconds; 0: at once."""
        if not any(agreement.collect for agreement in partner.send.values()):
            return 0
        agreement, lane = partner.sends(document), Lane(partner.id, book, document)
        due_at = 0
        if agreement is not None and agreement.collect is not None:
            due_at = collect_due_at(partner, agreement.collect, self._context.now)
            waiting = self._lanes.get(lane) or gathering.find_due_at(self._connection, lane)
            due_at = self._lanes[lane] = min(due_at, waiting or due_at)
            if agreement.collect.count:
                self._counted[lane] = agreement.collect.count
        if not number:
            return due_at
        named = (partner.id, book, number)
        before = self._numbers.get(named) or gathering.find_due_at_of(self._connection, *named)
        # What was to leave by now does so with its lane, and this with it.
        self._numbers[named] = max(due_at, before)
        return self._numbers[named]

    def end_full_lanes(self) -> None:
        """Lanes that have reached their count leave now."""
        for lane, count in self._counted.items():
            if gathering.count_waiting(self._connection, lane) >= count:
                gathering.release_lane(self._connection, lane, at=self._context.at)
        self._counted.clear()
        self._lanes.clear()
        self._numbers.clear()

"""Books with a benchmark's goods or documents in them, on one connection that stays open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine

from ledger.book import Ledger, upgrade
from ledger.events import Event
from ledger.outcomes import Recorded
from ledger.policy import Policy


class Workload(Protocol):
    """What makes the events: master data, then batches that the books open with, then those that are measured."""

    @property
    def now(self) -> datetime: ...

    def masterdata(self) -> list[Event]: ...

    def opening(self) -> Iterable[Sequence[Event]]: ...


W = TypeVar("W", bound=Workload)


class Books(Generic[W]):
    """A ledger on one connection that stays open, as the gateway's writer keeps its own."""

    def __init__(self, engine: Engine, world: W) -> None:
        self.conn: Connection = engine.connect()
        self.ledger, self.policy, self.world = Ledger(), Policy(), world
        with self.conn.begin():
            upgrade(self.conn)
        self.record(world.masterdata())
        for batch in world.opening():
            self.record(batch)

    def record(self, events: Sequence[Event]) -> list[Recorded]:
        """One batch, committed. Raises `AssertionError` unless every event was posted."""
        with self.conn.begin():
            recorded = self.ledger.record(self.conn, events, self.policy, self.world.now)
        if any(one.result != "posted" for one in recorded):
            raise AssertionError(next(one for one in recorded if one.result != "posted"))
        return recorded

    def close(self) -> None:
        self.conn.close()

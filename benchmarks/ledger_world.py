"""The workload of the ledger's benchmarks: goods of 2,000 parts put away, issued to the line and built in.

    PutAwayCompleted   store A -> one of four shelves
    MaterialIssued     shelf -> one of four places at the line
    MaterialConsumed   place at the line -> production

One after the other, ten lines each, of ten different parts (or all of one part, `hot`), from a seed. Every event has
a number, a source and a time of its own, so that nothing repeats. None of these kinds is matched against documents.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ledger.book.saving.balances import identity
from ledger.events import (
    CustomerReturnReceived,
    Event,
    InspectionPassed,
    MaterialConsumed,
    MaterialIssued,
    PartDefined,
    PutAwayCompleted,
    SiteDefined,
    Source,
    StockLine,
)
from ledger.stock.bucket import MILLION, Bucket

PARTS = 2_000
PLACES = 4
EVENTS, LINES = 100, 10
"""Events of a batch, and lines of an event."""
BATCH = EVENTS * LINES
BEGIN = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
MUCH = Decimal(1_000_000)

Move = tuple[str, str, int, str]
"""Identities of the buckets, quantity in millionths, line."""


class World:
    """Makes events; the same seed makes the same ones."""

    def __init__(self, seed: int, parts: int = PARTS) -> None:
        self.random = random.Random(seed)
        self.parts, self.made = parts, 0

    @property
    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.made)

    def masterdata(self) -> list[Event]:
        site = SiteDefined(number="P1", identifiers=("92:P1",))
        return [site, *(PartDefined(number=f"P{n:05}", base_unit="EA") for n in range(self.parts))]

    def opening(self) -> Iterator[list[Event]]:
        """Batches that bring goods of every part to every place."""
        events: list[Event] = []
        tens = [range(first, first + LINES) for first in range(0, self.parts, LINES)]
        for ten in tens:
            events.append(self._event(CustomerReturnReceived, ten, MUCH, "A", stock_segment="raw"))
            events.append(self._event(InspectionPassed, ten, MUCH, "A"))
            for n in range(PLACES):
                shelf, side = f"B{n}", f"L{n}"
                events.append(self._event(PutAwayCompleted, ten, MUCH / 10, "A", shelf))
                events.append(self._event(MaterialIssued, ten, MUCH / 20, shelf, side))
                events.append(self._event(MaterialConsumed, ten, Decimal(1), side))
        for first in range(0, len(events), EVENTS):
            yield events[first : first + EVENTS]

    def batch(self, *, hot: bool = False) -> list[Event]:
        return [self.event(hot=hot) for _ in range(EVENTS)]

    def event(self, *, hot: bool = False) -> Event:
        draw = self.random
        parts = [0] * LINES if hot else draw.sample(range(self.parts), LINES)
        kind = (PutAwayCompleted, MaterialIssued, MaterialConsumed)[self.made % 3]
        places = [n % PLACES if hot else draw.randrange(PLACES) for n in range(LINES)]
        lines = []
        for n, (part, place) in enumerate(zip(parts, places, strict=True)):
            shelf, side = f"B{place}", f"L{place}"
            location, to_location = {
                PutAwayCompleted: ("A", shelf),
                MaterialIssued: (shelf, side),
                MaterialConsumed: (side, ""),
            }[kind]
            quantity = Decimal(draw.randrange(1, 20))
            lines.append(_line(part, quantity, n, location, to_location))
        return self.stamped(kind, lines)

    def _event(
        self,
        kind: type[Event],
        parts: Sequence[int],
        quantity: Decimal,
        location: str,
        to_location: str = "",
        stock_segment: str = "",
    ) -> Event:
        lines = [_line(part, quantity, n, location, to_location, stock_segment) for n, part in enumerate(parts)]
        return self.stamped(kind, lines)

    def stamped(self, kind: type[Event], lines: Sequence[StockLine]) -> Event:
        self.made += 1
        source = Source(message=f"m_{self.made:012}", document=f"m_{self.made:012}.1")
        return kind(
            number=f"E{self.made:09}", partner="wms", place="P1", source=source, occurred_at=self.now,
            lines=tuple(lines),
        )  # type: ignore[call-arg]  # fmt: skip


def _line(
    part: int, quantity: Decimal, n: int, location: str, to_location: str, stock_segment: str = ""
) -> StockLine:
    return StockLine(
        part_number=f"P{part:05}", quantity=quantity, unit="EA", segment=n + 2, location=location,
        to_location=to_location, stock_segment=stock_segment,
    )  # fmt: skip


def moves_of(event: Event) -> list[Move]:
    """What the event moves, for a peer that decides nothing."""
    moves = []
    for line in event.lines:  # type: ignore[attr-defined]
        store = Bucket("live", "P1", line.part_number, location=line.location, segment="raw")
        at_line = store._replace(state="line_side")
        ends: dict[type[Event], tuple[Bucket, Bucket]] = {
            PutAwayCompleted: (store, store._replace(location=line.to_location)),
            MaterialIssued: (store, at_line._replace(location=line.to_location)),
            MaterialConsumed: (at_line, Bucket("live", "P1", line.part_number, state="production")),
        }
        source, target = ends[type(event)]
        moves.append((identity(source), identity(target), int(line.quantity) * MILLION, line.part_number))
    return moves

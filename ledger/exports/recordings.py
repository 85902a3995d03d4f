"""The log as an export reads it: what was recorded, event by event, with the movements that it made.

An event whose lines waited is recorded in pieces, at its own sequence and at those that ended the waits; each piece
stands where it was made. So an export that follows the log says nothing twice and never takes anything back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from ledger.events import KINDS
from ledger.exports.correspondences import CORRESPONDENCES, Shape
from ledger.outcomes import Posted
from ledger.queries import EventKept, MovementMade, event, events
from ledger.queries.log.events import outcomes_of, read_outcomes
from ledger.queries.stock.movements import made_by

EARLIER: dict[Shape, tuple[str, ...]] = {
    "withdrawn": ("ShipmentReplaced", "ShipmentNotified"),
    "replaced": ("ShipmentReplaced", "ShipmentNotified"),
    "reversed": ("GoodsReceived",),
}
"""Shape -> kinds of the events that one of it declares to be in error."""


class Recording(NamedTuple):
    """What was recorded about one event during one sequence."""

    seq: int
    """The sequence during which it was recorded: the event's own, or the one that ended its wait."""
    recorded_at: datetime
    kept: EventKept
    """The event, with its body."""
    posted: frozenset[str]
    """Identities of its lines that posted then."""
    movements: tuple[MovementMade, ...]
    earlier: tuple[Recording, ...] = ()
    """What it declares to be in error."""


def recordings(conn: Connection, after: int = 0, *, book: str = "live", limit: int = 500) -> list[Recording]:
    """What the next `limit` sequences above `after` recorded, in order. An event that posted nothing is there too."""
    page = events(conn, book=book, after=after, limit=limit, bodies=True)
    if not page:
        return []
    own = {kept.seq: kept for kept in page}
    made: dict[tuple[int, int], list[MovementMade]] = {(seq, seq): [] for seq in own}
    for movement in made_by(conn, book, set(own)):
        made.setdefault((movement.seq, movement.event), []).append(movement)
    known = dict(own)
    for _, seq in made:
        if seq not in known:
            found = event(conn, seq, book=book)
            assert found is not None  # noqa: S101  a movement's event is in the log
            known[seq] = found
    posted = _posted(conn, book, known.values())
    return [
        Recording(
            seq, own[seq].recorded_at, known[of], posted.get((of, seq), frozenset()), tuple(movements),
            _earlier(conn, book, known[of]) if of == seq else (),
        )
        for (seq, of), movements in sorted(made.items())
    ]  # fmt: skip


def last_of(page: list[Recording]) -> int:
    """The cursor behind a page."""
    return page[-1].seq


def _posted(conn: Connection, book: str, of: Iterable[EventKept]) -> dict[tuple[int, int], frozenset[str]]:
    """(event, sequence) -> lines of the event that posted during that sequence."""
    posted: dict[tuple[int, int], frozenset[str]] = {}
    for seq, rows in outcomes_of(conn, book, list(of)).items():
        for row in rows:
            lines = {outcome.line for outcome in read_outcomes(row.body) if isinstance(outcome, Posted)}
            posted[seq, row.seq] = posted.get((seq, row.seq), frozenset()) | lines
    return posted


def _earlier(conn: Connection, book: str, kept: EventKept) -> tuple[Recording, ...]:
    """The recordings of the last event before this one that it takes back, if it took anything back."""
    kinds = EARLIER.get(CORRESPONDENCES[KINDS[kept.kind]].shape or "goods", ())
    if not kinds or kept.result not in ("posted", "partly"):
        return ()
    said = [
        before
        for kind in kinds
        for before in events(
            conn, book=book, kind=kind, number=kept.number, partner=kept.partner, site=kept.site, bodies=True
        )
        if before.seq < kept.seq and before.result in ("posted", "partly")
    ]
    if not said:
        return ()
    before = max(said, key=lambda one: one.seq)
    posted = _posted(conn, book, [before])
    seqs = {seq for _, seq in posted if seq < kept.seq}
    movements = [one for one in made_by(conn, book, seqs) if one.event == before.seq]
    return tuple(
        Recording(
            seq, kept.recorded_at, before, posted[before.seq, seq],
            tuple(one for one in movements if one.seq == seq),
        )
        for seq in sorted(seqs)
    )  # fmt: skip

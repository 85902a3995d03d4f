"""Events as recorded, with their lines and all that came of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from ledger.book.bringing.places import sites_of
from ledger.book.journal.lines import own_lines, statuses_told
from ledger.book.storage import bulk, tables
from ledger.events import AnyEvent, read_event
from ledger.matching.resolved import moment
from ledger.outcomes import AnyOutcome

read_outcomes = msgspec.json.Decoder(tuple[AnyOutcome, ...], strict=False).decode
"""The outcomes of one row of `outcome` from its body."""


class LineKept(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it stands now: posted, waiting, refused or conflict."""

    line: str
    segment: int
    status: str


class EventKept(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the log. `result` is how it stands now; `outcomes` are all found for it so far, in order."""

    seq: int
    book: str
    site: str
    partner: str
    kind: str
    number: str
    revision: int
    recorded_at: datetime
    occurred_at: datetime | None
    policy: str
    message: str
    document: str
    result: str
    movements: int
    chain: str
    lines: tuple[LineKept, ...] = ()
    outcomes: tuple[AnyOutcome, ...] = ()
    body: AnyEvent | None = None


def events(
    conn: Connection,
    *,
    book: str = "live",
    kind: str = "",
    number: str = "",
    partner: str = "",
    site: str = "",
    message: str = "",
    after: int = 0,
    limit: int = 100,
    bodies: bool = False,
) -> list[EventKept]:
    """Events in order of their sequence, above `after`, with their outcomes; without lines, and bodies if asked."""
    table = tables.event.c
    query = select(tables.event).where(table.book == book, table.seq > after)
    for column, value in (
        (table.kind, kind), (table.number, number), (table.partner, partner), (table.site, site),
        (table.message, message),
    ):  # fmt: skip
        if value:
            query = query.where(column == value)
    rows = conn.execute(query.order_by(table.seq).limit(limit)).fetchall()
    found = outcomes_of(conn, book, rows)
    kept = [_kept(row, found.get(row.seq, [])) for row in rows]
    if not bodies:
        return kept
    return [msgspec.structs.replace(one, body=read_event(row.body)) for one, row in zip(kept, rows, strict=True)]


def event(conn: Connection, seq: int, *, book: str = "live") -> EventKept | None:
    """One event with its body, lines and outcomes; None when there is no such sequence in the book."""
    table = tables.event.c
    row = conn.execute(select(tables.event).where(table.book == book, table.seq == seq)).one_or_none()
    if row is None:
        return None
    body = read_event(row.body)
    own = own_lines(body, bool(row.whole), statuses_told(conn, book, row.site, seq))
    lines = [LineKept(line=name, segment=said.segment, status=status) for name, (said, status) in own.items()]
    kept = _kept(row, outcomes_of(conn, book, [row]).get(seq, []))
    return msgspec.structs.replace(
        kept, lines=tuple(sorted(lines, key=lambda line: (line.segment, line.line))), body=body
    )


def parts_of(conn: Connection, kept: EventKept) -> list[EventKept]:
    """The event and its other parts, with bodies: what a document says of several places is an event of each."""
    table, found = tables.event.c, []
    for site in ("", *sites_of(conn, kept.book)):
        query = select(table.seq).where(
            table.book == kept.book, table.site == site, table.partner == kept.partner, table.kind == kept.kind,
            table.number == kept.number, table.revision == kept.revision, table.document == kept.document,
        )  # fmt: skip
        found += [event(conn, seq, book=kept.book) for seq in conn.execute(query).scalars()]
    return sorted((one for one in found if one is not None), key=lambda one: one.seq)


def outcomes_of(conn: Connection, book: str, rows: Any) -> dict[int, list[Any]]:
    """Rows of `outcome` by event sequence, in the order they were found."""
    found: dict[int, list[Any]] = {}
    columns = ("event", "seq", "n", "result", "movements", "body")
    for site in sorted({row.site for row in rows}):
        keys = [(row.seq,) for row in rows if row.site == site]
        place = (("book", book), ("site", site))
        for row in bulk.select(conn, tables.outcome, columns, place, ("event",), keys):
            found.setdefault(row.event, []).append(row)
    for outcomes in found.values():
        outcomes.sort(key=lambda row: (row.seq, row.n))
    return found


def _kept(row: Any, outcomes: list[Any]) -> EventKept:
    return EventKept(
        seq=row.seq, book=row.book, site=row.site, partner=row.partner, kind=row.kind, number=row.number,
        revision=row.revision, recorded_at=moment(row.recorded_at),
        occurred_at=moment(row.occurred_at) if row.occurred_at is not None else None, policy=row.policy,
        message=row.message, document=row.document, result=outcomes[-1].result if outcomes else "",
        movements=sum(found.movements for found in outcomes), chain=row.chain.hex(),
        outcomes=tuple(outcome for found in outcomes for outcome in read_outcomes(found.body)),
    )  # fmt: skip

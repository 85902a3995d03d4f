"""The work queue of identifiers that nobody knows: what waits in the books for one, and documents that were not read.

A map may say that a document waits for a cross-reference (`xref: {miss: fault}`): it is parked then, stands here
beside the lines that the ledger keeps waiting, and is read again when something was said about an identifier.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from gateway.mapping import UNKNOWN_REFERENCE
from gateway.messages import from_microseconds
from gateway.store.documents import DocumentRow, load_parked
from gateway.store.inbox import queue_again
from gateway.store.tables import inbox
from ledger import queries
from ledger.events import CrossReferenceDefined, Event, LocationDefined, PartDefined, SiteDefined, SupplierDefined
from ledger.masterdata import Alike
from ledger.queries import Candidate, Miss
from ledger.queries.stock.ages import hours_between

PARKED_MAX = 1_000
"""Parked documents that are looked at, the oldest first."""
CANDIDATES_MAX = 5
_SAYS_MORE = (CrossReferenceDefined, PartDefined, SiteDefined, LocationDefined, SupplierDefined)


def misses(
    connection: Connection, *, book: str = "live", now: datetime, of: str = "", sender: str | None = None,
    identifier: str = "", after: str = "", limit: int = 100,
) -> list[Miss]:  # fmt: skip
    """What the books wait for, as `queries.misses` has it, and after it what parked documents wait for."""
    found = queries.misses(
        connection, book=book, now=now, of=of, sender=sender, identifier=identifier,
        after=after if after < "~" else "~", limit=limit,
    )  # fmt: skip
    if len(found) < limit:
        parked = [
            one
            for one in _parked(connection, book, now)
            if one.place > after and of in ("", one.of) and sender in (None, one.sender)
            and identifier in ("", one.identifier)
        ]  # fmt: skip
        found += parked[: limit - len(found)]
    return found


def release(connection: Connection, events: Iterable[Event]) -> int:
    """Have the documents read again that wait for an identifier about which something was said; how many messages."""
    if not any(isinstance(event, _SAYS_MORE) for event in events):
        return 0
    waiting: dict[str, set[int]] = defaultdict(set)
    for row in _waiting(connection):
        waiting[row.message].add(row.n)
    done = select(inbox.c.id).where(inbox.c.id.in_(sorted(waiting)), inbox.c.status != "new")
    ready = [id for (id,) in connection.execute(done)]
    for message in ready:
        queue_again(connection, message, tuple(sorted(waiting[message])))
    return len(ready)


def _waiting(connection: Connection) -> list[DocumentRow]:
    return load_parked(connection, UNKNOWN_REFERENCE, most=PARKED_MAX)


def _parked(connection: Connection, book: str, now: datetime) -> list[Miss]:
    rows: dict[tuple[str, str, str], list[tuple[DocumentRow, int]]] = defaultdict(list)
    for row in _waiting(connection):
        if row.test != (book == "test"):
            continue
        counted: dict[tuple[str, str, str], int] = defaultdict(int)
        for fault in row.faults:
            if fault.reference:
                kind, _, said = fault.reference.partition(" ")
                counted[kind, row.partner, said] += 1
        for key, lines in counted.items():
            rows[key].append((row, lines))
    if not rows:
        return []
    alike = Alike(queries.masterdata(connection, book=book))
    return sorted((_miss(*key, held, alike, now) for key, held in rows.items()), key=lambda miss: miss.place)


def _miss(of: str, sender: str, said: str, held: list[tuple[DocumentRow, int]], alike: Alike, now: datetime) -> Miss:
    within, _, identifier = said.partition("/") if of in ("unit", "location") else ("", "", said)
    first = held[0][0]
    since = from_microseconds(first.at)
    meant = alike.candidates(of, (identifier,), within) if of != "location" else []
    return Miss(
        of=of, identifier=identifier, sender=sender, within=within, lines=sum(lines for _, lines in held),
        events=len(held), since=since, age_hours=hours_between(since, now), event=0, kind=first.type,
        number=first.key.control, message=first.message, document=first.id, line="",
        candidates=tuple(Candidate(means=means, why=why) for means, why in meant[:CANDIDATES_MAX]),
        place=f"~/{of}/{sender}/{said}",
    )  # fmt: skip

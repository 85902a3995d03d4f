"""Read a document of a message again and compare: what its events said, and what they would say. Pure but for bytes.

Reads by the same steps as the street does, so agreement, guide, map and stamps all take part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection

from gateway.mapping import Configuration
from gateway.pipeline.context import Context
from gateway.pipeline.reading.message import read_message
from gateway.pipeline.reading.values import ReadDocument
from gateway.pipeline.replaying.values import Difference
from gateway.store.documents import DocumentRow
from gateway.store.inbox import Claimed
from ledger import queries
from ledger.events import (
    AnyEvent,
    Event,
    OrderChanged,
    OrderPlaced,
    TransferCancelled,
    TransferShipped,
    kind_of,
)
from ledger.outcomes import Recorded

OF_SEVERAL_PLACES = (OrderPlaced, OrderChanged, TransferShipped, TransferCancelled)
"""What is said of several places becomes an event of each, of which the document's row names the first."""

LINE = ("line", "order_line", "part_number")

_recorded = msgspec.json.Decoder(list[Recorded])


class Rereading(msgspec.Struct, frozen=True, kw_only=True):
    """One document read again. `recorded` are the events that it has in the books, newest reading."""

    row: DocumentRow
    recorded: tuple[queries.EventKept, ...]
    read: ReadDocument | None
    """None where the message no longer holds the document."""
    revision: int
    """What a new reading counts as."""
    difference: tuple[Difference, ...]

    @property
    def problem(self) -> str:
        """Why the new reading makes no events; "" where it does."""
        if self.read is None:
            return "its message no longer holds it"
        row = self.read.row
        if row.status not in ("", "passed"):
            return row.reason or row.status
        if self.read.acks or self.read.advice is not None:
            return "it answers what we sent, and is reconciled with that"
        return ""


def read_again(
    connection: Connection,
    claimed: Claimed,
    data: bytes,
    rows: Sequence[DocumentRow],
    configuration: Configuration,
    context: Context,
) -> list[Rereading]:
    """The rows of one message, each read by the configuration."""
    wanted = tuple(row.n for row in rows)
    claimed = msgspec.structs.replace(claimed, replay=wanted)
    read = read_message(claimed, data, configuration, context.zones, context.referring)
    by_number = {one.row.n: one for one in read.documents}
    found = []
    for row in rows:
        known = tuple(recorded_of(connection, row))
        recorded = tuple(kept for kept in known if not _body(kept).retracted)
        one = by_number.get(row.n)
        if one is None and read.reason_code:
            reason = msgspec.structs.replace(row, status="parked", reason_code=read.reason_code, reason=read.reason)
            one = ReadDocument(row=reason)
        last = max((kept.revision for kept in known), default=-1)
        made = one.events if one is not None else ()
        found.append(
            Rereading(
                row=row,
                recorded=recorded,
                read=one,
                revision=last + 1,
                difference=tuple(differences(row.id, [_body(kept) for kept in recorded], made)),
            )
        )
    return found


def recorded_of(connection: Connection, row: DocumentRow) -> Iterator[queries.EventKept]:
    """The events in the books that are this document's own, as its newest reading made them; taken back ones too."""
    found: dict[tuple[str, int], queries.EventKept] = {}
    for one in _recorded.decode(row.result) if row.result else ():
        kept = queries.event(connection, one.seq, book=one.book)
        if kept is None or kept.document != row.id or kept.body is None:
            continue
        parts = queries.parts_of(connection, kept) if isinstance(kept.body, OF_SEVERAL_PLACES) else [kept]
        found |= {(part.book, part.seq): part for part in parts}
    yield from found.values()


def differences(document: str, before: Sequence[Event], after: Sequence[AnyEvent]) -> Iterator[Difference]:
    """Where two readings of a document differ, by kind and number of each event and the path of each value."""
    old, new = _named(before), _named(after)
    for key in dict.fromkeys((*old, *new)):
        mine, theirs = old.get(key, []), new.get(key, [])
        name = f"{key[0]} {key[1]}"
        if not mine or not theirs:
            yield document, name, "recorded" if mine else "", "new" if theirs else ""
            continue
        several = max(len(mine), len(theirs)) > 1
        was, is_ = _leaves(mine, several), _leaves(theirs, several)
        for path in dict.fromkeys((*was, *is_)):
            if was.get(path, "") != is_.get(path, ""):
                yield document, f"{name} {path}", was.get(path, ""), is_.get(path, "")


def _named(events: Iterable[Event]) -> dict[tuple[str, str], list[Event]]:
    found: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        found.setdefault((kind_of(event), event.number), []).append(event)
    return found


def _leaves(events: Sequence[Event], several: bool) -> dict[str, str]:
    """Every business value of the events of one name by its path; stamps are ours and left out.

    An order that names several places is several events in the books: its lines are taken together, each with its
    place. The two of a transfer say the same.
    """
    whole = msgspec.to_builtins(events[0])
    if several:
        lines = [
            {"ship_to": one.ship_to, **line}
            for one in events
            if isinstance(one, OrderPlaced | OrderChanged)
            for line in msgspec.to_builtins(one.lines)
        ]
        whole = {name: value for name, value in whole.items() if name not in ("ship_to", "place")}
        if lines:
            whole["lines"] = sorted(lines, key=_turn)
    found: dict[str, str] = {}

    def walk(path: str, value: object) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(f"{path}.{name}" if path else str(name), inner)
        elif isinstance(value, list | tuple):
            for index, inner in enumerate(value):
                walk(f"{path}[{index}]", inner)
        else:
            found[path] = str(value)

    for name, value in whole.items():
        if name not in Event.STAMPS and name not in ("kind", "site"):
            walk(name, value)
    return found


def _turn(line: dict[str, object]) -> tuple[int, str]:
    return int(str(line.get("segment", 0))), "|".join(str(line.get(name, "")) for name in LINE)


def _body(kept: queries.EventKept) -> Event:
    assert kept.body is not None  # noqa: S101  recorded_of gives none without
    return kept.body

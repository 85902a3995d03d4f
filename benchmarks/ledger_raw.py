"""The peer of the ledger's rates: the same rows by the driver alone, in the same tables with the same indices.

For each batch in one durable transaction: the keys looked up (idempotency), the event rows with their payload and
chain, the movements, and one update per bucket of what the batch nets to. It is told which buckets a line means;
it resolves, checks and decides nothing, and keeps no outcomes and no traces unless asked for `all_rows`.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b, sha256
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Engine

from benchmarks.ledger_world import Move
from ledger.events import Event, write_event

Planned = tuple[Event, list[Move]]
"""An event, and what it moves."""
Row = tuple[Any, ...]

_json = msgspec.json.Encoder().encode
EVENT_COLUMNS, OUTCOME_COLUMNS, MOVEMENT_COLUMNS = 19, 8, 9
KEY_COLUMNS = ("book", "site", "partner", "kind", "number", "revision")


class Written(NamedTuple):
    """Rows of one batch, in the order of the tables' columns, and the head after it."""

    events: list[Row]
    movements: list[Row]
    outcomes: list[Row]
    seq: int
    chain: bytes
    moved: int


def net_of(batch: Sequence[Planned]) -> dict[str, int]:
    """By how much the batch changes each bucket."""
    net: dict[str, int] = {}
    for _, moves in batch:
        for source, target, quantity, _ in moves:
            net[source] = net.get(source, 0) - quantity
            net[target] = net.get(target, 0) + quantity
    return net


def rows_of(batch: Sequence[Planned], ids: dict[str, int], head: Row, now: int, all_rows: bool) -> Written:
    """What the batch writes after `head` (seq, chain, movements)."""
    seq, chain, moved = head
    events: list[Row] = []
    movements: list[Row] = []
    outcomes: list[Row] = []
    for event, moves in batch:
        seq += 1
        body = write_event(event)
        digest = blake2b(body, digest_size=16).digest()
        chain = sha256(chain + body).digest()
        for source, target, quantity, line in moves:
            moved += 1
            movements.append(("live", "P1", moved, seq, seq, line, ids[source], ids[target], quantity))
        source_of = event.source
        events.append(
            (
                "live", "P1", event.partner, type(event).__name__, event.number, 0, 0, seq, digest, now, 0, now,
                "raw", source_of.message if source_of else "", source_of.document if source_of else "",
                body.decode(), chain, moved, 1,
            )
        )  # fmt: skip
        if all_rows:
            told = _json([{"outcome": "posted", "line": f"{move[3]}|{n}"} for n, move in enumerate(moves)])
            outcomes.append(("live", "P1", seq, seq, 0, "posted", len(moves), told.decode()))
    return Written(events, movements, outcomes, seq, chain, moved)


class SqliteRaw:
    """`executemany` of tuples on one `sqlite3` connection, keys looked up as one JSON array."""

    def __init__(self, engine: Engine) -> None:
        self._held = engine.raw_connection()
        self._conn: Any = self._held.driver_connection

    def record(self, batch: Sequence[Planned], now: int, *, all_rows: bool = False) -> None:
        run, many = self._conn.execute, self._conn.executemany
        run("BEGIN IMMEDIATE")
        head = run("SELECT seq, chain, movements FROM book WHERE book = 'live'").fetchone()
        keys = [(event.partner, type(event).__name__, event.number) for event, _ in batch]
        if run(KNOWN_SQLITE, (_json(keys).decode(),)).fetchall():
            raise AssertionError("an event of the workload was recorded before")
        net = net_of(batch)
        ids = dict(run(IDS_SQLITE, (_json(list(net)).decode(),)).fetchall())
        new = rows_of(batch, ids, head, now, all_rows)
        many(_insert("event", EVENT_COLUMNS), new.events)
        many(UPDATE_SQLITE, [(change, ids[bucket]) for bucket, change in net.items()])
        many(_insert("movement", MOVEMENT_COLUMNS), new.movements)
        if all_rows:
            many(_insert("outcome", OUTCOME_COLUMNS), new.outcomes)
        run("UPDATE book SET seq = ?, chain = ?, movements = ? WHERE book = 'live'", new[3:])
        run("COMMIT")

    def close(self) -> None:
        self._held.close()


KNOWN_SQLITE = """
    SELECT e.seq, e.digest FROM json_each(?) AS k CROSS JOIN event AS e
    WHERE e.book = 'live' AND e.site = 'P1' AND e.partner = json_extract(k.value, '$[0]')
      AND e.kind = json_extract(k.value, '$[1]') AND e.number = json_extract(k.value, '$[2]') AND e.revision = 0
"""
IDS_SQLITE = """
    SELECT b.identity, b.id FROM json_each(?) AS k CROSS JOIN bucket AS b
    WHERE b.book = 'live' AND b.site = 'P1' AND b.identity = k.value
"""
UPDATE_SQLITE = "UPDATE bucket SET quantity = quantity + ? WHERE book = 'live' AND site = 'P1' AND id = ?"


def _insert(table: str, columns: int) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"


class PostgresRaw:
    """psycopg's pipeline with `unnest`: one round trip to lock and look up, one to write and commit."""

    def __init__(self, engine: Engine) -> None:
        self._held = engine.raw_connection()
        self._conn: Any = self._held.driver_connection

    def record(self, batch: Sequence[Planned], now: int, *, all_rows: bool = False) -> None:
        net = net_of(batch)
        with self._conn.pipeline() as pipeline, self._conn.cursor() as head, self._conn.cursor() as known:
            found = self._conn.cursor()
            head.execute("SELECT seq, chain, movements FROM book WHERE book = 'live' FOR UPDATE")
            known.execute(KNOWN_POSTGRES, [[event.number for event, _ in batch]])
            found.execute(IDS_POSTGRES, [sorted(net)])
            pipeline.sync()
            if known.fetchall():
                raise AssertionError("an event of the workload was recorded before")
            ids = dict(found.fetchall())
            new = rows_of(batch, ids, head.fetchone(), now, all_rows)
            run = found.execute
            run(EVENTS_POSTGRES, _columns(new.events))
            changes = sorted((ids[bucket], change) for bucket, change in net.items())
            run(UPDATE_POSTGRES, _columns(changes))
            run(MOVEMENTS_POSTGRES, _columns(new.movements))
            if all_rows:
                run(OUTCOMES_POSTGRES, _columns(new.outcomes))
            run("UPDATE book SET seq = %s, chain = %s, movements = %s WHERE book = 'live'", new[3:])
            self._conn.commit()

    def close(self) -> None:
        self._held.close()


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _unnest(table: str, types: str) -> str:
    arrays = ", ".join(f"%s::{kind}[]" for kind in types.split())
    return f"INSERT INTO {table} SELECT * FROM unnest({arrays})"


KNOWN_POSTGRES = """
    SELECT e.seq, e.digest FROM unnest(%s::text[]) AS k(number), LATERAL (
        SELECT * FROM event WHERE book = 'live' AND site = 'P1' AND partner = 'wms'
        AND kind IN ('PutAwayCompleted', 'MaterialIssued', 'MaterialConsumed') AND number = k.number OFFSET 0
    ) AS e
"""
IDS_POSTGRES = """
    SELECT b.identity, b.id FROM unnest(%s::text[]) AS k(identity), LATERAL (
        SELECT identity, id FROM bucket WHERE book = 'live' AND site = 'P1' AND identity = k.identity OFFSET 0
    ) AS b
"""
UPDATE_POSTGRES = """
    UPDATE bucket AS b SET quantity = b.quantity + n.change FROM unnest(%s::bigint[], %s::bigint[]) AS n(id, change)
    WHERE b.book = 'live' AND b.site = 'P1' AND b.id = n.id
"""
EVENTS_POSTGRES = _unnest(
    "event",
    "text text text text text bigint bigint bigint bytea bigint bigint bigint text text text text bytea bigint"
    " bigint",
)
MOVEMENTS_POSTGRES = _unnest("movement", "text text bigint bigint bigint text bigint bigint bigint")
OUTCOMES_POSTGRES = _unnest("outcome", "text text bigint bigint bigint text bigint text")

"""Signals that fired, each cause once, and their actions: what is due, what came of it, what is tried again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, and_, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from gateway.signals import Action, Chosen, Signal
from gateway.store.signal_tables import signal, signal_action
from gateway.store.tables import outbox

IDS_MAX = 10_000
"""Asked for in one statement: SQLite binds no more than 32,766 values."""
_FIELDS = tuple(name for name in Signal.__struct_fields__)
_json = msgspec.json.Encoder(decimal_format="string")
_read_action: msgspec.json.Decoder[Action] = msgspec.json.Decoder(Action)

# As the partial index says it: with bound values SQLite cannot tell that the index holds all such rows.
_IS_NOT_OVER = text("signal.over_at = 0 AND signal.event = 0")
_IS_OPEN = text("signal_action.status IN ('due', 'failed')")


class Due(NamedTuple):
    """One action to do: of which signal, under which number, and how often it was tried."""

    seq: int
    n: int
    rule: str
    action: Action
    attempts: int


def put_signal(connection: Connection, one: Signal, chosen: Sequence[Chosen], *, at: int) -> int:
    """Keep a signal with the actions that it leads to; its number, 0 where its cause had fired before."""
    values = {name: getattr(one, name) for name in _FIELDS} | {"quantity": f"{one.quantity:f}", "at": at}
    statement = sqlite_insert(signal).values(values).on_conflict_do_nothing().returning(signal.c.seq)
    seq: int | None = connection.execute(statement).scalar()
    if seq is None:
        return 0
    rows = [
        {
            "signal": seq, "n": n, "rule": rule, "action": action.__struct_config__.tag,
            "given": _json.encode(action).decode(), "status": "due", "next_at": at, "at": at,
        }
        for n, (rule, action) in enumerate(chosen, 1)
    ]  # fmt: skip
    if rows:
        connection.execute(insert(signal_action), rows)
    return seq


def find_open(connection: Connection, *, kind: str, partner: str = "", type: str = "") -> list[tuple[int, Signal]]:
    """(number, signal) of what the street found and is not over, oldest first."""
    query = select(signal).where(signal.c.signal == kind, _IS_NOT_OVER)
    if partner:
        query = query.where(signal.c.partner == partner)
    if type:
        query = query.where(signal.c.type == type)
    return [(row.seq, read_signal(row)) for row in connection.execute(query.order_by(signal.c.seq))]


def mark_over(connection: Connection, seq: int, *, at: int) -> None:
    """What it was about is over."""
    connection.execute(update(signal).where(signal.c.seq == seq).values(over_at=at))


def find_due(connection: Connection, *, now: int, limit: int = 100) -> list[Due]:
    """Actions whose time has come, oldest signal first."""
    columns = (signal_action.c[name] for name in ("signal", "n", "rule", "given", "attempts"))
    rows = connection.execute(
        select(*columns)
        .where(_IS_OPEN, signal_action.c.next_at <= now)
        .order_by(signal_action.c.signal, signal_action.c.n)
        .limit(limit)
    )
    return [Due(seq, n, rule, _read_action.decode(given), attempts) for seq, n, rule, given, attempts in rows]


def is_due(connection: Connection, due: Due) -> bool:
    """Whether nobody has done it since."""
    query = select(signal_action.c.attempts).where(
        signal_action.c.signal == due.seq, signal_action.c.n == due.n, _IS_OPEN
    )
    return connection.execute(query).scalar() == due.attempts


def load_signal(connection: Connection, seq: int) -> Signal | None:
    row = connection.execute(select(signal).where(signal.c.seq == seq)).first()
    return None if row is None else read_signal(row)


def read_signal(row: Row[Any]) -> Signal:
    """The signal of a row of the table."""
    return msgspec.convert({name: getattr(row, name) for name in _FIELDS}, Signal, strict=False)


def settle_action(
    connection: Connection, due: Due, *, status: str, result: str, reference: str = "", next_at: int = 0, at: int
) -> None:
    """What came of one try: `done`, `failed` until `next_at`, or `stopped`."""
    connection.execute(
        update(signal_action)
        .where(signal_action.c.signal == due.seq, signal_action.c.n == due.n)
        .values(status=status, result=result, reference=reference, next_at=next_at, attempts=due.attempts + 1, at=at)
    )


def try_again(connection: Connection, seq: int, *, at: int) -> int:
    """What failed or was stopped of a signal is due again; how many actions."""
    again = connection.execute(
        update(signal_action)
        .where(signal_action.c.signal == seq, signal_action.c.status.in_(("failed", "stopped")))
        .values(status="due", next_at=at)
    )
    return again.rowcount


def list_signals(
    connection: Connection,
    *,
    kind: str = "",
    book: str = "",
    partner: str = "",
    site: str = "",
    part: str = "",
    action_status: str = "",
    after: int = 0,
    limit: int = 100,
    newest: bool = False,
) -> list[Row[Any]]:
    """Signals by their number, those after `after`; `action_status` takes those of which an action stands so."""
    query = select(signal)
    named = {"signal": kind, "book": book, "partner": partner, "site": site, "part": part}
    for name, value in named.items():
        if value:
            query = query.where(signal.c[name] == value)
    if action_status:
        standing = select(signal_action.c.signal).where(
            and_(signal_action.c.signal == signal.c.seq, signal_action.c.status == action_status)
        )
        query = query.where(standing.exists())
    if after:
        query = query.where(signal.c.seq > after)
    return list(connection.execute(query.order_by(signal.c.seq.desc() if newest else signal.c.seq).limit(limit)))


def load_actions(connection: Connection, seqs: Iterable[int]) -> dict[int, list[Row[Any]]]:
    """The actions of signals, in order, by the signal's number."""
    found: dict[int, list[Row[Any]]] = {}
    query = select(signal_action).where(signal_action.c.signal.in_(sorted(seqs)))
    for row in connection.execute(query.order_by(signal_action.c.signal, signal_action.c.n)):
        found.setdefault(row.signal, []).append(row)
    return found


def load_deliveries(connection: Connection, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """(status, reason) of messages in the outbox by id."""
    wanted, found = sorted(ids), {}
    for first in range(0, len(wanted), IDS_MAX):
        some = outbox.c.id.in_(wanted[first : first + IDS_MAX])
        for row in connection.execute(select(outbox.c.id, outbox.c.status, outbox.c.reason).where(some)):
            found[row.id] = (row.status, row.reason)
    return found

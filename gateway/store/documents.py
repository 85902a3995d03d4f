"""Documents found in messages: their envelope key, verdict, hashes and what the ledger made of them.

This table is also the history of duplicates: the interchange key (sender, receiver, ISA13, GS06, ST02) with digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Column, Connection, Row, delete, insert, select, text

from gateway.document import Fault
from gateway.store.direct import DirectInsert, DirectSelect
from gateway.store.tables import document


class Key(NamedTuple):
    """Which document of which envelope. Empty control numbers: the format has none, and no key exists."""

    sender: str
    receiver: str
    interchange: str
    group_control: str
    control: str


class DocumentRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row; see `gateway.messages.DocumentStatus` for `status`. Hashes are "" where nothing was read."""

    message: str
    n: int
    partner: str = ""
    format: str = ""
    type: str = ""
    version: str = ""
    key: Key = Key("", "", "", "", "")
    group_id: str = ""
    group_sender: str = ""
    group_receiver: str = ""
    test: bool = False
    digest: str = ""
    accepted: bool | None = None
    status: str = ""
    reason_code: str = ""
    reason: str = ""
    faults: tuple[Fault, ...] = ()
    unmapped: str = ""
    guide: str = ""
    map: str = ""
    configuration: str = ""
    result: bytes = b""
    """JSON list of `ledger.outcomes.Recorded`."""
    original: str = ""
    at: int = 0

    @property
    def id(self) -> str:
        return f"{self.message}.{self.n}"


class Earlier(NamedTuple):
    """A document that used the same interchange number before."""

    id: str
    digest: str
    status: str
    at: int
    key: Key
    message: str
    envelope: int = -1
    """Which interchange of its message, where that is known; -1 where it was settled before."""


_insert = DirectInsert(insert(document), [column.name for column in document.c if column.name != "first_segment"])
_key_columns = (
    document.c.interchange, document.c.sender, document.c.receiver, document.c.group_control, document.c.control,
)  # fmt: skip
_find_earlier = """
SELECT d.sender, d.receiver, d.interchange, d.group_control, d.control, d.message, d.n, d.digest, d.status, d.at
FROM json_each(:keys) AS k CROSS JOIN document AS d ON {same}
WHERE d.at >= :since ORDER BY d.at, d.message, d.n
"""
"""A join, and in this order: SQLite has no use for an index where several columns are IN a list, and would go through
all that was ever received."""


def _same(columns: Sequence[Column[Any]]) -> str:
    return " AND ".join(f"d.{column.name} = json_extract(k.value, '$[{n}]')" for n, column in enumerate(columns))


_find_keys = DirectSelect(text(_find_earlier.format(same=_same(_key_columns))))
_find_interchanges = DirectSelect(text(_find_earlier.format(same=_same(_key_columns[:3]))))


def put_documents(connection: Connection, rows: Iterable[DocumentRow]) -> None:
    listed = [_columns(row) for row in rows]
    if listed:
        _insert.put(connection, listed)


def replace_documents(connection: Connection, rows: Sequence[DocumentRow]) -> None:
    """Write rows again after a replay; the evidence and the ledger keep what was before."""
    for row in rows:
        connection.execute(delete(document).where(document.c.message == row.message, document.c.n == row.n))
    put_documents(connection, rows)


def find_keys(connection: Connection, keys: Sequence[Key], *, since: int) -> list[Earlier]:
    """Earlier documents under these keys, none before `since` (microseconds)."""
    wanted = sorted(
        {(k.interchange, k.sender, k.receiver, k.group_control, k.control) for k in keys if k.interchange}
    )
    return _earlier(connection, _find_keys, wanted, since)


def find_interchanges(connection: Connection, keys: Sequence[Key], *, since: int) -> list[Earlier]:
    """Earlier documents under the interchange numbers of these keys, whatever their GS06 and ST02."""
    wanted = sorted({(key.interchange, key.sender, key.receiver) for key in keys if key.interchange})
    return _earlier(connection, _find_interchanges, wanted, since)


def _earlier(
    connection: Connection, query: DirectSelect, wanted: Sequence[tuple[str, ...]], since: int
) -> list[Earlier]:
    if not wanted:
        return []
    rows = query.fetch(connection, keys=msgspec.json.encode(wanted).decode(), since=since)
    return [
        Earlier(f"{message}.{n}", digest, status, at, Key(sender, receiver, interchange, group, control), message)
        for sender, receiver, interchange, group, control, message, n, digest, status, at in rows
    ]


def load_documents(connection: Connection, message: str) -> list[DocumentRow]:
    """All documents of a message, in its order."""
    rows = connection.execute(select(document).where(document.c.message == message).order_by(document.c.n))
    return [_row(row) for row in rows]


def load_parked(connection: Connection, reason_code: str, *, most: int) -> list[DocumentRow]:
    """Documents that are parked for one reason, the oldest first."""
    parked = document.c.status == "parked", document.c.reason_code == reason_code
    query = select(document).where(*parked).order_by(document.c.at, document.c.message, document.c.n).limit(most)
    return [_row(row) for row in connection.execute(query)]


def newest_documents(connection: Connection, *, format: str, type: str, partner: str) -> Iterator[DocumentRow]:
    """Documents of a type, those of the newest message first; `partner` "" is everybody's.

    Read as they are asked for: whoever has enough stops.
    """
    query = select(document).where(document.c.format == format, document.c.type == type)
    if partner:
        query = query.where(document.c.partner == partner)
    rows = connection.execution_options(yield_per=100).execute(
        query.order_by(document.c.message.desc(), document.c.n.desc())
    )
    return (_row(row) for row in rows)


def _row(row: Row[Any]) -> DocumentRow:
    return DocumentRow(
        message=row.message,
        n=row.n,
        partner=row.partner,
        format=row.format,
        type=row.type,
        version=row.version,
        key=Key(row.sender, row.receiver, row.interchange, row.group_control, row.control),
        group_id=row.group_id,
        group_sender=row.group_sender,
        group_receiver=row.group_receiver,
        test=bool(row.test),
        digest=row.digest,
        accepted=None if row.accepted < 0 else bool(row.accepted),
        status=row.status,
        reason_code=row.reason_code,
        reason=row.reason,
        faults=msgspec.json.decode(row.faults, type=tuple[Fault, ...]) if row.faults else (),
        unmapped=row.unmapped,
        guide=row.guide,
        map=row.map,
        configuration=row.configuration,
        result=row.result.encode(),
        original=row.original,
        at=row.at,
    )


def _columns(row: DocumentRow) -> dict[str, object]:
    return {
        "message": row.message,
        "n": row.n,
        "partner": row.partner,
        "format": row.format,
        "type": row.type,
        "version": row.version,
        **row.key._asdict(),
        "group_id": row.group_id,
        "group_sender": row.group_sender,
        "group_receiver": row.group_receiver,
        "test": int(row.test),
        "digest": row.digest,
        "accepted": -1 if row.accepted is None else int(row.accepted),
        "status": row.status,
        "reason_code": row.reason_code,
        "reason": row.reason,
        "faults": msgspec.json.encode(row.faults).decode() if row.faults else "",
        "unmapped": row.unmapped,
        "guide": row.guide,
        "map": row.map,
        "configuration": row.configuration,
        "result": row.result.decode(),
        "original": row.original,
        "at": row.at,
    }

"""Bytes as they came and went, in chunks, never changed and never deleted here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, bindparam, insert, select

from gateway.store.direct import DirectInsert
from gateway.store.tables import evidence

CHUNK_BYTES = 256 * 1024


_insert = DirectInsert(insert(evidence), ("message", "chunk", "body"))
_load = (
    select(evidence.c.message, evidence.c.body)
    .where(evidence.c.message.in_(bindparam("messages", expanding=True)))
    .order_by(evidence.c.message, evidence.c.chunk)
)


def chunk_rows(message: str, data: bytes) -> Iterator[dict[str, object]]:
    """Rows that hold the bytes; an empty message still has its one, empty chunk."""
    for number, start in enumerate(range(0, max(len(data), 1), CHUNK_BYTES)):
        yield {"message": message, "chunk": number, "body": data[start : start + CHUNK_BYTES]}


def put_evidence(connection: Connection, rows: Iterable[dict[str, object]]) -> None:
    _insert.put(connection, rows)


def load_evidence(connection: Connection, messages: Sequence[str]) -> dict[str, bytes]:
    """Bytes of each message that has any."""
    found: dict[str, list[bytes]] = {}
    for start in range(0, len(messages), 500):
        some = messages[start : start + 500]
        for message, body in connection.execute(_load, {"messages": some}):
            found.setdefault(message, []).append(body)
    return {message: b"".join(chunks) for message, chunks in found.items()}

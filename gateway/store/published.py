"""Configuration in force, by content hash: nodes agree on it, and a replay finds what was in force then."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from gateway.store.tables import configuration, published


class Part(msgspec.Struct, frozen=True, array_like=True):
    """One file of a configuration."""

    path: str
    hash: str


def publish(connection: Connection, hash: str, files: Mapping[str, bytes], *, now: int) -> bool:
    """Keep all files and put the configuration in force; False: it already is."""
    if in_force(connection) == hash:
        return False
    parts = [Part(path, hashlib.sha256(body).hexdigest()) for path, body in sorted(files.items())]
    bodies = {part.hash: files[part.path] for part in parts}
    statement = sqlite_insert(published).on_conflict_do_nothing(index_elements=["hash"])
    if bodies:
        connection.execute(
            statement, [{"hash": digest, "kind": "file", "body": body} for digest, body in bodies.items()]
        )
    connection.execute(insert(configuration).values(hash=hash, parts=msgspec.json.encode(parts).decode(), at=now))
    return True


def in_force(connection: Connection) -> str:
    """Hash of the newest configuration, "" before the first."""
    row = connection.execute(select(configuration.c.hash).order_by(configuration.c.seq.desc()).limit(1)).first()
    return row.hash if row else ""


def load_files(connection: Connection, hash: str) -> dict[str, bytes]:
    """All files of one configuration by path, empty if it was never published."""
    row = connection.execute(select(configuration.c.parts).where(configuration.c.hash == hash).limit(1)).first()
    if row is None:
        return {}
    parts = msgspec.json.decode(row.parts, type=list[Part])
    wanted = sorted({part.hash for part in parts})
    bodies: dict[str, bytes] = {}
    for start in range(0, len(wanted), 500):
        rows = connection.execute(
            select(published.c.hash, published.c.body).where(published.c.hash.in_(wanted[start : start + 500]))
        )
        bodies.update({one.hash: one.body for one in rows})
    return {part.path: bodies[part.hash] for part in parts}

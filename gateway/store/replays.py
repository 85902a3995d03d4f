"""Documents that were read again after they were recorded: never changed, never deleted."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, insert, select

from gateway.store.tables import replay


class ReplayRow(msgspec.Struct, frozen=True, kw_only=True):
    """One re-reading of one document. Maps and configurations are named by their hashes."""

    message: str
    n: int
    by: str
    configuration_before: str
    configuration: str
    map_before: str
    map: str
    difference: tuple[tuple[str, str, str, str], ...]
    result_before: str
    at: int


_differences = msgspec.json.Decoder(tuple[tuple[str, str, str, str], ...])


def put_replay(connection: Connection, row: ReplayRow) -> None:
    values = msgspec.structs.asdict(row) | {"difference": msgspec.json.encode(row.difference).decode()}
    connection.execute(insert(replay).values(values))


def load_replays(connection: Connection, message: str) -> list[ReplayRow]:
    """All re-readings of the documents of a message, oldest first."""
    columns = [replay.c[name] for name in ReplayRow.__struct_fields__]
    rows = connection.execute(select(*columns).where(replay.c.message == message).order_by(replay.c.seq))
    return [ReplayRow(**row._asdict() | {"difference": _differences.decode(row.difference)}) for row in rows]


def first_configuration(connection: Connection, message: str, n: int) -> str:
    """The configuration in force when a document was first recorded; "" where it was never read again."""
    first = select(replay.c.configuration_before).where(replay.c.message == message, replay.c.n == n)
    return str(connection.execute(first.order_by(replay.c.seq).limit(1)).scalar() or "")

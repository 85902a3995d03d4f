"""Circuit breakers of partners' servers and of single folders there: the last trouble, and when to try again.

Rows only; how long to wait after which trouble is decided in `gateway.pipeline.pickup.breaker`.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from gateway.store.tables import sftp_circuit


class Circuit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One breaker. `id` is a partner's for its server, a place's for one folder there."""

    id: str
    terms: str = ""
    """Digest of the agreed terms under which the rest was learned."""
    failures: int = 0
    """In a row."""
    next_at: int = 0
    """Not tried before this time, in microseconds."""
    kind: str = ""
    """`later` or `never`: whether time or a person mends the last trouble; "" after a success."""
    code: str = ""
    trouble: str = ""
    trouble_at: int = 0
    """When it last failed."""
    ok_at: int = 0
    host_key: str = ""
    """Fingerprint that the server showed at the last success."""


def load_circuit(connection: Connection, id: str, *, terms: str) -> Circuit:
    """Its state; a new one for what was never tried, or whose terms a person has changed since."""
    row = connection.execute(select(sftp_circuit).where(sftp_circuit.c.id == id)).first()
    if row is None or row.terms != terms:
        return Circuit(id=id, terms=terms)
    return Circuit(**row._mapping)


def list_circuits(connection: Connection) -> list[Circuit]:
    """Every one, by id."""
    return [Circuit(**row._mapping) for row in connection.execute(select(sftp_circuit).order_by(sftp_circuit.c.id))]


def put_circuit(connection: Connection, circuit: Circuit) -> None:
    values = msgspec.structs.asdict(circuit)
    connection.execute(
        sqlite_insert(sftp_circuit).values(values).on_conflict_do_update(index_elements=["id"], set_=values)
    )

"""What is known of a partner's SFTP server between two connections: its last trouble, and when it may be tried again.

Rows only; how long to wait after which trouble is decided in `gateway.pipeline.pickup.breaker`.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from gateway.store.tables import sftp_endpoint


class EndpointState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One server, by its partner. `terms` is the digest of the agreed terms under which the rest was learned."""

    partner: str
    terms: str = ""
    failures: int = 0
    """Connections or polls that failed in a row."""
    next_at: int = 0
    """Not tried before this time, in microseconds."""
    kind: str = ""
    """`later` or `never`: who mends the last trouble; "" after a success."""
    code: str = ""
    trouble: str = ""
    trouble_at: int = 0
    """When this trouble was first met."""
    ok_at: int = 0
    host_key: str = ""
    """Fingerprint that the server last showed, `SHA256:...`."""


def load_endpoint(connection: Connection, partner: str, terms: str = "") -> EndpointState:
    """Its state; a fresh one for a server never tried, or whose terms a person has changed since."""
    row = connection.execute(select(sftp_endpoint).where(sftp_endpoint.c.partner == partner)).first()
    if row is None or (terms and row.terms != terms):
        return EndpointState(partner=partner, terms=terms)
    return EndpointState(**row._mapping)


def list_endpoints(connection: Connection) -> list[EndpointState]:
    """Every server ever tried, by partner."""
    rows = connection.execute(select(sftp_endpoint).order_by(sftp_endpoint.c.partner))
    return [EndpointState(**row._mapping) for row in rows]


def put_endpoint(connection: Connection, state: EndpointState) -> None:
    values = {name: getattr(state, name) for name in state.__struct_fields__}
    connection.execute(
        sqlite_insert(sftp_endpoint).values(values).on_conflict_do_update(index_elements=["partner"], set_=values)
    )

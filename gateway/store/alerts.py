"""What a person should look at: parked and impersonated messages, overdue answers, refused deliveries."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, insert, select

from gateway.store.tables import alert


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` is stable (`wrong_carrier`, `ack_overdue`, `delivery_parked`); `text` never holds contents."""

    kind: str
    text: str
    partner: str = ""
    message: str = ""
    document: str = ""
    at: int = 0


def put_alerts(connection: Connection, alerts: list[Alert]) -> None:
    if alerts:
        connection.execute(insert(alert), [msgspec.structs.asdict(one) for one in alerts])


def list_alerts(connection: Connection, *, after: int = 0, limit: int = 100) -> list[tuple[int, Alert]]:
    """(sequence, alert), oldest first."""
    rows = connection.execute(select(alert).where(alert.c.seq > after).order_by(alert.c.seq).limit(limit))
    return [
        (
            row.seq,
            Alert(
                kind=row.kind,
                text=row.text,
                partner=row.partner,
                message=row.message,
                document=row.document,
                at=row.at,
            ),
        )
        for row in rows
    ]

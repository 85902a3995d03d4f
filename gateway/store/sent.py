"""Documents that we sent and that a partner answers with TA1, 997 or 824, found by their control numbers.

Settled once or again (a later answer replaces an earlier one), or reviewed by a person.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select, update

from gateway.document import Fault
from gateway.store.tables import sent_document


class Sent(NamedTuple):
    message: str
    n: int
    partner: str
    type: str
    number: str
    group_id: str
    interchange: str
    group_control: str
    control: str
    status: str


_columns = tuple(sent_document.c[name] for name in Sent._fields)


def find_group(connection: Connection, *, partner: str, group_id: str, group_control: str) -> list[Sent]:
    """Documents of one group that we sent to a partner, by AK101 and AK102."""
    rows = connection.execute(
        select(*_columns)
        .where(
            sent_document.c.group_control == group_control,
            sent_document.c.partner == partner,
            sent_document.c.group_id == group_id,
        )
        .order_by(sent_document.c.message.desc(), sent_document.c.n)
    )
    found = [Sent(*row) for row in rows]
    # Numbers start over after 999999999: the newest message that carries them is meant.
    return [one for one in found if one.message == found[0].message]


def find_interchange(connection: Connection, *, partner: str, interchange: str) -> list[Sent]:
    """Documents of one interchange, by TA101."""
    rows = connection.execute(
        select(*_columns)
        .where(sent_document.c.interchange == interchange, sent_document.c.partner == partner)
        .order_by(sent_document.c.message.desc(), sent_document.c.n)
    )
    found = [Sent(*row) for row in rows]
    return [one for one in found if one.message == found[0].message]


def find_number(connection: Connection, *, partner: str, type: str, number: str) -> list[Sent]:
    """Documents by their business number, newest first."""
    rows = connection.execute(
        select(*_columns)
        .where(sent_document.c.partner == partner, sent_document.c.type == type, sent_document.c.number == number)
        .order_by(sent_document.c.message.desc())
    )
    return [Sent(*row) for row in rows]


def settle(
    connection: Connection, one: Sent, *, status: str, answered_by: str, faults: tuple[Fault, ...] = ()
) -> None:
    connection.execute(
        update(sent_document)
        .where(sent_document.c.message == one.message, sent_document.c.n == one.n)
        .values(
            status=status,
            answered_by=answered_by,
            faults=msgspec.json.encode(faults).decode() if faults else "",
        )
    )


def find_overdue(connection: Connection, *, now: int) -> list[Sent]:
    rows = connection.execute(
        select(*_columns).where(sent_document.c.status == "awaiting", sent_document.c.due_at <= now)
    )
    return [Sent(*row) for row in rows]


def review(connection: Connection, message: str, n: int, comment: str) -> bool:
    """A person settles an overdue document without an answer."""
    done = connection.execute(
        update(sent_document)
        .where(sent_document.c.message == message, sent_document.c.n == n)
        .values(status="reviewed", comment=comment)
    )
    return done.rowcount > 0

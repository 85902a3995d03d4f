"""Calls from the line: what is wanted where, by when, and what has come."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec
from sqlalchemy import Connection, select

from ledger.book.storage import document_tables
from ledger.masterdata import to_decimal
from ledger.matching.resolved import moment, moment_or_none

CallStatus = Literal["", "open", "served", "withdrawn", "missed"]


class CallShown(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a call, in the part's base unit. `missed`: it was not served by `due_at`, whatever came later."""

    number: str
    line: str
    partner: str
    site: str
    part: str
    location: str
    quantity: Decimal
    served: Decimal
    unit: str
    status: str
    missed: bool
    asked_at: datetime
    due_at: datetime
    served_at: datetime | None
    seq: int


def calls(
    conn: Connection, *, book: str = "live", site: str = "", part: str = "", number: str = "",
    status: CallStatus = "", after: int = 0, limit: int = 1000,
) -> list[CallShown]:  # fmt: skip
    """The lines of calls in order of recording; `missed` takes those that were, served since or not. Pages by `after`
    (`seq`), `limit` calls at once with all their lines."""
    table = document_tables.line_call
    at = table.c
    asked = [at.book == book, at.seq > after]
    asked += [column == value for column, value in ((at.site, site), (at.part, part), (at.number, number)) if value]
    if status:
        asked.append(at.missed == 1 if status == "missed" else at.status == status)
    page = select(at.seq).where(*asked).distinct().order_by(at.seq).limit(limit)
    rows = conn.execute(select(table).where(*asked, at.seq.in_(page)).order_by(at.seq, at.line)).fetchall()
    return [
        CallShown(
            number=row.number, line=row.line, partner=row.partner, site=row.site, part=row.part,
            location=row.location, quantity=to_decimal(row.quantity), served=to_decimal(row.served), unit=row.unit,
            status=row.status, missed=bool(row.missed), asked_at=moment(row.asked_at), due_at=moment(row.due_at),
            served_at=moment_or_none(row.served_at or None), seq=row.seq,
        )
        for row in rows
    ]  # fmt: skip

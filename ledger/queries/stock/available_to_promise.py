"""Available to promise: what of a part may be promised, and of everything else on hand why not.

What may be promised and what was left out make up what is on hand, always. A case keeps the goods that it puts in
question out from the moment it is open, since it is asked for here and in no other place. What is to come counts by
the date it is expected on, unless it will be held on arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy import text as sql

from ledger.book.storage import document_tables, tables
from ledger.masterdata import to_decimal
from ledger.matching.discrepancies import BY_CODE
from ledger.policy import Policy
from ledger.queries.documents.inbound import Inbound, expected
from ledger.queries.house.base_units import base_units
from ledger.queries.stock.dimensions import NOTHING, few

_WHY = {
    "allocated": "set apart for a demand",
    "quality_hold": "held until it is inspected or decided",
    "quarantine": "not fit for use until it is decided",
    "consigned": "not ours, and the agreement does not let it count",
    "line_side": "at the line already",
    "service_reserved": "kept for the service channel",
    "obsolete": "of no use any more",
}


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """Goods on hand that may not be promised, and why: their state, or an open case about available ones."""

    state: str
    quantity: Decimal
    reason: str
    hold_reason: str = ""
    owner: str = ""
    case: str = ""
    code: str = ""


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected on a date, and what may be promised in all from then on; what is held adds nothing."""

    at: datetime
    kind: str
    number: str
    line: str
    quantity: Decimal
    cumulative: Decimal
    held: str = ""


class SitePromise(msgspec.Struct, frozen=True, kw_only=True):
    """One site: `promise` + what was left out = `on_hand`."""

    site: str
    on_hand: Decimal
    available: Decimal
    consigned: Decimal
    """On consignment, and counted because the agreement says so."""
    promise: Decimal
    left_out: tuple[LeftOut, ...]
    coming: tuple[Coming, ...]
    """By date, with what may be promised then; what has no date, or one that is over, is not promised."""
    undated: Decimal
    overdue: Decimal


class AvailableToPromise(msgspec.Struct, frozen=True, kw_only=True):
    """One part at all sites asked for, in its base unit."""

    part: str
    unit: str
    on_hand: Decimal
    promise: Decimal
    left_out: Decimal
    sites: tuple[SitePromise, ...]


def available_to_promise(
    conn: Connection,
    part: str,
    *,
    book: str = "live",
    site: str = "",
    policy: Policy,
    now: datetime,
    until: datetime | None = None,
) -> AvailableToPromise | None:
    """What of a part may be promised now, and at each date up to `until` on which more is expected; None when master
    data does not know the part."""
    units = base_units(conn, book, [part])
    if part not in units:
        return None
    standing = _standing(conn, book, part, site)
    disputed = _disputed(conn, book, part)
    inbound = expected(conn, book, part, site)[1]
    places = sorted({row.site for row in standing} | {one.site for one in inbound})
    sites = tuple(
        _site(
            place,
            [row for row in standing if row.site == place],
            disputed.get(place, []),
            [one for one in inbound if one.site == place],
            policy,
            (now, until),
        )
        for place in places
    )
    return AvailableToPromise(
        part=part, unit=units[part], on_hand=sum((one.on_hand for one in sites), Decimal(0)),
        promise=sum((one.promise for one in sites), Decimal(0)),
        left_out=sum((left.quantity for one in sites for left in one.left_out), Decimal(0)), sites=sites,
    )  # fmt: skip


def _standing(conn: Connection, book: str, part: str, site: str) -> list[Any]:
    """On hand by site, state, hold reason and owner."""
    at = tables.bucket.c
    columns = (at.site, at.state, at.hold_reason, at.owner)
    query = select(*columns, func.sum(at.quantity).label("quantity")).where(
        at.book == book, few(conn, at.part == part), at.external == 0, at.empty == NOTHING, at.state != "in_transit"
    )
    if site:
        query = query.where(at.site == site)
    return list(conn.execute(query.group_by(*columns).order_by(*columns)))


def _disputed(conn: Connection, book: str, part: str) -> dict[str, list[Any]]:
    """Open cases by site, of classes that put available goods in question."""
    at = document_tables.cases.c
    codes = [code for code, one in BY_CODE.items() if one.disputes]
    query = select(at.site, at.case, at.code, at.quantity, at.expected, at.actual, at.clearing, at.opened_seq).where(
        at.book == book, at.part == part, sql(document_tables.OPEN_CASES), at.code.in_(codes)
    )
    found: dict[str, list[Any]] = {}
    for row in conn.execute(query.order_by(at.opened_seq, at.case)):
        found.setdefault(row.site, []).append(row)
    return found


def _disputed_by(code: str, quantity: int, expected_: int, actual: int, clearing: int) -> int:
    """What of a case's quantity the books have as available, in millionths."""
    known = BY_CODE.get(code)
    if known is None or not known.disputes:
        return 0
    if known.disputes == "missing":
        return max(0, expected_ - actual)
    # What is in clearing for it is held; the rest of what is in question stands on the shelf.
    return max(0, quantity - max(0, clearing))


def _site(
    site: str,
    rows: Sequence[Any],
    cases: Iterable[Any],
    inbound: Sequence[Inbound],
    policy: Policy,
    when: tuple[datetime, datetime | None],
) -> SitePromise:
    on_hand = sum(int(row.quantity) for row in rows)
    available = sum(int(row.quantity) for row in rows if row.state == "available")
    consigned, left_out = 0, []
    for row in rows:
        if row.state == "consigned" and policy.terms_for(row.owner).promise_consigned:
            consigned += int(row.quantity)
        elif row.state != "available":
            left_out.append(
                LeftOut(
                    state=row.state, quantity=to_decimal(int(row.quantity)), reason=_WHY[row.state],
                    hold_reason=row.hold_reason, owner=row.owner,
                )
            )  # fmt: skip
    free = available
    for case in cases:
        kept = min(free, _disputed_by(case.code, case.quantity, case.expected, case.actual, case.clearing))
        if kept:
            free -= kept
            left_out.append(
                LeftOut(
                    state="available", quantity=to_decimal(kept), case=case.case, code=case.code,
                    reason=f"in question: {BY_CODE[case.code].name.lower()}",
                )
            )  # fmt: skip
    promised = free + consigned
    now, until = when
    ahead = [one for one in inbound if one.expected_at is not None and one.expected_at >= now]
    shown = [one for one in ahead if until is None or (one.expected_at is not None and one.expected_at <= until)]
    return SitePromise(
        site=site, on_hand=to_decimal(on_hand), available=to_decimal(available), consigned=to_decimal(consigned),
        promise=to_decimal(promised), left_out=tuple(left_out), coming=tuple(_coming(to_decimal(promised), shown)),
        undated=sum((one.quantity for one in inbound if one.expected_at is None), Decimal(0)),
        overdue=sum(
            (one.quantity for one in inbound if one.expected_at is not None and one.expected_at < now), Decimal(0)
        ),
    )  # fmt: skip


def _coming(promised: Decimal, inbound: Iterable[Inbound]) -> Iterable[Coming]:
    for one in inbound:
        if one.expected_at is None:
            continue
        if not one.held:
            promised += one.quantity
        yield Coming(
            at=one.expected_at, kind=one.kind, number=one.number, line=one.line, quantity=one.quantity,
            cumulative=promised, held=one.held,
        )  # fmt: skip

"""How grave cases are as things stand: how long the short part lasts, what service was promised, what it is worth.

Coverage is what can be built in at the site against what is needed there: the dated requirements in force, and the
consumption of the last days; the shorter of both holds. It is asked for, never stored: it changes with every piece
that is used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, func, select

from ledger.book.bringing.history import position_at, standing_at
from ledger.book.storage import filed_tables, tables
from ledger.masterdata import to_decimal
from ledger.policy import Policy
from ledger.queries.documents.prices import Money, Price, latest_prices, value_at
from ledger.queries.documents.schedules import schedules
from ledger.stock.bucket import MILLION

Severity = Literal["critical", "high", "normal", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "normal", "low")
FEEDS = ("available", "allocated", "line_side")
"""States of goods that production can still build in."""
SCHEDULES_MAX = 1_000
_TENTH = Decimal("0.1")

Place = tuple[str, str]
"""(site, part)."""


class Gravity(msgspec.Struct, frozen=True, kw_only=True):
    """How grave one case is, and why."""

    severity: Severity
    coverage_hours: Decimal | None
    """For how long the part lasts at the site, to a tenth of an hour; None where nobody knows a need of it."""
    service: Decimal
    """Goods of the part at the site that are kept for the service channel."""
    value: Money | None
    """What is in question, at the price it was last ordered at; None where there is none."""


class InQuestion(NamedTuple):
    """What the gravity of a case depends on; `quantity` in millionths."""

    case: str
    site: str
    part: str
    quantity: int


class Standing(NamedTuple):
    """What stands of a part at a site, in millionths."""

    feeds: int
    service: int


def gravity_of(
    conn: Connection, cases: Collection[InQuestion], *, book: str, policy: Policy, now: datetime
) -> dict[str, Gravity]:
    """By case id, of all cases given at once: so many questions as there are kinds of figures, however many cases."""
    places = {(case.site, case.part) for case in cases if case.part and case.site}
    parts = {part for _, part in places}
    standing = _standing(conn, book, parts)
    prices = latest_prices(conn, book, parts) if parts else {}
    hours = _coverage(conn, book, places, standing, policy, now)
    return {case.case: _gravity(case, standing, prices, hours, policy) for case in cases}


def severity_at(
    conn: Connection, site: str, part: str, quantity: Decimal, *, book: str, policy: Policy, now: datetime
) -> Severity:
    """How grave it is that so much of a part (in its base unit) is in question at a site, case or none."""
    asked = InQuestion(case="", site=site, part=part, quantity=int(quantity * MILLION))
    return gravity_of(conn, [asked], book=book, policy=policy, now=now)[""].severity


def rank_of(
    severity: Severity, coverage_hours: Decimal | None, service: Decimal, value: Decimal
) -> tuple[int, Decimal, Decimal, Decimal]:
    """Sorts the gravest first."""
    hours = Decimal("Infinity") if coverage_hours is None else coverage_hours
    return SEVERITIES.index(severity), hours, -service, -value


def _gravity(
    case: InQuestion, standing: Mapping[Place, Standing], prices: Mapping[str, Price], hours: Mapping[Place, Decimal],
    policy: Policy,
) -> Gravity:  # fmt: skip
    place = case.site, case.part
    covered = hours.get(place)
    service = to_decimal(standing[place].service) if place in standing else Decimal(0)
    price = prices.get(case.part)
    value = None
    if price is not None:
        value = Money(currency=price.currency, amount=value_at(abs(case.quantity), price))
    return Gravity(
        severity=_severity(covered, service, value, policy), coverage_hours=covered, service=service, value=value
    )


def _severity(covered: Decimal | None, service: Decimal, value: Money | None, policy: Policy) -> Severity:
    rules = policy.casework.severity
    worth = Decimal(0) if value is None else value.amount
    if covered is not None and covered < Decimal(rules.critical_hours):
        return "critical"
    if (covered is not None and covered < Decimal(rules.high_hours)) or service or worth >= rules.high_value:
        return "high"
    if (covered is not None and covered < Decimal(rules.normal_hours)) or worth >= rules.normal_value:
        return "normal"
    return "low"


def _standing(conn: Connection, book: str, parts: Iterable[str]) -> dict[Place, Standing]:
    bucket = tables.bucket.c
    found: dict[Place, dict[str, int]] = {}
    for some in _slices(parts):
        rows = conn.execute(
            select(bucket.site, bucket.part, bucket.state, func.sum(bucket.quantity))
            .where(bucket.book == book, bucket.part.in_(some), bucket.external == 0, bucket.empty == 0)
            .where(bucket.state.in_((*FEEDS, "service_reserved")))
            .group_by(bucket.site, bucket.part, bucket.state)
        )
        for site, part, state, quantity in rows:
            found.setdefault((site, part), {})[state] = int(quantity)
    return {
        place: Standing(sum(states.get(state, 0) for state in FEEDS), states.get("service_reserved", 0))
        for place, states in found.items()
    }


def _coverage(
    conn: Connection, book: str, places: Collection[Place], standing: Mapping[Place, Standing], policy: Policy,
    now: datetime,
) -> dict[Place, Decimal]:  # fmt: skip
    """Hours for which each part lasts; absent where no need is known."""
    days = policy.casework.severity.consumption_days
    used = _used(conn, book, {part for _, part in places}, now - timedelta(days=days)) if days else {}
    scheduled = _scheduled(conn, book, {part for _, part in places})
    found: dict[Place, Decimal] = {}
    for place in places:
        feeds = standing[place].feeds if place in standing else 0
        hours = []
        if (gone := used.get(place, 0)) > 0:
            hours.append(Decimal(feeds) * days * 24 / gone)
        if place[1] in scheduled:
            hours += _by_schedule(conn, book, place, feeds, now)
        if hours:
            found[place] = min(hours).quantize(_TENTH)
    return found


def _by_schedule(conn: Connection, book: str, place: Place, feeds: int, now: datetime) -> list[Decimal]:
    """Hours until the dated requirements of a place are more than what it has: what customers call off, else what we
    call off ourselves; none where what stands covers them all."""
    listed = schedules(conn, book=book, site=place[0], part=place[1], limit=SCHEDULES_MAX)
    called = [one for one in listed if one.direction == "demand"] or listed
    needed = sorted((due.due_at, due.quantity) for one in called for due in one.requirements if due.due_at >= now)
    left = to_decimal(feeds)
    for due_at, quantity in needed:
        left -= quantity
        if left < 0:
            return [Decimal((due_at - now) // timedelta(minutes=6)) / 10]
    return []


def _scheduled(conn: Connection, book: str, parts: Iterable[str]) -> set[str]:
    table = filed_tables.schedule_line.c
    return {
        part
        for some in _slices(parts)
        for part in conn.execute(
            select(table.part).where(table.book == book, table.part.in_(some)).distinct()
        ).scalars()
    }


def _used(conn: Connection, book: str, parts: Collection[str], since: datetime) -> dict[Place, int]:
    """What was built in since then, by place; what was taken out again comes off."""
    number = position_at(conn, book, since)
    bucket = tables.bucket.c
    used: dict[Place, int] = {}
    for some in _slices(parts):
        accounts = (
            bucket.book == book, bucket.part.in_(some), bucket.external == 1, bucket.state == "production",
        )  # fmt: skip
        now = conn.execute(
            select(bucket.site, bucket.part, func.sum(bucket.quantity))
            .where(*accounts)
            .group_by(bucket.site, bucket.part)
        )
        for site, part, quantity in now:
            used[site, part] = used.get((site, part), 0) + int(quantity)
        for site, part, quantity in standing_at(conn, book, number, ("site", "part"), accounts, zeros=False):
            used[site, part] = used.get((site, part), 0) - int(quantity)
    return used


def _slices(parts: Iterable[str], size: int = 500) -> Iterable[list[str]]:
    listed = sorted(set(parts))
    return (listed[n : n + size] for n in range(0, len(listed), size))

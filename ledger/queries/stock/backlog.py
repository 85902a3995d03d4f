"""The backlog of receiving: what stands at the gate and is not received, what is received and not put away.

And how long it takes: dock-to-stock time is from when goods came to a dock until they left it for a place within.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, select, tuple_

from ledger.book.bringing.history import position_at
from ledger.book.bringing.places import sites_of
from ledger.book.journal.heads import read_head
from ledger.book.storage import tables
from ledger.events import SiteDefined
from ledger.masterdata import to_decimal
from ledger.matching.resolved import moment
from ledger.policy import Policy
from ledger.queries.documents.in_transit import in_transit
from ledger.queries.house.base_units import base_units
from ledger.queries.house.locations import locations
from ledger.queries.house.masterdata import defined
from ledger.queries.stock.ages import Stay, hours_between, stays
from ledger.queries.stock.dimensions import NOTHING

DOCKS = frozenset({"dock", "receiving"})
"""Kinds of location where goods wait to be put away; a site's receiving location is one whatever its kind."""
LINES_MAX = 100_000
_HOUR_US = 3_600_000_000


class ArrivedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a shipment that stands at its destination and has not been received in full."""

    site: str
    supplier: str
    shipment_id: str
    line: str
    part: str
    quantity: Decimal
    unit: str
    arrived_at: datetime
    age_hours: Decimal


class DockedGoods(msgspec.Struct, frozen=True, kw_only=True):
    """Goods at a dock, received and not put away; `since` is when the oldest of them came."""

    site: str
    location: str
    part: str
    lot: str
    handling_unit: str
    state: str
    quantity: Decimal
    unit: str
    since: datetime
    age_hours: Decimal
    bucket: int


class SiteBacklog(msgspec.Struct, frozen=True, kw_only=True):
    """One site: how many lines and bucketfuls wait, and the age of the oldest; its dock-to-stock time."""

    site: str
    arrived_lines: int
    arrived_oldest_hours: Decimal | None
    docked: int
    docked_oldest_hours: Decimal | None
    put_away: int
    """Portions of goods that left a dock for a place within, in the time asked for."""
    dock_to_stock_hours: Decimal | None
    """Mean, by quantity; None where nothing was put away."""
    dock_to_stock_p90_hours: Decimal | None
    """Nine tenths of the quantity were put away within it."""


class Backlog(msgspec.Struct, frozen=True, kw_only=True):
    """What waits now, oldest first, and the figures of each site."""

    since: datetime
    sites: tuple[SiteBacklog, ...]
    arrived: tuple[ArrivedLine, ...]
    docked: tuple[DockedGoods, ...]
    cut: bool
    """Whether there are more lines than were asked for; the figures of the sites count all of them."""


def backlog(
    conn: Connection,
    *,
    book: str = "live",
    now: datetime,
    policy: Policy,
    site: str = "",
    since: datetime | None = None,
    limit: int = 100,
) -> Backlog:
    """The backlog as it stands, and dock-to-stock times of what was put away from `since` on (seven days)."""
    since = since or now - timedelta(days=7)
    sites = [site] if site else sites_of(conn, book)
    docks = _docks(conn, book, sites)
    arrived = _arrived(conn, book, now, policy, site)
    docked = _docked(conn, book, docks, now)
    times = _times_to_stock(conn, book, docks, since)
    shown = tuple(_figures(one, arrived, docked, times[one]) for one in sites)
    return Backlog(
        since=since, sites=shown, arrived=tuple(arrived[:limit]), docked=tuple(docked[:limit]),
        cut=len(arrived) > limit or len(docked) > limit,
    )  # fmt: skip


def _docks(conn: Connection, book: str, sites: list[str]) -> list[tuple[str, str]]:
    found = {(one.site, one.location) for one in locations(conn, book) if one.kind in DOCKS}
    for event in defined(conn, SiteDefined.__name__, book=book, limit=LINES_MAX):
        assert isinstance(event, SiteDefined)  # noqa: S101  the kind says so
        found.add((event.number, event.receiving_location))
    return sorted(place for place in found if place[0] in sites and place[1])


def _arrived(conn: Connection, book: str, now: datetime, policy: Policy, site: str) -> list[ArrivedLine]:
    found = [
        ArrivedLine(
            site=one.site, supplier=one.supplier, shipment_id=one.shipment_id, line=one.line, part=one.part,
            quantity=one.remaining, unit=one.unit, arrived_at=one.arrived_at,
            age_hours=hours_between(one.arrived_at, now),
        )
        for one in in_transit(conn, book=book, now=now, policy=policy, site=site, limit=LINES_MAX).rows
        if one.arrived_at is not None
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.arrived_at, one.site, one.shipment_id, one.line))


def _docked(conn: Connection, book: str, docks: list[tuple[str, str]], now: datetime) -> list[DockedGoods]:
    at = tables.bucket.c
    rows = conn.execute(
        select(tables.bucket).where(
            at.book == book, tuple_(at.site, at.location).in_(docks), at.external == 0, at.empty == NOTHING
        )
    ).fetchall()
    head = read_head(conn, book)
    oldest: dict[int, int] = {}
    for stay in stays(conn, book, [row.id for row in rows], to=head.movements if head else 0):
        if stay.left_us is None:
            oldest[stay.bucket] = min(stay.came_us, oldest.get(stay.bucket, stay.came_us))
    units = base_units(conn, book, {row.part for row in rows})
    found = [
        DockedGoods(
            site=row.site, location=row.location, part=row.part, lot=row.lot, handling_unit=row.handling_unit,
            state=row.state, quantity=to_decimal(row.quantity), unit=units.get(row.part, ""),
            since=moment(oldest[row.id]), age_hours=hours_between(moment(oldest[row.id]), now), bucket=row.id,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.since, one.site, one.bucket))


def _times_to_stock(
    conn: Connection, book: str, docks: list[tuple[str, str]], since: datetime
) -> dict[str, list[tuple[int, int]]]:
    """Site -> (microseconds at the dock, quantity) of what was put away since."""
    first = position_at(conn, book, since - timedelta(microseconds=1))
    head = read_head(conn, book)
    source, target, move = tables.bucket.alias(), tables.bucket.alias(), tables.movement.c
    query: Any = (
        select(move.number, move.source, move.site)
        .join_from(
            tables.movement,
            source,
            (source.c.book == move.book) & (source.c.site == move.site) & (source.c.id == move.source),
        )
        .join(target, (target.c.book == move.book) & (target.c.site == move.site) & (target.c.id == move.target))
        .where(move.book == book, move.number > first, tuple_(source.c.site, source.c.location).in_(docks))
        .where(
            target.c.external == 0, target.c.location != "", tuple_(target.c.site, target.c.location).not_in(docks)
        )
    )
    put_away: dict[tuple[int, int], str] = {}
    for site in sorted({site for site, _ in docks}):
        put_away |= {(row.number, row.source): row.site for row in conn.execute(query.where(move.site == site))}
    buckets = sorted({bucket for _, bucket in put_away})
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for stay in stays(conn, book, buckets, to=head.movements if head else 0):
        site_of = put_away.get((stay.left_by, stay.bucket))
        if site_of is not None and stay.left_us is not None:
            found[site_of].append((_at_dock(stay), stay.quantity))
    return found


def _at_dock(stay: Stay) -> int:
    return max(0, (stay.left_us or 0) - stay.came_us)


def _figures(
    site: str, arrived: list[ArrivedLine], docked: list[DockedGoods], times: list[tuple[int, int]]
) -> SiteBacklog:
    mine = [one.age_hours for one in arrived if one.site == site]
    standing = [one.age_hours for one in docked if one.site == site]
    whole = sum(quantity for _, quantity in times)
    mean = sum(time * quantity for time, quantity in times) // whole if whole else None
    return SiteBacklog(
        site=site, arrived_lines=len(mine), arrived_oldest_hours=max(mine, default=None), docked=len(standing),
        docked_oldest_hours=max(standing, default=None), put_away=len(times), dock_to_stock_hours=_hours(mean),
        dock_to_stock_p90_hours=_hours(_within(times, whole)),
    )  # fmt: skip


def _within(times: list[tuple[int, int]], whole: int) -> int | None:
    """The shortest time within which nine tenths of the quantity were put away."""
    done = 0
    for time, quantity in sorted(times):
        done += quantity
        if done * 10 >= whole * 9:
            return time
    return None


def _hours(time_us: int | None) -> Decimal | None:
    return None if time_us is None else (Decimal(time_us) / _HOUR_US).quantize(Decimal("0.1"))

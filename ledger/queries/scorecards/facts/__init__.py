"""Loads what supplier scorecards compute from, by supplier and period. What it means is the metrics' business."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection

from ledger.matching.resolved import microseconds, moment
from ledger.policy import Policy
from ledger.queries.scorecards.facts.answers import discrepancy_answers, document_answers
from ledger.queries.scorecards.facts.days import Days, days_of_sites
from ledger.queries.scorecards.facts.deliveries import deliveries, lead_times, rejects
from ledger.queries.scorecards.facts.loading import Place, cases_of, disruptions
from ledger.queries.scorecards.facts.notice_lines import NoticeLines
from ledger.queries.scorecards.facts.notices import cumulatives, notices
from ledger.queries.scorecards.facts.promises import answers, orders
from ledger.queries.scorecards.facts.requirements import requirements
from ledger.scorecards.facts import Carried, Count, Facts, Plain


def facts(
    conn: Connection,
    supplier: str,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    policy: Policy,
    book: str = "live",
) -> Facts:
    """Facts of one supplier (our id) from `since` (inclusive) to `until` (exclusive), as known at `now`."""
    (found,) = facts_of(conn, (supplier,), since=since, until=until, now=now, policy=policy, book=book)
    return found


def facts_of(
    conn: Connection,
    suppliers: Iterable[str],
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    policy: Policy,
    book: str = "live",
    whole: bool = True,
) -> Iterator[Facts]:
    """The facts of each supplier in turn; one at a time is held. Unless they are `whole`, what costs nothing is only
    summed: enough for a card, and not for a drill-down or a card that is narrowed."""
    since_us, until_us, now_us = (microseconds(at) or 0 for at in (since, until, now))
    calendars = days_of_sites(conn, book, since_us, until_us)
    for supplier in suppliers:
        yield _facts(conn, book, supplier, since_us, until_us, now_us, policy, calendars, whole)


def _facts(
    conn: Connection,
    book: str,
    supplier: str,
    since: int,
    until: int,
    now: int,
    policy: Policy,
    calendars: dict[str, Days],
    whole: bool,
) -> Facts:
    cases = cases_of(conn, book, supplier)
    parts: dict[str, list[Any]] = defaultdict(list)
    carried: dict[tuple[str, str], Carried] = {}
    plain = Plain(agreed_days=(policy.terms_for(supplier).lead_time_days or 0) * 1_000_000)
    for site, days in calendars.items():
        place = Place(
            conn, book, site, supplier, since, until, now, days, policy.scores, policy.terms_for(supplier), policy,
            cases.get(site, []), whole,
        )  # fmt: skip
        ordered = orders(place)
        noticed = notices(place)
        required = requirements(place, noticed, ordered)
        came = deliveries(place, required.waited_for, noticed.points)
        parts["shipments"] += noticed.shipments
        parts["lines"] += noticed.lines.facts
        parts["dispatches"] += noticed.lines.dispatches
        parts["unadvised"] += came.unadvised
        parts["cumulatives"] += cumulatives(place, noticed)
        parts["requirements"] += required.requirements
        parts["deliveries"] += came.deliveries
        parts["containers"] += came.containers
        parts["premiums"] += noticed.premiums
        parts["answers"] += answers(place, ordered) + discrepancy_answers(place)
        parts["disruptions"] += disruptions(place)
        parts["rejects"] += rejects(place)
        late, in_time = lead_times(place, came, ordered)
        parts["lead_times"] += late
        plain = _and_plain(plain, noticed.lines, came.good, in_time)
        for group in {(site, part) for part in {one.part for one in required.requirements}} | set(required.before):
            carried[group] = Carried(
                required.before.get(group, 0),
                required.before.get(group, 0) - noticed.lines.left_before.get(group[1], 0),
            )
    parts["answers"] += document_answers(conn, book, supplier, since, until, policy)
    told: dict[str, Any] = {name: tuple(values) for name, values in parts.items()}
    return Facts(
        supplier=supplier, since=since, until=until, now=now, first_day=_day(since),
        last_day=_day(until - 1) if now >= until else _day(now) - 1, carried=carried,
        plain=plain, **told,
    )  # fmt: skip


def _and_plain(known: Plain, lines: NoticeLines, containers: int, lead_times: list[int]) -> Plain:
    """With what is only summed of one more site."""
    agreeing = dict(known.agreeing)
    for unit, (count, quantity) in lines.agreeing.items():
        before = agreeing.get(unit, Count(0, 0))
        agreeing[unit] = Count(before.things + count, before.quantity + quantity)
    return replace(
        known, lines=known.lines + lines.plain, closed_lines=known.closed_lines + lines.closed, agreeing=agreeing,
        containers=known.containers + containers, lead_times=(*known.lead_times, *lead_times),
    )  # fmt: skip


def _day(at: int) -> int:
    return moment(at).date().toordinal()


__all__ = ["facts", "facts_of"]

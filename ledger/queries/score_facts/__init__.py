"""Loads what supplier scorecards compute from, by supplier and period. What it means is the metrics' business."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ledger.matching.resolved import microseconds, moment
from ledger.policy import Policy
from ledger.queries.score_facts.answers import discrepancy_answers, document_answers
from ledger.queries.score_facts.days import Days, days_of_sites
from ledger.queries.score_facts.deliveries import deliveries, lead_times, rejects
from ledger.queries.score_facts.loading import Place, cases_of, disruptions
from ledger.queries.score_facts.notices import cumulatives, notices
from ledger.queries.score_facts.promises import answers
from ledger.queries.score_facts.requirements import requirements
from ledger.scorecards.facts import Carried, Facts


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
) -> Iterator[Facts]:
    """The facts of each supplier in turn; one at a time is held."""
    since_us, until_us, now_us = (microseconds(at) or 0 for at in (since, until, now))
    calendars = days_of_sites(conn, book, since_us, until_us)
    for supplier in suppliers:
        yield _facts(conn, book, supplier, since_us, until_us, now_us, policy, calendars)


def _facts(
    conn: Connection,
    book: str,
    supplier: str,
    since: int,
    until: int,
    now: int,
    policy: Policy,
    calendars: dict[str, Days],
) -> Facts:
    cases = cases_of(conn, book, supplier)
    parts: dict[str, list[Any]] = defaultdict(list)
    carried: dict[tuple[str, str], Carried] = {}
    for site, days in calendars.items():
        place = Place(
            conn, book, site, supplier, since, until, now, days, policy.scores, policy.terms_for(supplier), policy,
            cases.get(site, []),
        )  # fmt: skip
        noticed = notices(place)
        required = requirements(place, noticed)
        came = deliveries(place, required.waited_for, noticed.points)
        parts["shipments"] += noticed.shipments
        parts["lines"] += noticed.lines
        parts["dispatches"] += noticed.dispatches
        parts["unadvised"] += came.unadvised
        parts["cumulatives"] += cumulatives(place, noticed)
        parts["requirements"] += required.requirements
        parts["deliveries"] += came.deliveries
        parts["containers"] += came.containers
        parts["premiums"] += noticed.premiums
        parts["answers"] += answers(place) + discrepancy_answers(place)
        parts["disruptions"] += disruptions(place)
        parts["rejects"] += rejects(place)
        parts["lead_times"] += lead_times(place, came)
        for group in {(one.site, one.part) for one in required.requirements} | set(required.before):
            carried[group] = Carried(
                required.before.get(group, 0),
                required.before.get(group, 0) - noticed.shipped_before.get(group[1], 0),
            )
    parts["answers"] += document_answers(conn, book, supplier, since, until, policy)
    return Facts(
        supplier=supplier, since=since, until=until, now=now, first_day=_day(since),
        last_day=_day(until - 1) if now >= until else _day(now) - 1, carried=carried,
        **{name: tuple(values) for name, values in parts.items()},
    )  # fmt: skip


def _day(at: int) -> int:
    return moment(at).date().toordinal()


__all__ = ["facts", "facts_of"]

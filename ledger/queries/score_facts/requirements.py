"""Facts of what was required: order lines and schedule releases, as they were in force at the ship fence."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from ledger.queries.score_facts.loading import NOT_THEIRS, CaseAbout, Place, behind
from ledger.queries.score_facts.notices import Notices
from ledger.scorecards.facts import Against, Due, RequirementFact

_ORDER_LINES = """
    SELECT l.order_number, l.line, l.order_line, l.part, l.unit, l.quantity, l.due_at, l.received, l.status,
           l.blanket, l.seq, l.segment, o.message, o.document
    FROM order_line AS l CROSS JOIN orders AS o
    WHERE l.book = ? AND l.site = ? AND l.supplier = ? AND (l.due_at IS NULL OR l.due_at >= ?)
      AND o.book = l.book AND o.site = l.site AND o.supplier = l.supplier AND o.order_number = l.order_number
"""
DELIVERY = frozenset({"D09", "D13", "D16", "D18", "D26", "D27"})
"""Classes whose granted disputes, or other people's faults, excuse a requirement."""


class Requirements(NamedTuple):
    """What was loaded."""

    requirements: list[RequirementFact]
    before: dict[tuple[str, str], int]
    """(site, part) -> required between the edge and the period."""
    left_before: dict[tuple[str, str], int]
    """(site, part) -> of that, what had to leave before the period."""
    waited_for: frozenset[tuple[str, str]]
    """(order, line) of all that is due from the edge on, or at no time."""


def requirements(place: Place, found: Notices) -> Requirements:
    """What is due in the period, and what was due between the edge and it."""
    window, days = place.rules.window, place.days
    rows = place.ask(_ORDER_LINES, place.edge)
    excuses, against = _about_orders(place.cases, found)
    required: list[RequirementFact] = []
    before: dict[tuple[str, str], int] = defaultdict(int)
    left_before: dict[tuple[str, str], int] = defaultdict(int)
    waited_for = set()
    closes: dict[int, bool] = {}
    leaves: dict[int, int] = {}
    today = days.of(place.now)
    for row in rows:
        order, line, order_line, part, unit, quantity, due_at, received, status, blanket, seq, segment, *document = (
            row
        )
        waited_for.add((order, line))
        if blanket or due_at is None or due_at >= place.until:
            continue
        day = days.of(due_at)
        cancelled = status == "cancelled"
        quantity = received if cancelled else quantity
        if day not in closes:
            closes[day] = days.add_working(day + window.late_days, window.close_days) < today
            leaves[day] = day - window.transit_days
        if due_at < place.since:
            before[place.site, part] += quantity
            left_before[place.site, part] += quantity
            continue
        due = Due(quantity, due_at, day)
        key = order, line
        required.append(
            RequirementFact(
                key=f"{order}/{line}", site=place.site, part=part, unit=unit, requested=due,
                behind=behind(seq, document[0], document[1], segment), closed=closes[day],
                excused="cancelled" if cancelled else excuses.get(key, ""), order_number=order,
                order_line=order_line, ship_day=leaves[day], against=against.get(key, ()),
            )
        )  # fmt: skip
    return Requirements(required, before, left_before, frozenset(waited_for))


def _about_orders(
    cases: list[CaseAbout], found: Notices
) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], tuple[Against, ...]]]:
    """By (order, line identity): why it is excused, and the cases that speak of it."""
    excuses: dict[tuple[str, str], str] = {}
    against: dict[tuple[str, str], tuple[Against, ...]] = {}
    for case in cases:
        if case.code not in DELIVERY:
            continue
        key = found.order_of.get((case.shipment_id, case.notice_line))
        if key is None and case.order_number:
            key = case.order_number, case.order_line
        if key is None or not key[0]:
            continue
        if case.is_granted:
            excuses[key] = f"case {case.case} was granted"
        elif case.fault in NOT_THEIRS:
            excuses[key] = f"case {case.case} is the fault of the {case.fault}"
        elif case.is_theirs:
            against[key] = (*against.get(key, ()), case.against)
    return excuses, against

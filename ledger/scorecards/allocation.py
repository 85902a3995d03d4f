"""Cumulative allocation, the base that the delivery metrics share: receipts fill requirements, the oldest first.

Per site and part, whatever order or release they name. What was still required when the period began is filled
before anything that is due in it; what came ahead fills the first requirements before any receipt does. The result
follows from dates and names alone, never from the order of arrival.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

from ledger.policy.scores import ScoreRules, Window
from ledger.scorecards.facts import DeliveryFact, Due, Facts, Fill, Filled, RequirementFact

Basis = Literal["headline", "requested", "confirmed"]

_HOUR_US = 3_600_000_000


def allocate(facts: Facts, rules: ScoreRules, basis: Basis = "headline") -> list[Filled]:
    """Every requirement of the period with what filled it, by site, part and due date.

    `headline` takes what was confirmed in time where there is such a promise, else what was requested;
    `requested` takes that alone, and `confirmed` leaves out what nobody promised.
    """
    wanted: dict[tuple[str, str], list[tuple[int, str, Due, RequirementFact]]] = defaultdict(list)
    for requirement in facts.requirements:
        due = requirement.requested if basis == "requested" else requirement.due
        wanted[requirement.site, requirement.part].append((due.at, requirement.key, due, requirement))
    came: dict[tuple[str, str], list[DeliveryFact]] = defaultdict(list)
    for delivery in facts.deliveries:
        if delivery.fills:
            came[delivery.site, delivery.part].append(delivery)
    found: list[Filled] = []
    for group, required in sorted(wanted.items()):
        deliveries = came.get(group, [])
        if len(deliveries) > 1:
            deliveries = sorted(deliveries, key=_order)
        if len(required) > 1:
            required.sort(key=lambda one: one[:2])
        carried = facts.carried.get(group)
        found += _fill(required, deliveries, carried.behind_receipts if carried else 0, rules.window)
    if basis == "confirmed":
        return [one for one in found if one.requirement.confirmed is not None]
    return found


def _order(delivery: DeliveryFact) -> tuple[int, str, str, int]:
    return delivery.at, delivery.receipt_id, delivery.shipment_id, delivery.quantity


def _fill(
    required: list[tuple[int, str, Due, RequirementFact]], deliveries: list[DeliveryFact], behind: int, window: Window
) -> list[Filled]:
    ahead, behind = max(0, -behind), max(0, behind)
    found: list[Filled] = []
    coming = iter(deliveries)
    delivery: DeliveryFact | None = None
    left = 0
    while behind:
        delivery = next(coming, None)
        if delivery is None:
            break
        taken = min(behind, delivery.quantity)
        behind, left = behind - taken, delivery.quantity - taken
    for _, _, due, requirement in required:
        open_, fills, on_time, late = due.quantity, [], 0, 0
        if ahead:
            taken = min(ahead, open_)
            ahead, open_ = ahead - taken, open_ - taken
            fills.append(Fill(None, taken))
        first, last = _bounds(due, window)
        while open_ and not behind:
            if not left:
                delivery = next(coming, None)
                if delivery is None:
                    break
                left = delivery.quantity
            assert delivery is not None  # noqa: S101  something of it is left
            taken = min(open_, left)
            open_, left = open_ - taken, left - taken
            fills.append(Fill(delivery, taken))
            at = delivery.at if window.by_hour else delivery.day
            if at > last:
                late += taken
            elif at >= first:
                on_time += taken
        found.append(Filled(requirement, due, fills, due.quantity - open_, on_time, late))
    return found


def _bounds(due: Due, window: Window) -> tuple[int, int]:
    """The first and the last moment or day on which goods are on time."""
    if window.by_hour:
        return due.at - int(window.early_hours * _HOUR_US), due.at + int(window.late_hours * _HOUR_US)
    return due.day - window.early_days, due.day + window.late_days


def judged(facts: Facts, rules: ScoreRules, basis: Basis = "headline") -> list[Filled]:
    """Requirements that count, with what filled them: closed, and nobody else's fault."""
    known = facts.allocated if basis == "headline" else None
    allocated: Iterable[Filled] = allocate(facts, rules, basis) if known is None else known
    return [
        one for one in allocated
        if one.requirement.closed and not one.requirement.excused and one.due.quantity > 0
    ]  # fmt: skip


def allowances(due: Due, unit: str, window: Window) -> tuple[int, int]:
    """Least and most that fill a requirement in full, in millionths."""
    bulk = unit in window.bulk_units
    under = window.bulk_percent if bulk else window.under_percent
    over = window.bulk_percent if bulk else window.over_percent
    return due.quantity - int(due.quantity * under / 100), due.quantity + int(due.quantity * over / 100)

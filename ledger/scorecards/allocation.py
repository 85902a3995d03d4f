"""Cumulative allocation, the base that the delivery metrics share: receipts fill requirements, the oldest first.

Per site and part, whatever order or release they name. What was still required when the period began is filled
before anything that is due in it; what came ahead fills the first requirements before any receipt does. The result
follows from dates and names alone, never from the order of arrival.
"""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter, itemgetter
from typing import Literal, NamedTuple

from ledger.policy.scores import ScoreRules, Window
from ledger.scorecards.facts import Count, DeliveryFact, Due, Facts, Fill, Filled, Judged, RequirementFact

Basis = Literal["headline", "requested", "confirmed"]

_HOUR_US = 3_600_000_000
_Wanted = tuple[int, str, Due, RequirementFact]
_first = itemgetter(0, 1)
_order = attrgetter("at", "receipt_id", "shipment_id", "quantity")
_make = tuple.__new__
"""A named tuple without the call that names its fields."""


def judged(facts: Facts, rules: ScoreRules, basis: Basis = "headline", *, every: bool = False) -> Judged:
    """Requirements that count, with what filled them: closed, and nobody else's fault.

    `headline` takes what was confirmed in time where there is such a promise, else what was requested;
    `requested` takes that alone, and `confirmed` leaves out what nobody promised. With `every`, nothing is summed.
    """
    if basis == "headline" and facts.judged is not None:
        return facts.judged
    wanted: dict[tuple[str, str], list[_Wanted]] = defaultdict(list)
    by_promise = basis != "requested"
    for one in facts.requirements:
        due = one.confirmed if by_promise and one.confirmed is not None else one.requested
        wanted[one.site, one.part].append((due.at, one.key, due, one))
    came: dict[tuple[str, str], list[DeliveryFact]] = defaultdict(list)
    for delivery in facts.deliveries:
        if delivery.fills:
            came[delivery.site, delivery.part].append(delivery)
    filling = _Filling(_Span.of(rules.window, every=every), {}, [])
    for group, required in wanted.items():
        deliveries = came.get(group, [])
        if len(deliveries) > 1:
            deliveries.sort(key=_order)
        if len(required) > 1:
            required.sort(key=_first)
        carried = facts.carried.get(group)
        filling.fill(required, deliveries, carried.behind_receipts if carried else 0)
    plain = {key: Count(*found) for key, found in filling.plain.items()}
    if basis == "confirmed":
        return Judged(
            {key: found for key, found in plain.items() if key[1]},
            [one for one in filling.others if one.requirement.confirmed is not None],
        )  # fmt: skip
    return Judged(plain, filling.others)


class _Span(NamedTuple):
    """How far from its date a delivery is in time: days, or microseconds `by_hour`."""

    by_hour: bool
    early: int
    late: int
    tells_all: bool
    """Nothing is summed: all are asked for, or the rules are such that what came as it was due may fall short."""

    @classmethod
    def of(cls, window: Window, *, every: bool) -> _Span:
        """The span of a window."""
        early, late = window.early_days, window.late_days
        if window.by_hour:
            early, late = int(window.early_hours * _HOUR_US), int(window.late_hours * _HOUR_US)
        percents = window.under_percent, window.over_percent, window.bulk_percent
        return cls(window.by_hour, early, late, every or min(early, late, *percents) < 0)


class _Filling(NamedTuple):
    """What was found so far, over all parts."""

    span: _Span
    plain: dict[tuple[str, bool], list[int]]
    others: list[Filled]

    def fill(self, required: list[_Wanted], deliveries: list[DeliveryFact], behind: int) -> None:
        """Fill what is required of one part, in order; `behind` is what was required of it before."""
        (by_hour, early, late_by, tells_all), _, others = self
        ahead, behind = max(0, -behind), max(0, behind)
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
            quantity, due_at, day = due
            if not left and not ahead:
                delivery = next(coming, None)
                left = 0 if delivery is None else delivery.quantity
            if (
                left >= quantity
                and not (ahead or tells_all)
                and delivery is not None
                and delivery.day == day
                and (not by_hour or due_at - early <= delivery.at <= due_at + late_by)
            ):
                left -= quantity
                if requirement.closed and not requirement.excused and quantity > 0:
                    self._sum(requirement, quantity)
                continue
            first, last = (due_at - early, due_at + late_by) if by_hour else (day - early, day + late_by)
            open_, fills, on_time, late = quantity, [], 0, 0
            if ahead:
                taken = min(ahead, open_)
                ahead, open_ = ahead - taken, open_ - taken
                fills.append(_make(Fill, (None, taken)))
            while open_:
                if not left:
                    delivery = next(coming, None)
                    if delivery is None:
                        break
                    left = delivery.quantity
                assert delivery is not None  # noqa: S101  something of it is left
                taken = min(open_, left)
                open_, left = open_ - taken, left - taken
                fills.append(_make(Fill, (delivery, taken)))
                at = delivery.at if by_hour else delivery.day
                if at > last:
                    late += taken
                elif at >= first:
                    on_time += taken
            if not requirement.closed or requirement.excused or quantity <= 0:
                continue
            if on_time == quantity and not tells_all and delivery is not None and delivery.day == day:
                self._sum(requirement, quantity)
            else:
                others.append(_make(Filled, (requirement, due, fills, quantity - open_, on_time, late)))

    def _sum(self, requirement: RequirementFact, quantity: int) -> None:
        key = requirement.unit, requirement.confirmed is not None
        found = self.plain.get(key)
        if found is None:
            self.plain[key] = [1, quantity]
        else:
            found[0] += 1
            found[1] += quantity


def allowances(due: Due, unit: str, window: Window) -> tuple[int, int]:
    """Least and most that fill a requirement in full, in millionths."""
    bulk = unit in window.bulk_units
    under = window.bulk_percent if bulk else window.under_percent
    over = window.bulk_percent if bulk else window.over_percent
    if not under and not over:
        return due.quantity, due.quantity
    return due.quantity - int(due.quantity * under / 100), due.quantity + int(due.quantity * over / 100)

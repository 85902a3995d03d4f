"""On which days goods are to be shipped and received, and how far off they were (D13, D26). Days are the plant's.

The days come from the order line, else from the releases in force when the goods were shipped: by their own dates,
never by when they came.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ledger.events import NoticeLine as SaidLine
from ledger.matching.decision import Decision, Finding
from ledger.matching.discrepancies import d13_window, d26_receipt_day
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.ordering.days import Plant, plant_of
from ledger.matching.papers.in_force import in_force
from ledger.matching.records.documents import CumulativeKey, Delivery, OrderLine, ReceiptLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, microseconds
from ledger.matching.tolerances import Allowed, allowed
from ledger.matching.workset import Workset
from ledger.policy import Policy, RequirementTerms


class Window(NamedTuple):
    """The first and the last day on which something is due, and what they are days of."""

    first: date
    last: date
    due: str

    def of(self, due: str, plant: Plant, transit_days: int) -> Window:
        """The same as days of shipping, or of delivery."""
        if self.due == due:
            return self
        days = transit_days if due == "delivery" else -transit_days
        return Window(plant.moved(self.first, days), plant.moved(self.last, days), due)


class Offset(NamedTuple):
    """How many working days off the nearest window: below zero is early. `required` is its nearest day."""

    days: int
    required: date


def check_shipping(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, ordered: OrderLine | None, policy: Policy,
    terms: RequirementTerms,
) -> Finding | None:  # fmt: skip
    """Whether the notice was shipped in the window of what it answers; None where nobody knows the day."""
    shipped_at = microseconds(resolved.event.shipped_at)  # type: ignore[attr-defined]
    said = line.said
    assert isinstance(said, SaidLine)  # noqa: S101  lines of a notice
    if shipped_at is None:
        return None
    plant = plant_of(resolved, terms)
    key = CumulativeKey(resolved.book, resolved.site, line.part, resolved.supplier)
    windows = windows_of(workset, key, ordered, plant, terms, shipped_at)
    if not windows:
        return None
    passes = _passes(policy, d13_window.CLASS, key, said.order_number, said.order_line)
    day = plant.day_of(shipped_at)
    found = _offset(plant, day, [one.of("shipment", plant, terms.transit_days) for one in windows], passes)
    return d13_window.find(resolved, line, day, found.required, found.days, passes.rule)


def check_receiving(workset: Workset, decision: Decision, policy: Policy, line: ReceiptLine) -> None:
    """Whether goods came on the day that their order line is required for: judged once, when that is known."""
    terms = policy.terms_for(line.supplier).requirements
    if terms is None or "receipt_window" not in terms.checks or line.status == "reversed":
        return
    links = [one for one in workset.links_of_receipt.get((line.key, line.line), ()) if one.order is not None]
    if not links or any(one.seq != decision.resolved.effective_seq for one in links):
        return
    link = links[0]
    ordered = None if link.order is None else workset.order_lines.get((link.order, link.order_line))
    plant = plant_of(decision.resolved, terms)
    key = CumulativeKey(line.key.book, line.key.site, line.part, line.supplier)
    windows = windows_of(workset, key, ordered, plant, terms, line.received_at)
    if ordered is None or not windows:
        return
    passes = _passes(policy, d26_receipt_day.CLASS, key, ordered.key.order_number, ordered.order_line)
    day = plant.day_of(line.received_at)
    found = _offset(plant, day, [one.of("delivery", plant, terms.transit_days) for one in windows], passes)
    if found.days:
        number = ordered.key.order_number
        decision.findings.append(d26_receipt_day.find(line, number, day, found.required, found.days, passes.rule))


def windows_of(
    workset: Workset, key: CumulativeKey, ordered: OrderLine | None, plant: Plant, terms: RequirementTerms, at: int
) -> list[Window]:
    """Of the order line where it has days of its own; else of the releases issued by then."""
    if ordered is not None and not ordered.blanket:
        days = [plant.day_of(one.due_at) for one in _deliveries(ordered)]
        return [Window(day, day, terms.due) for day in days]
    releases = [one for one in workset.scheduled.get(key, ()) if one.issued_at <= at]
    return [
        Window(
            first := plant.day_of(one.due_at),
            first if one.until is None else max(first, plant.day_of(one.until - 1)),
            one.release.basis or terms.due,
        )
        for one in in_force(releases).requirements
    ]


def _deliveries(line: OrderLine) -> Sequence[Delivery]:
    if line.deliveries or line.due_at is None:
        return line.deliveries
    return (Delivery(line.quantity, line.due_at, line.due_at),)


def _offset(plant: Plant, day: date, windows: list[Window], passes: Allowed) -> Offset:
    """From the nearest window; 0 within what passes, or where it is let pass whatever it is."""
    nearest = min((_from(plant, day, window) for window in windows), key=lambda one: (abs(one.days), one.required))
    tolerance = passes.tolerance
    early, late = tolerance.early_days or 0, tolerance.late_days or 0
    if passes.action == "ignore" or -early <= nearest.days <= late:
        return nearest._replace(days=0)
    return nearest


def _from(plant: Plant, day: date, window: Window) -> Offset:
    if day < window.first:
        return Offset(plant.between(window.first, day), window.first)
    if day > window.last:
        return Offset(plant.between(window.last, day), window.last)
    return Offset(0, day)


def _passes(
    policy: Policy, kind: DiscrepancyClass, key: CumulativeKey, order_number: str, order_line: str
) -> Allowed:
    return allowed(
        policy, kind, site=key.site, supplier=key.supplier, part=key.part, order_number=order_number,
        order_line=order_line,
    )  # fmt: skip

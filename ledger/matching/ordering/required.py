"""Whether what is required by now was advised, and no more than was authorised (D09, D10). Nothing moves by it.

An order line is looked at when its totals change and when a delivery of it is due; a part under a schedule when a
notice or release of it comes and when its next requirement is due.
"""

from __future__ import annotations

from ledger.events import ScheduleReleased, ShipmentNotified, ShipmentReplaced
from ledger.matching.deciding.decided import was_decided
from ledger.matching.decision import Decision, Finding
from ledger.matching.discrepancies import d09_under_schedule, d10_over_authorized
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.ordering.cumulatives import advised_of
from ledger.matching.ordering.days import Plant, plant_of
from ledger.matching.ordering.windows import Window
from ledger.matching.papers.in_force import InForce, Requirement, in_force
from ledger.matching.records.documents import CumulativeKey, Delivery, Evidence, OrderLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.tolerances import allowed
from ledger.matching.workset import Workset
from ledger.policy import Policy, RequirementTerms

# --- order lines --------------------------------------------------------------------------------------------


def deliveries_of(
    resolved: ResolvedEvent, line: ResolvedLine, due_at: int | None, terms: RequirementTerms | None
) -> tuple[Delivery, ...]:
    """What of an ordered line is due when, where the agreement asks how much is advised by its day."""
    if terms is None:
        return ()
    said = [(quantity, at) for quantity, at in line.schedule if at is not None]
    if not said and due_at is not None:
        said = [(line.quantity, due_at)]
    plant = plant_of(resolved, terms)
    found = []
    for quantity, at in said:
        day = plant.day_of(at)
        last = Window(day, day, terms.due).of("shipment", plant, terms.transit_days).last
        found.append(Delivery(quantity, at, plant.end_of(last)))
    return tuple(sorted(found, key=lambda one: (one.due_at, one.quantity)))


def wake_at(line: OrderLine, now_us: int) -> int:
    """When it is next to be looked at: the first of its deliveries is late that is not yet; 0 never."""
    return min((one.late_at for one in line.deliveries if one.late_at > now_us), default=0)


def review_ordered(workset: Workset, decision: Decision, policy: Policy, line: OrderLine, now_us: int) -> None:
    """D09 of one order line as it stands; settles when what is due was advised, or is no longer asked for."""
    terms = policy.terms_for(line.key.supplier).requirements
    if terms is None or "quantity" not in terms.checks or line.blanket:
        return
    required = sum(one.quantity for one in line.deliveries if one.late_at <= now_us)
    if line.status == "cancelled":
        required = 0
    covered = max(line.advised, line.received)
    passes = allowed(
        policy, d09_under_schedule.CLASS, site=line.key.site, supplier=line.key.supplier, part=line.part,
        order_number=line.key.order_number, order_line=line.order_line,
    )  # fmt: skip
    finding = d09_under_schedule.find_ordered(line, required, covered, passes.rule)
    if passes.action == "ignore" or passes.tolerance.allows(finding.quantity, required):
        finding.settles = True
    _find(workset, decision, finding)


# --- parts under a schedule ---------------------------------------------------------------------------------


def review_positions(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """D09 and D10 of the parts that the event speaks of, where releases of them are filed."""
    resolved = decision.resolved
    terms = policy.terms_for(resolved.supplier, resolved.event.partner).requirements
    if terms is None or not workset.scheduled:
        return
    plant = plant_of(resolved, terms)
    for part, unit in dict.fromkeys((line.part, line.unit) for line in resolved.lines if line.part):
        key = CumulativeKey(resolved.book, resolved.site, part, resolved.supplier)
        releases = workset.scheduled.get(key)
        if releases:
            advised = advised_of(workset, decision, key)
            standing = in_force(releases)
            if "authorized" in terms.checks:
                _review_authorized(workset, decision, policy, key, unit, standing, advised)
            if "quantity" in terms.checks:
                _review_required(workset, decision, policy, key, unit, standing, advised, plant, terms, now_us)


def _review_authorized(
    workset: Workset,
    decision: Decision,
    policy: Policy,
    key: CumulativeKey,
    unit: str,
    standing: InForce,
    advised: int,
) -> None:
    found = [one.quantity for one in standing.authorizations if one.kind == "fabrication"]
    if not found:
        return
    rule, passes = _passing(policy, d10_over_authorized.CLASS, key, max(0, advised - max(found)), max(found))
    finding = d10_over_authorized.find(key, unit, max(found), advised, rule)
    finding.settles = finding.settles or passes
    event = decision.resolved.event
    if isinstance(event, ShipmentNotified | ShipmentReplaced) and not finding.settles:
        line = next(line for line in decision.resolved.lines if line.part == key.part)
        finding.partner, finding.line, finding.part_number = event.partner, line.line, line.said.part_number
        if event.source is not None:
            finding.evidence = (Evidence(event.source.message, event.source.document, line.said.segment),)
        finding.grade = d10_over_authorized.CLASS.grade
    _find(workset, decision, finding)


def _review_required(
    workset: Workset, decision: Decision, policy: Policy, key: CumulativeKey, unit: str, standing: InForce,
    advised: int, plant: Plant, terms: RequirementTerms, now_us: int,
) -> None:  # fmt: skip
    known = [(_late_at(one, plant, terms), one.cumulative) for one in standing.requirements if one.cumulative]
    required = max((cumulative for late_at, cumulative in known if late_at <= now_us), default=0)
    rule, passes = _passing(policy, d09_under_schedule.CLASS, key, max(0, required - advised), required)
    finding = d09_under_schedule.find_scheduled(key, unit, required, advised, rule)
    finding.settles = finding.settles or passes
    _find(workset, decision, finding)
    later = min((late_at for late_at, _ in known if late_at > now_us), default=0)
    if later and isinstance(decision.resolved.event, ScheduleReleased):
        decision.compares_at[key.part] = later


def _find(workset: Workset, decision: Decision, finding: Finding) -> None:
    """Told, unless it says just what a person decided already."""
    if finding.settles or not was_decided(workset, decision.resolved.book, finding):
        decision.findings.append(finding)


def _late_at(one: Requirement, plant: Plant, terms: RequirementTerms) -> int:
    """The end of the last day of its window of shipping."""
    first = plant.day_of(one.due_at)
    last = first if one.until is None else max(first, plant.day_of(one.until - 1))
    window = Window(first, last, one.release.basis or terms.due)
    return plant.end_of(window.of("shipment", plant, terms.transit_days).last)


def _passing(
    policy: Policy, kind: DiscrepancyClass, key: CumulativeKey, difference: int, expected: int
) -> tuple[str, bool]:
    passes = allowed(policy, kind, site=key.site, supplier=key.supplier, part=key.part)
    return passes.rule, passes.action == "ignore" or passes.tolerance.allows(difference, expected)

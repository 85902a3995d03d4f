"""What is wrong inside a notice: each line judged before any of them posts."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from ledger.events import NoticeLine as SaidLine
from ledger.events import ShipmentNotified, ShipmentReplaced
from ledger.matching.deciding.allowances import Allowance
from ledger.matching.decision import Decision, Finding
from ledger.matching.discrepancies import (
    d02_unknown_order,
    d03_cancelled_order,
    d04_unknown_part,
    d05_revision,
    d12_late_notice,
    d35_arithmetic,
)
from ledger.matching.discrepancies.about import evidence_of
from ledger.matching.notices.contents import check_contents, check_line, check_reference
from ledger.matching.notices.identities import advised_serials, unidentified
from ledger.matching.ordering.requirements import find_order_line
from ledger.matching.ordering.windows import check_shipping
from ledger.matching.receiving.revisions import deviations_of
from ledger.matching.records.documents import OrderKey, OrderLine, Shipment, ShipmentKey
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.tolerances import allowed
from ledger.matching.waiting import (
    MINUTE,
    find_line_gap,
    grade_of,
)
from ledger.matching.workset import Workset
from ledger.policy import Policy, Terms


@dataclass(slots=True)
class Verdict:
    """What is said of one line before it posts. `needs` waits, `refused` refuses, else it posts."""

    line: ResolvedLine
    serials: tuple[str, ...]
    """All that the line names."""
    order_line: OrderLine | None = None
    needs: str = ""
    refused: str = ""
    hold_reason: str = ""
    findings: list[Finding] = field(default_factory=list)
    allowed: list[Allowance] = field(default_factory=list)
    """Deviations under which it posts though its revision is not in force."""


def unknown_orders(workset: Workset, resolved: ResolvedEvent, key: ShipmentKey) -> dict[str, ResolvedLine]:
    """Orders that lines name and that are not known, with the first line that names each."""
    unknown: dict[str, ResolvedLine] = {}
    known: set[str] = {""}
    for line in resolved.lines:
        number = line.said.order_number  # type: ignore[attr-defined]
        if number not in known:
            known.add(number)
            if OrderKey(key.book, key.site, key.supplier, number) not in workset.orders:
                unknown[number] = line
    return unknown


def judge(
    workset: Workset,
    resolved: ResolvedEvent,
    line: ResolvedLine,
    key: ShipmentKey,
    policy: Policy,
    terms: Terms,
    unknown: dict[str, ResolvedLine],
) -> Verdict:
    """What is wrong with one line, and whether it can post."""
    said = line.said
    assert isinstance(said, SaidLine)  # noqa: S101  lines of a notice
    verdict = Verdict(line, advised_serials(said))
    if said.order_number in unknown:
        finding = d02_unknown_order.find(resolved, unknown[said.order_number], said.order_number)
        verdict.findings.append(finding)
        verdict.refused = finding.code
        return verdict
    gap = find_line_gap(resolved, line, terms)
    if gap is not None:
        verdict.needs, finding = gap
        if line.standing != "again":
            verdict.findings.append(finding)
        return verdict
    if not d35_arithmetic.is_bookable(line, least=1):
        finding = d35_arithmetic.find_quantity(resolved, line)
        verdict.findings.append(finding)
        verdict.refused = finding.code
        return verdict
    if said.order_number:
        order_key = OrderKey(key.book, key.site, key.supplier, said.order_number)
        order_line = find_order_line(workset, order_key, said.order_line, line.part)
        cancelled = workset.orders[order_key].status == "cancelled"
        if cancelled or (order_line is not None and order_line.status == "cancelled"):
            finding = d03_cancelled_order.find(resolved, line, said.order_number, said.order_line)
            return _refused(verdict, finding, terms)
        if order_line is None:
            finding = d04_unknown_part.find_not_ordered(resolved, line, said.order_number)
            return _refused(verdict, finding, terms)
        verdict.order_line = order_line
    if not line.revision_effective:
        verdict.allowed = deviations_of(workset, resolved, line)
    if not line.revision_effective and not verdict.allowed:
        _judge_revision(policy, verdict, resolved, key)
    if (
        said.loads is not None
        and said.units_per_load is not None
        and said.loads * said.units_per_load != said.quantity
    ):
        verdict.findings.append(d35_arithmetic.find_loads(resolved, line, said.loads, said.units_per_load))
    _look_inside(workset, resolved, verdict, policy, terms)
    return verdict


def _look_inside(workset: Workset, resolved: ResolvedEvent, verdict: Verdict, policy: Policy, terms: Terms) -> None:
    """What else the agreement asks of a line that posts: its day, what tells its pieces apart, origin, reference."""
    line, said = verdict.line, verdict.line.said
    assert isinstance(said, SaidLine)  # noqa: S101  lines of a notice
    found: list[Finding | None] = []
    asked = terms.requirements
    if asked is not None and "ship_window" in asked.checks:
        found.append(check_shipping(workset, resolved, line, verdict.order_line, policy, asked))
    if said.serials or said.handling_units or line.serial_controlled or line.lot_controlled:
        found += unidentified(resolved, line, verdict.serials, policy)
    if terms.notice_requires or (said.country_of_origin and line.origins):
        found += check_line(resolved, line, policy, terms)
        found += check_reference(workset, resolved, line, policy, terms)
    verdict.findings += [finding for finding in found if finding is not None and not finding.settles]


def _judge_revision(policy: Policy, verdict: Verdict, resolved: ResolvedEvent, key: ShipmentKey) -> None:
    """A revision that is not in force: let pass, warned of, or held on arrival, as the cascade says."""
    line = verdict.line
    tolerance, rule = policy.tolerance("D05", site=key.site, supplier=key.supplier, part=line.part)
    action = tolerance.action or d05_revision.CLASS.action
    if action != "ignore":
        verdict.findings.append(d05_revision.find(resolved, line, rule))
    if action == "hold":
        verdict.hold_reason = d05_revision.CLASS.code


def _refused(verdict: Verdict, finding: Finding, terms: Terms) -> Verdict:
    """Refuse the line, unless the agreement only warns of this class."""
    verdict.findings.append(finding)
    if grade_of(terms, finding) != "warning":
        verdict.refused = finding.code
    return verdict


def check_whole(
    event: ShipmentNotified | ShipmentReplaced, resolved: ResolvedEvent, policy: Policy, terms: Terms
) -> list[Finding]:
    """What is wrong with the notice apart from its lines: totals, papers, weight and dock."""
    found = _check_totals(event, resolved)
    if terms.notice_requires or event.gross_weight is not None:
        found += check_contents(event, resolved, policy, terms)
    for finding in found:
        finding.grade = grade_of(terms, finding)
    return found


def _check_totals(event: ShipmentNotified | ShipmentReplaced, resolved: ResolvedEvent) -> list[Finding]:
    """Counts and hash totals, as the partner counts them (D35)."""
    count = hash_total = None
    if event.line_count is not None and event.line_count not in (event.hl_count, len(event.lines)):
        count = (event.line_count, event.hl_count or len(event.lines))
    if event.hash_total is not None:
        total = sum((line.quantity for line in event.lines), Decimal(0))
        if total != event.hash_total:
            hash_total = (event.hash_total, total)
    if count is None and hash_total is None:
        return []
    return [d35_arithmetic.find_totals(resolved, count, hash_total)]


def check_late(decision: Decision, policy: Policy, shipment: Shipment, terms: Terms) -> None:
    """Whether the notice came later after shipping than was agreed (D12): as the cascade says, else the terms."""
    if shipment.shipped_at is not None:
        late_us = shipment.notified_at - shipment.shipped_at
        key = shipment.key
        passes = allowed(policy, d12_late_notice.CLASS, site=key.site, supplier=key.supplier)
        minutes = passes.tolerance.minutes
        minutes = terms.asn_due_minutes if minutes is None else minutes
        if passes.action != "ignore" and late_us > minutes * MINUTE:
            finding = d12_late_notice.find(shipment, late_us, minutes, passes.rule)
            finding.evidence = evidence_of(decision.resolved)
            decision.findings.append(finding)

"""Shipments that should have come: when a notice is overdue, and what carriers say that moves it (D15)."""

from __future__ import annotations

from ledger.matching.decision import Decision
from ledger.matching.discrepancies import d15_overdue
from ledger.matching.papers.filed import Carried
from ledger.matching.records.documents import Shipment
from ledger.matching.tolerances import allowed
from ledger.matching.workset import Workset
from ledger.policy import Policy

MINUTE = 60_000_000
NOBODY = Carried(0, None)


def expect(shipment: Shipment, policy: Policy) -> None:
    """Note when the notice is overdue, by the arrival that it says."""
    shipment.overdue_at = _overdue_at(shipment, policy, shipment.expected_at)


def review_expected(workset: Workset, decision: Decision, policy: Policy, shipment: Shipment, now_us: int) -> None:
    """Its time is over: a case, unless its carrier said since that it comes later."""
    if shipment.status != "advised" or shipment.first_received_at is not None:
        shipment.overdue_at, shipment.touched = 0, True
        return
    said = workset.carriage.get(shipment.key, NOBODY).expected_at
    expected = shipment.expected_at if said is None else said
    overdue_at = _overdue_at(shipment, policy, expected)
    shipment.touched = True
    if overdue_at > now_us:
        shipment.overdue_at = overdue_at
        return
    shipment.overdue_at = 0
    minutes, rule, ignores = _grace(shipment, policy)
    if expected is not None and not ignores:
        decision.findings.append(d15_overdue.find(shipment, expected, minutes, rule))


def hear(
    workset: Workset, decision: Decision, policy: Policy, shipment: Shipment, said: Carried, now_us: int
) -> None:
    """A carrier says when it is expected; of several reports the one that happened last counts."""
    known = workset.carriage.get(shipment.key, NOBODY)
    if said.expected_at is None or said.reported_at < known.reported_at:
        return
    if shipment.status != "advised" or shipment.first_received_at is not None:
        return
    workset.carriage[shipment.key] = said
    overdue_at = _overdue_at(shipment, policy, said.expected_at)
    shipment.overdue_at, shipment.touched = overdue_at, True
    if overdue_at > now_us:
        settle_overdue(workset, decision, shipment)


def settle_overdue(workset: Workset, decision: Decision, shipment: Shipment) -> None:
    """Close its case, if there is one."""
    key = shipment.key
    about = workset.cases_about(key.book, key.shipment_id) if workset.open_cases_of else ()
    if any(case.code == d15_overdue.CLASS.code and case.supplier == key.supplier for case in about):
        decision.findings.append(d15_overdue.find_settled(shipment))


def _overdue_at(shipment: Shipment, policy: Policy, expected: int | None) -> int:
    return 0 if expected is None else expected + _grace(shipment, policy)[0] * MINUTE


def _grace(shipment: Shipment, policy: Policy) -> tuple[int, str, bool]:
    """Minutes after the expected arrival, the rule that says so, and whether nobody is to be told."""
    key = shipment.key
    passes = allowed(policy, d15_overdue.CLASS, site=key.site, supplier=key.supplier)
    minutes = passes.tolerance.minutes
    if minutes is None:
        minutes = policy.terms_for(key.supplier, shipment.partner).overdue_hours * 60
    return minutes, passes.rule, passes.action == "ignore"

"""`apply`: findings of one decision become cases, and what follows becomes outcomes.

A finding is the same as an earlier one when it is about the same thing (`case_identity`): it then changes that
case. It must not decide anything about stock.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.cases.advices import Told, application_advice, clean_advice
from ledger.cases.escalation import escalate
from ledger.cases.lifecycle import due_at, next_escalation, open_tasks, owner_of, status_of
from ledger.cases.receiving import receiving_advices
from ledger.cases.working import is_done
from ledger.events import TimePassed
from ledger.masterdata import MasterData, to_decimal
from ledger.matching.deciding.case_identity import CaseIdentity, identity_of
from ledger.matching.decision import OWN_CASE, Comparison, Decision, Finding, LineDecision
from ledger.matching.records.documents import Case
from ledger.matching.resolved import moment
from ledger.matching.workset import Workset
from ledger.outcomes import (
    AdviceDue,
    AnyOutcome,
    CaseChanged,
    CaseOpened,
    Compared,
    Conflict,
    Posted,
    Refused,
    Waiting,
)
from ledger.policy import Policy


def apply(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> tuple[AnyOutcome, ...]:
    """Open, update and close cases in the working set; give all outcomes of the event in order.

    First one outcome per line (Posted, Waiting, Refused, Conflict), then Contained, Compared, CaseOpened and
    CaseChanged, then AdviceDue. Takes new case numbers from `workset.next_case[book]`.
    """
    if isinstance(decision.resolved.event, TimePassed):
        escalated = escalate(workset, decision.resolved, policy, now_us)
    elif (
        decision.worked_on
        or decision.findings
        or decision.withdrawn
        or decision.resolved_cases
        or decision.comparisons
    ):
        escalated = ()
    else:
        lines = [_line_outcome(decision, line) for line in decision.lines]
        return (*lines, *decision.contained, *_advices(workset, decision, policy, [], now_us))
    outcomes: list[AnyOutcome] = []
    for case, resolution, quantity in decision.resolved_cases:
        outcomes.append(_resolve(workset, decision, case, resolution, quantity, now_us))
    told: Told = []
    for identity, finding in _last_words(decision).items():
        changed = _apply_finding(workset, decision, policy, finding, workset.open_cases.get(identity), now_us)
        if changed is not None:
            outcome, before = changed
            outcomes.append(outcome)
            if before is not None:
                told.append((finding, before))
    for case in _put_right(workset, decision):
        case.quantity = case.clearing = 0
        outcomes.append(_close(workset, case, "", now_us))
    outcomes.extend(_advices(workset, decision, policy, told, now_us))
    _name_cases(workset, decision)
    lines = [_line_outcome(decision, line) for line in decision.lines]
    compared = [_compared(workset, decision, comparison) for comparison in decision.comparisons]
    outcomes += _worked_on(workset, decision, policy, now_us)
    return (*lines, *decision.contained, *compared, *outcomes, *escalated)


def _worked_on(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> Iterator[CaseChanged]:
    for case in decision.worked_on:
        if is_done(case):
            yield _close(workset, case, case.resolution, now_us)
        else:
            yield _changed(case)
        case.escalates_at = next_escalation(policy, workset.masterdata, case)


def _advices(workset: Workset, decision: Decision, policy: Policy, told: Told, now_us: int) -> list[AdviceDue]:
    """What partners are told of it: what is new, and what their agreements ask for although nothing is."""
    advice = application_advice(decision, told, now_us) if told else None
    if advice is None and policy.advises_documents:
        advice = clean_advice(decision, policy, now_us)
    is_new = told or policy.advises_receipts or policy.advises_notices or workset.open_cases_of_part
    received = receiving_advices(workset, decision, policy, told, now_us) if is_new else []
    return [AdviceDue(advice=one) for one in (advice, *received) if one is not None]


def _name_cases(workset: Workset, decision: Decision) -> None:
    """Lines that wait for the decision of their own case now know which that is."""
    for line in decision.lines:
        if line.needs == OWN_CASE:
            (finding,) = (one for one in decision.findings if one.line == line.line and not one.settles)
            line.needs = f"{OWN_CASE}{workset.open_cases[_identity(decision, finding)].case}"


def _compared(workset: Workset, decision: Decision, one: Comparison) -> Compared:
    case = None if one.finding is None else workset.open_cases.get(_identity(decision, one.finding))
    return Compared(
        line=one.line, part=one.part, location=one.location, expected=to_decimal(one.expected),
        said=to_decimal(one.said), unit=one.unit, verdict=one.verdict, rule=one.rule, explained_by=one.explained_by,
        case="" if case is None else case.case,
    )  # fmt: skip


def _line_outcome(decision: Decision, line: LineDecision) -> AnyOutcome:
    if line.status == "posted":
        return Posted(line=line.line, movements=line.movements)
    if line.status == "waiting":
        until = None if line.until is None else moment(line.until)
        return Waiting(line=line.line, needs=line.needs, until=until)
    if line.status == "refused":
        return Refused(line=line.line, code=line.code, reason=line.reason)
    return Conflict(line=line.line, seq=0, reason=line.reason)


def _put_right(workset: Workset, decision: Decision) -> Iterator[Case]:
    """The withdrawn cases that go: what the same document is found to have wrong once more is not put right by it."""
    if not decision.withdrawn:
        return
    found = [
        workset.open_cases.get(_identity(decision, finding)) for finding in decision.findings if not finding.settles
    ]
    for case in decision.withdrawn:
        if case.status != "closed" and all(case is not other for other in found):
            yield case


def _last_words(decision: Decision) -> dict[CaseIdentity, Finding]:
    """The findings, of those about the same thing only the last: two lines of one receipt may answer one notice."""
    return {_identity(decision, finding): finding for finding in decision.findings}


def _identity(decision: Decision, finding: Finding) -> CaseIdentity:
    """As `case_identity` of the case that it would open."""
    return identity_of(decision.resolved.book, finding)


def _apply_finding(
    workset: Workset, decision: Decision, policy: Policy, finding: Finding, case: Case | None, now_us: int
) -> tuple[CaseOpened | CaseChanged, int | None] | None:
    """What the finding changes in its open case, None for one that has none, and of how much the partner was told
    before; None when nothing does: its case says so already.

    A case that shrinks or closes is not told again: the second is None then.
    """
    if finding.settles:
        if case is None:
            return None
        case.quantity = case.clearing = 0
        case.expected, case.actual = finding.expected, finding.actual
        return _close(workset, case, case.resolution, now_us), None
    if case is not None:
        # Another document with the same fault is refused for itself: its sender is told of that one too.
        refused = finding.grade in ("fatal", "line")
        again = refused and not set(finding.evidence) <= set(case.evidence)
        # Nobody was told while nobody knew whose the goods are.
        grew = again or finding.quantity > case.quantity or (not case.supplier and bool(finding.supplier))
        grew = finding.news == "tell" or (grew and finding.news != "keep")
        same = (case.supplier, case.quantity, case.expected, case.actual, case.clearing, case.text) == (
            finding.supplier, finding.quantity, finding.expected, finding.actual, finding.clearing, finding.text,
        )  # fmt: skip
        if same and not (again or grew):
            return None
        before = case.quantity if case.supplier and finding.news != "tell" else 0
        case.supplier = finding.supplier
        case.quantity, case.expected, case.actual = finding.quantity, finding.expected, finding.actual
        case.clearing, case.text, case.rule, case.touched = finding.clearing, finding.text, finding.rule, True
        case.cause = finding.cause
        case.evidence = tuple(dict.fromkeys((*case.evidence, *finding.evidence)))
        if case.status == "resolved":
            # It was decided and only waited for its tasks: now there is something to decide again.
            case.status, case.resolution, case.resolved_at = status_of(case), "", None  # type: ignore[assignment]
            case.escalates_at = next_escalation(policy, workset.masterdata, case)
        return _changed(case, finding.line), before if grew else None
    candidate = _new_case(decision, policy, workset.masterdata, finding, now_us)
    number = workset.next_case.get(decision.resolved.book, 1)
    workset.next_case[decision.resolved.book] = number + 1
    candidate.case = f"C{number}"
    if finding.informs:
        candidate.status, candidate.resolution, candidate.resolved_at = "closed", "accept", now_us
    else:
        candidate.escalates_at = next_escalation(policy, workset.masterdata, candidate)
    workset.add_case(candidate)
    opened = CaseOpened(
        line=finding.line,
        case=candidate.case,
        code=candidate.code,
        part=candidate.part,
        quantity=to_decimal(candidate.quantity),
        unit=candidate.unit,
        grade=finding.grade,
        reason=candidate.text,
    )
    return opened, None if finding.news == "keep" else 0


def _new_case(decision: Decision, policy: Policy, masterdata: MasterData, finding: Finding, now_us: int) -> Case:
    """The case that the finding would open, without a number yet."""
    case = Case(
        book=decision.resolved.book,
        site=finding.site,
        case="",
        code=finding.code,
        status="open",
        part=finding.part,
        unit=finding.unit,
        quantity=finding.quantity,
        expected=finding.expected,
        actual=finding.actual,
        opened_seq=decision.resolved.effective_seq,
        opened_at=now_us,
        supplier=finding.supplier,
        partner=finding.partner,
        shipment_id=finding.shipment_id,
        notice_line=finding.notice_line,
        receipt_provider=finding.receipt_provider,
        receipt_id=finding.receipt_id,
        receipt_line=finding.receipt_line,
        order_number=finding.order_number,
        order_line=finding.order_line,
        grade=finding.grade,
        fault=finding.fault,
        cause=finding.cause,
        rule=finding.rule,
        text=finding.text,
        owner=finding.owner or owner_of(policy, finding.code),
        clearing=finding.clearing,
        evidence=finding.evidence,
        answer_hours="" if finding.answer_hours is None else f"{finding.answer_hours:f}",
        touched=True,
        new=True,
    )
    case.due_at = due_at(policy, masterdata, case, now_us)
    return case


def _resolve(
    workset: Workset, decision: Decision, case: Case, resolution: str, quantity: int, now_us: int
) -> CaseChanged:
    """A person decided: as much as was decided leaves the case; it closes when nothing is left."""
    event = decision.resolved.event
    share = 0 if not case.quantity else case.clearing * quantity // case.quantity
    case.quantity -= quantity
    case.clearing -= share
    case.resolution, case.touched = resolution, True
    case.comment = getattr(event, "comment", "")
    if case.quantity == 0:
        return _close(workset, case, resolution, now_us)
    return _changed(case)


def _close(workset: Workset, case: Case, resolution: str, now_us: int) -> CaseChanged:
    """End a case, or leave it decided while it has a task to be done.

    Nothing may be left in clearing: that would be goods nobody accounts for.
    """
    assert case.clearing == 0, f"case {case.case} closes with {case.clearing} in clearing"  # noqa: S101
    case.status = "resolved" if open_tasks(case) else "closed"
    if case.status == "closed":
        workset.close_case(case)
    case.resolution, case.resolved_at, case.touched = resolution, now_us, True
    case.escalates_at = case.dispute_due_at
    return _changed(case)


def _changed(case: Case, line: str = "") -> CaseChanged:
    return CaseChanged(
        line=line, case=case.case, code=case.code, status=case.status, quantity=to_decimal(case.quantity),
        assignee=case.assignee, waits_for=case.waits_for, dispute=case.dispute,
    )  # fmt: skip

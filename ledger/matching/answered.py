"""What others say about what we sent: it moves nothing, and opens or ends cases."""

from __future__ import annotations

from decimal import Decimal

from ledger.events import AcknowledgmentReported, CustomerReceiptLine, CustomerReceiptReported
from ledger.matching.deciding.case_identity import identity_of
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.discrepancies import d41_unacknowledged, d48_refused, d49_customer_received
from ledger.matching.papers.filed import DocumentAnswer
from ledger.matching.records.documents import Case
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, microseconds
from ledger.matching.waiting import has_grace_left, wait_whole
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.stock.bucket import MILLION

SHIPPED_WAIT_MINUTES = 24 * 60
"""How long what a customer received waits for the shipment."""


def decide_acknowledgment(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """One document of ours: overdue (D41), refused (D48), or neither any more."""
    event = decision.resolved.event
    assert isinstance(event, AcknowledgmentReported)  # noqa: S101  the dispatch table says so
    if event.sent_at is not None:
        workset.filed.append(
            DocumentAnswer(
                decision.resolved.book, "", event.to, event.sent, decision.resolved.seq, event.document, event.number,
                event.status, event.answered_with, microseconds(event.sent_at) or 0,
                microseconds(event.occurred_at) or now_us, event.answer,
            )
        )  # fmt: skip
    overdue = d41_unacknowledged.find(decision.resolved, event)
    refused = d48_refused.find(decision.resolved, event)
    if event.status == "accepted" and event.faults:
        refused.settles = identity_of(decision.resolved.book, refused) in workset.open_cases
        refused.informs = not refused.settles
    # What ends comes first: who looks at a document finds one case about it.
    decision.findings.extend(sorted((overdue, refused), key=lambda finding: not finding.settles))
    decision.lines.append(LineDecision("", "posted"))


def decide_customer_receipt(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Each line beside what we shipped (D49). It moves nothing: the goods are the customer's.

    It may come before whoever ships for us says that the goods left: then it waits for that.
    """
    event = decision.resolved.event
    assert isinstance(event, CustomerReceiptReported)  # noqa: S101  the dispatch table says so
    homes: dict[str, str] = {}
    if not event.shipped_from:
        until = has_grace_left(decision.resolved, SHIPPED_WAIT_MINUTES, now_us)
        if not workset.shipped and until is not None:
            wait_whole(decision, f"shipped:{event.number}", until)
            return
        homes = {part: site for site, part in sorted(workset.shipped)}
    for line in decision.resolved.lines:
        if line.standing == "other":
            reason = f"Line {line.line} was recorded with other content."
            decision.lines.append(LineDecision(line.line, "conflict", reason=reason))
            continue
        site = event.shipped_from or homes.get(line.part) or min(homes.values(), default="")
        shipped = _shipped(line) if event.shipped_from else workset.shipped.get((site, line.part), 0)
        questioned = _questioned(line)
        # Less than was shipped may be the first of several receipts.
        if questioned or line.quantity >= shipped:
            found = d49_customer_received.find(decision.resolved, line, site, shipped, questioned)
            decision.findings.append(found)
        decision.lines.append(LineDecision(line.line, "posted"))
    if not decision.lines:
        decision.lines.append(LineDecision("", "posted"))


def open_about(workset: Workset, resolved: ResolvedEvent) -> list[Case]:
    """Open cases (D49) about the shipment of ours that the event names."""
    about = workset.cases_about(resolved.book, resolved.event.number)
    return [case for case in about if case.code == d49_customer_received.CLASS.code]


def look_at_answers(workset: Workset, decision: Decision) -> None:
    """More of a shipment left: what its customer said of it before is judged by the whole."""
    for case in open_about(workset, decision.resolved):
        for seq in workset.answers:
            decision.compares[seq, case.part] = None


def look_again(workset: Workset, decision: Decision) -> None:
    """Lines of an earlier answer of which a case is open, beside all that left by now."""
    for line in decision.resolved.lines:
        for case in open_about(workset, decision.resolved):
            if (case.part, case.actual) != (line.part, line.quantity):
                continue
            shipped, questioned = workset.shipped.get((case.site, line.part), 0), _questioned(line)
            found = d49_customer_received.find(decision.resolved, line, case.site, shipped, questioned)
            found.settles = not questioned and line.quantity <= shipped
            decision.findings.append(found)


def _shipped(line: ResolvedLine) -> int:
    assert isinstance(line.said, CustomerReceiptLine)  # noqa: S101
    return int(line.said.quantity_shipped * MILLION)


def _questioned(line: ResolvedLine) -> list[tuple[int, str]]:
    """What the customer says of how much, in millionths of the base unit, rounded down to them."""
    assert isinstance(line.said, CustomerReceiptLine)  # noqa: S101
    factor = Decimal(line.numerator) / line.denominator
    return [(int(one.quantity * factor * MILLION), one.condition) for one in line.said.variances if one.quantity]

"""Lines and documents that cannot post: those that wait for something, and those that are refused."""

from __future__ import annotations

from ledger.matching.decision import Decision, Finding, LineDecision
from ledger.matching.discrepancies import (
    BY_CODE,
    d02_unknown_order,
    d04_unknown_part,
    d06_unit,
    d07_unknown_place,
    d35_arithmetic,
)
from ledger.matching.discrepancies.about import about_document
from ledger.matching.records.documents import ReceiptKey
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, microseconds
from ledger.matching.workset import Workset
from ledger.outcomes import Grade
from ledger.policy import Terms

MINUTE = 60_000_000

STANDING = ("D08", "D10", "D11")
"""Content classes about how the books stand, not about one document: they settle by themselves."""


def grade_of(terms: Terms, finding: Finding) -> Grade:
    """The agreement's grade for the class, else the finding's own."""
    if not terms.grades:
        return finding.grade
    return terms.grades.get(finding.code, finding.grade)


def wait_whole(decision: Decision, needs: str, until: int | None = None) -> None:
    """The whole event waits, each of its lines with it."""
    names = [line.line for line in decision.resolved.lines] or [""]
    decision.lines.extend(LineDecision(name, "waiting", needs=needs, until=until) for name in names)


def refuse_whole(decision: Decision, code: str, reason: str) -> None:
    """The whole event is refused, each of its lines with it."""
    decision.fatal = code
    names = [line.line for line in decision.resolved.lines] or [""]
    decision.lines.extend(LineDecision(name, "refused", code=code, reason=reason) for name in names)


def conflict_whole(decision: Decision, code: str, reason: str) -> None:
    """The same key with other content: kept and shown, changes nothing."""
    decision.fatal = code
    names = [line.line for line in decision.resolved.lines] or [""]
    decision.lines.extend(LineDecision(name, "conflict", code=code, reason=reason) for name in names)


def waits_for_place(decision: Decision) -> bool:
    """Whether the whole event waits for a site or supplier (D07); then nothing else is decided about it."""
    resolved = decision.resolved
    if not resolved.missing:
        return False
    if not resolved.cause:
        decision.findings.append(d07_unknown_place.find(resolved))
    wait_whole(decision, resolved.missing)
    return True


def known_receipt(workset: Workset, decision: Decision, provider: str) -> ReceiptKey | None:
    """The goods receipt of `provider` that the event names; None where the event waits for it, or for its place."""
    if waits_for_place(decision):
        return None
    resolved, number = decision.resolved, decision.resolved.event.number
    key = ReceiptKey(resolved.book, resolved.site, provider, number)
    if key not in workset.receipts:
        decision.lines.append(LineDecision("", "waiting", needs=f"receipt:{number}"))
        return None
    return key


def find_line_gap(resolved: ResolvedEvent, line: ResolvedLine, terms: Terms) -> tuple[str, Finding] | None:
    """What a line lacks before it can post at all, and the finding; None when it lacks nothing."""
    if not line.missing and not line.inexact:
        return None
    if line.missing.startswith("part:"):
        return line.missing, d04_unknown_part.find(resolved, line)
    if line.missing:
        return line.missing, d06_unit.find(resolved, line)
    if line.inexact and not terms.round_units:
        return f"unit:{line.part}/{line.said.unit}", d06_unit.find(resolved, line)
    return None


def lacks_master_data(decision: Decision, line: ResolvedLine, terms: Terms) -> bool:
    """Whether a line waits for its part or unit (D04, D06); then it is decided."""
    gap = find_line_gap(decision.resolved, line, terms)
    if gap is None:
        return False
    needs, finding = gap
    if line.standing != "again":
        decision.findings.append(finding)
    decision.lines.append(LineDecision(line.line, "waiting", needs=needs))
    return True


def cannot_post(line: ResolvedLine) -> LineDecision | None:
    """What becomes of a line of goods in the house that was recorded with other content, or names what is not known;
    None where it may be decided."""
    if line.standing == "other":
        return LineDecision(line.line, "conflict", reason=f"Line {line.line} was recorded with other content.")
    return LineDecision(line.line, "waiting", needs=line.missing) if line.missing else None


def holds_back(decision: Decision, line: ResolvedLine, terms: Terms) -> bool:
    """Whether a line waits for master data, or is refused for its quantity (D35); then it is decided."""
    if lacks_master_data(decision, line, terms):
        return True
    if not d35_arithmetic.is_bookable(line):
        finding = d35_arithmetic.find_quantity(decision.resolved, line)
        decision.findings.append(finding)
        decision.lines.append(LineDecision(line.line, "refused", code=finding.code, reason=finding.text))
        return True
    return False


def has_grace_left(resolved: ResolvedEvent, grace_minutes: int, now_us: int) -> int | None:
    """End of the grace time in microseconds, counted from the first arrival; None when it is over."""
    first = microseconds(resolved.event.recorded_at) if resolved.cause else None
    until = (now_us if first is None else first) + grace_minutes * MINUTE
    return until if until > now_us else None


def wait_for_order(decision: Decision, number: str, terms: Terms, now_us: int, asks: str) -> None:
    """The whole event waits a grace time for an order that is not known yet, or never was (D02).

    `asks` ends the sentence: what cannot be done without the order.
    """
    until = has_grace_left(decision.resolved, terms.order_grace_minutes, now_us)
    if until is not None:
        wait_whole(decision, f"order:{number}", until)
        return
    finding = about_document(
        d02_unknown_order.CLASS,
        decision.resolved,
        f"Order {number} is not known, so {asks}. Place it first.",
        field="number",
        value=number,
    )
    decision.findings.append(finding)
    refuse_whole(decision, finding.code, finding.text)


def withdraw(workset: Workset, decision: Decision, lines: set[str] | None = None) -> None:
    """Close the content cases about this document (only those of the named lines): it is put right."""
    resolved = decision.resolved
    for case in workset.cases_about(resolved.book, resolved.event.number):
        kind = BY_CODE.get(case.code)
        if kind is None or not kind.grade or case.code in STANDING or case.opened_seq >= resolved.effective_seq:
            continue
        about = case.notice_line or case.receipt_line or (case.order_line if not case.shipment_id else "")
        if lines is None or not about or about in lines:
            decision.withdrawn.append(case)

"""ExceptionRaised and ExceptionCleared: one case for each cause of a signal, open until it is decided or over."""

from __future__ import annotations

from decimal import Decimal

from ledger.events import ExceptionCleared, ExceptionRaised
from ledger.masterdata.working_time import HOURS_MAX
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.discrepancies import d47_exception
from ledger.matching.records.documents import OrderKey
from ledger.matching.waiting import refuse_whole
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.stock.bucket import MILLION, QUANTITY_MAX


def decide_raised(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Open its case, or say anew what the open one of the same cause says."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, ExceptionRaised)  # noqa: S101  the dispatch table says so
    if not event.cause:
        refuse_whole(decision, "", "An exception needs `cause`: what tells it from every other one.")
        return
    if not _is_within(event.quantity, QUANTITY_MAX // MILLION):
        refuse_whole(decision, "", f"A quantity of {event.quantity} cannot be in question.")
        return
    if event.answer_hours is not None and not _is_within(event.answer_hours, HOURS_MAX):
        refuse_whole(decision, "", f"A case cannot be answered within {event.answer_hours} hours.")
        return
    decision.findings.append(d47_exception.find(resolved, int(event.quantity * MILLION)))
    decision.lines.append(LineDecision("", "posted"))


def _is_within(value: Decimal, most: int) -> bool:
    return value.is_finite() and 0 <= value <= most


def decide_cleared(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Close the case of a cause that is over."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, ExceptionCleared)  # noqa: S101  the dispatch table says so
    decision.findings.append(d47_exception.find_over(resolved.site, event.part, event.cause))
    decision.lines.append(LineDecision("", "posted"))


def clear_met(workset: Workset, decision: Decision) -> None:
    """Close the cases of order lines that were late and have come, or are asked for no longer."""
    for case in workset.exceptions:
        key = OrderKey(case.book, case.site, case.supplier, case.order_number)
        line = workset.order_lines.get((key, case.order_line)) if case.order_line else None
        if line is not None and line.status != "open" and case.status != "closed":
            decision.findings.append(d47_exception.find_over(case.site, case.part, case.cause))

"""`apply`: findings of one decision become cases, and what follows becomes outcomes."""

from __future__ import annotations

from ledger.matching.decision import Decision
from ledger.matching.workset import Workset
from ledger.outcomes import AnyOutcome
from ledger.policy import Policy


def apply(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> tuple[AnyOutcome, ...]:
    """Open, update and close cases in the working set; give all outcomes of the event in order.

    First one outcome per line (Posted, Waiting, Refused, Conflict), then CaseOpened and CaseChanged, then
    AdviceDue. Takes new case numbers from `workset.next_case[book]`.
    """
    raise NotImplementedError

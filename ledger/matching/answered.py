"""What others say about what we sent: it moves nothing, and opens or ends cases."""

from __future__ import annotations

from ledger.events import AcknowledgmentReported
from ledger.matching.case_identity import identity_of
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.discrepancies import d41_unacknowledged, d48_refused
from ledger.matching.workset import Workset
from ledger.policy import Policy


def decide_acknowledgment(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """One document of ours: overdue (D41), refused (D48), or neither any more."""
    event = decision.resolved.event
    assert isinstance(event, AcknowledgmentReported)  # noqa: S101  the dispatch table says so
    overdue = d41_unacknowledged.find(decision.resolved, event)
    refused = d48_refused.find(decision.resolved, event)
    if event.status == "accepted" and event.faults:
        refused.settles = identity_of(decision.resolved.book, refused) in workset.open_cases
        refused.informs = not refused.settles
    # What ends comes first: who looks at a document finds one case about it.
    decision.findings.extend(sorted((overdue, refused), key=lambda finding: not finding.settles))
    decision.lines.append(LineDecision("", "posted"))

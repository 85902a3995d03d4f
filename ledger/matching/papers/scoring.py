"""DisruptionReported and ScorecardFrozen: filed as they were said, for scorecards to read. They move nothing."""

from __future__ import annotations

from ledger.events import DisruptionReported, ScorecardFrozen
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.papers.filed import DisruptionFiled, ScoreFiled
from ledger.matching.resolved import document_of, microseconds
from ledger.matching.waiting import conflict_whole, waits_for_place
from ledger.matching.workset import Workset
from ledger.policy import Policy


def decide_disrupted(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """It waits for its supplier and site, like every paper."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, DisruptionReported)  # noqa: S101  the dispatch table says so
    if waits_for_place(decision):
        return
    if resolved.repeats:
        conflict_whole(decision, "", f"{event.number} was recorded with other content; use another number.")
        return
    message, document = document_of(event)
    happened = microseconds(event.occurred_at)
    workset.filed.append(
        DisruptionFiled(
            book=resolved.book, site=resolved.site, supplier=resolved.supplier, number=event.number, seq=resolved.seq,
            disruption=event.disruption, fault=event.fault, occurred_at=now_us if happened is None else happened,
            part=event.part_number, minutes=max(0, event.minutes), shipment_id=event.shipment_id, text=event.text,
            message=message, document=document,
        )
    )  # fmt: skip
    decision.lines.append(LineDecision("", "posted"))


def decide_frozen(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """A frozen card is kept beside those before it; none is ever changed."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, ScorecardFrozen)  # noqa: S101  the dispatch table says so
    if resolved.repeats:
        conflict_whole(decision, "", f"{event.number} was frozen with another card; freeze it again under a new one.")
        return
    workset.filed.append(
        ScoreFiled(
            book=resolved.book, site="", supplier=event.supplier, month=event.month, seq=resolved.seq,
            rules=event.rules, frozen_at=resolved.occurred_at or now_us, reason=event.reason, card=event.card,
        )
    )  # fmt: skip
    decision.lines.append(LineDecision("", "posted"))

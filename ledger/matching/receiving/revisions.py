"""Revisions on arrival: whether what was advised or came in is in force, or allowed to deviate."""

from __future__ import annotations

from ledger.masterdata import Occasion
from ledger.matching.deciding.allowances import Allowance, allowances_for, room, use
from ledger.matching.decision import Decision
from ledger.matching.discrepancies import d05_revision
from ledger.matching.discrepancies.about import evidence_of
from ledger.matching.receiving.holds import REVISION, speaks_for
from ledger.matching.receiving.ladder import candidates
from ledger.matching.records.documents import GroupKey, ReceiptLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, moment
from ledger.matching.workset import Workset
from ledger.policy import Policy


def deviations_of(workset: Workset, resolved: ResolvedEvent, line: ResolvedLine) -> list[Allowance]:
    """Deviations under which a notice line may come in though its revision is not in force; [] when it may not."""
    if line.control is None or line.shipped is None:
        return []
    return _enough(
        allowances_for(workset, resolved.book, line.control, line.revision, line.shipped, "notice"), line.quantity
    )


def judge_revision(
    workset: Workset, decision: Decision, policy: Policy, line: ResolvedLine, record: ReceiptLine
) -> None:
    """Hold what came in a revision that is not in force, unless a deviation lets it in or the cascade lets it pass.

    The order of arrival must not decide, so it is noted even where a notice speaks for the goods.
    """
    control, resolved = line.control, decision.resolved
    if control is None:
        return
    group = GroupKey(resolved.book, resolved.site, line.part)
    before = sum(total.received for key, total in workset.cumulatives.items() if key[:3] == group)
    day = moment(record.received_at).date()
    on = Occasion(resolved.site, day, record.quantity, before, record.serials)
    if control.is_effective(line.revision, on):
        return
    _, notices = candidates(workset, record)
    if not notices or not all(speaks_for(notice, record) for notice in notices):
        allowed = _enough(
            allowances_for(workset, resolved.book, control, line.revision, on, "receipt"), record.quantity
        )
        if allowed:
            use(
                workset, resolved, line.line, allowed, record.quantity, stage="receipt", part=line.part,
                revision=line.revision,
            )  # fmt: skip
            return
    tolerance, rule = policy.tolerance(REVISION, site=resolved.site, supplier=record.supplier, part=line.part)
    action = tolerance.action or d05_revision.CLASS.action
    if action == "hold":
        record.hold_reason = REVISION
    elif action == "warn":
        finding = d05_revision.find_received(record, record.quantity, held=False)
        finding.rule, finding.line = rule, line.line
        finding.partner, finding.evidence = resolved.event.partner, evidence_of(resolved, line.said.segment)
        decision.findings.append(finding)


def _enough(allowed: list[Allowance], quantity: int) -> list[Allowance]:
    """The allowances where they are enough together, else none: a line comes in whole or is held whole."""
    left = room(allowed)
    return allowed if left is None or left >= quantity else []

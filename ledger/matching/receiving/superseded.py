"""Stock of revisions that an engineering change has superseded: what is too much, and putting it aside."""

from __future__ import annotations

from ledger.events import ChangedPart, DiscrepancyResolved, EngineeringChangeReleased, Resolution, kind_of
from ledger.masterdata.revisions import millionths
from ledger.matching.booking import book_movements
from ledger.matching.deciding.allowances import use_up_key
from ledger.matching.decision import Decision, Finding
from ledger.matching.discrepancies import d45_superseded
from ledger.matching.records.documents import Case
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.stock.bucket import Bucket, Movement

COUNTED = ("available", "allocated", "line_side", "service_reserved", "consigned", "quality_hold")
"""States of goods that somebody may still mean to use."""


def find_superseded(
    workset: Workset, book: str, site: str, change: EngineeringChangeReleased, changed: ChangedPart, unit: str
) -> Finding:
    """What of the old revisions is beyond the use-up quantity now; it settles where nothing is."""
    stock = [
        bucket
        for bucket in workset.stock_of.get((book, site, changed.part), ())
        if bucket.revision in changed.old_revisions and bucket.state in COUNTED and workset.balances[bucket] > 0
    ]
    on_hand = sum(workset.balances[bucket] for bucket in stock)
    free = sum(workset.balances[bucket] for bucket in stock if bucket.state == "available")
    used = workset.used.get((book, kind_of(change), use_up_key(change, changed.part, site), "consumption"), 0)
    may_use = min(on_hand, max(0, millionths(changed.use_up) - used))
    revisions = tuple(sorted({bucket.revision for bucket in stock}))
    return d45_superseded.find(
        site, changed.part, unit, change.number, revisions, on_hand, may_use, min(free, on_hand - may_use)
    )


def decide_superseded(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D45: accepted, as much as was asked for becomes obsolete, as far as it is still there; waived, it stays."""
    event = decision.resolved.event
    assert isinstance(event, DiscrepancyResolved)  # noqa: S101  the dispatch table says so
    if resolution not in ("accept", "waive"):
        return f"Case {case.case} is decided by accept or waive, not by {resolution}."
    if resolution == "waive":
        return ""
    if event.actor is None or event.actor.kind != "user":
        return f"Case {case.case} is decided by: {', '.join(d45_superseded.CLASS.deciders)}."
    revisions = workset.superseded.get((case.book, case.case), ())
    free = sorted(
        bucket
        for bucket in workset.stock_of.get((case.book, case.site, case.part), ())
        if bucket.revision in revisions and bucket.state == "available" and workset.balances[bucket] > 0
    )
    left = asked
    movements: list[Movement] = []
    for bucket in free:
        quantity = min(left, workset.balances[bucket])
        if quantity:
            movements.append(Movement(bucket, _obsolete(bucket), quantity, case.case))
            left -= quantity
    if left:
        return f"Only {(asked - left) / 1_000_000:g} {case.unit} are still there: say `quantity`, or look again."
    book_movements(workset, decision, movements)
    return ""


def _obsolete(bucket: Bucket) -> Bucket:
    return bucket._replace(state="obsolete")

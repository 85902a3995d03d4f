"""GoodsReceiptMatched: a person says which notice goods answer, where the ladder is not sure enough, or was wrong."""

from __future__ import annotations

from ledger.events import GoodsReceiptMatched
from ledger.matching.deciding.review import linked_notices, live_links
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.notices.posting import mark_received
from ledger.matching.receiving.ladder import NONE
from ledger.matching.receiving.rematch import rematch
from ledger.matching.records.documents import NoticeLine, ReceiptLine
from ledger.matching.resolved import ResolvedEvent
from ledger.matching.waiting import known_receipt, refuse_whole
from ledger.matching.workset import Workset
from ledger.policy import Policy


def decide_matched(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Match the line to what the person named and to nothing else; it leaves the queue."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, GoodsReceiptMatched)  # noqa: S101  the dispatch table says so
    key = known_receipt(workset, decision, event.provider)
    if key is None:
        return
    line = workset.receipt_lines.get((key, event.receipt_line))
    if line is None or line.status == "reversed":
        gone = "was taken back" if line is not None else "is not there"
        refuse_whole(decision, "", f"Line {event.receipt_line} of goods receipt {event.number} {gone}.")
        return
    reason = _cannot_say(workset, resolved, line)
    named = _named(workset, resolved, event, line) if event.shipment_id and not reason else []
    if not reason and event.shipment_id and len(named) != 1:
        reason = _unclear(event, line, named)
    if reason:
        refuse_whole(decision, "", reason)
        return
    notice = named[0] if named else None
    line.answers = NONE if notice is None else (notice.key.supplier, notice.key.shipment_id, notice.line)
    line.touched = True
    scope = {(one.key, one.line): one for one in (*linked_notices(workset, line), *named)}
    rematch(workset, decision, policy, now_us, scope.values(), (line,), line.line)
    if notice is not None:
        mark_received(workset, policy, notice.key, line.received_at, now_us)
    decision.lines.append(LineDecision("", "posted", movements=len(decision.movements)))


def _cannot_say(workset: Workset, resolved: ResolvedEvent, line: ReceiptLine) -> str:
    """Why this person may not say it, or nobody any more; "" where they may."""
    actor, receipt = resolved.event.actor, workset.receipts[line.key]
    if actor is not None and actor.kind == "user" and actor.id == receipt.booked_by:
        return f"{actor.id} booked goods receipt {line.key.receipt_id}: somebody else says what it answers."
    links = live_links(workset.links_of_receipt.get((line.key, line.line)))
    if any(link.settled for link in links):
        return f"Line {line.line} of goods receipt {line.key.receipt_id} was decided in a case."
    return ""


def _named(
    workset: Workset, resolved: ResolvedEvent, event: GoodsReceiptMatched, line: ReceiptLine
) -> list[NoticeLine]:
    supplier = resolved.supplier or line.supplier
    return [
        notice
        for shipment in workset.shipments_called(resolved.book, resolved.site, event.shipment_id)
        if shipment.key.shipment_id == event.shipment_id
        and shipment.status == "advised"
        and (not supplier or shipment.key.supplier == supplier)
        for notice in workset.notice_lines_of_part.get((shipment.key, line.part), ())
        if notice.status in ("open", "closed") and event.notice_line in ("", notice.line)
    ]


def _unclear(event: GoodsReceiptMatched, line: ReceiptLine, named: list[NoticeLine]) -> str:
    if not named:
        return f"Notice {event.shipment_id} has no line of {line.part} in force: name another, or none at all."
    lines = ", ".join(sorted(f"{notice.key.supplier} {notice.line}" for notice in named))
    return f"Notice {event.shipment_id} has several lines of {line.part}: name the supplier and the line ({lines})."

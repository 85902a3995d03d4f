"""ShipmentNotified, ShipmentReplaced, ShipmentCancelled: what is under way, line by line."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.events import ShipmentNotified, ShipmentReplaced
from ledger.matching.booking import book_movements
from ledger.matching.deciding.decided import was_decided
from ledger.matching.deciding.review import review_order_line, review_receipt_line
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.discrepancies import (
    d01_duplicate_notice,
    d42_changed_after_receipt,
)
from ledger.matching.notices.checks import check_late, check_whole, judge, unknown_orders
from ledger.matching.notices.contents import check_reference
from ledger.matching.notices.holds import hold_again, put_holds
from ledger.matching.notices.labels import review_labels
from ledger.matching.notices.overdue import expect, settle_overdue
from ledger.matching.notices.posting import post_lines, put_shipment
from ledger.matching.ordering.cumulatives import forget, tell
from ledger.matching.ordering.requirements import add_advised, order_line_of
from ledger.matching.ordering.windows import check_shipping
from ledger.matching.receiving.positions import in_transit_of, sender_account
from ledger.matching.receiving.shorts import is_confirmed_short
from ledger.matching.records.documents import GroupKey, Shipment, ShipmentKey
from ledger.matching.resolved import ResolvedLine
from ledger.matching.waiting import (
    conflict_whole,
    grade_of,
    has_grace_left,
    refuse_whole,
    wait_whole,
    waits_for_place,
    withdraw,
)
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.stock.shipments import movements_for_withdrawn

SUPERSEDED = "Another notice with this shipment id took its place."
CANCELLED = "The notice was cancelled while it waited."


def decide_notified(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """A notice, or a line of one that waited."""
    resolved = decision.resolved
    event = resolved.event
    if waits_for_place(decision):
        return
    key = ShipmentKey(resolved.book, resolved.site, resolved.supplier, event.number)
    existing = workset.shipments.get(key)
    if resolved.cause:
        if reason := _no_longer_wanted(existing, resolved.seq):
            refuse_whole(decision, "", reason)
            return
    elif existing is not None and existing.status != "refused":
        if existing.overtook:
            existing.overtook, existing.touched = False, True
            refuse_whole(decision, "", "Its replacement came first and is in force.")
            return
        if existing.status in ("advised", "waiting"):
            finding = d01_duplicate_notice.find(resolved, existing.seq)
            decision.findings.append(finding)
            conflict_whole(decision, finding.code, finding.text)
            return
    post_notice(workset, decision, policy, now_us, key)


def decide_replaced(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """The whole notice again: the earlier one is withdrawn and this one posted, before the first goods receipt."""
    resolved = decision.resolved
    if waits_for_place(decision):
        return
    key = ShipmentKey(resolved.book, resolved.site, resolved.supplier, resolved.event.number)
    existing = workset.shipments.get(key)
    if resolved.cause and (reason := _no_longer_wanted(existing, resolved.seq)):
        refuse_whole(decision, "", reason)
        return
    # Of several replacements that came before what they replace, the last one is in force and still waited for by it.
    overtook = existing is None or existing.overtook
    if existing is not None and not resolved.cause:
        if existing.status == "cancelled":
            # Whichever of both came first, nothing is under way: what is shipped all the same is noticed anew.
            finding = d42_changed_after_receipt.find_cancelled(resolved)
            decision.findings.append(finding)
            refuse_whole(decision, finding.code, finding.text)
            return
        if existing.first_received_at is not None or is_confirmed_short(workset, existing):
            _refuse_change(decision, policy, "replaced")
            return
        withdraw_notice(workset, decision, policy, existing, "replaced")
        settle_overdue(workset, decision, existing)
    post_notice(workset, decision, policy, now_us, key)
    posted = workset.shipments.get(key)
    if overtook and posted is not None:
        posted.overtook = True


def _no_longer_wanted(existing: Shipment | None, seq: int) -> str:
    """Why a notice that waited, or a line of it, is not posted when its wait ends; "" where it is."""
    if existing is None:
        return ""
    if existing.seq != seq:
        return SUPERSEDED
    return CANCELLED if existing.status == "cancelled" else ""


def decide_cancelled(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """The notice is withdrawn, before the first goods receipt. An unknown one is waited for."""
    resolved = decision.resolved
    if waits_for_place(decision):
        return
    number = resolved.event.number
    key = ShipmentKey(resolved.book, resolved.site, resolved.supplier, number)
    existing = workset.shipments.get(key)
    if existing is None or existing.status in ("refused", "cancelled"):
        if existing is not None and existing.status == "cancelled":
            decision.lines.append(LineDecision("", "posted"))
            return
        decision.lines.append(LineDecision("", "waiting", needs=f"shipment:{number}"))
        return
    if existing.first_received_at is not None or is_confirmed_short(workset, existing):
        _refuse_change(decision, policy, "cancelled")
        return
    withdraw_notice(workset, decision, policy, existing, "cancelled")
    existing.status, existing.overdue_at, existing.touched = "cancelled", 0, True
    settle_overdue(workset, decision, existing)
    withdraw(workset, decision)
    review_labels(workset, decision, policy, key)
    decision.lines.append(LineDecision("", "posted", movements=len(decision.movements)))


def _refuse_change(decision: Decision, policy: Policy, verb: str) -> None:
    finding = d42_changed_after_receipt.find(decision.resolved, verb)
    decision.findings.append(finding)
    refuse_whole(decision, finding.code, finding.text)


def withdraw_notice(workset: Workset, decision: Decision, policy: Policy, shipment: Shipment, status: str) -> None:
    """Take a notice without goods receipts out of the books: in transit goes back, orders are open again."""
    lines = workset.lines_of_shipment.get(shipment.key, {})
    if workset.agreements:
        forget(workset, decision, shipment, [line for line in lines.values() if line.status in ("open", "closed")])
    for _, line in sorted(lines.items()):
        if line.status in ("open", "closed"):
            left = line.quantity - line.received
            movements = movements_for_withdrawn(in_transit_of(line), left, line.line, sender_account(line))
            book_movements(workset, decision, movements)
            order_line = order_line_of(workset, line)
            if order_line is not None:
                add_advised(workset, order_line, -line.quantity)
                review_order_line(decision, policy, order_line, "")
        line.status = "replaced" if status == "replaced" else "cancelled"
        line.touched = True


def post_notice(workset: Workset, decision: Decision, policy: Policy, now_us: int, key: ShipmentKey) -> None:
    """Judge every line, then post, hold back or refuse: a notice is never half judged."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, ShipmentNotified | ShipmentReplaced)  # noqa: S101  the dispatch table says so
    terms = policy.terms_for(resolved.supplier, event.partner)
    unknown = unknown_orders(workset, resolved, key)
    before = workset.shipments.get(key)
    # One that waited as a whole, for its place or order, is looked at as one that comes now.
    is_first = not resolved.cause or before is None or before.seq != resolved.seq or before.status == "waiting"
    if unknown:
        until = has_grace_left(resolved, terms.order_grace_minutes, now_us)
        if until is not None:
            put_shipment(workset, resolved, key, "waiting", now_us)
            wait_whole(decision, f"order:{next(iter(unknown))}", until)
            return
    verdicts = [judge(workset, resolved, line, key, policy, terms, unknown) for line in resolved.lines]
    seen: set[str] = set()
    for verdict in verdicts:
        for finding in verdict.findings:
            finding.grade = grade_of(terms, finding)
            if finding.code == "D02":
                if finding.order_number in seen:
                    continue
                seen.add(finding.order_number)
            decision.findings.append(finding)
    whole = check_whole(event, resolved, policy, terms)
    if is_first:
        decision.findings.extend(whole)
    put_holds(policy, verdicts, whole)
    fatal = next((finding for finding in decision.findings if finding.grade == "fatal"), None)
    if fatal is not None:
        put_shipment(workset, resolved, key, "refused", now_us)
        refuse_whole(decision, fatal.code, fatal.text)
        _tell_of_goods(workset, decision, policy, resolved.lines, now_us)
        return
    shipment = put_shipment(workset, resolved, key, "advised", now_us)
    if shipment.expected_at is not None and shipment.first_received_at is None:
        expect(shipment, policy)
    if is_first:
        check_late(decision, policy, shipment, terms)
    if not resolved.cause:
        if workset.open_cases_of:
            withdraw(workset, decision)
    else:
        withdraw(workset, decision, {line.line for line in resolved.lines})
        decision.withdrawn = [case for case in decision.withdrawn if not _found_again(decision, case.code)]
    post_lines(workset, decision, policy, now_us, shipment, verdicts, terms)
    if workset.agreements:
        tell(workset, decision, shipment, [one.line for one in verdicts if not (one.needs or one.refused)])
    _tell_of_goods(workset, decision, policy, [verdict.line for verdict in verdicts if verdict.refused], now_us)
    review_labels(workset, decision, policy, key)
    decision.released.append(f"shipment:{event.number}")


def _tell_of_goods(
    workset: Workset, decision: Decision, policy: Policy, refused: Iterable[ResolvedLine], now_us: int
) -> None:
    """Goods of refused lines may have come before them: their cases say that a notice came, and what became of it."""
    if not workset.unmatched_of_group:
        return
    book, site = decision.resolved.book, decision.resolved.site
    for part in dict.fromkeys(line.part for line in refused):
        for line in workset.unmatched(GroupKey(book, site, part)):
            if decision.resolved.event.number in (line.shipment_id, line.packing_slip, line.bill_of_lading):
                review_receipt_line(workset, decision, policy, line, "", now_us)


def _found_again(decision: Decision, code: str) -> bool:
    return any(finding.code == code for finding in decision.findings)


def look_again(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Days and references of an earlier notice's lines that are under way, by what is required now (D13, D36)."""
    resolved = decision.resolved
    event = resolved.event
    key = ShipmentKey(resolved.book, resolved.site, resolved.supplier, event.number)
    shipment = workset.shipments.get(key)
    if shipment is None or shipment.seq != resolved.seq or shipment.status != "advised":
        return
    terms = policy.terms_for(resolved.supplier, event.partner)
    for line in resolved.lines:
        notice = workset.notice_lines.get((key, line.line))
        if notice is None or notice.status != "open":
            continue
        found = check_reference(workset, resolved, line, policy, terms)
        if terms.requirements is not None and "ship_window" in terms.requirements.checks:
            ordered = order_line_of(workset, notice)
            found.append(check_shipping(workset, resolved, line, ordered, policy, terms.requirements))
        news = [one for one in found if one is not None and not was_decided(workset, resolved.book, one)]
        for finding in news:
            finding.grade = grade_of(terms, finding)
            decision.findings.append(finding)
        hold_again(workset, decision, policy, now_us, notice, news)

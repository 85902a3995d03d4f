"""TimePassed: lines close, arrival waits end. Waits of documents end when the book decides them again."""

from __future__ import annotations

from ledger.matching.booking import book_movements
from ledger.matching.deciding.review import (
    action_beyond,
    review_notice_line,
    review_receipt_line,
    tell_of_notice_line,
)
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.discrepancies import d27_split
from ledger.matching.notices.overdue import review_expected
from ledger.matching.ordering.calls import find_missed
from ledger.matching.ordering.lateness import find_overdue
from ledger.matching.ordering.required import wake_at
from ledger.matching.ordering.requirements import note_changed
from ledger.matching.receiving.closing import close_or_open
from ledger.matching.receiving.positions import Deltas, add_notice_line
from ledger.matching.records.documents import NoticeLine, ReceiptLine
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.stock.change import movements_for_change


def decide_time(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Everything in the book whose time has come by `now_us`."""
    book = decision.resolved.book
    notices = [
        line
        for line in workset.notice_lines.values()
        if line.status == "open" and line.closes_at is not None and line.closes_at <= now_us and line.key.book == book
    ]
    for line in sorted(notices, key=_notice_order):
        _close(workset, decision, policy, line, now_us)
    _ask_for_the_rest(workset, decision, policy, book, now_us)
    receipts = [
        line
        for line in workset.receipt_lines.values()
        if line.status == "unmatched"
        and line.waits_until is not None
        and line.waits_until <= now_us
        and line.key.book == book
    ]
    for receipt_line in sorted(receipts, key=_receipt_order):
        receipt_line.waits_until, receipt_line.touched = None, True
        review_receipt_line(workset, decision, policy, receipt_line, "", now_us)
    find_overdue(workset, decision, now_us)
    find_missed(workset, decision, now_us)
    expected = [one for one in workset.shipments.values() if 0 < one.overdue_at <= now_us and one.key.book == book]
    for shipment in sorted(expected, key=lambda one: one.key):
        review_expected(workset, decision, policy, shipment, now_us)
    ordered = [one for one in workset.order_lines.values() if 0 < one.wakes_at <= now_us and one.key.book == book]
    for order_line in sorted(ordered, key=lambda one: (one.key, one.line)):
        order_line.wakes_at = wake_at(order_line, now_us)
        note_changed(workset, order_line)
    decision.lines.append(LineDecision("", "posted", movements=len(decision.movements)))


def _close(workset: Workset, decision: Decision, policy: Policy, line: NoticeLine, now_us: int) -> None:
    """Close one line; what is short goes to clearing with its case."""
    deltas: Deltas = {}
    add_notice_line(deltas, line, -1)
    close_or_open(workset, policy, line, now_us)
    add_notice_line(deltas, line, 1)
    name = f"{line.key.shipment_id}/{line.line}"
    book_movements(workset, decision, movements_for_change(deltas, name))
    review_notice_line(workset, decision, policy, line, "")


def _ask_for_the_rest(workset: Workset, decision: Decision, policy: Policy, book: str, now_us: int) -> None:
    """Lines that came in part, and whose rest has been waited for long enough."""
    asked = [
        line
        for line in workset.notice_lines.values()
        if line.status == "open" and 0 < line.split_at <= now_us and line.key.book == book
    ]
    for line in sorted(asked, key=_notice_order):
        line.split_at, line.touched = 0, True
        if line.received:
            left = line.quantity - line.received - line.settled
            action, rule = action_beyond(policy, d27_split.CLASS, line, left, line.quantity)
            if action != "ignore":
                finding = d27_split.find(line, rule)
                tell_of_notice_line(workset, decision, line, finding, "")


def _notice_order(line: NoticeLine) -> tuple[tuple[str, ...], str]:
    return tuple(line.key), line.line


def _receipt_order(line: ReceiptLine) -> tuple[tuple[str, ...], str]:
    return tuple(line.key), line.line

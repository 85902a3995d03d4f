"""A goods receipt read again: its lines take their new content where they stand, and are matched anew."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ledger.events import GoodsReceived
from ledger.events import ReceiptLine as SaidLine
from ledger.matching.booking import CannotReread
from ledger.matching.deciding.allowances import give_back
from ledger.matching.deciding.review import linked_notices, live_links
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.notices.posting import mark_received
from ledger.matching.ordering.cumulatives import accumulate
from ledger.matching.receiving.ladder import candidates
from ledger.matching.receiving.receipts import decide_received, line_as_said
from ledger.matching.receiving.rematch import rematch
from ledger.matching.receiving.revisions import judge_revision
from ledger.matching.records.documents import GroupKey, NoticeLine, ReceiptKey, ReceiptLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, document_of
from ledger.matching.waiting import find_line_gap, withdraw
from ledger.matching.workset import Workset
from ledger.policy import Policy

MADE_OF_IT = (
    "line", "seq", "serials", "doubtful", "matched", "rung", "status", "hold_reason", "waits_until", "answers",
    "queued", "touched", "new",
)  # fmt: skip
"""What the ledger made of a line, and no reading says."""


def reread_received(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Lines that it no longer has are taken back, changed ones put right in place, and new ones posted."""
    resolved = decision.resolved
    event, before = resolved.event, resolved.before
    assert isinstance(event, GoodsReceived) and before is not None  # noqa: S101, PT018
    key = ReceiptKey(resolved.book, resolved.site, event.partner, event.number)
    standing = {line.line: line for line in workset.lines_of_receipt.get(key, ())}
    said = {} if event.retracted else {line.line: line for line in resolved.lines}
    mine = [standing[line.line] for line in before.lines if line.line in standing]
    withdraw(workset, decision)
    received_at = resolved.occurred_at or now_us
    for record in mine:
        if record.line not in said and record.status != "reversed":
            _take_back(workset, decision, policy, now_us, record)
    fresh: list[ResolvedLine] = []
    for line in said.values():
        known = standing.get(line.line)
        if known is None:
            fresh.append(line)
        elif known not in mine and known.status != "reversed":
            raise CannotReread(f"Line {line.line} of goods receipt {event.number} was said by another document.")
        else:
            _put_right(workset, decision, policy, now_us, known, line, received_at)
    if event.retracted:
        decision.lines.append(LineDecision("", "posted", movements=len(decision.movements)))
        return
    receipt = workset.receipts.get(key)
    if receipt is not None:
        receipt.message, receipt.document = document_of(event)
        receipt.received_at, receipt.touched = received_at, True
    if fresh or not said:
        decision.resolved = msgspec.structs.replace(resolved, lines=tuple(fresh))
        decide_received(workset, decision, policy, now_us)
        decision.resolved = resolved
    decision.released.append(f"receipt:{event.number}")


def _take_back(workset: Workset, decision: Decision, policy: Policy, now_us: int, record: ReceiptLine) -> None:
    _refuse_decided(workset, record)
    notices = linked_notices(workset, record)
    accumulate(workset, decision, record, -record.quantity, record.supplier)

    give_back(workset, decision.resolved, record.line)

    def change() -> list[NoticeLine]:
        record.status, record.complete, record.touched = "reversed", False, True
        return notices

    rematch(workset, decision, policy, now_us, notices, (record,), record.line, change=change)


def _put_right(
    workset: Workset, decision: Decision, policy: Policy, now_us: int, record: ReceiptLine, line: ResolvedLine,
    received_at: int,
) -> None:  # fmt: skip
    resolved, said = decision.resolved, line.said
    assert isinstance(said, SaidLine)  # noqa: S101  lines of a goods receipt
    supplier = line.supplier or resolved.supplier
    terms = policy.terms_for(supplier, resolved.event.partner)
    gap = find_line_gap(resolved, line, terms)
    if gap is not None or line.quantity < 0:
        reason = gap[1].text if gap is not None else f"A quantity of {said.quantity} cannot be received."
        raise CannotReread(f"Line {line.line} is in the books, and read so it could not be: {reason}")
    now = _as_read(record, line, resolved, supplier, received_at)
    if now == record:
        decision.lines.append(LineDecision(line.line, "posted"))
        return
    _refuse_decided(workset, record)
    told_apart = record.serials or said.serials or record.doubtful
    if told_apart and (record.part, record.quantity, record.serials) != (now.part, now.quantity, said.serials):
        raise CannotReread(
            f"Goods of line {line.line} are told apart by their serials: reverse the goods receipt instead."
        )
    _, found = candidates(workset, now)
    scope = {(one.key, one.line): one for one in (*linked_notices(workset, record), *found)}
    give_back(workset, resolved, record.line)
    if record.status != "reversed":
        accumulate(workset, decision, record, -record.quantity, record.supplier)

    def change() -> Iterable[NoticeLine]:
        mine = workset.unmatched_of_group.get(GroupKey(record.key.book, record.key.site, record.part), [])
        mine[:] = [other for other in mine if other is not record]
        for name in ReceiptLine.__struct_fields__:
            setattr(record, name, getattr(now, name))
        record.status, record.touched = "open", True
        judge_revision(workset, decision, policy, line, record)
        return scope.values()

    made = rematch(workset, decision, policy, now_us, scope.values(), (record,), line.line, change=change)
    accumulate(workset, decision, record, record.quantity, record.supplier)
    decision.lines.append(LineDecision(line.line, "posted", made))
    for link in live_links(workset.links_of_receipt.get((record.key, record.line))):
        if link.shipment is not None:
            mark_received(workset, policy, link.shipment, received_at, now_us)


def _as_read(
    record: ReceiptLine, line: ResolvedLine, resolved: ResolvedEvent, supplier: str, received_at: int
) -> ReceiptLine:
    """The record as the line says it now; what matching makes of it is left as it is."""
    # What a notice told of whose the goods are stays told.
    now = line_as_said(
        resolved, record.key, line, supplier or record.supplier,
        received_at if resolved.occurred_at else record.received_at,
    )  # fmt: skip
    return msgspec.structs.replace(now, **{name: getattr(record, name) for name in MADE_OF_IT})


def _refuse_decided(workset: Workset, record: ReceiptLine) -> None:
    links = live_links(workset.links_of_receipt.get((record.key, record.line)))
    if any(link.settled for link in links):
        raise CannotReread(f"Line {record.line} was decided in a case: reverse that first.")

"""GoodsReceived and GoodsReceiptReversed: what the dock found, against what was announced."""

from __future__ import annotations

from ledger.events import GoodsReceiptReversed, GoodsReceived, TransferReceived
from ledger.events import ReceiptLine as SaidLine
from ledger.matching.booking import book_movements
from ledger.matching.deciding.review import linked_notices, live_links
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.discrepancies import d28_duplicate_receipt
from ledger.matching.notices.overdue import settle_overdue
from ledger.matching.notices.posting import mark_received
from ledger.matching.ordering.cumulatives import accumulate
from ledger.matching.ordering.requirements import add_linked
from ledger.matching.ordering.windows import check_receiving
from ledger.matching.papers.filed import LabelReport
from ledger.matching.receiving.beyond import has_room
from ledger.matching.receiving.found import says_nothing_else
from ledger.matching.receiving.identities import identities_of
from ledger.matching.receiving.ladder import CONFIDENCE, Rung, candidates
from ledger.matching.receiving.portions import Portion
from ledger.matching.receiving.positions import in_transit_of, stands
from ledger.matching.receiving.rematch import new_link, rematch
from ledger.matching.receiving.revisions import judge_revision
from ledger.matching.records.documents import (
    GroupKey,
    NoticeLine,
    Receipt,
    ReceiptKey,
    ReceiptLine,
    ShipmentKey,
)
from ledger.matching.records.transfers import is_transfer
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, document_of
from ledger.matching.waiting import holds_back, known_receipt, refuse_whole, waits_for_place, withdraw
from ledger.matching.workset import Workset
from ledger.policy import Policy, Terms
from ledger.stock.receipts import movements_for_received

SHORT_AND_FINAL = "02"
"""Receiving condition that says: short, and nothing more will come."""


def decide_received(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Match each line of a goods receipt and put its goods where they belong."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, GoodsReceived | TransferReceived)  # noqa: S101  the dispatch table says so
    if waits_for_place(decision):
        return
    key = ReceiptKey(resolved.book, resolved.site, event.partner, event.number)
    received_at = resolved.occurred_at or now_us
    _put_receipt(workset, resolved, event, key, received_at)
    if resolved.cause:
        withdraw(workset, decision, {line.line for line in resolved.lines})
    terms: dict[str, Terms] = {}
    shipments: dict[ShipmentKey, None] = {}
    for line in resolved.lines:
        supplier = line.supplier or resolved.supplier
        agreed = terms.get(supplier)
        if agreed is None:
            agreed = terms[supplier] = policy.terms_for(supplier, "" if is_transfer(supplier) else event.partner)
        if _cannot_post(workset, decision, key, line, agreed):
            continue
        record = _new_line(workset, resolved, key, line, supplier, received_at)
        workset.add_receipt_line(record)
        if label := getattr(line.said, "label", ""):
            workset.filed.append(LabelReport(*key, record.line, resolved.effective_seq, label))
        judge_revision(workset, decision, policy, line, record)
        rung, notices = candidates(workset, record)
        before = len(decision.movements)
        if len(notices) == 1 and _fits(workset, record, rung, notices[0], agreed):
            if not record.supplier:
                # The receiver did not say whose goods they are; the notice does, and so whose agreement holds.
                record.supplier = notices[0].key.supplier
                agreed = policy.terms_for(record.supplier, event.partner)
            _post_fitting(workset, decision, record, rung, notices[0], agreed, now_us)
            _check_day(workset, decision, policy, record)
            accumulate(workset, decision, record, record.quantity, record.supplier)
        else:
            accumulate(workset, decision, record, record.quantity, record.supplier)
            rematch(workset, decision, policy, now_us, notices, (record,), line.line)
        for link in workset.links_of_receipt.get((key, record.line), ()):
            if link.shipment is not None:
                shipments[link.shipment] = None
        decision.lines.append(LineDecision(line.line, "posted", len(decision.movements) - before))
    for shipment in shipments:
        mark_received(workset, policy, shipment, received_at, now_us)
        if workset.open_cases_of and (header := workset.shipments.get(shipment)) is not None:
            settle_overdue(workset, decision, header)
    decision.released.append(f"receipt:{event.number}")


def _cannot_post(workset: Workset, decision: Decision, key: ReceiptKey, line: ResolvedLine, terms: Terms) -> bool:
    """Conflicts, gaps in master data, and quantities below nothing."""
    if line.standing == "other" or (key, line.line) in workset.receipt_lines:
        reason = f"Line {line.line} of goods receipt {key.receipt_id} was recorded with other content."
        known = workset.receipt_lines.get((key, line.line))
        finding = d28_duplicate_receipt.find_other(decision.resolved, line, known)
        decision.findings.append(finding)
        decision.lines.append(LineDecision(line.line, "conflict", code=finding.code, reason=reason))
        return True
    return holds_back(decision, line, terms)


def _fits(workset: Workset, line: ReceiptLine, rung: Rung, notice: NoticeLine, terms: Terms) -> bool:
    """Whether the line is the clean case: one open notice line that has room, and nothing else to say."""
    return (
        notice.status == "open"
        and 0 < line.quantity <= notice.quantity - notice.received - notice.settled
        and not line.damaged
        and not line.complete
        and not line.hold_reason
        and not notice.over
        and not notice.settled
        and not line.doubtful
        and (not line.lot_controlled or bool(line.lot or notice.lot))
        and says_nothing_else(line, notice)
        and (not line.handling_unit or len(workset.lines_of_unit[_unit_of(line)]) == 1)
        and CONFIDENCE[rung] >= terms.match_confidence
        and has_room(workset, notice, line.quantity)
        and not workset.open_cases_of.get((notice.key.book, notice.key.shipment_id))
    )


def _unit_of(line: ReceiptLine) -> tuple[str, str, str, str]:
    return line.key.book, line.key.site, line.part, line.handling_unit


def _post_fitting(
    workset: Workset,
    decision: Decision,
    line: ReceiptLine,
    rung: Rung,
    notice: NoticeLine,
    terms: Terms,
    now_us: int,
) -> None:
    """The clean path, the same as `rematch` would give: one link, one movement."""
    link = new_link(
        workset, decision, line, Portion(notice, "notice", line.quantity, False, line.serials), rung, terms
    )
    workset.add_link(link)
    add_linked(workset, link, 1)
    notice.received += line.quantity
    notice.touched = True
    if notice.received == notice.quantity:
        notice.status, notice.closed_at = "closed", now_us
    line.matched, line.rung, line.status = line.quantity, rung, "matched"
    source = in_transit_of(notice)
    for bucket, quantity in stands(workset, link, line):
        book_movements(workset, decision, movements_for_received(source, bucket, quantity, line.line))


def _check_day(workset: Workset, decision: Decision, policy: Policy, line: ReceiptLine) -> None:
    """Of the clean path; a rematch looks for itself."""
    if policy.keeps_requirements:
        check_receiving(workset, decision, policy, line)


def _put_receipt(
    workset: Workset,
    resolved: ResolvedEvent,
    event: GoodsReceived | TransferReceived,
    key: ReceiptKey,
    received_at: int,
) -> None:
    if key in workset.receipts:
        return
    message, document = document_of(event)
    workset.add_receipt(
        Receipt(
            key=key,
            seq=resolved.seq,
            partner=event.partner,
            message=message,
            document=document,
            received_at=received_at,
            supplier_as_sent=event.supplier if isinstance(event, GoodsReceived) else event.from_place,
            ship_to_as_sent=event.ship_to if isinstance(event, GoodsReceived) else event.place,
            booked_by=event.actor.id if event.actor is not None and event.actor.kind == "user" else "",
            touched=True,
            new=True,
        )
    )


def _new_line(
    workset: Workset, resolved: ResolvedEvent, key: ReceiptKey, line: ResolvedLine, supplier: str, received_at: int
) -> ReceiptLine:
    record = line_as_said(resolved, key, line, supplier, received_at)
    record.serials, record.doubtful = identities_of(workset, key.book, line, line.quantity, record.damaged)
    record.touched = record.new = True
    return record


def line_as_said(
    resolved: ResolvedEvent, key: ReceiptKey, line: ResolvedLine, supplier: str, received_at: int
) -> ReceiptLine:
    """The record of a line as it is read, its goods not yet told apart and nothing matched."""
    said = line.said
    assert isinstance(said, SaidLine)  # noqa: S101  lines of a goods receipt
    damaged = line.damaged + line.rejected
    if said.stock_status == "damaged" and not damaged:
        damaged = line.quantity
    return ReceiptLine(
        key=key,
        line=line.line,
        part=line.part,
        part_number=said.part_number or said.supplier_part_number,
        part_revision=line.revision,
        unit=line.unit,
        supplier=supplier,
        quantity=line.quantity,
        damaged=min(damaged, line.quantity),
        seq=resolved.effective_seq,
        segment=said.segment,
        lot=said.lot,
        lot_controlled=line.lot_controlled,
        handling_unit=said.handling_unit,
        shipment_id=said.shipment_id,
        order_number=said.order_number,
        order_line=said.order_line,
        location=said.location or resolved.receiving_location,
        condition=said.condition,
        complete=said.complete or said.condition == SHORT_AND_FINAL,
        bill_of_lading=said.bill_of_lading,
        packing_slip=said.packing_slip,
        unit_sent=said.unit,
        numerator=line.numerator,
        denominator=line.denominator,
        stock_status="line_side" if line.at_line and said.stock_status in ("", "available") else said.stock_status,
        received_at=received_at,
        release=said.release,
        reference=said.reference,
        pro_number=said.pro_number,
        packaging=said.packaging,
    )


def decide_reversed(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Take a goods receipt back, wholly or for the named lines; refused where its goods have moved on."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, GoodsReceiptReversed)  # noqa: S101  the dispatch table says so
    key = known_receipt(workset, decision, event.partner)
    if key is None:
        return
    named = set(event.receipt_lines)
    said = workset.lines_in_receipt(key)
    lines = [line for line in said if line.status != "reversed" and (not named or line.line in named)]
    unknown = named - {line.line for line in said}
    reason = _cannot_reverse(workset, lines)
    if unknown:
        reason = f"Goods receipt {event.number} has no line {', '.join(sorted(unknown))}."
    if reason:
        refuse_whole(decision, "", reason)
        return
    for line in lines:
        notices = {}
        for link in live_links(workset.links_of_receipt.get((line.key, line.line))):
            if link.shipment is not None:
                notice = workset.notice_lines[(link.shipment, link.notice_line)]
                notices[(notice.key, notice.line)] = notice
        line.status, line.touched = "reversed", True
        line.complete = False
        rematch(workset, decision, policy, now_us, notices.values(), (line,), line.line)
        accumulate(workset, decision, line, -line.quantity, line.supplier)
        _look_again(workset, decision, policy, now_us, line)
        decision.lines.append(LineDecision(line.line, "posted"))
    if not lines:
        decision.lines.append(LineDecision("", "posted"))


def _look_again(workset: Workset, decision: Decision, policy: Policy, now_us: int, gone: ReceiptLine) -> None:
    """What stood back for goods that are taken back may now have its place: it has their handling unit."""
    group = GroupKey(gone.key.book, gone.key.site, gone.part)
    for line in workset.unmatched(group):
        if line.status == "unmatched" and gone.handling_unit and line.handling_unit == gone.handling_unit:
            _, named = candidates(workset, line)
            scope = {(one.key, one.line): one for one in (*linked_notices(workset, line), *named)}
            rematch(workset, decision, policy, now_us, scope.values(), (line,), line.line)


def _cannot_reverse(workset: Workset, lines: list[ReceiptLine]) -> str:
    """Why the lines cannot be taken back: decided by a case, or goods moved on. "" when they can."""
    leaving: dict[object, int] = {}
    for line in lines:
        for link in live_links(workset.links_of_receipt.get((line.key, line.line))):
            if link.settled:
                return f"Line {line.line} was decided in a case; reverse that first."
            for bucket, quantity in stands(workset, link, line):
                leaving[bucket] = leaving.get(bucket, 0) + quantity
                held = workset.balances.get(bucket)
                if held is not None and held < leaving[bucket]:
                    return f"Goods of line {line.line} have moved on from {bucket.location or bucket.state}."
    return ""

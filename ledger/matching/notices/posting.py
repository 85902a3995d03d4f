"""Post the lines of a notice: records, order totals and goods under way, or what came before their notice."""

from __future__ import annotations

from ledger.events import NoticeLine as SaidLine
from ledger.events import ShipmentNotified, ShipmentReplaced
from ledger.matching.booking import book_movements
from ledger.matching.deciding.allowances import use
from ledger.matching.deciding.review import linked_notices, live_links, review_order_line
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.discrepancies.about import evidence_of
from ledger.matching.freight import is_premium
from ledger.matching.notices.checks import Verdict
from ledger.matching.notices.overdue import expect
from ledger.matching.ordering.requirements import add_advised
from ledger.matching.papers.filed import CarrierNumber, Departure
from ledger.matching.receiving.apart import set_apart
from ledger.matching.receiving.ladder import candidates
from ledger.matching.receiving.positions import in_transit_of, sender_account
from ledger.matching.receiving.rematch import rematch
from ledger.matching.records.documents import GroupKey, NoticeLine, OrderLine, ReceiptLine, Shipment, ShipmentKey
from ledger.matching.resolved import ResolvedEvent, document_of, microseconds
from ledger.matching.workset import Workset
from ledger.policy import Policy, Terms
from ledger.stock.shipments import movements_for_notified


def put_shipment(workset: Workset, resolved: ResolvedEvent, key: ShipmentKey, status: str, now_us: int) -> Shipment:
    """The header of the notice now in force; an earlier one under the same key gives way to it."""
    event = resolved.event
    assert isinstance(event, ShipmentNotified | ShipmentReplaced)  # noqa: S101  the dispatch table says so
    earlier = workset.shipments.get(key)
    if earlier is not None and earlier.seq == resolved.seq:
        earlier.status, earlier.touched = status, True  # type: ignore[assignment]
        return earlier
    message, document = document_of(event)
    shipment = Shipment(
        key=key,
        status=status,  # type: ignore[arg-type]
        seq=resolved.seq,
        partner=event.partner,
        revision=event.revision,
        message=message,
        document=document,
        shipped_at=microseconds(event.shipped_at),
        expected_at=microseconds(event.expected_at),
        notified_at=microseconds(event.recorded_at) or now_us,
        bill_of_lading=event.bill_of_lading,
        packing_slip=event.packing_slip,
        supplier_as_sent=event.supplier,
        ship_to_as_sent=event.ship_to,
        pro_number=event.pro_number,
        touched=True,
        new=earlier is None or earlier.new,
    )
    workset.add_shipment(shipment)
    if event.pro_number:
        number = CarrierNumber(*key, resolved.seq, event.carrier, event.pro_number)
        workset.filed.append(number)
    if event.ship_from or is_premium(event):
        workset.filed.append(_departure(key, resolved.seq, event))
    return shipment


def _departure(key: ShipmentKey, seq: int, event: ShipmentNotified | ShipmentReplaced) -> Departure:
    cost = event.premium_cost
    return Departure(
        *key, seq, event.ship_from, event.mode, event.premium_freight or ("unknown" if is_premium(event) else ""),
        event.premium_reason, event.premium_authorization, "" if cost is None else f"{cost.amount:f}",
        "" if cost is None else cost.currency,
    )  # fmt: skip


DAY = 86_400_000_000
HOUR = 3_600_000_000
DAY = 24 * HOUR


def post_lines(
    workset: Workset,
    decision: Decision,
    policy: Policy,
    now_us: int,
    shipment: Shipment,
    verdicts: list[Verdict],
    terms: Terms,
) -> None:
    """One record per line, what is under way, and the order lines it answers; late notices take over receipts."""
    resolved = decision.resolved
    closes_at = _close_time(shipment, terms, now_us)
    owner = "" if terms.title_passes == "shipment" else resolved.supplier
    late: dict[str, list[NoticeLine]] = {}
    ordered: dict[int, tuple[OrderLine, str]] = {}
    unmatched = workset.unmatched_of_group
    book, site = resolved.book, resolved.site
    for verdict in verdicts:
        record = put_notice_line(workset, resolved, shipment, verdict, owner)
        record.closes_at = closes_at
        record.split_at = 0 if closes_at is None else now_us + int(terms.split_hours * HOUR)
        name = record.line
        if verdict.needs:
            decision.lines.append(LineDecision(name, "waiting", needs=verdict.needs))
            continue
        if verdict.refused:
            reason = verdict.findings[0].text
            decision.lines.append(LineDecision(name, "refused", code=verdict.refused, reason=reason))
            continue
        order_line = verdict.order_line
        if order_line is not None:
            add_advised(workset, order_line, record.quantity)
            if order_line.advised > order_line.quantity and not order_line.blanket:
                ordered[id(order_line)] = (order_line, name)
        if unmatched and unmatched.get(GroupKey(book, site, record.part)):
            late.setdefault(record.part, []).append(record)
            decision.lines.append(LineDecision(name, "posted"))
            continue
        record.posted = record.quantity
        movements = movements_for_notified(in_transit_of(record), record.quantity, name, sender_account(record))
        book_movements(workset, decision, movements)
        decision.lines.append(LineDecision(name, "posted", 1))
    for part, records in late.items():
        _take_over(workset, decision, policy, now_us, GroupKey(book, site, part), records)
    for line in [*workset.naming.get((book, site, shipment.key.shipment_id), ())]:
        # Goods that name this notice and that it does not have: they may be another product (D19).
        if line.status == "unmatched" and set_apart(workset, line):
            scope = {(one.key, one.line): one for one in linked_notices(workset, line)}
            rematch(workset, decision, policy, now_us, scope.values(), (line,), verdicts[0].line.line)
    for order_line, name in ordered.values():
        finding = review_order_line(decision, policy, order_line, name)
        if finding is not None and not finding.settles:
            finding.evidence = evidence_of(resolved, _segment_of(resolved, name))
            workset.notice_lines[(shipment.key, name)].bad = True


def _close_time(shipment: Shipment, terms: Terms, now_us: int) -> int | None:
    """A line that posts after goods of its shipment came closes in its own time; else with the first receipt."""
    if shipment.first_received_at is None:
        return None
    return now_us + int(terms.close_days * DAY)


def _segment_of(resolved: ResolvedEvent, name: str) -> int:
    return next((line.said.segment for line in resolved.lines if line.line == name), 0)


def put_notice_line(
    workset: Workset, resolved: ResolvedEvent, shipment: Shipment, verdict: Verdict, owner: str
) -> NoticeLine:
    """The record of one line; an earlier one under the same key gives way to it."""
    line = verdict.line
    said = line.said
    assert isinstance(said, SaidLine)  # noqa: S101  lines of a notice
    order_line = verdict.order_line
    units = said.handling_units
    status = "waiting" if verdict.needs else "refused" if verdict.refused else "open"
    earlier = workset.notice_lines.get((shipment.key, line.line))
    record = NoticeLine(
        key=shipment.key,
        line=line.line,
        part=line.part,
        part_number=said.part_number or said.supplier_part_number,
        part_revision=line.revision,
        unit=line.unit,
        quantity=line.quantity,
        seq=resolved.seq,
        segment=said.segment,
        lot=said.lot,
        order_number=said.order_number,
        order_line=said.order_line,
        order_line_identity="" if order_line is None else order_line.line,
        handling_units=tuple([unit.id for unit in units if unit.id]) if units else (),
        serials=verdict.serials,
        status=status,  # type: ignore[arg-type]
        unit_sent=said.unit,
        numerator=line.numerator,
        denominator=line.denominator,
        hold_reason=verdict.hold_reason,
        owner=owner,
        bad=bool(verdict.findings) or bool(verdict.needs),
        release=said.release,
        reference=said.reference,
        packaging=_packaging(said),
        touched=True,
        new=earlier is None or earlier.new,
    )
    if line.goods is not None:
        record.owner, record.stock_segment = line.goods.owner, line.goods.segment
        if line.goods.state == "quality_hold":
            record.hold_reason = line.goods.hold_reason or "transfer"
    workset.add_notice_line(record)
    if status == "open" and verdict.allowed:
        use(
            workset, resolved, line.line, verdict.allowed, line.quantity, stage="notice", part=line.part,
            revision=line.revision,
        )  # fmt: skip
    return record


def _packaging(said: SaidLine) -> str:
    """The codes of the containers and packs that it comes in, each once, parted by a comma."""
    if not said.handling_units:
        return ""
    return ",".join(dict.fromkeys(unit.packaging for unit in said.handling_units if unit.packaging))


def _take_over(
    workset: Workset, decision: Decision, policy: Policy, now_us: int, group: GroupKey, records: list[NoticeLine]
) -> None:
    """A late notice takes over the goods that came before it, where they are still there (SEMANTICS 14)."""
    mine = {(record.key, record.line) for record in records}
    early: list[ReceiptLine] = []
    for line in workset.unmatched(group):
        if line.status == "unmatched":
            _, named = candidates(workset, line)
            if any((notice.key, notice.line) in mine for notice in named):
                early.append(line)
    before = len(decision.movements)
    scope = {(one.key, one.line): one for one in records}
    # Goods under a label of this notice may have been matched to the one that their paper names.
    scope |= {(one.key, one.line): one for line in early for one in linked_notices(workset, line)}
    rematch(workset, decision, policy, now_us, scope.values(), early, records[0].line, fresh=records)
    for key in {one.key for one in scope.values()} - {records[0].key}:
        _unmark_received(workset, policy, key, now_us)
    for record in records:
        record.posted = record.quantity - record.received
    made = len(decision.movements) - before
    for entry in decision.lines:
        if entry.line == records[0].line:
            entry.movements = made
    if early:
        mark_received(workset, policy, records[0].key, min(line.received_at for line in early), now_us)


def mark_received(workset: Workset, policy: Policy, key: ShipmentKey, received_at: int, now_us: int) -> None:
    """Note the first goods receipt of a shipment: it cannot be changed any more, its lines get a close time."""
    shipment = workset.shipments.get(key)
    if shipment is None:
        return
    if shipment.first_received_at is None:
        terms = policy.terms_for(key.supplier, shipment.partner)
        times = now_us + int(terms.close_days * DAY), now_us + int(terms.split_hours * HOUR)
        workset.closing[key] = times
        for line in workset.lines_of_shipment.get(key, {}).values():
            workset.begin_closing(line)
        shipment.first_received_at, shipment.overdue_at, shipment.touched = received_at, 0, True
    elif received_at < shipment.first_received_at:
        shipment.first_received_at, shipment.touched = received_at, True


def _unmark_received(workset: Workset, policy: Policy, key: ShipmentKey, now_us: int) -> None:
    """A shipment whose goods were another's after all was never received: it waits for its own as before."""
    shipment, lines = workset.shipments.get(key), workset.lines_of_shipment.get(key, {})
    if shipment is None or any(live_links(workset.links_of_notice.get((key, name))) for name in lines):
        return
    shipment.first_received_at, shipment.touched = None, True
    workset.closing.pop(key, None)
    expect(shipment, policy)
    for line in lines.values():
        if line.status == "open" and line.closes_at is not None and line.closes_at > now_us:
            line.closes_at, line.split_at, line.touched = None, 0, True

"""Transfers between our sites: what leaves the one is under way at the other, and is matched there when it comes.

Each event is of one site and moves goods of that site only; both sites' transfer accounts hold the same quantity with
opposite signs. The site that sends decides which goods leave, and hands them over as records; the site that receives
takes them for a shipment announced by the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from ledger.events import HandlingUnit, NoticeLine, ReceiptLine, StockLine, TransferReceived, TransferShipped
from ledger.handling.rules import Rule
from ledger.matching.booking import CannotReread, book_movements
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.discrepancies import d24_serials, d42_changed_after_receipt
from ledger.matching.notices.checks import Verdict
from ledger.matching.notices.notices import withdraw_notice
from ledger.matching.notices.posting import post_lines
from ledger.matching.receiving.identities import stands_at
from ledger.matching.receiving.receipts import decide_received
from ledger.matching.records.documents import Shipment, ShipmentKey
from ledger.matching.records.transfers import ShippedGoods, TransferKey, TransferLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, document_of, microseconds
from ledger.matching.waiting import cannot_post, refuse_whole
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.stock.accounts import external_account
from ledger.stock.bucket import Bucket, Movement

DecideLine = Callable[[Workset, Decision, ResolvedLine, Rule, int], LineDecision]

USUAL = Rule(("allocated", "available"), ("transfer",))
"""How goods leave for another site; those in another state only where the line names it."""

NAMED = ("available", "allocated", "consigned", "service_reserved", "quality_hold")
"""States in which goods may be shipped where the line names it; what is held is held again on arrival."""


def key_of(resolved: ResolvedEvent) -> TransferKey:
    """The transfer that the event is about."""
    event = resolved.event
    number = event.transfer if isinstance(event, TransferReceived) else event.number
    return TransferKey(resolved.book, resolved.origin, resolved.destination, number)


def need_of(key: TransferKey, line: str = "") -> str:
    """What waits for a transfer, or for one line of it: `transfer:P1/P2/T1`."""
    return f"transfer:{key.site}/{key.destination}/{key.number}" + (f"/{line}" if line else "")


def decide_shipped(
    workset: Workset, decision: Decision, policy: Policy, now_us: int, decide_line: DecideLine
) -> None:
    """One half of a transfer: goods leave their site, or are under way to theirs."""
    resolved = decision.resolved
    if resolved.origin == resolved.destination:
        refuse_whole(decision, "", f"Goods stay at {resolved.origin}: a move within a site is PutAwayCompleted.")
    elif resolved.site == resolved.origin:
        _ship(workset, decision, now_us, decide_line)
    else:
        _announce(workset, decision, policy, now_us)


# --- the site that sends ------------------------------------------------------------------------------------


def _ship(workset: Workset, decision: Decision, now_us: int, decide_line: DecideLine) -> None:
    resolved, key = decision.resolved, key_of(decision.resolved)
    known = workset.lines_of_transfer.get(key, {})
    cancelled = any(record.status == "cancelled" for record in known.values())
    for line in resolved.lines:
        said = line.said
        assert isinstance(said, StockLine)  # noqa: S101  lines of a transfer
        reason = f"Transfer {key.number} was cancelled." if cancelled else ""
        if said.state and said.state not in NAMED:
            reason = f"Goods in {said.state} are not shipped to another site: {', '.join(NAMED)} are."
        before = len(decision.movements)
        if reason and line.standing != "other":
            decided = LineDecision(line.line, "refused", reason=reason)
        else:
            line.said = msgspec.structs.replace(said, demand=said.demand or key.number)
            rule = Rule((said.state,), USUAL.targets) if said.state else USUAL
            decided = decide_line(workset, decision, line, rule, now_us)
        decision.lines.append(decided)
        if decided.status == "conflict":
            continue
        if not cancelled:
            _put(workset, resolved, key, line, decided, decision.movements[before:])
        if decided.status != "waiting":
            decision.released.append(need_of(key, line.line))
    decision.released.append(need_of(key))


def _put(
    workset: Workset, resolved: ResolvedEvent, key: TransferKey, line: ResolvedLine, decided: LineDecision,
    movements: Sequence[Movement],
) -> None:  # fmt: skip
    """Note what left, for the other half and for a cancellation."""
    serials = (line.said.serials if movements else ()) or tuple(movement.source.serial for movement in movements)
    goods = tuple(
        _goods(movement.source, movement.quantity, serial)
        for movement, serial in zip(movements, serials, strict=True)
    )
    earlier = workset.transfer_lines.get((key, line.line))
    workset.add_transfer_line(
        TransferLine(
            key=key, line=line.line, part=line.part, quantity=sum(one.quantity for one in goods),
            status={"posted": "shipped", "waiting": "waiting"}.get(decided.status, "refused"),  # type: ignore[arg-type]
            seq=resolved.seq, goods=goods, touched=True, new=earlier is None or earlier.new,
        )
    )  # fmt: skip


def _goods(bucket: Bucket, quantity: int, serial: str) -> ShippedGoods:
    return ShippedGoods(
        bucket.revision, bucket.lot, serial or bucket.serial, bucket.location, bucket.owner, bucket.segment,
        bucket.state, bucket.hold_reason, bucket.handling_unit, bucket.demand, quantity,
    )  # fmt: skip


# --- the site that receives ---------------------------------------------------------------------------------


def _announce(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Take the goods that left the other site for a notice of what is under way."""
    resolved, key = decision.resolved, key_of(decision.resolved)
    notices: dict[str, str] = {}
    """Notice line -> line of the event."""
    verdicts: list[Verdict] = []
    for line in resolved.lines:
        record = workset.transfer_lines.get((key, line.line))
        held_back = _held_back(key, line, record)
        if held_back is not None:
            decision.lines.append(held_back)
        elif record is not None:
            for n, goods in enumerate(_together(record.goods), 1):
                name = line.line if n == 1 else f"{line.line}~{n}"
                notices[name] = line.line
                as_advised = _as_advised(resolved, line, name, goods)
                verdicts.append(Verdict(as_advised, (goods.serial,) if goods.serial else ()))
    if not verdicts:
        return
    shipment = _shipment(workset, resolved, key, now_us)
    inner = Decision(resolved)
    post_lines(workset, inner, policy, now_us, shipment, verdicts, policy.terms_for(resolved.supplier))
    moved = [movement._replace(line=notices.get(movement.line, movement.line)) for movement in inner.movements]
    decision.movements += moved
    for finding in inner.findings:
        finding.line = notices.get(finding.line, finding.line)
    decision.findings += inner.findings
    for name in dict.fromkeys(notices.values()):
        made = sum(movement.line == name for movement in moved)
        decision.lines.append(LineDecision(name, "posted", made))


def _held_back(key: TransferKey, line: ResolvedLine, record: TransferLine | None) -> LineDecision | None:
    if (held_back := cannot_post(line)) is not None:
        return held_back
    if record is None or record.status == "waiting":
        return LineDecision(line.line, "waiting", needs=need_of(key, line.line))
    if record.status != "shipped":
        how = "was cancelled" if record.status == "cancelled" else f"was refused at {key.site}"
        return LineDecision(line.line, "refused", reason=f"Line {line.line} of transfer {key.number} {how}.")
    return None


def _together(goods: Iterable[ShippedGoods]) -> list[ShippedGoods]:
    """Goods that nothing tells apart any more once they left their shelf."""
    sums: dict[ShippedGoods, int] = {}
    for one in goods:
        state = one.state if one.state == "quality_hold" else ""
        alike = one._replace(location="", state=state, demand="", quantity=0)
        sums[alike] = sums.get(alike, 0) + one.quantity
    return [alike._replace(quantity=quantity) for alike, quantity in sums.items()]


def _as_advised(resolved: ResolvedEvent, line: ResolvedLine, name: str, goods: ShippedGoods) -> ResolvedLine:
    """The line of a notice that says of these goods what is known of them."""
    event = resolved.event
    assert isinstance(event, TransferShipped)  # noqa: S101  the dispatch table says so
    said = NoticeLine(
        part_number=line.said.part_number, line=name, segment=line.said.segment, part_revision=goods.revision,
        quantity=line.said.quantity, unit=line.said.unit, lot=goods.lot,
        serials=(goods.serial,) if goods.serial else (),
        handling_units=(HandlingUnit(id=goods.handling_unit),) if goods.handling_unit else (),
    )  # fmt: skip
    owner = goods.owner if event.to_owner is None else event.to_owner
    return ResolvedLine(
        line=name, said=said, part=line.part, unit=line.unit, quantity=goods.quantity, revision=goods.revision,
        supplier=resolved.supplier, numerator=line.numerator, denominator=line.denominator,
        goods=goods._replace(owner=owner),
    )  # fmt: skip


def _shipment(workset: Workset, resolved: ResolvedEvent, key: TransferKey, now_us: int) -> Shipment:
    """The header under which the goods are under way; lines that post later come to the same."""
    event = resolved.event
    assert isinstance(event, TransferShipped)  # noqa: S101  the dispatch table says so
    name = ShipmentKey(key.book, key.destination, resolved.supplier, key.number)
    known = workset.shipments.get(name)
    if known is not None and known.status == "advised":
        return known
    message, document = document_of(event)
    shipment = Shipment(
        key=name, status="advised", seq=resolved.seq, partner=event.partner, revision=event.revision,
        message=message, document=document,
        shipped_at=microseconds(event.occurred_at), expected_at=microseconds(event.expected_at),
        notified_at=microseconds(event.recorded_at) or now_us, bill_of_lading=event.bill_of_lading,
        packing_slip=event.packing_slip, supplier_as_sent=event.from_place, ship_to_as_sent=event.to_place,
        touched=True, new=known is None or known.new,
    )  # fmt: skip
    workset.add_shipment(shipment)
    return shipment


def decide_transfer_received(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """What came is matched with what is under way, as every goods receipt is that names its shipment."""
    resolved, key = decision.resolved, key_of(decision.resolved)
    for line in resolved.lines:
        said = line.said
        assert isinstance(said, ReceiptLine)  # noqa: S101  lines of a goods receipt
        line.supplier = resolved.supplier
        line.said = msgspec.structs.replace(
            said, shipment_id=key.number, bill_of_lading="", packing_slip="", order_number="", order_line="",
            supplier="",
        )  # fmt: skip
    decide_received(workset, decision, policy, now_us)


# --- taking it back -----------------------------------------------------------------------------------------


def decide_transfer_cancelled(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """One half: goods stand again where they stood, and are no longer under way; refused once any were received."""
    resolved, key = decision.resolved, key_of(decision.resolved)
    lines = workset.lines_of_transfer.get(key, {})
    if not lines:
        decision.lines.append(LineDecision("", "waiting", needs=need_of(key)))
        return
    shipment = workset.shipments.get(ShipmentKey(key.book, key.destination, resolved.supplier, key.number))
    if shipment is not None and shipment.status == "advised" and shipment.first_received_at is not None:
        finding = d42_changed_after_receipt.find(resolved, "cancelled")
        finding.grade, finding.shipment_id, finding.order_number = "", key.number, ""
        finding.text = (
            f"Transfer {key.number} cannot be cancelled: {key.destination} received goods of it. It stays in force: "
            f"send what came back by another transfer."
        )
        if resolved.site == key.site:
            decision.findings.append(finding)
        refuse_whole(decision, finding.code, finding.text)
        return
    if resolved.site == key.site:
        for line in lines.values():
            _take_back(workset, decision, key, line)
    elif shipment is not None and shipment.status == "advised":
        withdraw_notice(workset, decision, policy, shipment, "cancelled")
        shipment.status, shipment.touched = "cancelled", True
        _name_by_event(decision)
    decision.lines.append(LineDecision("", "posted", len(decision.movements)))


def _name_by_event(decision: Decision) -> None:
    """Goods of one line that were told apart are movements of that line."""
    decision.movements[:] = [
        movement._replace(line=movement.line.partition("~")[0]) for movement in decision.movements
    ]


def unship(
    workset: Workset, decision: Decision, policy: Policy, before: ResolvedEvent, resolved: ResolvedEvent
) -> bool:
    """One half of a transfer that is read again: its records are free for what it says now. Whether its goods have
    been taken back with them. Raises CannotReread once any were received."""
    key = key_of(before)
    shipment = workset.shipments.get(ShipmentKey(key.book, key.destination, before.supplier, key.number))
    if shipment is not None and shipment.status == "advised" and shipment.first_received_at is not None:
        raise CannotReread(
            f"{key.destination} received goods of transfer {key.number}: take that back first "
            f"(GoodsReceiptReversed), or send the difference by another transfer."
        )
    lines = workset.lines_of_transfer.get(key, {})
    if any(line.status == "cancelled" for line in lines.values()):
        raise CannotReread(f"Transfer {key.number} was cancelled: there is nothing to put right.")
    if before.site == key.site:
        is_under_way = shipment is not None and shipment.status == "advised"
        if is_under_way and key_of(resolved) != key and not resolved.event.retracted:
            raise CannotReread(
                f"Transfer {key.number} is under way to {key.destination}, and read so it would not be: cancel it, "
                f"and ship its goods by a transfer of another number."
            )
        for line in lines.values():
            line.status, line.touched = "refused", True
        return False
    if shipment is not None and shipment.status == "advised":
        withdraw_notice(workset, decision, policy, shipment, "replaced")
        shipment.status, shipment.touched = "refused", True
        _name_by_event(decision)
    return True


def _stands_again(workset: Workset, key: TransferKey, part: str, goods: ShippedGoods) -> Bucket:
    """Where goods stood; held without a name where their serial was found at another place meanwhile."""
    bucket = goods.stood_at(key, part)
    if not bucket.serial or stands_at(workset, key.book, part, bucket.serial) is None:
        return bucket
    return bucket._replace(serial="", state="quality_hold", hold_reason=d24_serials.CLASS.code, demand="")


def _take_back(workset: Workset, decision: Decision, key: TransferKey, line: TransferLine) -> None:
    account = external_account(key.book, key.site, line.part, "transfer")
    if line.status == "shipped":
        movements = [
            Movement(account, _stands_again(workset, key, line.part, goods), goods.quantity, line.line)
            for goods in line.goods
        ]
        book_movements(workset, decision, movements)
    if line.status in ("shipped", "waiting"):
        line.status, line.touched = "cancelled", True
        decision.released.append(need_of(key, line.line))

"""What we tell a partner about what the dock found (861): one advice per goods receipt and shipment.

Only what is new is told. Where the agreement asks for every goods receipt, those in which nothing differs are told
too, and each says what came with it alone, so that they add up.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import msgspec

from ledger.advices import ReceivedLine, ReceivingAdvice, Variance
from ledger.cases.advices import Told, number_of
from ledger.cases.closed_notices import differences, take_closed, waits_for_close
from ledger.events import GoodsReceived
from ledger.masterdata import to_decimal
from ledger.matching.deciding.review import UNADVISED, linked_notices, live_links
from ledger.matching.decision import Decision, Finding
from ledger.matching.discrepancies import BY_CODE, d14_no_notice
from ledger.matching.receiving.ladder import named_shipments, reference_of
from ledger.matching.records.documents import (
    CumulativeKey,
    GroupKey,
    Link,
    NoticeLine,
    Receipt,
    ReceiptKey,
    ReceiptLine,
    Shipment,
    ShipmentKey,
)
from ledger.matching.records.transfers import is_transfer
from ledger.matching.resolved import moment
from ledger.matching.workset import Workset
from ledger.policy import Policy


class _Group(NamedTuple):
    """What one advice speaks of: a goods receipt, as far as it answers one shipment."""

    receipt: ReceiptKey | None
    site: str
    supplier: str
    shipment_id: str


ADJUST_CUMULATIVE = "11"
"""Receiving condition that asks to put the cumulative shipped right; its classes are content (824), too."""

_Line = tuple[str, str]
"""Notice line, else (first "") receipt line."""
_Lines = dict[_Line, list[tuple[Finding, int]]]
_Groups = dict[_Group, _Lines]


def receiving_advices(
    workset: Workset, decision: Decision, policy: Policy, told: Told, now_us: int
) -> list[ReceivingAdvice]:
    """One advice per goods receipt and shipment that has something to tell, or whose agreement asks for all."""
    groups: _Groups = {}
    for finding, before in told:
        kind = BY_CODE[finding.code]
        if kind.condition in ("", ADJUST_CUMULATIVE):
            continue
        if not finding.grade and not is_transfer(finding.supplier):
            receipt = _receipt_of(workset, decision, finding)
            shown = _line_that_shows(workset, finding, receipt)
            if not finding.notice_line and shown is None:
                continue
            supplier, shipment_id = _told_with(workset, finding, shown)
            group = _Group(receipt, finding.site, supplier, shipment_id)
            if waits_for_close(policy, _shipment_of(workset, decision.resolved.book, group), finding):
                continue
            line = (finding.notice_line, "" if finding.notice_line or shown is None else shown.line)
            groups.setdefault(group, {}).setdefault(line, []).append((finding, before))
    if isinstance(decision.resolved.event, GoodsReceived):
        if policy.advises_receipts:
            _add_all_received(workset, decision, policy, groups)
        if workset.open_cases_of_part:
            _add_adjustments(workset, decision, groups)
    made = [
        _receiving_advice(workset, decision, policy, group, lines, count, now_us)
        for count, (group, lines) in enumerate(groups.items())
    ]
    if policy.advises_notices:
        made += _of_closed_notices(workset, decision, policy, len(made), now_us)
    return made


def _of_closed_notices(
    workset: Workset, decision: Decision, policy: Policy, count: int, now_us: int
) -> Iterator[ReceivingAdvice]:
    """One for each notice whose last line has closed, with all that came for it."""
    for n, (shipment, closed) in enumerate(take_closed(workset, decision, policy), count):
        links = [link for line in closed for link in live_links(workset.links_of_notice.get((line.key, line.line)))]
        receipts = {link.receipt for link in links}
        last = max(receipts, key=lambda one: (workset.receipts[one].received_at, one), default=None)
        group = _Group(last, shipment.key.site, shipment.key.supplier, shipment.key.shipment_id)
        lines: _Lines = {
            (line.line, ""): [(found, 0) for found in differences(workset, policy, line)] for line in closed
        }
        advice = _receiving_advice(workset, decision, policy, group, lines, n, now_us)
        named = advice.receipt_id if len(receipts) == 1 else ""
        yield msgspec.structs.replace(advice, receipt_id=named, closed=True)


def _add_all_received(workset: Workset, decision: Decision, policy: Policy, groups: _Groups) -> None:
    """Add the lines of the goods receipt that are told although nothing differs."""
    resolved = decision.resolved
    key = ReceiptKey(resolved.book, resolved.site, resolved.event.partner, resolved.event.number)
    for decided in decision.lines:
        line = workset.receipt_lines.get((key, decided.line))
        if decided.status != "posted" or line is None or is_transfer(line.supplier):
            continue
        links = live_links(workset.links_of_receipt.get((key, line.line)))
        noticed = [(link.shipment, link.notice_line) for link in links if link.shipment is not None]
        for shipment, notice_line in dict.fromkeys(noticed):
            group = _Group(key, shipment.site, shipment.supplier, shipment.shipment_id)
            if _partner_of(workset, policy, resolved.book, group) in policy.advises_receipts:
                groups.setdefault(group, {}).setdefault((notice_line, ""), [])
        if not noticed and policy.partner_for(line.supplier) in policy.advises_receipts:
            group = _Group(key, key.site, line.supplier, line.shipment_id)
            groups.setdefault(group, {}).setdefault(("", line.line), [])


def _add_adjustments(workset: Workset, decision: Decision, groups: _Groups) -> None:
    """Add by how much a supplier is to put its cumulative right: told with the first goods of each notice line of the
    part while that is in question."""
    resolved = decision.resolved
    key = ReceiptKey(resolved.book, resolved.site, resolved.event.partner, resolved.event.number)
    for part in dict.fromkeys(line.part for line in resolved.lines if line.part):
        cases = [
            case
            for case in workset.open_cases_of_part.get(GroupKey(resolved.book, resolved.site, part), ())
            if BY_CODE[case.code].condition == ADJUST_CUMULATIVE and case.quantity
        ]
        if not cases:
            continue
        for shipment, name in _first_received(workset, decision, key, part):
            told = groups.setdefault(_Group(key, *shipment[1:]), {}).setdefault((name, ""), [])
            for case in sorted(cases, key=lambda case: case.code):
                if case.supplier == shipment.supplier:
                    told.append((Finding(case.code, case.site, quantity=case.quantity), 0))


def _first_received(
    workset: Workset, decision: Decision, key: ReceiptKey, part: str
) -> dict[tuple[ShipmentKey, str], None]:
    """Notice lines of the part of which nothing came before this goods receipt."""
    found: dict[tuple[ShipmentKey, str], None] = {}
    for decided in decision.lines:
        line = workset.receipt_lines.get((key, decided.line))
        if decided.status != "posted" or line is None or line.part != part or is_transfer(line.supplier):
            continue
        for link in live_links(workset.links_of_receipt.get((key, line.line))):
            if link.shipment is not None:
                named = (link.shipment, link.notice_line)
                if all(one.receipt == key for one in live_links(workset.links_of_notice.get(named))):
                    found[named] = None
    return found


def _shipment_of(workset: Workset, book: str, group: _Group) -> Shipment | None:
    key = ShipmentKey(book, group.site, group.supplier, group.shipment_id)
    return workset.shipments.get(key) if group.shipment_id else None


def _partner_of(workset: Workset, policy: Policy, book: str, group: _Group) -> str:
    """Who is told: whoever sent the notice, else whose agreement speaks for the supplier."""
    shipment = _shipment_of(workset, book, group)
    return shipment.partner if shipment is not None else policy.partner_for(group.supplier)


def _receipt_of(workset: Workset, decision: Decision, finding: Finding) -> ReceiptKey | None:
    """The goods receipt that it is told about: the one being decided, else the last that answered the notice line."""
    resolved = decision.resolved
    event = resolved.event
    if finding.receipt_id:
        return ReceiptKey(resolved.book, finding.site, finding.receipt_provider, finding.receipt_id)
    if isinstance(event, GoodsReceived):
        return ReceiptKey(resolved.book, resolved.site, event.partner, event.number)
    links = live_links(workset.links_of_notice.get((_shipment_key(decision, finding), finding.notice_line)))
    if not links:
        return None
    return max(links, key=lambda link: (link.seq, link.receipt)).receipt


def _line_that_shows(workset: Workset, finding: Finding, receipt: ReceiptKey | None) -> ReceiptLine | None:
    """The goods-receipt line that it is about, else the one that is being decided."""
    return None if receipt is None else workset.receipt_lines.get((receipt, finding.receipt_line or finding.line))


def _told_with(workset: Workset, finding: Finding, line: ReceiptLine | None) -> tuple[str, str]:
    """Supplier and shipment that it is told with: its own, else those that its line answers or names."""
    if finding.shipment_id or line is None or finding.code in UNADVISED:
        return finding.supplier, finding.shipment_id
    keys = {notice.key for notice in linked_notices(workset, line)}
    how = reference_of(line)
    if not keys and how is not None:
        keys = {shipment.key for shipment in named_shipments(workset, line, how)}
    if len(keys) != 1:
        return finding.supplier, ""
    key = keys.pop()
    return key.supplier, key.shipment_id


def _shipment_key(decision: Decision, finding: Finding) -> ShipmentKey:
    return ShipmentKey(decision.resolved.book, finding.site, finding.supplier, finding.shipment_id)


def _receiving_advice(
    workset: Workset,
    decision: Decision,
    policy: Policy,
    group: _Group,
    lines: _Lines,
    count: int,
    now_us: int,
) -> ReceivingAdvice:
    resolved = decision.resolved
    shipment = _shipment_of(workset, resolved.book, group)
    receipt = None if group.receipt is None else workset.receipts.get(group.receipt)
    partner = _partner_of(workset, policy, resolved.book, group)
    alone = partner in policy.advises_receipts
    return ReceivingAdvice(
        number=number_of(decision, "RA", count),
        partner=partner,
        book=resolved.event.book,
        site=group.site,
        created_at=moment(now_us),
        supplier=_supplier_as_sent(shipment.supplier_as_sent if shipment is not None else "", receipt),
        ship_to=_ship_to_as_sent(shipment, receipt),
        shipment_id=group.shipment_id,
        causation=str(resolved.effective_seq),
        receipt_id="" if group.receipt is None else group.receipt.receipt_id,
        packing_slip="" if shipment is None else shipment.packing_slip,
        received_at=None if receipt is None else moment(receipt.received_at),
        shipped_at=None if shipment is None or shipment.shipped_at is None else moment(shipment.shipped_at),
        lines=tuple(
            _received_line(workset, decision, group, line, told, alone=alone) for line, told in lines.items()
        ),
    )


def _ship_to_as_sent(shipment: Shipment | None, receipt: Receipt | None) -> str:
    if shipment is not None:
        return shipment.ship_to_as_sent
    return "" if receipt is None else receipt.ship_to_as_sent


def _supplier_as_sent(said: str, receipt: Receipt | None) -> str:
    if said or receipt is None:
        return said
    return receipt.supplier_as_sent


def _received_line(
    workset: Workset, decision: Decision, group: _Group, line: _Line, told: Told, *, alone: bool
) -> ReceivedLine:
    """One RCD: all that is to be said of one notice line, or of one receipt line without a notice.

    `alone`: of what was received, only what came with the goods receipt that is being decided, and of what differs
    only what had not been told.
    """
    notice_line, receipt_line = line
    findings = [(finding, finding.quantity - before if alone else finding.quantity) for finding, before in told]
    if notice_line:
        key = ShipmentKey(decision.resolved.book, group.site, group.supplier, group.shipment_id)
        notice = workset.notice_lines[(key, notice_line)]
        links = live_links(workset.links_of_notice.get((notice.key, notice.line)))
        if alone:
            is_now = isinstance(decision.resolved.event, GoodsReceived)
            links = [link for link in links if is_now and link.receipt == group.receipt]
        return _line_of_notice(workset, notice, links, findings)
    assert group.receipt is not None  # noqa: S101  what answers no notice came with a goods receipt
    return _line_of_receipt(workset, workset.receipt_lines[(group.receipt, receipt_line)], findings)


def _line_of_notice(workset: Workset, notice: NoticeLine, links: list[Link], findings: Told) -> ReceivedLine:
    received = sum(link.quantity for link in links)
    quantities = [received, notice.quantity, *(quantity for _, quantity in findings)]
    unit, factor = _answer_unit(notice, quantities)
    return ReceivedLine(
        part_number=notice.part_number,
        line=notice.line,
        segment=notice.segment,
        part_revision=notice.part_revision,
        order_number=notice.order_number,
        order_line=notice.order_line,
        lot=notice.lot,
        serials=_serials(workset, links),
        unit=unit,
        quantity=_in_unit(received, factor),
        quantity_advised=_in_unit(notice.quantity, factor),
        cum_received=_cumulative(workset, notice.key.book, notice.key.site, notice.key.supplier, notice.part, factor),
        variances=tuple(_variance(*one, unit, factor) for one in findings),
    )


def _line_of_receipt(workset: Workset, line: ReceiptLine, findings: Told) -> ReceivedLine:
    unit, factor = _answer_unit(line, [line.quantity, *(quantity for _, quantity in findings)])
    return ReceivedLine(
        part_number=line.part_number,
        line=line.line,
        segment=line.segment,
        part_revision=line.part_revision,
        order_number=line.order_number,
        order_line=line.order_line,
        lot=line.lot,
        serials=line.serials,
        unit=unit,
        quantity=_in_unit(line.quantity, factor),
        cum_received=_cumulative(workset, line.key.book, line.key.site, line.supplier, line.part, factor),
        variances=tuple(_variance(*one, unit, factor) for one in findings),
    )


def _variance(finding: Finding, quantity: int, unit: str, factor: Fraction) -> Variance:
    condition = finding.condition or BY_CODE[finding.code].condition
    if finding.code == d14_no_notice.CLASS.code and finding.clearing:
        condition = d14_no_notice.NOT_PROCESSED
    return Variance(quantity=_in_unit(quantity, factor), unit=unit, condition=condition)


def _serials(workset: Workset, links: list[Link]) -> tuple[str, ...]:
    found: list[str] = []
    for link in links:
        line = workset.receipt_lines.get((link.receipt, link.receipt_line))
        if line is not None:
            found.extend(line.serials)
    return tuple(dict.fromkeys(found))


def _cumulative(workset: Workset, book: str, site: str, supplier: str, part: str, factor: Fraction) -> Decimal | None:
    """Received in all, or since the agreed start; None where unknown, or not exact in the unit of the answer."""
    total = workset.cumulatives.get(CumulativeKey(book, site, part, supplier))
    if total is None:
        return None
    agreement = workset.agreements.get(total.key)
    received = total.received
    if agreement is not None:
        received += agreement.adjusted - agreement.received_before
    return _in_unit(received, factor) if _is_exact(received, factor) else None


def _answer_unit(line: NoticeLine | ReceiptLine, quantities: list[int]) -> tuple[str, Fraction]:
    """The unit as sent where every quantity is exact in it, else the base unit; with base units per answer unit."""
    if line.unit_sent and line.unit_sent != line.unit:
        factor = Fraction(line.numerator, line.denominator)
        if all(_is_exact(quantity, factor) for quantity in quantities):
            return line.unit_sent, factor
    return line.unit, Fraction(1)


def _is_exact(quantity: int, factor: Fraction) -> bool:
    return (quantity / factor).denominator == 1


def _in_unit(quantity: int, factor: Fraction) -> Decimal:
    """Millionths of the base unit as a Decimal in the answer's unit."""
    return to_decimal(int(quantity / factor))

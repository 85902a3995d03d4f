"""What is wrong with lines as they stand now: findings of the dock, from records alone.

Every finding that could concern a line is given, the settled ones too: a case that is open for one closes by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ledger.events import GoodsReceiptMatched
from ledger.matching.deciding.case_identity import identity_of
from ledger.matching.decision import Decision, Finding
from ledger.matching.discrepancies import (
    d05_revision,
    d08_over_order,
    d14_no_notice,
    d16_short,
    d17_over,
    d20_damaged,
    d24_serials,
    d25_lot,
    d27_split,
    d29_cancelled_notice,
    d39_transfer,
)
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.receiving.apart import APART, OF_THE_DOCK
from ledger.matching.receiving.found import find_otherwise
from ledger.matching.receiving.holds import held_by_receipt
from ledger.matching.receiving.ladder import NONE
from ledger.matching.records.documents import Case, Evidence, Link, NoticeLine, OrderLine, ReceiptLine, Shipment
from ledger.matching.records.transfers import is_transfer
from ledger.matching.workset import Workset
from ledger.policy import Action, Policy


def action_beyond(
    policy: Policy, kind: DiscrepancyClass, line: NoticeLine, difference: int, expected: int
) -> tuple[Action, str]:
    """What is done about a difference on a notice line, and the tolerance rule that said so."""
    tolerance, rule = policy.tolerance(
        kind.code, site=line.key.site, supplier=line.key.supplier, part=line.part,
        order_number=line.order_number, order_line=line.order_line,
    )  # fmt: skip
    if tolerance.allows(difference, expected):
        return "ignore", rule
    return tolerance.action or kind.action, rule


def short_class(line: NoticeLine) -> DiscrepancyClass:
    """The class of what is short on a notice line: between our sites it is a variance of the transfer."""
    return d39_transfer.CLASS if is_transfer(line.key.supplier) else d16_short.CLASS


def over_class(line: NoticeLine) -> DiscrepancyClass:
    """The class of what is over on a notice line."""
    return d39_transfer.CLASS if is_transfer(line.key.supplier) else d17_over.CLASS


def over_action(workset: Workset, policy: Policy, line: NoticeLine, over: int) -> tuple[Action, str]:
    """What is done about what is over on a notice line; pieces with serials never pass unseen."""
    action, rule = action_beyond(policy, over_class(line), line, over, line.quantity)
    if action == "hold" or not over or not policy.casework.hold_serialised_over:
        return action, rule
    part = workset.masterdata.parts.get(line.part)
    serialised = bool(line.serials) or (part is not None and part.serial_controlled)
    return ("hold", "serialised") if serialised else (action, rule)


def live_links(links: list[Link] | None) -> list[Link]:
    """The links in force, in the order they were made: rows come in any."""
    live = [link for link in links or () if not link.reversed]
    if len(live) > 1:
        live.sort(key=lambda link: (link.seq, link.receipt, link.receipt_line, link.number))
    return live


def linked_notices(workset: Workset, line: ReceiptLine) -> list[NoticeLine]:
    """The notice lines that a goods-receipt line answers, each once."""
    links = live_links(workset.links_of_receipt.get((line.key, line.line)))
    named = dict.fromkeys((link.shipment, link.notice_line) for link in links if link.shipment is not None)
    return [workset.notice_lines[shipment, name] for shipment, name in named if shipment is not None]


def review_notice_line(
    workset: Workset, decision: Decision, policy: Policy, line: NoticeLine, event_line: str
) -> None:
    """Short, over and damaged of one notice line."""
    links = live_links(workset.links_of_notice.get((line.key, line.line)))
    undecided = [link for link in links if not link.settled and link.source == "notice"]
    damaged = sum(link.quantity for link in undecided if _is_damage(link))
    split = d27_split.find(line)
    waited = (split,) if identity_of(line.key.book, split) in workset.open_cases else ()
    for finding in (*_quantity_findings(workset, policy, line), d20_damaged.find(line, damaged), *waited):
        tell_of_notice_line(workset, decision, line, finding, event_line)
    if line.cleared > line.settled or line.over > 0:
        line.bad = True


def tell_of_notice_line(
    workset: Workset, decision: Decision, line: NoticeLine, finding: Finding, event_line: str
) -> None:
    """Add a finding about a notice line, with its sender, its order and what shows it."""
    shipment = workset.shipments.get(line.key)
    finding.partner = "" if shipment is None else shipment.partner
    finding.order_number, finding.order_line = line.order_number, line.order_line
    finding.line = event_line
    if not finding.settles:
        finding.evidence = _evidence(workset, line, live_links(workset.links_of_notice.get((line.key, line.line))))
    decision.findings.append(finding)


def _quantity_findings(workset: Workset, policy: Policy, line: NoticeLine) -> list[Finding]:
    short_rule = action_beyond(policy, short_class(line), line, line.cleared, line.quantity)[1]
    action, over_rule = over_action(workset, policy, line, line.over)
    held = action == "hold"
    if is_transfer(line.key.supplier):
        variance = d39_transfer.find(line, over_rule if line.over > 0 else short_rule, held=held)
        variance.settles = variance.settles or (line.over > 0 and action == "ignore")
        return [variance]
    over = d17_over.find(line, over_rule, held=held)
    over.settles = over.settles or action == "ignore"
    return [d16_short.find(line, short_rule), over]


def review_receipt_line(
    workset: Workset, decision: Decision, policy: Policy, line: ReceiptLine, event_line: str, now_us: int
) -> None:
    """No notice, and damage on goods without one. A line still in its arrival wait has no finding yet."""
    links = live_links(workset.links_of_receipt.get((line.key, line.line)))
    alone = [link for link in links if link.shipment is None and not link.settled and link.hold_reason not in APART]
    unadvised = sum(link.quantity for link in alone if link.source == "supplier")
    blind = sum(link.quantity for link in alone if link.source == "clearing")
    damaged = sum(link.quantity for link in alone if link.source == "supplier" and _is_damage(link))
    waits = line.waits_until is not None and line.waits_until > now_us
    findings = [d20_damaged.find_unadvised(line, damaged), *find_otherwise(workset, policy, line, links)]
    if line.doubtful or line.lot_controlled:
        undecided = [link for link in links if not link.settled and link.state == "quality_hold"]
        for kind in (d24_serials, d25_lot):
            held = sum(link.quantity for link in undecided if link.hold_reason == kind.CLASS.code)
            findings.append(kind.find(line, held))
    if line.hold_reason:
        findings.append(d05_revision.find_received(line, held_by_receipt(workset, line, links)))
    useless, words = _useless_notice(workset, decision, line) if unadvised + blind else (None, "")
    if not waits or unadvised + blind == 0:
        if is_transfer(line.supplier):
            findings.append(d39_transfer.find_unshipped(line, unadvised + blind))
        else:
            cancelled = useless is not None and useless.status == "cancelled"
            none = d14_no_notice.find(line, *((0, 0) if cancelled else (unadvised, blind)), words)
            none.news = _news(decision, line)
            if words and useless is not None:
                # It did come, and was refused: what is wrong with it is the cause of both.
                none.cause = f"document:{useless.key.shipment_id}"
            findings.append(none)
            taken_back = d29_cancelled_notice.find(line, *((unadvised, blind) if cancelled else (0, 0)), useless)
            if cancelled or identity_of(line.key.book, taken_back) in workset.open_cases:
                findings.append(taken_back)
    receipt = workset.receipts.get(line.key)
    for finding in findings:
        finding.line = event_line
        if not finding.settles and receipt is not None and receipt.message:
            finding.evidence = (Evidence(receipt.message, receipt.document, line.segment),)
            if useless is not None and useless.message and finding.code in UNADVISED:
                finding.evidence += (Evidence(useless.message, useless.document, 0),)
        decision.findings.append(finding)


UNADVISED = (d14_no_notice.CLASS.code, d29_cancelled_notice.CLASS.code)


def _news(decision: Decision, line: ReceiptLine) -> Literal["", "keep", "tell"]:
    """The supplier is not told of a missing notice while a person is to say which notice it is; then at once."""
    if line.queued:
        return "keep"
    is_said_now = line.answers == NONE and isinstance(decision.resolved.event, GoodsReceiptMatched)
    return "tell" if is_said_now else ""


def _is_damage(link: Link) -> bool:
    """Whether the goods were damaged, and not found wanting or wrong."""
    return link.damaged and link.hold_reason not in OF_THE_DOCK


def _useless_notice(workset: Workset, decision: Decision, line: ReceiptLine) -> tuple[Shipment | None, str]:
    """The notice that a goods-receipt line names and that does not stand, with what became of it in words."""
    book, site, _, _ = line.key
    named = line.shipment_id or line.packing_slip or line.bill_of_lading
    for shipment in workset.shipments_called(book, site, named) if named else ():
        if line.supplier and shipment.key.supplier != line.supplier:
            continue
        name = shipment.key.shipment_id
        about = [
            one
            for one in (*workset.open_cases_of.get((book, name), ()), *decision.findings)
            if one.grade and one.shipment_id == name
        ]
        if shipment.status == "cancelled":
            return shipment, ""
        if shipment.status == "refused":
            return shipment, f"notice {name} came and was refused{_codes(about)}"
        refused = {
            one.line
            for one in workset.notice_lines_of_part.get((shipment.key, line.part), ())
            if one.status == "refused"
        }
        if refused:
            mine = [one for one in about if one.notice_line in refused]
            return shipment, f"its line on notice {name} was refused{_codes(mine)}"
    return None, ""


def _codes(about: Sequence[Case | Finding]) -> str:
    codes = sorted({one.code for one in about})
    return f" ({', '.join(codes)})" if codes else ""


def review_order_line(decision: Decision, policy: Policy, line: OrderLine, event_line: str) -> Finding | None:
    """More advised than ordered."""
    if line.blanket:
        return None
    tolerance, rule = policy.tolerance(
        "D08", site=line.key.site, supplier=line.key.supplier, part=line.part,
        order_number=line.key.order_number, order_line=line.order_line,
    )  # fmt: skip
    finding = d08_over_order.find(line, rule)
    action = tolerance.action or d08_over_order.CLASS.action
    if tolerance.allows(finding.quantity, line.quantity) or action == "ignore":
        finding.settles = True
    finding.line = event_line
    decision.findings.append(finding)
    return finding


def _evidence(workset: Workset, line: NoticeLine, links: list[Link]) -> tuple[Evidence, ...]:
    """The notice's segment, and those of the goods receipts that answer it."""
    evidence = []
    shipment = workset.shipments.get(line.key)
    if shipment is not None and shipment.message:
        evidence.append(Evidence(shipment.message, shipment.document, line.segment))
    for link in links:
        receipt = workset.receipts.get(link.receipt)
        receipt_line = workset.receipt_lines.get((link.receipt, link.receipt_line))
        if receipt is not None and receipt_line is not None and receipt.message:
            evidence.append(Evidence(receipt.message, receipt.document, receipt_line.segment))
    return tuple(dict.fromkeys(evidence))

"""Goods beyond what their order asks for (D18): held as they arrive, let in again when there is room after all."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ledger.matching.deciding.case_identity import identity_of
from ledger.matching.deciding.review import linked_notices, live_links
from ledger.matching.decision import Decision
from ledger.matching.discrepancies import d18_over_receipt
from ledger.matching.ordering.requirements import find_receipt_order, order_line_of
from ledger.matching.receiving.portions import Portion
from ledger.matching.records.documents import (
    Evidence,
    GroupKey,
    Link,
    NoticeLine,
    OrderKey,
    OrderLine,
    ReceiptKey,
    ReceiptLine,
    ShipmentKey,
)
from ledger.matching.workset import Workset
from ledger.policy import Action, Policy

CODE = d18_over_receipt.CLASS.code


def has_room(workset: Workset, notice: NoticeLine, quantity: int) -> bool:
    """Whether the order that a notice line answers still asks for as much."""
    if not notice.order_line_identity:
        return True
    order = order_line_of(workset, notice)
    return order is None or order.blanket or order.received - order.settled + quantity <= order.quantity


Taken = dict[tuple[OrderKey, str], int]
"""What of order lines was given to goods that are not booked yet."""


def add_later(
    workset: Workset,
    scope: dict[tuple[ShipmentKey, str], NoticeLine],
    pool: dict[tuple[ReceiptKey, str], ReceiptLine],
) -> bool:
    """Put beside the lines that are matched those that came after them on an order line without room for all, with
    the notice lines that they answer: which of them are held is decided by when they came. Whether any was put."""
    first: dict[tuple[OrderKey, str], tuple[OrderLine, ReceiptLine, int]] = {}
    for line in pool.values():
        for order in _orders_of(workset, scope, line):
            known = first.get((order.key, order.line), (order, line, 0))
            earliest = min(known[1], line, key=turn)
            first[order.key, order.line] = (
                order,
                earliest,
                known[2] + line.quantity - _answering(workset, line, order),
            )
    found: dict[tuple[ReceiptKey, str], ReceiptLine] = {}
    for order, earliest, quantity in first.values():
        if order.received - order.settled + quantity <= order.quantity:
            continue
        for link in workset.links_of_order(order):
            named = link.receipt, link.receipt_line
            line = workset.receipt_lines[named]
            if not (link.settled or named in pool) and turn(line) > turn(earliest):
                found[named] = line
                scope |= {(notice.key, notice.line): notice for notice in linked_notices(workset, line)}
    pool |= found
    return bool(found)


def turn(line: ReceiptLine) -> tuple[int, ReceiptKey, str]:
    """In which order goods take what their order asks for: as they came, and not as we heard of it."""
    return line.received_at, line.key, line.line


def _orders_of(
    workset: Workset, scope: dict[tuple[ShipmentKey, str], NoticeLine], line: ReceiptLine
) -> list[OrderLine]:
    """The order lines, blanket ones aside, that the line answers or may come to answer."""
    links = live_links(workset.links_of_receipt.get((line.key, line.line)))
    found = [workset.order_lines.get((link.order, link.order_line)) for link in links if link.order is not None]
    found += [order_line_of(workset, notice) for notice in scope.values() if notice.part == line.part]
    # On a copy: what it implies of whose the goods are is for the matching to say.
    found.append(find_receipt_order(workset, msgspec.structs.replace(line)))
    named = {(one.key, one.line): one for one in found if one is not None and not one.blanket}
    return list(named.values())


def _answering(workset: Workset, line: ReceiptLine, order: OrderLine) -> int:
    """How much of the line is counted to the order line already."""
    links = live_links(workset.links_of_receipt.get((line.key, line.line)))
    return sum(link.quantity for link in links if (link.order, link.order_line) == (order.key, order.line))


def split_beyond(
    workset: Workset, policy: Policy, line: ReceiptLine, portions: list[Portion], taken: Taken
) -> list[Portion]:
    """The portions, each cut where its order has no room for more and the rule holds the rest."""
    found: list[Portion] = []
    for portion in portions:
        order = _order_of(workset, line, portion)
        if order is None or order.blanket:
            found.append(portion)
            continue
        key = (order.key, order.line)
        in_all = order.received - order.settled + taken.get(key, 0) + portion.quantity
        taken[key] = taken.get(key, 0) + portion.quantity
        excess = min(portion.quantity, in_all - order.quantity)
        if excess <= 0 or portion.damaged or _action(policy, order, in_all - order.quantity)[0] != "hold":
            found.append(portion)
            continue
        if excess < portion.quantity:
            found.append(portion._replace(quantity=portion.quantity - excess))
        found.append(portion._replace(quantity=excess, beyond=True))
    return found


def review_beyond(
    workset: Workset, decision: Decision, policy: Policy, lines: Iterable[ReceiptLine], event_line: str
) -> None:
    """What was received beyond the order lines that these goods-receipt lines answer, as it stands."""
    orders: dict[tuple[OrderKey, str], tuple[OrderLine, ReceiptLine]] = {}
    for line in sorted(lines, key=turn):
        for link in workset.links_of_receipt.get((line.key, line.line), ()):
            if link.order is not None:
                order = workset.order_lines.get((link.order, link.order_line))
                if order is not None and not order.blanket:
                    orders[order.key, order.line] = (order, line)
    for order, line in orders.values():
        review_order(workset, decision, policy, order, event_line, line)


def review_order(
    workset: Workset,
    decision: Decision,
    policy: Policy,
    order: OrderLine,
    event_line: str,
    line: ReceiptLine | None = None,
) -> None:
    """Find or settle the excess of one order line; `line` is the last that came of it, where goods came.

    Its evidence are the goods-receipt lines that are held for it, else that one.
    """
    if order.blanket:
        return
    beyond = order.received - order.quantity - order.settled
    action, rule = _action(policy, order, beyond)
    finding = d18_over_receipt.find(order, rule, held=bool(held_beyond(workset, order)))
    finding.settles = finding.settles or action == "ignore"
    if finding.settles and identity_of(order.key.book, finding) not in workset.open_cases:
        return
    if line is not None and not finding.settles:
        finding.evidence = _evidence(workset, order, line)
    finding.line = event_line
    decision.findings.append(finding)


def _evidence(workset: Workset, order: OrderLine, last: ReceiptLine) -> tuple[Evidence, ...]:
    held = [
        workset.receipt_lines[link.receipt, link.receipt_line]
        for link in workset.links_of_order(order)
        if link.hold_reason == CODE and not link.settled
    ]
    told = ((workset.receipts[line.key], line) for line in sorted(held or [last], key=turn))
    return tuple(
        dict.fromkeys(
            Evidence(receipt.message, receipt.document, line.segment) for receipt, line in told if receipt.message
        )
    )


def held_beyond(workset: Workset, order: OrderLine) -> list[Link]:
    """The undecided links that are held as beyond an order line, in the order they were made."""
    return [
        link
        for line in workset.unmatched(GroupKey(order.key.book, order.key.site, order.part))
        for link in live_links(workset.links_of_receipt.get((line.key, line.line)))
        if link.hold_reason == CODE and not link.settled and (link.order, link.order_line) == (order.key, order.line)
    ]


def _order_of(workset: Workset, line: ReceiptLine, portion: Portion) -> OrderLine | None:
    if portion.apart or portion.source not in ("notice", "supplier"):
        return None
    if portion.notice is not None:
        return order_line_of(workset, portion.notice)
    return find_receipt_order(workset, line)


def _action(policy: Policy, order: OrderLine, beyond: int) -> tuple[Action, str]:
    tolerance, rule = policy.tolerance(
        CODE, site=order.key.site, supplier=order.key.supplier, part=order.part,
        order_number=order.key.order_number, order_line=order.order_line,
    )  # fmt: skip
    if tolerance.allows(beyond, order.quantity):
        return "ignore", rule
    return tolerance.action or d18_over_receipt.CLASS.action, rule

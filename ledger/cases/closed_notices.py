"""Notices whose last line closed, for partners that are told of each as a whole (861): which, and what differs.

What differs is read from the lines as they stand, whether somebody has decided it meanwhile or not.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.matching.deciding.review import action_beyond, live_links, over_class, short_class
from ledger.matching.decision import Decision, Finding
from ledger.matching.discrepancies import d16_short, d17_over, d20_damaged, d21_quality, d22_packaging
from ledger.matching.receiving.apart import FOUND, OF_THE_DOCK
from ledger.matching.receiving.found import NON_STANDARD
from ledger.matching.records.documents import Link, NoticeLine, Shipment
from ledger.matching.records.transfers import is_transfer
from ledger.matching.workset import Workset
from ledger.policy import Policy

AT_CLOSE = frozenset(kind.CLASS.code for kind in (d16_short, d17_over, d20_damaged, d21_quality, d22_packaging))
"""Classes that are told with the notice when it has closed; what no notice announced is told at once."""


def waits_for_close(policy: Policy, shipment: Shipment | None, finding: Finding) -> bool:
    """Whether a finding is told when its notice closes, and not before."""
    return (
        shipment is not None
        and not shipment.told_closed
        and shipment.partner in policy.advises_notices
        and finding.code in AT_CLOSE
    )


def take_closed(workset: Workset, decision: Decision, policy: Policy) -> list[tuple[Shipment, list[NoticeLine]]]:
    """The notices that are told now, each once, with the lines that closed."""
    found = []
    for key, shipment in sorted(workset.shipments.items()):
        if key.book != decision.resolved.book or shipment.told_closed or shipment.status != "advised":
            continue
        if shipment.partner not in policy.advises_notices or is_transfer(key.supplier):
            continue
        lines = [line for _, line in sorted(workset.lines_of_shipment.get(key, {}).items())]
        closed = [line for line in lines if line.status == "closed"]
        if closed and not any(line.status in ("open", "waiting") for line in lines):
            shipment.told_closed, shipment.touched = True, True
            found.append((shipment, sorted(closed, key=lambda line: (line.segment, line.line))))
    return found


def differences(workset: Workset, policy: Policy, line: NoticeLine) -> list[Finding]:
    """Short, over, damaged, and what the dock said of the goods, each with its quantity."""
    links = live_links(workset.links_of_notice.get((line.key, line.line)))
    came = sum(link.quantity for link in links)
    found = [
        Finding(kind.code, line.key.site, quantity=quantity)
        for kind, quantity in ((short_class(line), line.quantity - came), (over_class(line), came - line.quantity))
        if quantity > 0 and action_beyond(policy, kind, line, quantity, line.quantity)[0] != "ignore"
    ]
    damaged = sum(link.quantity for link in links if link.damaged and link.hold_reason not in OF_THE_DOCK)
    if damaged:
        found.append(Finding(d20_damaged.CLASS.code, line.key.site, quantity=damaged))
    return [*found, *_said(workset, line, links)]


def _said(workset: Workset, line: NoticeLine, links: list[Link]) -> Iterator[Finding]:
    """By the conditions of the goods-receipt lines: of what they count as rejected, else of all that came so."""
    by_condition: dict[str, int] = {}
    for link in links:
        receipt = workset.receipt_lines.get((link.receipt, link.receipt_line))
        if receipt is None or receipt.condition not in (*FOUND, NON_STANDARD):
            continue
        if receipt.condition == NON_STANDARD or not receipt.damaged or link.damaged:
            by_condition[receipt.condition] = by_condition.get(receipt.condition, 0) + link.quantity
    for condition, quantity in sorted(by_condition.items()):
        code = d22_packaging.CLASS.code if condition == NON_STANDARD else FOUND[condition][1]
        yield Finding(code, line.key.site, quantity=quantity, condition=condition)

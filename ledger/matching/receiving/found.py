"""What the dock found of a goods-receipt line besides its quantity: product, quality, packing, label, once too often.

Findings from records alone; those that no longer hold settle their cases.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.matching.decision import Finding
from ledger.matching.discrepancies import (
    d19_product,
    d21_quality,
    d22_packaging,
    d23_label,
    d28_duplicate_receipt,
)
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.receiving.apart import other_product, received_before
from ledger.matching.receiving.ladder import is_labelled, reference_of
from ledger.matching.records.documents import Link, NoticeLine, ReceiptLine
from ledger.matching.workset import Workset
from ledger.policy import Action, Policy

NON_STANDARD = "06"
"""Receiving condition that says: another container or pack than agreed."""


def says_nothing_else(line: ReceiptLine, notice: NoticeLine) -> bool:
    """Whether a line says no more than how much came: nothing to be found here."""
    return (
        line.condition not in ("04", "05", "08", NON_STANDARD)
        and (not line.packaging or line.packaging == notice.packaging)
        and (not line.handling_unit or line.handling_unit in notice.handling_units)
    )


def find_otherwise(workset: Workset, policy: Policy, line: ReceiptLine, links: Sequence[Link]) -> list[Finding]:
    """The findings about one line with its live links."""
    ever = {link.hold_reason for link in workset.links_of_receipt.get((line.key, line.line), ())}
    findings: list[Finding] = []
    how = reference_of(line)
    if d19_product.CLASS.code in ever:
        held = _held(links, d19_product.CLASS)
        notice = None if how is None else other_product(workset, line, how)
        clearing = sum(link.quantity for link in held if link.source == "clearing")
        findings.append(d19_product.find(line, _sum(held), notice, clearing))
    if d21_quality.CLASS.code in ever:
        findings.append(d21_quality.find_received(line, _sum(_held(links, d21_quality.CLASS))))
    if d28_duplicate_receipt.CLASS.code in ever:
        first = None if how is None else received_before(workset, line, how)
        findings.append(d28_duplicate_receipt.find_unit(line, _sum(_held(links, d28_duplicate_receipt.CLASS)), first))
    notices = _linked(workset, links)
    if line.packaging or line.condition == NON_STANDARD:
        findings.append(_packing(policy, line, notices))
    if line.handling_unit:
        findings.append(_label(policy, line, notices))
    return findings


def is_mislabelled(line: ReceiptLine, notices: Sequence[NoticeLine]) -> bool:
    """Whether a line answers notice lines whose labels are known and of which its own is none."""
    unit = line.handling_unit
    return (
        bool(unit)
        and not line.answers
        and is_labelled(notices)
        and not any(unit in notice.handling_units for notice in notices)
    )


def _packing(policy: Policy, line: ReceiptLine, notices: list[NoticeLine]) -> Finding:
    advised = sorted({code for notice in notices if notice.packaging for code in notice.packaging.split(",")})
    unlike = line.condition == NON_STANDARD or bool(line.packaging and advised and line.packaging not in advised)
    action, rule = _action(policy, d22_packaging.CLASS, line)
    stands = unlike and line.status != "reversed" and action != "ignore"
    return d22_packaging.find(line, ", ".join(advised), line.quantity if stands else 0, rule)


def _label(policy: Policy, line: ReceiptLine, notices: list[NoticeLine]) -> Finding:
    shipments = sorted({notice.key.shipment_id for notice in notices})
    labelled = [notice for notice in notices if line.handling_unit in notice.handling_units]
    twice = len({notice.key for notice in labelled}) > 1
    action, rule = _action(policy, d23_label.CLASS, line)
    stands = (twice or is_mislabelled(line, notices)) and line.status != "reversed" and action != "ignore"
    return d23_label.find(line, line.quantity if stands else 0, tuple(shipments), rule)


def _linked(workset: Workset, links: Sequence[Link]) -> list[NoticeLine]:
    found: dict[tuple[object, str], NoticeLine] = {}
    for link in links:
        if link.shipment is not None:
            notice = workset.notice_lines.get((link.shipment, link.notice_line))
            if notice is not None:
                found[notice.key, notice.line] = notice
    return list(found.values())


def _held(links: Sequence[Link], kind: DiscrepancyClass) -> list[Link]:
    return [link for link in links if link.hold_reason == kind.code and not link.settled]


def _sum(links: Sequence[Link]) -> int:
    return sum(link.quantity for link in links)


def _action(policy: Policy, kind: DiscrepancyClass, line: ReceiptLine) -> tuple[Action, str]:
    tolerance, rule = policy.tolerance(
        kind.code, site=line.key.site, supplier=line.supplier, part=line.part,
        order_number=line.order_number, order_line=line.order_line,
    )  # fmt: skip
    if tolerance.allows(line.quantity, line.quantity):
        return "ignore", rule
    return tolerance.action or kind.action, rule

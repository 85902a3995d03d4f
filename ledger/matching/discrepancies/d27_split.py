"""D27: part of a notice line came, and the rest is still expected."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_notice_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import NoticeLine

CLASS = DiscrepancyClass(
    code="D27",
    name="Split or partial receipt",
    grade="",
    fault="unknown",
    roles=("receiving",),
    answer_hours=24,
)
"""Nobody is told: once the line closes, what is short is (D16)."""


def find(line: NoticeLine, rule: str = "default") -> Finding:
    """What of an open notice line has not come after a day; settles when the line closes, or nothing is expected."""
    left = line.quantity - line.received - line.settled if line.status == "open" and line.received else 0
    finding = about_notice_line(
        CLASS,
        line,
        left,
        f"{amount(left)} {line.unit} of {line.part} still expected: shipment {line.key.shipment_id} advised "
        f"{amount(line.quantity)}, {amount(line.received)} came. The line stays open: look for the rest, or say that "
        f"no more comes.",
    )
    finding.actual = line.received
    finding.order_number, finding.order_line = line.order_number, line.order_line
    finding.rule = rule
    return finding

"""D16: less came than the notice said, and no more is expected."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_notice_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import NoticeLine

CLASS = DiscrepancyClass(
    code="D16",
    name="Quantity short",
    grade="",
    fault="supplier",
    roles=("receiving", "procurement"),
    answer_hours=24,
    condition="02",
)


def find(line: NoticeLine, rule: str = "default") -> Finding:
    """The short of a closed notice line as it stands; settles when nothing is short any more.

    What is let pass within tolerance is settled already and not in question.
    """
    short = line.cleared - line.settled
    finding = about_notice_line(
        CLASS,
        line,
        short,
        f"{amount(short)} {line.unit} of {line.part} short: shipment {line.key.shipment_id} advised "
        f"{amount(line.quantity)}, {amount(line.received)} came. Recount, or close short with the supplier.",
    )
    finding.actual = line.quantity - short
    finding.clearing = -short
    finding.rule = rule
    return finding

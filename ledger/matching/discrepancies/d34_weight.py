"""D34: the gross weight of a notice is far from what its parts weigh together."""

from __future__ import annotations

from decimal import Decimal

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_document
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent
from ledger.policy import Tolerance
from ledger.stock.bucket import MILLION

CLASS = DiscrepancyClass(
    code="D34",
    name="Weight implausible",
    grade="warning",
    fault="supplier",
    roles=("logistics",),
    answer_hours=24,
    error_code="IWT",
    usual=Tolerance(percent=Decimal(10)),
)

KILOGRAM = "KG"
POUND = Decimal("0.45359237")


def find(resolved: ResolvedEvent, said: Decimal, weighed: Decimal, sent: str, rule: str) -> Finding:
    """Both in kilograms; `sent` is the weight as the notice writes it."""
    finding = about_document(
        CLASS,
        resolved,
        f"Weight {sent} is {said:.3f} kg, its parts weigh {weighed:.3f} kg. Check weight and quantities.",
    )
    finding.field, finding.value = "gross_weight", sent.partition(" ")[0]
    finding.unit = KILOGRAM
    finding.expected, finding.actual = int(weighed * MILLION), int(said * MILLION)
    finding.quantity = abs(finding.actual - finding.expected)
    finding.rule = rule
    return finding

"""D31: more was invoiced of an order line than came, and the invoice has waited for the goods."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_billed
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.records.documents import OrderLine

CLASS = DiscrepancyClass(
    code="D31",
    name="Invoiced more than received",
    grade="warning",
    fault="supplier",
    roles=("accounts_payable",),
    answer_hours=72,
    error_code="IQT",
)


def find(line: OrderLine, quantity: int, rule: str) -> Finding:
    """Of one order line as it stands, in millionths; settles where nothing of it is over."""
    return about_billed(CLASS, line, quantity, "Pay what came, and ask for a credit note or the rest.", rule)

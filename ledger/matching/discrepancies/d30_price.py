"""D30: an invoice asks for another price than the order agreed on."""

from __future__ import annotations

from decimal import Decimal

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_line
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.policy import Tolerance
from ledger.stock.bucket import MILLION

CLASS = DiscrepancyClass(
    code="D30",
    name="Price variance",
    grade="warning",
    fault="supplier",
    roles=("procurement", "accounts_payable"),
    answer_hours=48,
    error_code="UNP",
    usual=Tolerance(percent=Decimal(1)),
)


def find(
    resolved: ResolvedEvent, line: ResolvedLine, order: str, currency: str, asked: Decimal, agreed: Decimal, rule: str
) -> Finding:
    """Both for the whole line, in the invoice's currency."""
    finding = about_line(
        CLASS, resolved, line,
        f"{asked:.2f} {currency} asked, {agreed:.2f} by order {order}: {line.said.part_number}. Credit what is over, "
        f"or change the order.",
        field="price.amount",
    )  # fmt: skip
    _put_money(finding, currency, asked, agreed, rule)
    return finding


def find_currency(
    resolved: ResolvedEvent, line: ResolvedLine, order: str, currency: str, agreed: str, asked: Decimal, rule: str
) -> Finding:
    """Another currency than the order's: nothing is converted, so all of it is in question."""
    finding = about_line(
        CLASS, resolved, line,
        f"Invoiced in {currency}, order {order} is in {agreed}: {line.said.part_number}. Send it in the order's "
        f"currency.",
        field="currency", value=currency,
    )  # fmt: skip
    _put_money(finding, currency, asked, Decimal(0), rule)
    return finding


def _put_money(finding: Finding, currency: str, asked: Decimal, agreed: Decimal, rule: str) -> None:
    finding.unit, finding.rule = currency, rule
    finding.expected, finding.actual = round(agreed * MILLION), round(asked * MILLION)
    finding.quantity = abs(finding.actual - finding.expected)

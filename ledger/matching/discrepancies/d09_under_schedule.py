"""D09: less was advised than is required by its day."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records import CumulativeKey, OrderLine

CLASS = DiscrepancyClass(
    code="D09",
    name="Advised under the schedule",
    grade="",
    fault="supplier",
    roles=("procurement",),
    answer_hours=8,
    action="warn",
)
"""A signal: nobody is told, since it may still be on its way."""


def find_ordered(line: OrderLine, required: int, covered: int, rule: str) -> Finding:
    """Of an order line, what should have been shipped by now, in millionths; settles where it was."""
    finding = _about(line.key.site, line.key.supplier, line.part, required, covered, rule)
    finding.unit = line.unit
    finding.order_number, finding.order_line = line.key.order_number, line.line
    finding.cause = f"order:{line.key.order_number}/{line.line}"
    finding.text = (
        f"{amount(covered)} {line.unit} of {line.part} advised, {amount(required)} required by now of order "
        f"{line.key.order_number} line {line.order_line or line.line}. Ask the supplier when the rest leaves."
    )
    return finding


def find_scheduled(key: CumulativeKey, unit: str, required: int, covered: int, rule: str) -> Finding:
    """The same by a schedule's cumulative quantities."""
    finding = _about(key.site, key.supplier, key.part, required, covered, rule)
    finding.unit = unit
    finding.cause = f"schedule:{key.supplier}/{key.part}"
    finding.text = (
        f"{amount(covered)} {unit} of {key.part} advised in all, the schedule requires {amount(required)} by now. "
        f"Ask the supplier when the rest leaves."
    )
    return finding


def _about(site: str, supplier: str, part: str, required: int, covered: int, rule: str) -> Finding:
    short = max(0, required - covered)
    return Finding(
        code=CLASS.code, site=site, supplier=supplier, part=part, quantity=short, expected=required, actual=covered,
        fault=CLASS.fault, rule=rule, settles=not short,
    )  # fmt: skip

"""D09: less was advised than is required by its day."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_order_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import CumulativeKey, OrderLine

CLASS = DiscrepancyClass(
    code="D09",
    name="Advised under the schedule",
    grade="",
    fault="supplier",
    roles=("procurement",),
    answer_hours=8,
)
"""A signal: nobody is told, since it may still be on its way."""


def find_ordered(line: OrderLine, required: int, covered: int, rule: str) -> Finding:
    """Of an order line, what should have been shipped by now, in millionths; settles where it was."""
    return about_order_line(
        CLASS, line, max(0, required - covered),
        f"{amount(covered)} {line.unit} of {line.part} advised, {amount(required)} required by now of order "
        f"{line.key.order_number} line {line.order_line or line.line}. Ask the supplier when the rest leaves.",
        expected=required, actual=covered, rule=rule,
    )  # fmt: skip


def find_scheduled(key: CumulativeKey, unit: str, required: int, covered: int, rule: str) -> Finding:
    """The same by a schedule's cumulative quantities."""
    short = max(0, required - covered)
    return Finding(
        code=CLASS.code,
        site=key.site,
        supplier=key.supplier,
        part=key.part,
        unit=unit,
        quantity=short,
        expected=required,
        actual=covered,
        fault=CLASS.fault,
        cause=f"schedule:{key.supplier}/{key.part}",
        rule=rule,
        settles=not short,
        text=(
            f"{amount(covered)} {unit} of {key.part} advised in all, the schedule requires {amount(required)} "
            f"by now. Ask the supplier when the rest leaves."
        ),
    )

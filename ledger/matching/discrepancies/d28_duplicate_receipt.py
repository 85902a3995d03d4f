"""D28: the same goods were received twice on paper: an id with other content, or a handling unit once more."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_line, about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import ReceiptLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D28",
    name="Duplicate goods receipt",
    grade="",
    fault="receiver",
    roles=("receiving",),
    answer_hours=4,
    action="hold",
)
"""Our own error: no supplier is told, and none is charged with it."""


def find_other(resolved: ResolvedEvent, line: ResolvedLine, known: ReceiptLine | None) -> Finding:
    """A goods-receipt line that was recorded with other content; what was recorded stays."""
    number = resolved.event.number
    recorded = 0 if known is None else known.quantity
    finding = about_line(
        CLASS,
        resolved,
        line,
        f"Line {line.line} of goods receipt {number} came again and says {amount(line.quantity)} {line.unit} of "
        f"{line.part}; recorded are {amount(recorded)}. The first stays: if it was wrong, reverse it and receive "
        f"anew; if both are right, number the other for itself.",
    )
    finding.quantity = abs(line.quantity - recorded) or line.quantity
    finding.expected, finding.actual = recorded, line.quantity
    finding.cause = f"receipt:{number}/{line.line}"
    return finding


def find_unit(line: ReceiptLine, twice: int, first: ReceiptLine | None) -> Finding:
    """`twice` of a line came under a handling unit that `first` had brought already; it is held."""
    by = "another goods receipt" if first is None else f"goods receipt {first.key.receipt_id}"
    finding = about_receipt_line(
        CLASS,
        line,
        twice,
        f"{amount(twice)} {line.unit} of {line.part} in handling unit {line.handling_unit} came with goods receipt "
        f"{line.key.receipt_id}, and {by} had brought it already. It is in quality_hold: recount; what was never "
        f"there goes, what is there is accepted.",
    )
    finding.expected, finding.actual = line.quantity - twice, line.quantity
    finding.clearing = twice
    return finding

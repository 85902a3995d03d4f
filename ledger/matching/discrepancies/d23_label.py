"""D23: the label of a handling unit is not on its notice, or is on two."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import ReceiptLine

CLASS = DiscrepancyClass(
    code="D23",
    name="Label or handling unit mismatch",
    grade="",
    fault="supplier",
    roles=("receiving",),
    answer_hours=8,
    action="warn",
)
"""No document tells it: where the quantity is affected, what is short or over does."""


def find(line: ReceiptLine, strange: int, shipments: tuple[str, ...], rule: str = "default") -> Finding:
    """`strange` of a goods-receipt line came under a label that its notice does not have, or that two have.

    A label that stands on another open notice is matched there by itself, and is no finding.
    """
    if len(shipments) > 1:
        said = f"is on the notices {' and '.join(shipments)}: the supplier used it twice"
    else:
        said = f"is not on notice {'' if not shipments else shipments[0]}".rstrip()
    finding = about_receipt_line(
        CLASS,
        line,
        strange,
        f"{amount(strange)} {line.unit} of {line.part} came with goods receipt {line.key.receipt_id} under label "
        f"{line.handling_unit}, which {said}. Read the label again, or say which notice it belongs to.",
    )
    finding.expected, finding.actual = line.quantity, line.quantity
    finding.rule = rule
    return finding

"""D23: the label of a handling unit is not on its notice, is on two, or twice on one."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_line, about_notice_line, about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import NoticeLine, ReceiptLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D23",
    name="Label or handling unit mismatch",
    grade="",
    fault="supplier",
    roles=("receiving",),
    answer_hours=8,
)
"""No document tells it: where the quantity is affected, what is short or over does."""

NAMED_MAX = 5
"""Labels and shipments that a text names."""


def find_twice(
    line: NoticeLine, quantity: int, labels: tuple[str, ...], shipments: tuple[str, ...], rule: str
) -> Finding:
    """Of a notice line, `labels` that stand on notices that were shipped before; settles where none does."""
    named = ", ".join(labels[:NAMED_MAX]) + (
        f" and {len(labels) - NAMED_MAX} more" if len(labels) > NAMED_MAX else ""
    )
    finding = about_notice_line(
        CLASS,
        line,
        quantity,
        f"{named} of {line.part} on notice {line.key.shipment_id} {'stands' if len(labels) == 1 else 'stand'} on "
        f"{' and '.join(shipments[:NAMED_MAX])} already. Label each piece and handling unit with its own number.",
    )
    finding.cause = f"label:{line.key.shipment_id}/{line.line}"
    finding.rule = rule
    return finding


def find_within(resolved: ResolvedEvent, line: ResolvedLine, labels: tuple[str, ...], rule: str) -> Finding:
    """Of a notice line, `labels` that it names more than once itself."""
    number = resolved.event.number
    finding = about_line(
        CLASS, resolved, line,
        f"{', '.join(labels[:NAMED_MAX])} stands more than once on one line of notice {number}: "
        f"{line.said.part_number}. Label each handling unit with a number of its own.",
    )  # fmt: skip
    finding.cause = f"label:{number}/{line.line}/within"
    finding.rule = rule
    return finding


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
    finding.cause = f"label:{line.key.receipt_id}/{line.line}"
    finding.rule = rule
    return finding

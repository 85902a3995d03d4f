"""D05: a part revision that is not in force."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_line, about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import ReceiptLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D05",
    name="Revision not effective",
    grade="warning",
    fault="supplier",
    roles=("engineering", "quality"),
    answer_hours=4,
    action="hold",
    error_code="011",
    condition="05",
    deciders=("engineer", "quality_manager"),
)


def find(resolved: ResolvedEvent, line: ResolvedLine, rule: str = "default") -> Finding:
    """The revision as sent is unknown, or was not in force on the day of shipping."""
    said = line.said.part_revision
    named = f"Revision {said} of part {line.part} is" if said else f"No revision of part {line.part} is named: it is"
    finding = about_line(
        CLASS,
        resolved,
        line,
        f"{named} not in force. Accept it under a deviation, or send the one that is.",
        field="part_revision",
        value=said,
    )
    finding.rule = rule
    return finding


def find_received(line: ReceiptLine, quantity: int, *, held: bool = True) -> Finding:
    """Goods that came in a revision that is not in force, and that no notice of theirs spoke for; in millionths."""
    named = f"revision {line.part_revision}" if line.part_revision else "no revision"
    fate = "They are held: accept" if held else "Accept"
    text = (
        f"{amount(quantity)} {line.unit} of {line.part} came in {named}, which is not in force. {fate} them, "
        f"approve a deviation, or send them back."
    )
    finding = about_receipt_line(CLASS, line, quantity, text)
    finding.actual = line.quantity
    return finding

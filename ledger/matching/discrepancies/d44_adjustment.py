"""D44: an adjustment is greater than whoever asks for it may make alone."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_goods
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D44",
    name="Adjustment above the limit",
    grade="",
    fault="unknown",
    roles=("inventory_manager", "warehouse"),
    answer_hours=24,
    disputes="missing",
)


def find(resolved: ResolvedEvent, line: ResolvedLine, reason: str, limit: int) -> Finding:
    """One line of an adjustment, signed, in millionths; it waits until somebody else approves it."""
    event = resolved.event
    text = (
        f"Adjustment {event.number} of {amount(line.quantity)} {line.unit} of {line.part} ({reason}) is above "
        f"{amount(limit)}, which may be adjusted without approval. Accept it, or waive it and the books stay."
    )
    cause = f"adjustment:{event.partner}/{event.number}/{line.line}"
    return about_goods(CLASS, resolved, line, abs(line.quantity), text, cause=cause)

"""D46: somebody else must approve a change of goods in the house before it is made."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_goods
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D46",
    name="Change that somebody approves",
    grade="",
    fault="unknown",
    roles=("inventory_manager", "warehouse"),
    answer_hours=24,
)


def find(resolved: ResolvedEvent, line: ResolvedLine, states: Iterable[str], rule: str) -> Finding:
    """One line of an event, in millionths; it waits until somebody else approves it."""
    event = resolved.event
    kind = type(event).__name__
    reason = getattr(line.said, "reason", "")
    text = (
        f"{kind} {event.number} of {amount(line.quantity)} {line.unit} of {line.part} in "
        f"{' and '.join(states)}{f' ({reason})' if reason else ''} is made once somebody else approves it. "
        f"Accept it, or waive it and nothing changes."
    )
    cause = f"change:{event.partner}/{kind}/{event.number}/{line.line}"
    return about_goods(CLASS, resolved, line, line.quantity, text, cause=cause, rule=rule)

"""D45: an engineering change left stock of old revisions that nobody is to use any more."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount

CLASS = DiscrepancyClass(
    code="D45",
    name="Superseded stock",
    grade="",
    fault="unknown",
    roles=("planner", "engineering"),
    answer_hours=72,
    deciders=("allocator", "engineer", "planner"),
)

CHANGE = "change:"
"""Before the change's number: the cause of such a case."""


def find(
    site: str, part: str, unit: str, change: str, revisions: tuple[str, ...],
    on_hand: int, may_use: int, movable: int,
) -> Finding:  # fmt: skip
    """What stands of the old revisions, what of it may still be used, and what can be put aside; in millionths."""
    return Finding(
        code=CLASS.code,
        site=site,
        part=part,
        part_number=part,
        unit=unit,
        quantity=movable,
        expected=may_use,
        actual=on_hand,
        settles=movable <= 0,
        fault=CLASS.fault,
        cause=f"{CHANGE}{change}",
        text=(
            f"Change {change}: {amount(on_hand)} {unit} of {part} stand there in revision {', '.join(revisions)}, "
            f"{amount(may_use)} may still be used. Accept it and {amount(movable)} become obsolete, or waive it."
        ),
    )

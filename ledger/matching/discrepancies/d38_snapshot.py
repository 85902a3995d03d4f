"""D38: a warehouse's snapshot and the books differ, and no movement about its time explains it."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import evidence_of
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.resolved import ResolvedEvent

CLASS = DiscrepancyClass(
    code="D38",
    name="Snapshot variance",
    grade="",
    fault="unknown",
    roles=("warehouse", "inventory_manager"),
    answer_hours=24,
    disputes="missing",
)


def find(
    resolved: ResolvedEvent, part: str, unit: str, place: str, where: str, expected: int, said: int, segment: int
) -> Finding:
    """What the snapshot said of a place, in millionths, beside what the books had; settles where both agree.

    `place` is the identity of the place, `where` its name for people.
    """
    difference = abs(said - expected)
    return Finding(
        code=CLASS.code,
        site=resolved.site,
        partner=resolved.event.partner,
        part=part,
        unit=unit,
        quantity=difference,
        expected=expected,
        actual=said,
        settles=not difference,
        fault=CLASS.fault,
        cause=place,
        text=(
            f"Snapshot {resolved.event.number} has {amount(said)} {unit} of {part} {where}, the books have "
            f"{amount(expected)}. Count the place, or find the movement that one of both does not know."
        ),
        evidence=evidence_of(resolved, segment) if difference else (),
    )

"""D36: the kanban, release number, manifest or dock of a notice is missing, or none that we know."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_document, about_line
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D36",
    name="Reference or dock wrong",
    grade="warning",
    fault="supplier",
    roles=("receiving", "supplier"),
    answer_hours=4,
    error_code="011",
)

MISSING = "007"
"""TED01 where there is none at all."""


def find_dock(resolved: ResolvedEvent, dock: str, rule: str) -> Finding:
    """The dock that the notice names, or "" where it names none."""
    text = f"Dock {dock} is none of site {resolved.site}." if dock else "No dock, which the agreement asks for."
    finding = about_document(
        CLASS, resolved, f"{text} Name the dock of the order or schedule.", field="dock", value=dock
    )
    finding.rule = rule
    if not dock:
        finding.error_codes = ((MISSING, "dock"),)
    return finding


def find_reference(resolved: ResolvedEvent, line: ResolvedLine, reference: str, rule: str) -> Finding:
    """A line whose release number, kanban or delivery order no schedule of the part has; "" where it names none."""
    part = line.said.part_number or line.said.supplier_part_number
    if reference:
        text = f"Reference {reference} is in no schedule of part {part}. Name the one that called for the goods."
    else:
        text = f"No reference for part {part}, which the agreement asks for. Name the kanban or release number."
    finding = about_line(CLASS, resolved, line, text, field="reference", value=reference)
    finding.rule = rule
    if not reference:
        finding.error_codes = ((MISSING, "reference"),)
    return finding

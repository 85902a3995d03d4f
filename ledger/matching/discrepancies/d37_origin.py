"""D37: the country of origin is missing where the agreement asks for it, or none that the part may come from."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_line
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D37",
    name="Country of origin",
    grade="warning",
    fault="supplier",
    roles=("trade",),
    answer_hours=24,
)
"""No 824 tells it: customs data is put right with whoever clears the goods."""


def find(resolved: ResolvedEvent, line: ResolvedLine, country: str, rule: str) -> Finding:
    """The country as sent, "" where the line names none."""
    part = line.said.part_number or line.said.supplier_part_number
    if country:
        text = f"Part {part} comes from {country}; known are {', '.join(line.origins)}. Correct one of both."
    else:
        text = f"No country of origin for part {part}, which the agreement asks for. Ask the supplier for it."
    finding = about_line(CLASS, resolved, line, text, field="country_of_origin", value=country)
    finding.rule = rule
    return finding

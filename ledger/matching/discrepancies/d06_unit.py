"""D06: a unit that does not convert to the base unit of the part, or not exactly."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_line
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D06",
    name="Unit does not convert",
    grade="line",
    fault="supplier",
    roles=("master_data",),
    answer_hours=4,
    error_code="H",
    blames_author=True,
)


def find(resolved: ResolvedEvent, line: ResolvedLine) -> Finding:
    """No factor is known, or the quantity is no exact number of millionths of the base unit."""
    said = line.said
    # A code that no table knows is kept as `format:code`; whoever sent it knows it by the code.
    unit = said.unit.rpartition(":")[2]
    why = "does not convert exactly" if line.inexact else "has no factor"
    return about_line(
        CLASS,
        resolved,
        line,
        f"{said.quantity} {unit or 'without a unit'} of part {line.part} {why} to its base unit {line.unit}. "
        f"Send the unit of the order, or add the factor: the line posts then.",
        field="unit",
        value=unit,
    )

"""D05: a part revision that is not in force."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_line
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D05",
    name="Revision not effective",
    grade="warning",
    fault="supplier",
    roles=("engineering", "quality"),
    answer_hours=4,
    error_code="011",
    action="warn",
    accuracy=True,
)


def find(resolved: ResolvedEvent, line: ResolvedLine, rule: str = "default") -> Finding:
    """The revision as sent is unknown, or was not in force on the day of shipping."""
    said = line.said.part_revision
    finding = about_line(
        CLASS,
        resolved,
        line,
        f"Revision {said} of part {line.part} is not in force. Accept it under a deviation, or send the one that is.",
        field="part_revision",
        value=said,
    )
    finding.rule = rule
    return finding

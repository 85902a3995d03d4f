"""D33: a notice lacks papers or a weight that the agreement asks for."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_document
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent

CLASS = DiscrepancyClass(
    code="D33",
    name="Packing data incomplete",
    grade="warning",
    fault="supplier",
    roles=("supplier", "logistics"),
    answer_hours=1,
    error_code="007",
)

AUTHORIZATION = "premium_authorization"
"""Asked for only where goods go by premium freight."""

ASKED: dict[str, tuple[str, str]] = {
    "bill_of_lading": ("bill of lading", "MC"),
    "packing_slip": ("packing slip", "007"),
    "carrier": ("carrier (SCAC)", "MI"),
    "mode": ("mode of transport", "007"),
    "trailer": ("trailer", "007"),
    "pro_number": ("carrier's number", "007"),
    "gross_weight": ("gross weight", "MWT"),
    AUTHORIZATION: ("authorization of premium freight", "007"),
}
"""Field of the notice -> its name for people, and how its absence is told (TED01)."""


def find(resolved: ResolvedEvent, missing: Sequence[str], rule: str) -> Finding:
    """One finding for the notice; each missing field is told by a fault of its own."""
    names = ", ".join(ASKED[field][0] for field in missing)
    finding = about_document(
        CLASS, resolved, f"No {names}. The agreement asks for it: send the notice with it, by a replacement."
    )
    finding.field = missing[0]
    finding.error_codes = tuple((ASKED[field][1], field) for field in missing)
    finding.rule = rule
    return finding

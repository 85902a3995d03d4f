"""D07: a site or supplier that we do not know, or that the order does not name."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_document
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent

CLASS = DiscrepancyClass(
    code="D07",
    name="Ship-to or ship-from unknown",
    grade="fatal",
    fault="supplier",
    roles=("logistics", "master_data"),
    answer_hours=1,
    error_code="C",
    blames_author=True,
)


def find(resolved: ResolvedEvent) -> Finding:
    """The whole document waits until the place or party is known.

    It stands under the partner that sent it, without a site: those are what is known of it.
    """
    what, _, said = resolved.missing.partition(":")
    field = "ship_to" if what == "site" else "supplier"
    finding = about_document(
        CLASS,
        resolved,
        f"{'Ship-to' if what == 'site' else 'Supplier'} {said or 'not named'} is not known. Correct it and send the "
        f"document again, or add the identifier: the document posts then.",
        field=field,
        value=said,
    )
    finding.site = ""
    finding.supplier = resolved.event.partner
    return finding

"""D17: more came than the notice said."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_notice_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import NoticeLine

CLASS = DiscrepancyClass(
    code="D17",
    name="Quantity over",
    grade="",
    fault="supplier",
    roles=("receiving", "procurement"),
    answer_hours=24,
    action="hold",
    condition="03",
    disputes="standing",
)


def find(line: NoticeLine, rule: str = "default", held: bool = True) -> Finding:
    """The excess over a notice line as it stands; settles when nothing is over any more.

    `held` is False where the rule only warns: the excess is in stock already and nothing is in clearing.
    """
    place = "It is in quality_hold" if held else "It is in stock"
    finding = about_notice_line(
        CLASS,
        line,
        line.over,
        f"{amount(line.over)} {line.unit} of {line.part} over: shipment {line.key.shipment_id} advised "
        f"{amount(line.quantity)}, {amount(line.quantity + line.over)} came. {place}: accept or return it.",
    )
    finding.actual = line.quantity + line.over
    finding.clearing = line.over if held else 0
    finding.rule = rule
    return finding

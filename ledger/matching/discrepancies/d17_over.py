"""D17: more came than the notice said."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records import NoticeLine

CLASS = DiscrepancyClass(
    code="D17",
    name="Quantity over",
    grade="",
    fault="supplier",
    roles=("receiving", "procurement"),
    answer_hours=24,
    condition="03",
)


def find(line: NoticeLine, rule: str = "default", held: bool = True) -> Finding:
    """The excess over a notice line as it stands; settles when nothing is over any more.

    `held` is False where the rule only warns: the excess is in stock already and nothing is in clearing.
    """
    place = "It is in quality_hold" if held else "It is in stock"
    return Finding(
        code=CLASS.code,
        site=line.key.site,
        supplier=line.key.supplier,
        part=line.part,
        part_number=line.part_number,
        unit=line.unit,
        quantity=line.over,
        expected=line.quantity,
        actual=line.quantity + line.over,
        shipment_id=line.key.shipment_id,
        notice_line=line.line,
        clearing=line.over if held else 0,
        settles=line.over <= 0,
        fault=CLASS.fault,
        cause=f"dock:{line.key.shipment_id}/{line.line}",
        rule=rule,
        text=(
            f"{amount(line.over)} {line.unit} of {line.part} over: shipment {line.key.shipment_id} advised "
            f"{amount(line.quantity)}, {amount(line.quantity + line.over)} came. {place}: accept or return it."
        ),
    )

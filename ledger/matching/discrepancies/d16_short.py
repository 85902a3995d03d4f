"""D16: less came than the notice said, and no more is expected."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records import NoticeLine

CLASS = DiscrepancyClass(
    code="D16",
    name="Quantity short",
    grade="",
    fault="supplier",
    roles=("receiving", "procurement"),
    answer_hours=24,
    condition="02",
)


def find(line: NoticeLine, rule: str = "default") -> Finding:
    """The short of a closed notice line as it stands; settles when nothing is short any more.

    What is let pass within tolerance is settled already and not in question.
    """
    short = line.cleared - line.settled
    return Finding(
        code=CLASS.code,
        site=line.key.site,
        supplier=line.key.supplier,
        part=line.part,
        part_number=line.part_number,
        unit=line.unit,
        quantity=short,
        expected=line.quantity,
        actual=line.quantity - short,
        shipment_id=line.key.shipment_id,
        notice_line=line.line,
        clearing=-short,
        settles=short <= 0,
        fault=CLASS.fault,
        cause=f"dock:{line.key.shipment_id}/{line.line}",
        rule=rule,
        text=(
            f"{amount(short)} {line.unit} of {line.part} short: shipment {line.key.shipment_id} advised "
            f"{amount(line.quantity)}, {amount(line.received)} came. Recount, or close short with the supplier."
        ),
    )

"""D20: goods came damaged, or the dock rejected them."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records import NoticeLine, ReceiptLine

CLASS = DiscrepancyClass(
    code="D20",
    name="Damaged",
    grade="",
    fault="carrier",
    roles=("quality", "logistics"),
    answer_hours=24,
    condition="01",
)


def find(line: NoticeLine, damaged: int) -> Finding:
    """Damage on goods that a notice line announced; `damaged` is what stands in quarantine for it."""
    return Finding(
        code=CLASS.code,
        site=line.key.site,
        supplier=line.key.supplier,
        part=line.part,
        part_number=line.part_number,
        unit=line.unit,
        quantity=damaged,
        expected=line.quantity,
        actual=line.quantity - damaged,
        shipment_id=line.key.shipment_id,
        notice_line=line.line,
        settles=damaged <= 0,
        fault=CLASS.fault,
        cause=f"dock:{line.key.shipment_id}/{line.line}",
        text=(
            f"{amount(damaged)} {line.unit} of {line.part} damaged in shipment {line.key.shipment_id}. It is in "
            f"quarantine: use as is, rework, return or scrap it, and claim from the carrier where it is theirs."
        ),
    )


def find_unadvised(line: ReceiptLine, damaged: int) -> Finding:
    """Damage on goods with a known order and no notice."""
    return Finding(
        code=CLASS.code,
        site=line.key.site,
        supplier=line.supplier,
        part=line.part,
        part_number=line.part_number,
        unit=line.unit,
        quantity=damaged,
        expected=line.quantity,
        actual=line.quantity - damaged,
        receipt_provider=line.key.provider,
        receipt_id=line.key.receipt_id,
        receipt_line=line.line,
        settles=damaged <= 0,
        fault=CLASS.fault,
        cause=f"dock:{line.key.receipt_id}/{line.line}",
        text=(
            f"{amount(damaged)} {line.unit} of {line.part} damaged in goods receipt {line.key.receipt_id}. It is in "
            f"quarantine: use as is, rework, return or scrap it."
        ),
    )

"""D11: the supplier's cumulative is not what we count."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import CumulativeKey, Evidence, NoticeLine, Shipment

CLASS = DiscrepancyClass(
    code="D11",
    name="Cumulative does not agree",
    grade="warning",
    fault="supplier",
    roles=("procurement", "supplier"),
    answer_hours=24,
    error_code="010",
    condition="11",
)


def find(
    key: CumulativeKey, said: int, counted: int, shipment: Shipment, line: NoticeLine, rule: str = "default"
) -> Finding:
    """How far what the line said, in millionths, is from the nearest figure that we can account for."""
    difference = said - counted
    more = f"{amount(abs(difference))} {'more' if difference > 0 else 'less'}"
    mend = "Show us the shipment that we do not know, or correct" if difference > 0 else "Correct"
    finding = _about(key, abs(difference))
    finding.expected, finding.actual = counted, said
    finding.partner = shipment.partner
    finding.shipment_id, finding.notice_line = shipment.key.shipment_id, line.line
    finding.order_number, finding.order_line = line.order_number, line.order_line
    finding.line, finding.part_number, finding.unit = line.line, line.part_number, line.unit
    finding.field = "cum_shipped"
    finding.rule = rule
    # The 824 takes sixty characters of it: the figures stand first.
    finding.text = (
        f"Cumulative {amount(said)} of {key.part} is {more} than {amount(counted)} counted: received, in transit and "
        f"in open cases, with shipment {shipment.key.shipment_id}. {mend} the cumulative of the next notice."
    )
    if shipment.message:
        finding.evidence = (Evidence(shipment.message, shipment.document, line.segment),)
    return finding


def find_settled(key: CumulativeKey, said: int = 0, counted: int = 0) -> Finding:
    """Both sides agree, or nothing is told any more: an open case closes by itself."""
    finding = _about(key, 0)
    finding.settles = True
    finding.expected, finding.actual = counted, said
    return finding


def _about(key: CumulativeKey, quantity: int) -> Finding:
    return Finding(
        code=CLASS.code,
        site=key.site,
        supplier=key.supplier,
        part=key.part,
        quantity=quantity,
        grade=CLASS.grade,
        fault=CLASS.fault,
        cause=f"cumulative:{key.supplier}/{key.part}",
    )

"""D49: a customer received something else than we shipped, or questions what came."""

from __future__ import annotations

from ledger.events import CustomerReceiptLine, CustomerReceiptReported
from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import evidence_of
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D49",
    name="Customer received otherwise",
    grade="",
    fault="unknown",
    roles=("warehouse", "logistics"),
    answer_hours=24,
)
"""It is for us to answer, and no supplier's score knows it."""

CONDITIONS = {
    "01": "damaged", "02": "short", "03": "over", "04": "of doubtful quality", "05": "of another product",
    "06": "in another container", "08": "rejected", "09": "on hold", "10": "scrapped", "12": "over and sent back",
}  # fmt: skip
"""Source: X12 data element 412."""


def find(
    resolved: ResolvedEvent, line: ResolvedLine, site: str, shipped: int, questioned: list[tuple[int, str]]
) -> Finding:
    """One part of a shipment of ours, quantities in millionths of its base unit; `questioned` holds what the customer
    says of how much, by condition. `site` is where it left, "" where it never did as far as we know.

    Settles when as much came as was shipped and nothing of it is questioned. Less than was shipped, with nothing said
    of it, is the first of several receipts: it leaves what was found before as it is.
    """
    event, said = resolved.event, line.said
    assert isinstance(event, CustomerReceiptReported)  # noqa: S101  the dispatch table says so
    assert isinstance(said, CustomerReceiptLine)  # noqa: S101  its lines
    told = [f"{amount(quantity)} {CONDITIONS.get(code, f'under {code}')}" for quantity, code in questioned]
    quantity = sum(quantity for quantity, _ in questioned) or abs(line.quantity - shipped)
    text = (
        f"{event.customer} received {amount(line.quantity)} {line.unit} of {line.part or said.part_number} with "
        f"shipment {event.number}, of which we shipped {amount(shipped)}{': ' if told else ''}{', '.join(told)}. "
        f"Recount, credit or send what is missing, or take back what is too much."
    )
    return Finding(
        code=CLASS.code,
        site=site,
        partner=event.customer,
        part=line.part,
        part_number=said.part_number,
        unit=line.unit,
        quantity=quantity,
        expected=shipped,
        actual=line.quantity,
        shipment_id=event.number,
        fault=CLASS.fault,
        cause=f"shipped:{event.number}/{line.part or said.part_number}",
        text=text,
        line=line.line,
        settles=not questioned and line.quantity == shipped,
        evidence=evidence_of(resolved, said.segment),
    )

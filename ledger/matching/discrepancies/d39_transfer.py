"""D39: a site received something else than another site of ours shipped."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_notice_line, about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import NoticeLine, ReceiptLine
from ledger.matching.records.transfers import sender_of

CLASS = DiscrepancyClass(
    code="D39",
    name="Transfer variance",
    grade="",
    fault="unknown",
    roles=("warehouse", "receiving"),
    answer_hours=24,
    action="hold",
)
"""Both sites answer it; no partner is told, and no supplier's score knows it."""


def find(line: NoticeLine, rule: str = "default", held: bool = True) -> Finding:
    """What is short or over on a line of a transfer as it stands; settles when it is neither any more."""
    short, over = line.cleared - line.settled, line.over
    sender, receiver = sender_of(line.key.supplier), line.key.site
    shipped = f"{sender} shipped {amount(line.quantity)} with transfer {line.key.shipment_id}"
    if over > 0:
        place = "It is in quality_hold" if held else "It is in stock"
        text = (
            f"{amount(over)} {line.unit} of {line.part} over: {shipped}, {receiver} received "
            f"{amount(line.quantity + over)}. {place}: recount at both sites, return it, or accept it and adjust "
            f"{sender} (03)."
        )
    else:
        text = (
            f"{amount(short)} {line.unit} of {line.part} short: {shipped}, {receiver} received "
            f"{amount(line.received)}. Recount at both sites, or accept the loss at {receiver}."
        )
    finding = about_notice_line(CLASS, line, max(short, over), text)
    finding.actual = line.quantity + over - short
    finding.clearing = (over if held else 0) if over > 0 else -short
    finding.rule = rule
    finding.cause = f"transfer:{sender}/{line.key.shipment_id}/{line.line}"
    return finding


def find_unshipped(line: ReceiptLine, quantity: int) -> Finding:
    """What came with a transfer that its site has not shipped, or has cancelled; it is held until that is known."""
    sender, receiver = sender_of(line.supplier), line.key.site
    finding = about_receipt_line(
        CLASS,
        line,
        quantity,
        f"{amount(quantity)} {line.unit} of {line.part} came to {receiver} with transfer {line.shipment_id}, which "
        f"{sender} has not shipped. It is in quality_hold: ask {sender} to report the transfer.",
    )
    finding.actual, finding.clearing = quantity, quantity
    finding.cause = f"transfer:{sender}/{line.shipment_id}"
    return finding

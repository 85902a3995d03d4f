"""A customer's 861 about goods that we shipped: matched to the shipment in our books, and handed to them as an event.

It is answered by nothing. What names no shipment waits for a person; what names one that the books do not have yet
waits there for it.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec
from sqlalchemy import Connection

from gateway.pipeline.context import Context
from gateway.pipeline.reading.values import ReadDocument
from gateway.pipeline.reconciling.reports import report
from gateway.store.sent import find_number, settle
from ledger import queries
from ledger.advices import ReceivedLine, ReceivingAdvice
from ledger.events import AcknowledgmentReported, Actor, CustomerReceiptLine, CustomerReceiptReported, Source
from ledger.events.answers import CustomerVariance
from ledger.masterdata import AsSent
from ledger.queries import Shipped

PROVED = ("awaiting", "overdue")
"""A notice of ours that waits in vain for its 997 was read all the same, where its goods are answered."""


def receipt_reported(
    connection: Connection, document: ReadDocument, context: Context
) -> CustomerReceiptReported | str:
    """The event, or why it could not be matched."""
    advice, row = document.advice, document.row
    assert isinstance(advice, ReceivingAdvice)  # noqa: S101  the caller looked
    book = "test" if row.test else "live"
    tellers = [partner.id for partner in context.configuration.partners]
    numbers = [number for number in dict.fromkeys((advice.shipment_id, advice.packing_slip)) if number]
    if not numbers:
        return f"861 {advice.number} names no shipment (REF SI or PK)"
    for number in numbers:
        found = queries.shipped(connection, number, tellers=tellers, book=book)
        if found:
            return _event(connection, document, advice, number, found, context)
    return _event(connection, document, advice, numbers[0], [], context)


def _event(
    connection: Connection, document: ReadDocument, advice: ReceivingAdvice, number: str, found: list[Shipped],
    context: Context,
) -> CustomerReceiptReported:  # fmt: skip
    row = document.row
    event = CustomerReceiptReported(
        number=number,
        advice=advice.number,
        customer=row.partner,
        shipped_from=found[0].site if found else "",
        receipt_id=advice.receipt_id,
        received_at=advice.received_at,
        created_at=advice.created_at,
        book="test" if row.test else "live",
        partner=row.partner,
        source=Source(message=row.message, document=row.id),
        actor=Actor(kind="partner", id=row.partner),
    )
    sent = AsSent(context.ledger.masterdata(connection), event, context.now)
    parts = {one.part: one for one in found}
    lines = []
    for n, line in enumerate(advice.lines, 1):
        # The buyer's number is the customer's own here, and the supplier's is ours.
        names = [name for name in (line.supplier_part_number, line.part_number) if name]
        known = [id for name in names if (id := sent.part_id(name)) is not None]
        part = next((id for id in known if id in parts), next(iter(known), ""))
        lines.append(_line(advice, n, line, part or next(iter(names), ""), parts.get(part)))
    return msgspec.structs.replace(event, lines=tuple(lines))


def _line(
    advice: ReceivingAdvice, n: int, line: ReceivedLine, part: str, shipped: Shipped | None
) -> CustomerReceiptLine:
    return CustomerReceiptLine(
        line=f"{advice.number}/{line.line or n}",
        segment=line.segment,
        part_number=part,
        quantity=line.quantity,
        unit=line.unit,
        lot=line.lot,
        order_number=line.order_number,
        order_line=line.order_line,
        quantity_shipped=shipped.quantity if shipped is not None else Decimal(0),
        quantity_advised=line.quantity_advised,
        cum_received=line.cum_received,
        variances=tuple(CustomerVariance(quantity=one.quantity, condition=one.condition) for one in line.variances),
    )


def settle_notice(
    connection: Connection, event: CustomerReceiptReported, document: str, at: int
) -> list[AcknowledgmentReported]:
    """What answers the goods proves that their notice came; what the books are to be told of that."""
    told: list[AcknowledgmentReported] = []
    for one in find_number(connection, partner=event.customer, type="856", number=event.number):
        if one.status in PROVED:
            settle(connection, one, status="accepted", answered_by=document, at=at)
            told += report(connection, one, "accepted", at=at, answer=document, answered_with="861")
    return told

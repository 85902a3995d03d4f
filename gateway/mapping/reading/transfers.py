"""A transfer between our own sites on paper: shipped it is a ship notice (856, 943), received a receiving advice.

Sets, files and messages do not know whose the two places are; the agreement does (`as: TransferShipped`). Pairs, so
that what is written reads back as what it was. Nothing here looks at sites: the ledger knows which are ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from gateway.mapping.reading.receiving import HELD, goods_received_from, refusal_of
from ledger.advices import Advice, ReceivedLine, ReceivingAdvice, Variance
from ledger.events import (
    Event,
    GoodsReceived,
    NoticeLine,
    ReceiptLine,
    ShipmentCancelled,
    ShipmentNotified,
    StockLine,
    TransferCancelled,
    TransferReceived,
    TransferShipped,
)

_COMMON = ("number", "created_at", "occurred_at")
_ROAD = ("expected_at", "carrier", "bill_of_lading", "packing_slip")
_LINE = (
    "part_number",
    "line",
    "supplier_part_number",
    "part_revision",
    "quantity",
    "unit",
    "lot",
    "serials",
    "segment",
)


def transfer_of(made: Event | Advice, meaning: str) -> Event | str:
    """What a document says by an agreement about transfers; words for what it lacks where it cannot be one.

    An event of another kind is given back as it is: the agreement judges it.
    """
    if meaning == "TransferShipped" and isinstance(made, ShipmentNotified | ShipmentCancelled):
        from_place = made.ship_from or made.supplier
        if not from_place or not made.ship_to:
            return "a transfer needs both places: that it is shipped from and that it goes to"
        if isinstance(made, ShipmentCancelled):
            return TransferCancelled(**_values(made, _COMMON), from_place=from_place, to_place=made.ship_to)
        return TransferShipped(
            **{**_values(made, _COMMON), "occurred_at": made.occurred_at or made.shipped_at},
            from_place=from_place,
            to_place=made.ship_to,
            **_values(made, _ROAD),
            lines=tuple(StockLine(**_values(line, _LINE), demand=line.order_number) for line in made.lines),
        )
    if meaning == "TransferReceived":
        receipt = goods_received_from(made) if isinstance(made, ReceivingAdvice) else made
        if isinstance(receipt, GoodsReceived):
            return _received(receipt)
    return made if isinstance(made, Event) else f"holds {type(made).__name__}"


def paper_of(event: Event | Advice) -> Event | Advice:
    """The notice or advice by which a transfer is told to others; anything else as it is."""
    if isinstance(event, TransferShipped):
        return ShipmentNotified(
            **_values(event, _COMMON),
            supplier=event.from_place,
            ship_from=event.from_place,
            ship_to=event.to_place,
            shipped_at=event.occurred_at,
            **_values(event, _ROAD),
            lines=tuple(NoticeLine(**_values(line, _LINE), order_number=line.demand) for line in event.lines),
        )
    if isinstance(event, TransferCancelled):
        sender = event.from_place
        return ShipmentCancelled(**_values(event, _COMMON), supplier=sender, ship_from=sender, ship_to=event.to_place)
    if isinstance(event, TransferReceived):
        return ReceivingAdvice(
            number=event.number,
            created_at=event.created_at,
            received_at=event.occurred_at,
            shipment_id=event.transfer,
            supplier=event.from_place,
            ship_to=event.place,
            complete=bool(event.lines) and all(line.complete for line in event.lines),
            lines=tuple(map(_advised, event.lines)),
        )
    return event


def _received(receipt: GoodsReceived) -> Event | str:
    shipments = _named(line.shipment_id for line in receipt.lines)
    senders = _named([receipt.supplier, *(line.supplier for line in receipt.lines)])
    if len(shipments) != 1:
        return f"a receipt of a transfer names one shipment, and here are {len(shipments)}"
    if len(senders) != 1 or not receipt.ship_to:
        return "a receipt of a transfer needs both places: that it was shipped from and that it came to"
    blank = {"shipment_id": "", "supplier": ""}
    return TransferReceived(
        **_values(receipt, _COMMON),
        transfer=shipments[0],
        from_place=senders[0],
        place=receipt.ship_to,
        lines=tuple(msgspec.structs.replace(line, **blank) for line in receipt.lines),
    )


def _named(values: Iterable[str]) -> list[str]:
    return [value for value in dict.fromkeys(values) if value]


def _advised(line: ReceiptLine) -> ReceivedLine:
    told = ((line.quantity_damaged, "01"), (line.quantity_rejected, refusal_of(line)))
    variances = [Variance(quantity=quantity, unit=line.unit, condition=code) for quantity, code in told if quantity]
    if line.condition and all(one.condition != line.condition for one in variances):
        # What is said of the line itself: of a short or a hold, how much; of anything else, no quantity of its own.
        quantity = Decimal(0)
        if line.condition == "02":
            quantity = (line.quantity_expected or line.quantity) - line.quantity
        elif line.condition in HELD and line.stock_status == "hold":
            quantity = line.quantity - line.quantity_damaged - line.quantity_rejected
        variances.insert(0, Variance(quantity=max(quantity, Decimal(0)), unit=line.unit, condition=line.condition))
    return ReceivedLine(
        **_values(line, _LINE),
        order_number=line.order_number,
        order_line=line.order_line,
        handling_unit=line.handling_unit,
        reference=line.reference,
        packaging=line.packaging,
        quantity_advised=line.quantity_expected,
        variances=tuple(variances),
    )


def _values(of: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(of, name) for name in names}

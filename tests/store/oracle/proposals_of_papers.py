"""Orders, notices, goods receipts and decisions about cases, drawn with the sheet in hand: see `histories`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from ledger.events import (
    DiscrepancyResolved,
    Event,
    GoodsReceiptReversed,
    GoodsReceived,
    NoticeLine,
    OrderCancelled,
    OrderChanged,
    OrderLine,
    OrderPlaced,
    ReceiptLine,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
)
from tests.store.oracle.teller import PARTS, PARTY, SHIPMENTS, WHOLE_ORDERS, Teller, order_of, said
from tests.store.plant import TOM
from tests.store.world import NOW, source


def place(teller: Teller) -> Event | None:
    unplaced = [n for n in range(WHOLE_ORDERS) if f"PO{n}" not in teller.oracle.dock.orders]
    n = teller.rnd.choice(unplaced) if unplaced and teller.rnd.random() < 0.95 else teller.rnd.randrange(WHOLE_ORDERS)
    parts = PARTS if teller.rnd.random() < 0.8 else PARTS[:3]
    # More than any history brings: which goods beyond their order are held (D18) has an oracle of its own, see
    # `tests/store/test_required_oracle.py`.
    quantity = teller.rnd.randint(220, 240)
    return OrderPlaced(
        number=f"PO{n}", partner="erp", source=source(f"po{n}.{quantity}"), **PARTY,
        lines=tuple(
            OrderLine(part_number=part, order_line=str(i), quantity=Decimal(quantity), unit="EA")
            for i, part in enumerate(parts, 1)
        ),
    )  # fmt: skip


def change_order(teller: Teller) -> Event | None:
    known = [number for number, order in teller.oracle.dock.orders.items() if order.is_open]
    if not known and teller.rnd.random() < 0.8:
        return None
    number = teller.rnd.choice(known or ["PO0"])
    n = next(teller.numbers)
    line = OrderLine(part_number="PLATE", order_line="1", quantity=Decimal(250 + n), unit="EA")
    return OrderChanged(number=number, partner="erp", source=source(f"ch{n}"), **PARTY, lines=(line,))


def cancel_order(teller: Teller) -> Event | None:
    used = {one.order for one in teller.oracle.dock.shipments.values()} | {
        one.order for lines in teller.oracle.dock.receipts.values() for one in lines
    }
    free = [
        n for n in teller.oracle.dock.orders if n not in used and ("erp", "OrderCancelled", n) not in said(teller)
    ]
    return OrderCancelled(number=teller.rnd.choice(free), partner="erp", **PARTY) if free else None


def notify(teller: Teller) -> Event | None:
    return _notice(teller, ShipmentNotified, {"waiting", "advised"}, 0.93)


def replace(teller: Teller) -> Event | None:
    known = [
        number
        for number, one in teller.oracle.dock.shipments.items()
        if one.status in ("advised", "waiting") and (not one.was_received or teller.rnd.random() < 0.1)
    ]
    number = teller.rnd.choice(known) if known else f"S{teller.rnd.randrange(SHIPMENTS)}"
    return _notice(teller, ShipmentReplaced, set(), 0, number)


def _notice(
    teller: Teller, kind: type[ShipmentNotified | ShipmentReplaced], taken: set[str], fresh: float, number: str = ""
) -> Event | None:
    shipments = teller.oracle.dock.shipments
    free = [f"S{n}" for n in range(SHIPMENTS) if f"S{n}" not in shipments or shipments[f"S{n}"].status not in taken]
    if not number:
        number = (
            teller.rnd.choice(free) if free and teller.rnd.random() < fresh else f"S{teller.rnd.randrange(SHIPMENTS)}"
        )
    order = order_of(number)
    if order not in teller.oracle.dock.orders and teller.rnd.random() < 0.6:
        return None
    known = teller.oracle.dock.orders.get(order)
    parts = [part for part in PARTS if known is None or part in known.parts]
    chosen = teller.rnd.sample(parts, teller.rnd.randint(1, 2))
    n = next(teller.numbers)
    lines = tuple(
        NoticeLine(
            part_number=part, order_number=order, quantity=Decimal(teller.rnd.randint(3, 12)), unit="EA",
            lot=teller.rnd.choice(["", "", f"L{n}"]), line=str(PARTS.index(part) + 1),
        )
        for part in chosen
    )  # fmt: skip
    return kind(
        number=number, partner="acme", source=source(f"n{n}"), shipped_at=teller.oracle.now, **PARTY, lines=lines
    )


def cancel(teller: Teller) -> Event | None:
    shipments = teller.oracle.dock.shipments
    known = [number for number, one in shipments.items() if not one.was_received or teller.rnd.random() < 0.1]
    number = teller.rnd.choice(known) if known else f"S{teller.rnd.randrange(SHIPMENTS)}"
    return ShipmentCancelled(number=number, partner="acme", **PARTY)


def receive(teller: Teller) -> Event | None:
    dock, rnd = teller.oracle.dock, teller.rnd
    open_lines = [
        (number, part)
        for number, one in dock.shipments.items()
        if one.status == "advised"
        for part in one.lines
        if dock.short(number, part) > 0
    ]
    if open_lines and rnd.random() < 0.85:
        shipment, part = rnd.choice(open_lines)
        short = int(dock.short(shipment, part))
        quantity = short if rnd.random() < 0.5 else rnd.randint(1, short + 3)
    else:
        shipment, part, quantity = f"S{rnd.randrange(SHIPMENTS + 2)}", rnd.choice(PARTS), rnd.randint(1, 8)
    number = teller.number("GoodsReceived")
    at = NOW + timedelta(minutes=rnd.randint(0, 5))
    if part == "ECU" and rnd.random() < 0.5:
        quantity = 1
    serials = (f"X{next(teller.numbers)}",) if part in ("PUMP", "ECU") and quantity == 1 else ()
    line = ReceiptLine(
        part_number=part, shipment_id=shipment, order_number=order_of(shipment), unit="EA",
        quantity=Decimal(quantity), receipt_line="1",
        quantity_damaged=Decimal(rnd.randint(1, quantity) if rnd.random() < 0.15 else 0),
        location=rnd.choice(("DOCK", "DOCK", "A-01")), stock_status=rnd.choice(("", "", "", "hold")),
        complete=rnd.random() < 0.15, lot=rnd.choice(("", "", "LOT1")), serials=serials,
    )  # fmt: skip
    return GoodsReceived(
        number=number, partner="threepl", ship_to="92:PLT07", source=source(f"r{next(teller.numbers)}"),
        occurred_at=at, lines=(line,),
    )  # fmt: skip


def reverse(teller: Teller) -> Event | None:
    known = [
        number
        for number, came in teller.oracle.dock.receipts.items()
        if ("threepl", "GoodsReceiptReversed", number) not in said(teller) and not came[0].is_reversed
    ]
    number = teller.rnd.choice(known) if known and teller.rnd.random() < 0.95 else f"Goo{next(teller.numbers) + 3}"
    return GoodsReceiptReversed(number=number, partner="threepl", ship_to="92:PLT07", reason="typing error")


def resolve(teller: Teller) -> Event | None:
    """A person decides a case: a count, an adjustment, goods over a notice, or what never came."""
    oracle, rnd = teller.oracle, teller.rnd
    choices: list[tuple[str, str]] = []
    for case, asked in oracle.counting.cases.items():
        choices.append((case, "accept" if oracle.counting.can_accept(asked) and rnd.random() < 0.8 else "waive"))
    for case, (shipment, part) in oracle.dock_cases.items():
        over = oracle.dock.over(shipment, part)
        if over and all(portion.spot.hold_reason == "D17" for portion in over):
            choices.append((case, rnd.choice(("accept", "return"))))
        elif not over and oracle.dock.is_closed(shipment, part) and oracle.dock.short(shipment, part):
            choices.append((case, "short_close"))
    if not choices:
        return None
    case, how = rnd.choice(choices)
    return DiscrepancyResolved(number=case, resolution=how, partner="desk", actor=TOM)  # type: ignore[arg-type]

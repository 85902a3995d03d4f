"""Histories that are worth telling: each next event is drawn with the sheet in hand, so that most of them can post.

One row per kind in `PROPOSALS`. A proposal that has nothing sensible to say gives None, and another kind is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from ledger.events import KINDS as ALL_KINDS
from ledger.events import (
    AdjustmentLine,
    CalendarDefined,
    DiscrepancyResolved,
    DispositionLine,
    Event,
    GoodsReceiptReversed,
    GoodsReceived,
    IdentityLine,
    InventoryAdjusted,
    InventorySnapshotReported,
    LocationDefined,
    NoticeLine,
    OrderCancelled,
    OrderChanged,
    OrderLine,
    OrderPlaced,
    OwnershipLine,
    PartDefined,
    PlaceLine,
    ReceiptLine,
    ReturnDisposed,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
    SiteDefined,
    StockCounted,
    StockLine,
    SupplierDefined,
    UnitFactorDefined,
)
from tests.store.oracle.containing import is_label
from tests.store.oracle.others import OTHERS
from tests.store.oracle.sheet import HELD, Spot
from tests.store.oracle.teller import PARTS, PARTY, PLACES, SHIPMENTS, WHOLE_ORDERS, Teller, order_of, said
from tests.store.oracle.ways import WAYS
from tests.store.plant import EVA, TOM
from tests.store.world import NOW, source

# --- documents ------------------------------------------------------------------------------------------------


def place(teller: Teller) -> Event | None:
    unplaced = [n for n in range(WHOLE_ORDERS) if f"PO{n}" not in teller.oracle.dock.orders]
    n = teller.rnd.choice(unplaced) if unplaced and teller.rnd.random() < 0.95 else teller.rnd.randrange(WHOLE_ORDERS)
    parts = PARTS if teller.rnd.random() < 0.8 else PARTS[:3]
    quantity = teller.rnd.randint(20, 40)
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
    line = OrderLine(part_number="PLATE", order_line="1", quantity=Decimal(50 + n), unit="EA")
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


# --- goods in the house ---------------------------------------------------------------------------------------


def handle(kind: str) -> Callable[[Teller], Event | None]:
    """A proposal for a kind of the table: goods that can go its way, named more or less exactly."""
    way = WAYS[kind]

    def propose(teller: Teller) -> Event | None:
        rnd = teller.rnd
        number, partner = teller.number(kind), "wms"
        if way.sources == ("customer",):
            quantity = Decimal(rnd.randint(1, 4))
            line = StockLine(
                part_number=rnd.choice(PARTS[:2]), quantity=quantity, unit="EA", line="1", location="RET",
                stock_segment=rnd.choice(("warranty", "warranty", "reman", "")), reference="RMA1",
            )  # fmt: skip
            return ALL_KINDS[kind](number=number, partner=partner, place="P1", lines=(line,))  # type: ignore[call-arg]
        actor = teller.somebody(kind)
        spot = teller.goods(*way.sources)
        if spot is None:
            if rnd.random() < 0.93:
                return None
            spot = Spot("P1", rnd.choice(PARTS), location=rnd.choice(PLACES), state=way.sources[0])
            quantity = Decimal(rnd.randint(1, 5))
        else:
            quantity = teller.some_of(teller.sheet.at(spot))
        lines: tuple[StockLine, ...] = (_line(teller, kind, spot, quantity),)
        other = teller.goods(*way.sources) if rnd.random() < 0.2 and kind != "ReturnDisposed" else None
        if other is not None:
            second = _line(teller, kind, other, teller.some_of(teller.sheet.at(other)))
            number, lines = f"two-{next(teller.numbers)}", (*lines, msgspec.structs.replace(second, line="2"))
        return ALL_KINDS[kind](  # type: ignore[call-arg]
            number=number, partner=partner, place=rnd.choice(("P1", "92:PLT07")), lines=lines, actor=actor
        )

    return propose


def _line(teller: Teller, kind: str, spot: Spot, quantity: Decimal) -> StockLine:
    way, rnd = WAYS[kind], teller.rnd
    named: dict[str, Any] = {
        "part_number": spot.part, "quantity": quantity, "unit": "EA", "line": "1",
        "reason": "R1" if way.reason_from or "reason" in way.needs else "",
        "to_location": rnd.choice(PLACES) if "to_location" in way.needs or rnd.random() < 0.1 else "",
    }  # fmt: skip
    if rnd.random() < 0.6:
        named["state"] = spot.state
    for name in ("location", "lot", "owner"):
        if rnd.random() < 0.5:
            named[name] = getattr(spot, name)
    if way.holds:
        named["hold_reason"] = rnd.choice(("crack", "rust"))
        named["to_state"] = rnd.choice(("", *HELD))
    elif len(way.targets) > 1 and rnd.random() < 0.3:
        named["to_state"] = rnd.choice(way.targets)
    elif spot.state in HELD and rnd.random() < 0.5:
        named["hold_reason"] = spot.hold_reason
    if way.puts_demand:
        named["demand"] = f"D{rnd.randint(1, 3)}"
    elif spot.state == "allocated" and not way.whatever_demand:
        named["demand"] = spot.demand
    if spot.part == "GLUE" and spot.lot and rnd.random() < 0.8:
        named["lot"] = spot.lot
    if is_label(spot.hold_reason) and rnd.random() < 0.7 and not way.holds:
        named["hold_reason"] = spot.hold_reason
    if spot.serial and rnd.random() < 0.8:
        named |= {"serials": (spot.serial,), "quantity": Decimal(rnd.randint(0, 1))}
    elif spot.part == "BOLT" and rnd.random() < 0.05:
        named |= {"unit": "XBX", "quantity": Decimal(1)}
    if rnd.random() < 0.04:
        named[rnd.choice(("reason", "hold_reason", "to_location", "demand"))] = ""
    if kind == "GoodsIdentified":
        return _named(teller, spot, named)
    if kind == "OwnershipChanged":
        owner = "" if spot.owner else "acme"
        return OwnershipLine(**(named | {"owner": spot.owner, "to_owner": owner, "to_location": ""}))
    return StockLine(**named)


def _named(teller: Teller, spot: Spot, named: dict[str, Any]) -> IdentityLine:
    """What goods are, that nobody told apart: serials, or a lot; seldom nothing."""
    number = next(teller.numbers)
    if spot.part == "GLUE" or teller.rnd.random() < 0.3:
        return IdentityLine(**named, to_lot=f"GL{number}")
    if teller.rnd.random() < 0.9:
        known = [one.serial for one in teller.sheet.goods if one.serial] if teller.rnd.random() < 0.15 else []
        named |= {"serials": (teller.rnd.choice(known or [f"N{number}"]),), "quantity": Decimal(1)}
    return IdentityLine(**named)


def dispose(teller: Teller) -> Event | None:
    """What is decided about goods that a customer sent back."""
    rnd = teller.rnd
    found = [
        spot
        for part in PARTS
        for spot in teller.sheet.here("P1", part)
        if spot.state in HELD and spot.segment in ("warranty", "reman")
    ]
    if not found:
        return None
    spot = rnd.choice(found)
    line = DispositionLine(
        part_number=spot.part, quantity=teller.some_of(teller.sheet.at(spot)), unit="EA", line="1", reason="R1",
        stock_segment=spot.segment, disposition=rnd.choice(("restock", "reman", "scrap", "return_to_supplier")),
        reference=rnd.choice(("RMA1", "RMA1", "")), hold_reason=rnd.choice(("", "core")),
    )  # fmt: skip
    return ReturnDisposed(
        number=teller.number("ReturnDisposed"), partner="wms", place="P1", supplier="92:A123", lines=(line,)
    )


def count_goods(teller: Teller) -> Event | None:
    spot = teller.goods("available", "quality_hold", "line_side", "obsolete", "allocated", "consigned", "quarantine")
    rnd = teller.rnd
    part, location = (spot.part, spot.location) if spot else (rnd.choice(PARTS[:2]), "A-01")
    goods = [one for one in teller.sheet.here("P1", part) if one.location == location]
    expected = sum((teller.sheet.at(one) for one in goods), Decimal(0))
    said_ = max(Decimal(-1), expected + rnd.choice((0, 0, 0, 1, -1, -1, -4, 12)))
    line = PlaceLine(part_number=part, location=location, quantity=said_, unit="EA", line="1")
    return StockCounted(number=teller.number("StockCounted"), partner="wms", place="P1", actor=EVA, lines=(line,))


def adjust(teller: Teller) -> Event | None:
    spot, rnd = teller.goods("available", "quality_hold", "line_side", "quarantine"), teller.rnd
    if spot is None:
        spot = Spot("P1", rnd.choice(PARTS[:2]), location="A-01")
    reason = rnd.choice(("AB", "AH", "AI", "56", "05", "51"))
    quantity = Decimal(rnd.choice((1, 2, -1, -2, 12, -30)))
    if reason == "AI":
        quantity = -abs(quantity)
    elif reason in ("56", "51", "05") and rnd.random() < 0.9:
        quantity = abs(quantity)
    line = AdjustmentLine(
        part_number=spot.part, location=spot.location, quantity=quantity, unit="EA", reason=reason, line="1"
    )
    return InventoryAdjusted(
        number=teller.number("InventoryAdjusted"), partner="wms", place="P1", actor=EVA, lines=(line,)
    )


def snapshot(teller: Teller) -> Event | None:
    spot, rnd = teller.goods("available", "quality_hold", "line_side"), teller.rnd
    if spot is None:
        return None
    expected = sum(
        (teller.sheet.at(one) for one in teller.sheet.here("P1", spot.part) if one.location == spot.location),
        Decimal(0),
    )
    wrong = Decimal(100_000) if rnd.random() < 0.2 else Decimal(0)
    line = PlaceLine(part_number=spot.part, location=spot.location, quantity=expected + wrong, unit="EA", line="1")
    return InventorySnapshotReported(
        number=teller.number("InventorySnapshotReported"), partner="wms", place="P1", lines=(line,),
        complete=rnd.random() < 0.1,
    )  # fmt: skip


# --- master data ----------------------------------------------------------------------------------------------


def define(teller: Teller) -> Event | None:
    """Master data, kind after kind."""
    n = next(teller.numbers)
    events: tuple[Event, ...] = (
        PartDefined(number=f"NEW{n}", base_unit="EA"),
        UnitFactorDefined(number=f"PLATE/U{n}", part="PLATE", unit=f"U{n}", numerator=n),
        SiteDefined(number=f"N{n}", identifiers=(f"92:N{n}",)),
        LocationDefined(number=f"P1/Z-{n}", location=f"Z-{n}"),
        SupplierDefined(number=f"new{n}", identifiers=(f"92:X{n}",)),
        CalendarDefined(number=f"cal{n}"),
    )
    return events[n % len(events)]


PROPOSALS: dict[str, tuple[int, Callable[[Teller], Event | None]]] = {
    "OrderPlaced": (7, place),
    "OrderChanged": (2, change_order),
    "OrderCancelled": (1, cancel_order),
    "ShipmentNotified": (10, notify),
    "ShipmentReplaced": (4, replace),
    "ShipmentCancelled": (3, cancel),
    "GoodsReceived": (16, receive),
    "GoodsReceiptReversed": (3, reverse),
    "DiscrepancyResolved": (8, resolve),
    **{kind: (3, handle(kind)) for kind in WAYS},
    **OTHERS,
    "ReturnDisposed": (3, dispose),
    "StockCounted": (4, count_goods),
    "InventoryAdjusted": (4, adjust),
    "InventorySnapshotReported": (2, snapshot),
    "master data": (2, define),
}
"""Kind -> how often, and how such an event is drawn."""


def draw_event(teller: Teller) -> Event:
    """The next event: of a kind that has something to say, by preference of one that is wanted."""
    kinds = list(PROPOSALS)
    weights = [weight * (15 if kind in teller.wanted else 1) for kind, (weight, _) in PROPOSALS.items()]
    for kind in teller.rnd.choices(kinds, weights, k=12):
        event = PROPOSALS[kind][1](teller)
        if event is not None:
            return event
    event = place(teller)
    assert event is not None
    return event


def redelivered(teller: Teller, said_: list[Event]) -> Event:
    """Something that was said before, to the letter; its stamps may differ."""
    event = teller.rnd.choice(said_)
    return msgspec.structs.replace(event)

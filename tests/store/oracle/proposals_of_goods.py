"""What is done with goods in the house and counted of them, drawn with the sheet in hand: see `histories`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from ledger.events import KINDS as ALL_KINDS
from ledger.events import (
    AdjustmentLine,
    DispositionLine,
    Event,
    IdentityLine,
    InventoryAdjusted,
    InventorySnapshotReported,
    OwnershipLine,
    PlaceLine,
    ReturnDisposed,
    StockCounted,
    StockLine,
)
from tests.store.oracle.containing import is_label
from tests.store.oracle.sheet import HELD, Spot
from tests.store.oracle.teller import PARTS, PLACES, Teller
from tests.store.oracle.ways import WAYS
from tests.store.plant import EVA


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

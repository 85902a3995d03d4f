"""Which way goods go in the house, by kind: the oracle's own table. A new kind of handling is one row here."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from ledger.events import DispositionLine, IdentityLine, OwnershipLine, StockLine
from tests.store.oracle.containing import Sheets, is_label
from tests.store.oracle.sheet import ACCOUNTS, HELD, USABLE, Sheet, Spot, account

FACTORS = {("BOLT", "XBX"): Decimal(250)}
"""(part, unit as sent) -> base units."""


class Way(NamedTuple):
    """From the first of `sources` that fits to the first of `targets`, or to the one that is asked for."""

    sources: tuple[str, ...]
    targets: tuple[str, ...] = ()
    """None: the state stays."""
    needs: tuple[str, ...] = ()
    puts_demand: bool = False
    """The line's demand is written on the goods instead of looked for on them."""
    whatever_demand: bool = False
    reason_from: tuple[str, ...] = ()
    to_segment: str = ""
    holds: bool = False
    """The line's hold reason is written on the goods instead of looked for on them."""
    exact_owner: bool = False
    """Goods of the owner that is named, and of no other; "" is ours."""
    roles: tuple[str, ...] = ()
    """People who may; () is everybody."""
    of_quarantine: tuple[str, ...] = ()
    """Those who may where the goods stand in quarantine; () is as `roles`."""

    @property
    def frees(self) -> bool:
        return bool(set(self.targets) & set(USABLE))


PLAN, INSPECT, QUALITY = ("planner", "allocator"), ("inspector", "quality_manager"), ("quality_manager",)

WAYS: dict[str, Way] = {
    "PutAwayCompleted": Way(
        ("available", "quality_hold", "quarantine", "consigned", "obsolete"), needs=("to_location",)
    ),
    "GoodsIdentified": Way(
        ("quality_hold", "quarantine", "available", "consigned"), roles=(*INSPECT, "receiver")
    ),
    "InspectionPassed": Way(("quality_hold",), ("available", "consigned"), roles=INSPECT),
    "InspectionFailed": Way(("quality_hold",), ("quarantine",), ("reason",), roles=INSPECT),
    "HoldPlaced": Way(
        ("available", "allocated", "consigned", "line_side", "service_reserved"), HELD, ("hold_reason",),
        whatever_demand=True, holds=True,
    ),
    "HoldReleased": Way(
        HELD, ("available", "consigned"), reason_from=("quarantine",), roles=INSPECT, of_quarantine=QUALITY
    ),
    "AllocationMade": Way(("available",), ("allocated",), ("demand",), puts_demand=True, roles=PLAN),
    "AllocationReleased": Way(("allocated",), ("available",), whatever_demand=True, roles=PLAN),
    "ServiceReserved": Way(("available",), ("service_reserved",), roles=PLAN),
    "ServiceReleased": Way(("service_reserved",), ("available",), roles=PLAN),
    "MaterialIssued": Way(("allocated", "available"), ("line_side",), ("to_location",)),
    "MaterialConsumed": Way(("line_side", "consigned"), ("production",), puts_demand=True),
    "MaterialReturned": Way(("line_side",), ("available", "quality_hold")),
    "GoodsReturned": Way(
        ("quarantine", "quality_hold", "available", "consigned", "obsolete"), ("supplier",), ("reason",)
    ),
    "CustomerReturnReceived": Way(("customer",), ("quality_hold",), ("stock_segment",), holds=True),
    "ReturnDisposed": Way(
        HELD, ("available", "quality_hold", "quarantine", "supplier", "scrap"), ("stock_segment",), roles=INSPECT
    ),
    "GoodsShipped": Way(("allocated", "service_reserved", "available"), ("customer",)),
    "StockScrapped": Way(("quarantine", "obsolete", "line_side"), ("scrap",), ("reason",)),
    "StockObsoleted": Way(("available", "quality_hold"), ("obsolete",), roles=("planner", "allocator", "engineer")),
    "StockReactivated": Way(("obsolete",), ("available",), ("reason",), roles=PLAN),
    "OwnershipChanged": Way(("consigned", "available", "line_side"), exact_owner=True),
    "ConsumptionReversed": Way(("production",), ("line_side", "consigned", "quality_hold"), ("location",)),
    "TransferShipped": Way(("allocated", "available"), ("transfer",)),
}  # fmt: skip

DISPOSITIONS: dict[str, Way] = {
    "restock": Way(
        HELD,
        ("available",),
        ("stock_segment",),
        reason_from=("quarantine",),
        to_segment="service",
        roles=INSPECT,
        of_quarantine=QUALITY,
    ),
    "reman": Way(
        HELD,
        ("quality_hold",),
        ("stock_segment",),
        to_segment="reman",
        holds=True,
        roles=INSPECT,
        of_quarantine=QUALITY,
    ),
    "scrap": Way(HELD, ("scrap",), ("stock_segment", "reason"), roles=INSPECT),
    "return_to_supplier": Way(HELD, ("supplier",), ("stock_segment", "reason", "reference"), roles=INSPECT),
}
"""What becomes of goods that customers sent back."""


def way_of(kind: str, line: StockLine) -> Way:
    """The way of a line: by its kind, and of returned goods by what was decided."""
    if not isinstance(line, DispositionLine):
        return WAYS[kind]
    way = DISPOSITIONS[line.disposition]
    segment = line.to_segment or (line.stock_segment if line.stock_segment == "reman" else way.to_segment)
    return way._replace(to_segment=segment if way.to_segment else "")


Picked = list[tuple[Spot, Decimal, str]]
"""Whence, how many, and the serial that they are known by from now on."""


def fault_of(way: Way, line: StockLine) -> bool:
    """Whether the line can never post, whatever stands there. Serials are counted against base units."""
    pieces = line.quantity * FACTORS.get((line.part_number, line.unit), Decimal(1))
    return (
        any(not getattr(line, name) for name in way.needs)
        or bool(line.to_state and line.to_state not in way.targets)
        or len(set(line.serials)) != len(line.serials)
        or bool(line.serials and pieces and pieces != len(line.serials))
        or (not line.serials and line.quantity <= 0)
    )


def booked_in(site: str, line: StockLine) -> Spot:
    """The account of what was built in for a car, by whose it was."""
    return account(site, line.part_number, "production", line.demand, line.owner)


def pick(
    sheet: Sheet, sheets: Sheets, way: Way, site: str, part: str, line: StockLine, quantity: Decimal
) -> Picked | None:
    """Goods for the whole line in the one order that there is; None where there are not enough."""
    if way.sources[0] in ACCOUNTS:
        outside = account(site, part, "customer") if way.sources[0] == "customer" else booked_in(site, line)
        return [(outside, Decimal(1), serial) for serial in line.serials] or [(outside, quantity, "")]
    fitting = [
        spot
        for spot in sheet.here(site, part)
        if _fits(spot, way, line) and not (way.frees and sheets.holds(spot) and spot.hold_reason != line.hold_reason)
    ]
    if line.serials:
        return _pick_serials(sheet, fitting, line.serials)
    picked: Picked = []
    for spot in sorted(fitting, key=lambda one: (way.sources.index(one.state), one)):
        some = min(quantity, sheet.at(spot))
        picked.append((spot, some, ""))
        quantity -= some
        if not quantity:
            return picked
    return None


def is_contained(sheet: Sheet, sheets: Sheets, way: Way, site: str, line: StockLine) -> bool:
    """Whether goods are there that only a containment keeps back."""
    found = [spot for spot in sheet.here(site, line.part_number) if _fits(spot, way, line) and sheets.holds(spot)]
    return way.frees and any(spot.hold_reason != line.hold_reason for spot in found)


BY_NAME = (
    "PutAwayCompleted", "MaterialIssued", "MaterialConsumed", "MaterialReturned", "GoodsReturned", "GoodsShipped",
    "StockScrapped",
)  # fmt: skip
SERIAL_CONTROLLED, LOT_CONTROLLED = ("ECU",), ("GLUE",)


def is_nameless(kind: str, sheet: Sheet, way: Way, line: StockLine, picked: Picked) -> bool:
    """Whether goods that are told apart by lot or serial would move without their names, or under another's."""
    part, spots = line.part_number, [spot for spot, *_ in picked]
    if any(serial and serial != spot.serial and sheet.stands(part, serial) for spot, _, serial in picked):
        return True
    if kind == "GoodsIdentified":
        return not (line.serials or (isinstance(line, IdentityLine) and line.to_lot))
    by_serial, by_lot = part in SERIAL_CONTROLLED, part in LOT_CONTROLLED
    for spot, _, serial in picked:
        is_freed = way.frees and spot.state not in USABLE and not spot.is_account
        if is_freed and ((by_serial and not (serial or spot.serial)) or (by_lot and not spot.lot)):
            return True
    if kind not in BY_NAME or line.serials or line.handling_unit:
        return False
    unsaid_lot = by_lot and not line.lot and any(spot.lot for spot in spots)
    return unsaid_lot or (by_serial and any(spot.serial for spot in spots))


def _pick_serials(sheet: Sheet, fitting: list[Spot], serials: tuple[str, ...]) -> Picked | None:
    picked: Picked = []
    untold = {spot: sheet.at(spot) for spot in fitting if not spot.serial}
    for serial in serials:
        known = [spot for spot in fitting if spot.serial == serial]
        spot = known[0] if known else next((one for one, left in untold.items() if left >= 1), None)
        if spot is None:
            return None
        if not known:
            untold[spot] -= 1
        picked.append((spot, Decimal(1), serial))
    return picked


def _fits(spot: Spot, way: Way, line: StockLine) -> bool:
    asked = {
        "location": line.location, "lot": line.lot, "handling_unit": line.handling_unit, "owner": line.owner,
        "revision": line.part_revision, "segment": line.stock_segment, "state": line.state,
        "hold_reason": "" if way.holds else line.hold_reason,
    }  # fmt: skip
    if way.exact_owner and spot.owner != line.owner:
        return False
    if spot.state not in way.sources or any(said and said != getattr(spot, name) for name, said in asked.items()):
        return False
    return spot.state != "allocated" or way.whatever_demand or spot.demand == line.demand


def target_of(spot: Spot, serial: str, way: Way, line: StockLine) -> Spot:
    """Where goods from a spot come to stand."""
    state = line.to_state or (way.targets[0] if way.targets else spot.state)
    demand = line.demand if way.puts_demand else ""
    owner = line.to_owner if isinstance(line, OwnershipLine) else line.owner if spot.is_account else spot.owner
    if isinstance(line, OwnershipLine) and state in ("available", "consigned"):
        state = "consigned" if owner else "available"
    elif (way.targets and state == "available" and owner) or (
        spot.state == "production" and owner and not line.to_state
    ):
        # What is usable and not ours is consigned.
        state = "consigned"
    if state in ACCOUNTS:
        return account(spot.site, spot.part, state, demand, spot.owner if state == "production" else "")
    if spot.is_account:
        return Spot(
            spot.site, spot.part, line.part_revision, line.lot, serial, line.to_location or line.location, line.owner,
            line.stock_segment, state, line.hold_reason if state in HELD else "", line.handling_unit,
        )  # fmt: skip
    # Goods that only change their place stay held for what they were held for.
    stays = not way.targets or is_label(spot.hold_reason)
    held_for = line.hold_reason or (spot.hold_reason if stays else "")
    return spot._replace(
        state=state, location=line.to_location or spot.location, demand=demand, serial=serial or spot.serial,
        hold_reason=held_for if state in HELD else "", segment=way.to_segment or spot.segment,
        owner=owner, lot=(line.to_lot if isinstance(line, IdentityLine) else "") or spot.lot,
    )  # fmt: skip

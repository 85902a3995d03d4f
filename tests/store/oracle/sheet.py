"""The sheet of paper of the oracle: what stands where, in plain Decimals. Knows nothing of the ledger's insides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

ACCOUNTS = (
    "supplier", "customer", "production", "scrap", "adjustment", "clearing", "rounding", "transfer", "opening",
)  # fmt: skip
"""What lies outside our walls and may go below zero."""
HELD = ("quality_hold", "quarantine")
USABLE = ("available", "allocated", "consigned", "line_side", "service_reserved")
NOT_HERE = ("in_transit", *ACCOUNTS)

Deltas = dict["Spot", Decimal]


class Spot(NamedTuple):
    """Everything that tells goods apart, in the order in which equals are taken; "" where a thing is not said."""

    site: str
    part: str
    revision: str = ""
    lot: str = ""
    serial: str = ""
    location: str = ""
    owner: str = ""
    segment: str = ""
    state: str = "available"
    hold_reason: str = ""
    handling_unit: str = ""
    asn_line: str = ""
    demand: str = ""

    @property
    def is_account(self) -> bool:
        return self.state in ACCOUNTS

    @property
    def is_here(self) -> bool:
        """Goods that somebody could count."""
        return self.state not in NOT_HERE


def account(site: str, part: str, name: str, demand: str = "", owner: str = "") -> Spot:
    return Spot(site, part, state=name, demand=demand, owner=owner)


class Sheet:
    """What stands where."""

    def __init__(self) -> None:
        self.goods: Deltas = {}

    def at(self, spot: Spot) -> Decimal:
        return self.goods.get(spot, Decimal(0))

    def stands(self, part: str, serial: str) -> bool:
        """Whether a serial stands anywhere that somebody could see it."""
        return any(q > 0 and s.is_here and (s.part, s.serial) == (part, serial) for s, q in self.goods.items())

    def here(self, site: str, part: str) -> list[Spot]:
        """Spots of the part that hold something somebody could count, in order."""
        return sorted(s for s in self.goods if s.site == site and s.part == part and s.is_here and self.goods[s] > 0)

    def move(self, source: Spot, target: Spot, quantity: Decimal) -> None:
        self.apply({source: -quantity, target: quantity} if source != target else {})

    def apply(self, deltas: Mapping[Spot, Decimal]) -> None:
        """Write changes down; goods below nothing would be a mistake of the oracle itself."""
        for spot, delta in deltas.items():
            left = self.at(spot) + delta
            assert left >= 0 or spot.is_account, f"the oracle takes {-delta} from {spot}, {left - delta} are there"
            self.goods[spot] = left

    def lacks(self, deltas: Mapping[Spot, Decimal]) -> bool:
        """Whether the changes would take goods that are not there."""
        return any(delta < 0 and not spot.is_account and self.at(spot) + delta < 0 for spot, delta in deltas.items())

    @property
    def standing(self) -> dict[Spot, Decimal]:
        return {spot: quantity for spot, quantity in self.goods.items() if quantity}


def change(before: Mapping[Spot, Decimal], after: Mapping[Spot, Decimal]) -> Deltas:
    """What leads from one picture to another."""
    spots = {*before, *after}
    nothing = Decimal(0)
    deltas = {spot: after.get(spot, nothing) - before.get(spot, nothing) for spot in spots}
    return {spot: delta for spot, delta in deltas.items() if delta}


def total(pictures: Iterable[tuple[Spot, Decimal]]) -> Deltas:
    """Quantities by spot."""
    sums: Deltas = defaultdict(Decimal)
    for spot, quantity in pictures:
        sums[spot] += quantity
    return dict(sums)

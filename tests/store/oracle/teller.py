"""Who tells a history: numbers, parts and people to draw from, with the sheet in hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from random import Random

from ledger.events import Actor, Event
from tests.store.oracle.oracle import Oracle
from tests.store.oracle.sheet import Sheet, Spot
from tests.store.oracle.ways import WAYS

PARTS = ("PLATE", "BOLT", "PUMP", "ECU", "GLUE")
PLACES = ("DOCK", "A-01", "B-01", "L1")
PARTY = {"supplier": "92:A123", "ship_to": "92:PLT07"}
WHOLE_ORDERS = 5
SHIPMENTS = 8


def order_of(shipment: str) -> str:
    return f"PO{int(shipment[1:]) % WHOLE_ORDERS}"


@dataclass
class Teller:
    """Draws events. Numbers are never used twice by accident, and sometimes on purpose."""

    oracle: Oracle
    rnd: Random
    numbers: count[int] = field(default_factory=lambda: count(1))
    wanted: frozenset[str] = frozenset()
    """Kinds that are to be drawn more often than usual."""

    @property
    def sheet(self) -> Sheet:
        return self.oracle.sheet

    def number(self, kind: str) -> str:
        """A number of its own, seldom one that was used before."""
        used = [key[2] for key in self.oracle.heard if key[1] == kind and not key[2].startswith("two-")]
        if used and self.rnd.random() < 0.03:
            return self.rnd.choice(used)
        return f"{kind[:3]}{next(self.numbers)}"

    def goods(self, *states: str, least: Decimal = Decimal(0)) -> Spot | None:
        """Goods in any of the states."""
        found = [
            spot
            for part in PARTS
            for spot in self.sheet.here("P1", part)
            if spot.state in states and self.sheet.at(spot) > least
        ]
        return self.rnd.choice(found) if found else None

    def some_of(self, quantity: Decimal) -> Decimal:
        """All of it, or less; seldom more."""
        if self.rnd.random() < 0.1:
            return quantity + self.rnd.randint(1, 3)
        return Decimal(self.rnd.randint(1, int(quantity))) if quantity >= 1 else quantity

    def somebody(self, kind: str) -> Actor | None:
        """Mostly nobody in particular; else somebody who may, and seldom somebody who may not."""
        way, chance = WAYS[kind], self.rnd.random()
        if chance < 0.8:
            return None
        roles = (*way.roles, *way.of_quarantine)
        if chance < 0.94:
            return Actor(kind="user", id="ida", roles=roles or ("clerk",), sites=self.rnd.choice(((), ("P1", "P2"))))
        if chance < 0.97:
            return Actor(kind="user", id="tim", roles=("clerk",))
        return Actor(kind="user", id="zoe", roles=roles, sites=("P2",))


def said(teller: Teller) -> dict[tuple[str, str, str], list[Event]]:
    return teller.oracle.heard

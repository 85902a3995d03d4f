"""What the dock must look like: orders, notices and goods receipts as facts, and the picture that they make.

Said declaratively: the facts of one part of one shipment give what must stand where, whatever came first. An event
changes the facts, and what moves is the difference between two pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from ledger.events import GoodsReceived, ReceiptLine, ShipmentNotified, ShipmentReplaced, TransferReceived
from tests.store.oracle.sheet import Deltas, Spot, account, total
from tests.store.oracle.ways import LOT_CONTROLLED, SERIAL_CONTROLLED

SITE, SUPPLIER = "P1", "acme"
NOTHING = Decimal(0)


@dataclass
class Order:
    parts: set[str]
    is_open: bool = True


@dataclass
class Advised:
    """One line of a notice in force."""

    part: str
    line: str
    quantity: Decimal
    lot: str
    settled: Decimal = NOTHING
    closes_at: datetime | None = None
    is_past: bool = False
    like: Spot | None = None
    """What is known of goods that come from another site of ours."""


@dataclass
class Shipment:
    """A shipment id: the notice that has it, by the number of its event, and what became of that."""

    event: int
    status: str
    """waiting | advised | refused | cancelled"""
    order: str
    lines: dict[str, Advised] = field(default_factory=dict)
    """By part."""
    was_received: bool = False
    overtook: bool = False
    was_confirmed: bool = False
    """The dock said of a line that no more will come."""


class Decided(NamedTuple):
    """Goods over a notice that a person decided on: they stay out of all that comes."""

    quantity: Decimal
    stays: bool


@dataclass
class Came:
    """One line of a goods receipt."""

    receipt: str
    line: str
    shipment: str
    order: str
    part: str
    quantity: Decimal
    damaged: Decimal
    complete: bool
    held: bool
    location: str
    lot: str
    serial: str
    received_at: datetime
    is_nameless: bool = False
    """Pieces that must be told apart, and are not."""
    is_reversed: bool = False
    decided: list[Decided] = field(default_factory=list)

    @property
    def free(self) -> Decimal:
        """What no person has decided on."""
        return NOTHING if self.is_reversed else self.quantity - sum((one.quantity for one in self.decided), NOTHING)


class Portion(NamedTuple):
    """Some goods of one line: where they stand, and the account that they came out of ("" for the notice)."""

    came: Came
    quantity: Decimal
    spot: Spot
    account: str


@dataclass
class Dock:
    lay: Callable[[Spot], Spot]
    """Where goods stand under the containments that are open."""
    site: str = SITE
    supplier: str = SUPPLIER
    sender: str = "supplier"
    """The account that the goods of notices come out of."""
    orders: dict[str, Order] = field(default_factory=dict)
    shipments: dict[str, Shipment] = field(default_factory=dict)
    receipts: dict[str, list[Came]] = field(default_factory=dict)

    def advised(self, shipment: str, part: str) -> Advised | None:
        found = self.shipments.get(shipment)
        return found.lines.get(part) if found is not None and found.status == "advised" else None

    def group(self, shipment: str, part: str) -> list[Came]:
        """What came of a part under a shipment id, in the order in which it fills the notice."""
        came = [
            one
            for lines in self.receipts.values()
            for one in lines
            if one.shipment == shipment and one.part == part and not one.is_reversed
        ]
        return sorted(came, key=lambda one: (one.received_at, one.receipt, one.line))

    def portions(self, shipment: str, part: str) -> Iterator[Portion]:
        """Every portion of goods that came of a part under a shipment id, but for what a person decided."""
        advised = self.advised(shipment, part)
        room = NOTHING if advised is None else advised.quantity - advised.settled
        for one in self.group(shipment, part):
            take = min(one.free, room)
            room -= take
            broken = min(take, one.damaged)
            lot = one.lot or (advised.lot if advised is not None else "")
            usual = ("quality_hold", "receiver") if one.held else ("available", "")
            if one.is_nameless:
                usual = ("quality_hold", "D24")
            elif one.part in LOT_CONTROLLED and not lot:
                usual = ("quality_hold", "D25")
            like = advised.like if advised is not None else None
            if like is not None and like.owner and usual[0] == "available":
                usual = ("consigned", "")
            yield from self._split(one, lot, "", take - broken, broken, usual, like)
            if advised is not None:
                over, usual = "clearing", ("quality_hold", "D17")
            elif self._is_ordered(one):
                over = self.sender
            else:
                over, usual = "clearing", ("quality_hold", "D14")
            rest = one.free - take
            damaged = min(rest, one.damaged - broken)
            yield from self._split(one, lot, over, rest - damaged, damaged, usual, like)

    def short(self, shipment: str, part: str) -> Decimal:
        """What a notice line still lacks, but for what was settled."""
        advised = self.advised(shipment, part)
        if advised is None:
            return NOTHING
        came = sum((p.quantity for p in self.portions(shipment, part) if not p.account), NOTHING)
        return advised.quantity - came - advised.settled

    def over(self, shipment: str, part: str) -> list[Portion]:
        """What came beyond a notice line, and nobody decided on."""
        advised = self.advised(shipment, part)
        return [p for p in self.portions(shipment, part) if p.account == "clearing"] if advised is not None else []

    def is_closed(self, shipment: str, part: str) -> bool:
        advised = self.advised(shipment, part)
        if advised is None:
            return False
        said = any(one.complete for one in self.group(shipment, part))
        return said or advised.is_past or not self.short(shipment, part)

    def picture(self, shipment: str, part: str) -> Deltas:
        """What must stand where because of a part under a shipment id."""
        advised = self.advised(shipment, part)
        found: list[tuple[Spot, Decimal]] = []
        supplier, clearing = (account(self.site, part, name) for name in (self.sender, "clearing"))
        for portion in self.portions(shipment, part):
            found.append((portion.spot, portion.quantity))
            if portion.account:
                found.append((account(self.site, part, portion.account), -portion.quantity))
        for one in self.group(shipment, part):
            lot = one.lot or (advised.lot if advised is not None else "")
            for decided in one.decided:
                if decided.stays:
                    stays = self.lay(self._spot(one, lot, "available", "", None))
                    found += [(stays, decided.quantity), (supplier, -decided.quantity)]
        if advised is not None:
            short = self.short(shipment, part)
            found.append((supplier, advised.settled - advised.quantity))
            where = clearing if self.is_closed(shipment, part) else self.in_transit(shipment, advised)
            found.append((where, short))
        return total(found)

    def _is_ordered(self, one: Came) -> bool:
        order = self.orders.get(one.order)
        return order is not None and order.is_open and one.part in order.parts

    def in_transit(self, shipment: str, advised: Advised) -> Spot:
        asn_line = f"{self.supplier}/{shipment}/{advised.line}"
        if advised.like is not None:
            return advised.like._replace(site=self.site, asn_line=asn_line)
        return Spot(
            self.site, advised.part, lot=advised.lot, owner=self.supplier, state="in_transit", asn_line=asn_line
        )

    def _split(
        self, one: Came, lot: str, of: str, good: Decimal, damaged: Decimal, usual: tuple[str, str], like: Spot | None
    ) -> Iterator[Portion]:
        if damaged:
            yield Portion(one, damaged, self.lay(self._spot(one, lot, "quarantine", "damaged", like)), of)
        if good:
            yield Portion(one, good, self.lay(self._spot(one, lot, *usual, like)), of)

    def _spot(self, one: Came, lot: str, state: str, hold_reason: str, like: Spot | None) -> Spot:
        spot = Spot(self.site, one.part) if like is None else like
        return spot._replace(
            site=self.site, lot=lot, serial=one.serial, location=one.location, state=state, hold_reason=hold_reason
        )


def lines_of_notice(event: ShipmentNotified | ShipmentReplaced) -> dict[str, Advised]:
    return {line.part_number: Advised(line.part_number, line.line, line.quantity, line.lot) for line in event.lines}


def lines_of_receipt(event: GoodsReceived | TransferReceived) -> list[Came]:
    return [_came(event, line) for line in event.lines]


def _came(event: GoodsReceived | TransferReceived, line: ReceiptLine) -> Came:
    assert event.occurred_at is not None
    shipment = event.transfer if isinstance(event, TransferReceived) else line.shipment_id
    serial = line.serials[0] if len(line.serials) == 1 and line.quantity == 1 else ""
    return Came(
        event.number, line.receipt_line, shipment, line.order_number, line.part_number, line.quantity,
        line.quantity_damaged, line.complete, line.stock_status == "hold", line.location, line.lot, serial,
        event.occurred_at, is_nameless=line.part_number in SERIAL_CONTROLLED and not serial,
    )  # fmt: skip

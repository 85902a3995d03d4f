"""Transfers between our sites in the oracle: two halves of one document, and the dock of the other site."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from ledger.events import StockLine, TransferCancelled, TransferReceived, TransferShipped
from tests.store.oracle.dock import SITE, Advised, Dock, Shipment, lines_of_receipt
from tests.store.oracle.sheet import Deltas, Spot, account, change, total
from tests.store.oracle.waiting import Wait
from tests.store.oracle.ways import Picked

if TYPE_CHECKING:
    from tests.store.oracle.oracle import Oracle

FAR = "P2"


@dataclass
class Transfer:
    """What left the one site, as it stood there."""

    status: str
    """waiting | shipped | refused | cancelled"""
    part: str
    goods: list[tuple[Spot, Decimal]] = field(default_factory=list)


class Moving:
    """The part of the oracle that knows what is between the sites."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.transfers: dict[str, Transfer] = {}
        self.dock = Dock(oracle.sheets.lay, site=FAR, supplier=f"transfer/{SITE}", sender="transfer")

    def is_cancelled(self, number: str) -> bool:
        return number in self.transfers and self.transfers[number].status == "cancelled"

    def decided(self, number: str, line: StockLine, result: str, picked: Picked) -> None:
        """The half at the site that sends was decided; who waits for it hears of it."""
        if not self.is_cancelled(number):
            status = {"posted": "shipped", "waiting": "waiting"}.get(result, "refused")
            goods = [(spot, quantity) for spot, quantity, _ in picked]
            self.transfers[number] = Transfer(status, line.part_number, goods)
        if result != "waiting":
            self.oracle.came(f"transfer:{number}/1")
        self.oracle.came(f"transfer:{number}")

    def announce(self, event: TransferShipped, seq: int) -> str:
        """The half at the site that receives: its goods are under way once they left."""
        known = self.transfers.get(event.number)
        if known is None or known.status == "waiting":
            needs = f"transfer:{event.number}/1"
            self.oracle.queue.add(Wait(seq, event, event.lines[0], needs, self.oracle.now, is_far=True))
            return "waiting"
        if known.status != "shipped":
            return "refused"
        alike = total((_on_the_way(spot), quantity) for spot, quantity in known.goods)
        if len(alike) > 1:
            # Goods that something tells apart are several lines: the oracle does not follow those.
            raise self.oracle.impossible
        ((like, quantity),) = alike.items()
        advised = Advised(known.part, "1", quantity, like.lot, like=like)

        def facts() -> None:
            self.dock.shipments[event.number] = Shipment(seq, "advised", "", {known.part: advised})

        self._rebook(facts, event.number, known.part)
        return "posted"

    def receive(self, event: TransferReceived, seq: int, wait: Wait | None) -> str:
        came = lines_of_receipt(event)
        (one,) = came

        def facts() -> None:
            self.dock.receipts[event.number] = came

        self._rebook(facts, one.shipment, one.part)
        self.oracle.note_received(self.dock, {one.shipment})
        return "posted"

    def take_back(self, event: TransferCancelled, *, far: bool) -> str:
        """One half of a cancellation; both are refused once anything of it was received."""
        known, shipment = self.transfers[event.number], self.dock.shipments.get(event.number)
        if shipment is not None and shipment.status == "advised" and shipment.was_received:
            return "refused"
        if far:
            if shipment is not None and shipment.status == "advised":

                def facts() -> None:
                    shipment.status = "cancelled"

                self._rebook(facts, event.number, known.part)
            return "posted"
        needs: tuple[str, ...] = ()
        deltas: Deltas = {}
        if known.status in ("shipped", "waiting"):
            needs = (f"transfer:{event.number}/1",)
        if known.status == "shipped":
            books = account(SITE, known.part, "transfer")
            back = [(self.oracle.sheets.lay(spot, books), quantity) for spot, quantity in known.goods]
            deltas = total([*back, *((books, -quantity) for _, quantity in known.goods)])
        if needs:
            known.status = "cancelled"
        self.oracle.moved(deltas, needs)
        return "posted"

    def _rebook(self, facts: object, number: str, part: str) -> None:
        before = self.dock.picture(number, part)
        facts()  # type: ignore[operator]
        self.oracle.moved(change(before, self.dock.picture(number, part)))


def _on_the_way(spot: Spot) -> Spot:
    """What is still known of goods once they left their shelf."""
    return spot._replace(location="", state="in_transit", hold_reason="", demand="")

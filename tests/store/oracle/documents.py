"""Documents of the dock in the oracle: orders, notices, goods receipts, and what a person decides about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ledger.events import (
    DiscrepancyResolved,
    Event,
    GoodsReceiptReversed,
    GoodsReceived,
    OrderCancelled,
    OrderChanged,
    OrderPlaced,
    ReceiptShortConfirmed,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
)
from tests.store.oracle.dock import NOTHING, Decided, Dock, Order, Shipment, lines_of_notice, lines_of_receipt
from tests.store.oracle.sheet import Deltas, Sheet, change, total
from tests.store.oracle.waiting import Queue, Wait

if TYPE_CHECKING:
    from tests.store.oracle.counting import Counting

ORDER_GRACE = timedelta(minutes=15)
CLOSE_AFTER = timedelta(days=5)


class Documents:
    """The part of the oracle that changes the facts of the dock."""

    now: datetime
    sheet: Sheet
    dock: Dock
    queue: Queue
    counting: Counting
    dock_cases: dict[str, tuple[str, str]]
    came: Callable[..., None]
    moved: Callable[..., None]

    # --- the dock -------------------------------------------------------------------------------------------

    def place(self, event: OrderPlaced, seq: int, wait: Wait | None) -> str:
        parts = {line.part_number for line in event.lines}

        def facts() -> None:
            self.dock.orders[event.number] = Order(parts)

        self._rebook(facts, self._groups_of_order(event.number), (f"order:{event.number}",))
        return "posted"

    def change_order(self, event: OrderChanged, seq: int, wait: Wait | None) -> str:
        order = self.dock.orders.get(event.number)
        if order is None:
            return self._wait_for_order(event, seq, wait, event.number)
        return "posted"

    def cancel_order(self, event: OrderCancelled, seq: int, wait: Wait | None) -> str:
        order = self.dock.orders.get(event.number)
        if order is None:
            return self._wait_for_order(event, seq, wait, event.number)
        order.is_open = False
        return "posted"

    def notify(self, event: ShipmentNotified, seq: int, wait: Wait | None) -> str:
        known = self.dock.shipments.get(event.number)
        if known is not None and wait is not None and (known.event != seq or known.status == "cancelled"):
            return "refused"
        if known is not None and wait is None and known.overtook and known.status != "refused":
            known.overtook = False
            return "refused"
        return self._post_notice(event, seq, wait)

    def replace(self, event: ShipmentReplaced, seq: int, wait: Wait | None) -> str:
        known = self.dock.shipments.get(event.number)
        if wait is not None and known is not None and (known.event != seq or known.status == "cancelled"):
            return "refused"
        overtook = known is None or known.overtook
        if known is not None and wait is None:
            if known.was_received or known.was_confirmed or known.status == "cancelled":
                return "refused"
            self._withdraw(event.number, "cancelled")
        result = self._post_notice(event, seq, wait)
        self.dock.shipments[event.number].overtook = overtook
        return result

    def cancel(self, event: ShipmentCancelled, seq: int, wait: Wait | None) -> str:
        known = self.dock.shipments.get(event.number)
        if known is None or known.status == "refused":
            self.queue.add(Wait(seq, event, None, f"shipment:{event.number}", self.now))
            return "waiting"
        if known.status == "cancelled":
            return "posted"
        if known.was_received or known.was_confirmed:
            return "refused"
        self._withdraw(event.number, "cancelled")
        return "posted"

    def _withdraw(self, shipment: str, status: str) -> None:
        def facts() -> None:
            self.dock.shipments[shipment].status = status

        self._rebook(facts, [(shipment, part) for part in self.dock.shipments[shipment].lines])

    def _post_notice(self, event: ShipmentNotified | ShipmentReplaced, seq: int, wait: Wait | None) -> str:
        number, order = event.number, event.lines[0].order_number
        known = self.dock.shipments.get(number)
        is_same = known is not None and known.event == seq
        shipment = known if is_same and known is not None else Shipment(seq, "waiting", order)
        if order not in self.dock.orders:
            self.dock.shipments[number] = shipment
            result = self._wait_for_order(event, seq, wait, order)
            shipment.status = result
            return result
        asked = self.dock.orders[order].parts if self.dock.orders[order].is_open else set()
        lines = {part: line for part, line in lines_of_notice(event).items() if part in asked}
        groups = [(number, part) for part in lines]

        def facts() -> None:
            self.dock.shipments[number] = shipment
            shipment.status, shipment.lines = "advised", lines

        self._rebook(facts, groups, (f"shipment:{number}",))
        self.note_received(self.dock, {number})
        return result_of(["posted" if line.part_number in asked else "refused" for line in event.lines])

    def _wait_for_order(self, event: Event, seq: int, wait: Wait | None, order: str) -> str:
        first = self.now if wait is None else wait.recorded_at
        if first + ORDER_GRACE <= self.now:
            return "refused"
        self.queue.add(Wait(seq, event, None, f"order:{order}", first, first + ORDER_GRACE))
        return "waiting"

    def receive(self, event: GoodsReceived, seq: int, wait: Wait | None) -> str:
        came = lines_of_receipt(event)

        def facts() -> None:
            self.dock.receipts[event.number] = came

        groups = list(dict.fromkeys((one.shipment, one.part) for one in came))
        self._rebook(facts, groups, (f"receipt:{event.number}",))
        self.note_received(self.dock, {one.shipment for one in came})
        return "posted"

    def reverse(self, event: GoodsReceiptReversed, seq: int, wait: Wait | None) -> str:
        came = self.dock.receipts.get(event.number)
        if came is None:
            self.queue.add(Wait(seq, event, None, f"receipt:{event.number}", self.now))
            return "waiting"
        named = [one for one in came if not event.receipt_lines or one.line in event.receipt_lines]
        if set(event.receipt_lines) - {one.line for one in came}:
            return "refused"
        leaving: Deltas = {}
        for one in (one for one in named if not one.is_reversed):
            for portion in self.dock.portions(one.shipment, one.part):
                if portion.came is one:
                    leaving[portion.spot] = leaving.get(portion.spot, NOTHING) - portion.quantity
        if any(one.decided for one in named) or self.sheet.lacks(leaving):
            return "refused"

        def facts() -> None:
            for one in named:
                one.is_reversed = True

        groups = list(dict.fromkeys((one.shipment, one.part) for one in named))
        self._rebook(facts, groups)
        return "posted"

    def confirm_short(self, event: ReceiptShortConfirmed, seq: int, wait: Wait | None) -> str:
        (line,) = event.lines
        shipment = self.dock.shipments.get(line.shipment_id)
        if shipment is None or shipment.status != "advised":
            self.queue.add(Wait(seq, event, line, f"shipment:{line.shipment_id}", self.now))
            return "waiting"
        advised = shipment.lines.get(line.part_number)
        if advised is None:
            return "refused"

        def facts() -> None:
            advised.is_past, advised.closes_at, shipment.was_confirmed = True, self.now, True

        self._rebook(facts, [(line.shipment_id, line.part_number)])
        return "posted"

    # --- cases and facts ------------------------------------------------------------------------------------

    def resolve(self, event: DiscrepancyResolved, seq: int, wait: Wait | None) -> str:
        found = self.counting.cases.get(event.number)
        if found is not None:
            self.counting.resolve(event)
            return "posted"
        shipment, part = self.dock_cases[event.number]
        if event.resolution == "short_close":

            def facts() -> None:
                line = self.dock.shipments[shipment].lines[part]
                line.settled += self.dock.short(shipment, part)
        else:
            over = self.dock.over(shipment, part)
            if self.sheet.lacks({portion.spot: -portion.quantity for portion in over}):
                return "refused"

            def facts() -> None:
                for portion in over:
                    portion.came.decided.append(Decided(portion.quantity, event.resolution == "accept"))

        self._rebook(facts, [(shipment, part)])
        self.came(f"case:{event.number}")
        return "posted"

    def _rebook(self, facts: Callable[[], None], groups: list[tuple[str, str]], first: tuple[str, ...] = ()) -> None:
        """Change the facts; what moves is the difference between what stood for them and what must stand now."""
        before = total(item for group in groups for item in self.dock.picture(*group).items())
        facts()
        after = total(item for group in groups for item in self.dock.picture(*group).items())
        self.moved(change(before, after), first)

    def _groups_of_order(self, order: str) -> list[tuple[str, str]]:
        came = [one for lines in self.dock.receipts.values() for one in lines if one.order == order]
        return list(dict.fromkeys((one.shipment, one.part) for one in came))

    def note_received(self, dock: Dock, shipments: set[str]) -> None:
        """With its first goods a shipment is fixed, and the clock of its open lines runs."""
        for number in shipments:
            shipment = dock.shipments.get(number)
            if shipment is None or shipment.status != "advised" or shipment.was_received:
                continue
            if any(dock.group(number, part) for part in shipment.lines):
                shipment.was_received = True
                for part, line in shipment.lines.items():
                    if not dock.is_closed(number, part) and line.closes_at is None:
                        line.closes_at = self.now + CLOSE_AFTER


def result_of(results: list[str]) -> str:
    """One word for an event out of those for its lines."""
    found = set(results)
    if len(found) == 1:
        return found.pop()
    return "partly" if "posted" in found else "waiting" if "waiting" in found else "refused"

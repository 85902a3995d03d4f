"""Counts, adjustments and snapshots in the oracle: what is found, what is lost, and who is asked first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from ledger.events import (
    AdjustmentLine,
    DiscrepancyResolved,
    Event,
    InventoryAdjusted,
    InventorySnapshotReported,
    PlaceLine,
    StockCounted,
)
from tests.store.oracle.dock import SITE
from tests.store.oracle.sheet import HELD, Deltas, Spot, account
from tests.store.oracle.waiting import Wait

if TYPE_CHECKING:
    from tests.store.oracle.oracle import Oracle

LOST_FIRST = (
    "available", "consigned", "line_side", "obsolete", "quality_hold", "quarantine", "service_reserved", "allocated",
)  # fmt: skip
TOLERANCE_PERCENT, TOLERANCE_PIECES, LIMIT = Decimal("0.5"), Decimal(1), Decimal(10)
WINDOW = timedelta(minutes=30)
SIGNS = {"AB": 0, "AH": 0, "AI": -1, "06": -1, "56": 1, "51": 1}
"""Reasons by which the books are put right, and which way they mean; 0: both."""


@dataclass
class Asked:
    """A line that somebody must approve first."""

    kind: str
    number: str
    wait: Wait
    difference: Decimal
    place: tuple[str, str]
    answer: str = ""


class Counting:
    """The part of the oracle that knows what people found."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.asked: list[Asked] = []
        self.cases: dict[str, Asked] = {}
        """Those of `asked` whose case the ledger has named."""

    def decide(self, event: Event, seq: int) -> str:
        (line,) = event.lines  # type: ignore[attr-defined]
        if isinstance(event, StockCounted):
            return self._count(event, seq, line)
        if isinstance(event, InventoryAdjusted):
            return self._adjust(event, seq, line)
        assert isinstance(event, InventorySnapshotReported)
        if not event.complete and line.quantity == sum(self._goods(line).values()):
            return "posted"
        # The window counts from the snapshot's own time, which is now.
        self.oracle.queue.add(Wait(seq, event, line, "window", self.oracle.now, self.oracle.now + WINDOW))
        return "waiting"

    def again(self, wait: Wait, came: str) -> str:
        """What becomes of a line that waited; "" where there is nothing new to say."""
        if isinstance(wait.event, InventorySnapshotReported):
            return "posted"
        line = wait.line
        assert isinstance(line, PlaceLine | AdjustmentLine)
        asked = next((one for one in self.asked if one.wait is wait), None)
        if asked is not None:
            self.asked.remove(asked)
            if asked.answer != "accept":
                return "refused"
            return "posted" if self._put_right(line, asked.difference) else "refused"
        assert isinstance(line, AdjustmentLine)
        if line.reason == "05":
            result = self._hold(wait.event, wait.seq, wait, line)
        elif self._put_right(line, line.quantity):
            result = "posted"
        else:
            result = self.oracle.wait_for_goods(wait.event, wait.seq, wait.recorded_at, line)
        return "" if result == "waiting" else result

    def resolve(self, event: DiscrepancyResolved) -> None:
        self.cases.pop(event.number).answer = event.resolution
        self.oracle.came(f"case:{event.number}")

    def name(self, kind: str, number: str, case: str) -> None:
        """The ledger gave the case of a line that asks its name."""
        for asked in self.asked:
            if (asked.kind, asked.number) == (kind, number) and asked.wait.needs == "case:":
                asked.wait.needs = f"case:{case}"
                self.cases[case] = asked

    def can_accept(self, asked: Asked) -> bool:
        """Whether what is lost is still there; what a count found is named by what stood there then."""
        line = asked.wait.line
        assert isinstance(line, PlaceLine | AdjustmentLine)
        if asked.difference < 0:
            return sum(self._goods(line).values()) >= -asked.difference
        return isinstance(line, AdjustmentLine)

    # --- one line -------------------------------------------------------------------------------------------

    def _count(self, event: StockCounted, seq: int, line: PlaceLine) -> str:
        goods = self._goods(line)
        expected = sum(goods.values(), Decimal(0))
        difference = line.quantity - expected
        if line.quantity < 0 or not line.location:
            return "refused"
        if difference and line.quantity and any(spot.serial for spot in goods):
            return "refused"
        place = line.part_number, line.location
        earlier = next((one for one in self.asked if one.kind == "StockCounted" and one.place == place), None)
        if earlier is not None:
            # What is counted again is what holds.
            self.asked.remove(earlier)
            self.cases = {case: one for case, one in self.cases.items() if one is not earlier}
            self.oracle.queue.waits = [wait for wait in self.oracle.queue.waits if wait is not earlier.wait]
            self.oracle.results[earlier.wait.seq] = "refused"
            self.oracle.tell(earlier.kind, earlier.number, "refused")
        if abs(difference) > max(expected * TOLERANCE_PERCENT / 100, TOLERANCE_PIECES):
            return self._ask(event, seq, line, difference, place)
        return "posted" if self._put_right(line, difference) else self._ask(event, seq, line, difference, place)

    def _adjust(self, event: InventoryAdjusted, seq: int, line: AdjustmentLine) -> str:
        if line.reason == "05":
            return self._hold(event, seq, None, line)
        if line.reason not in SIGNS or not line.quantity or SIGNS[line.reason] * line.quantity < 0:
            return "refused"
        if line.quantity > 0 and not line.location:
            return "refused"
        if abs(line.quantity) > LIMIT:
            return self._ask(event, seq, line, line.quantity, (line.part_number, line.location))
        if self._put_right(line, line.quantity):
            return "posted"
        return self.oracle.wait_for_goods(event, seq, self.oracle.now, line)

    def _hold(self, event: Event, seq: int, wait: Wait | None, line: AdjustmentLine) -> str:
        """The sign says nothing: goods are held, for the reason that was given."""
        held = msgspec.structs.replace(line, quantity=abs(line.quantity), hold_reason=line.hold_reason or line.reason)
        first = self.oracle.now if wait is None else wait.recorded_at
        return self.oracle.handle("HoldPlaced", event, seq, first, held)

    def _ask(
        self, event: Event, seq: int, line: PlaceLine | AdjustmentLine, difference: Decimal, place: tuple[str, str]
    ) -> str:
        wait = Wait(seq, event, line, "case:", self.oracle.now)
        self.oracle.queue.add(wait)
        self.asked.append(Asked(type(event).__name__, event.number, wait, difference, place))
        return "waiting"

    def _put_right(self, line: PlaceLine | AdjustmentLine, difference: Decimal) -> bool:
        """Move what was found or lost; whether what was lost is there."""
        books = account(SITE, line.part_number, "adjustment")
        goods = self._goods(line)
        if difference > 0:
            found = self.oracle.sheets.lay(self._found(line, goods), books)
            self.oracle.moved({books: -difference, found: difference})
            return True
        lost: Deltas = {}
        left = -difference
        for spot in sorted(goods, key=lambda one: (LOST_FIRST.index(one.state), one)):
            some = min(left, goods[spot])
            left -= some
            if some:
                lost[spot] = -some
        if left:
            return False
        self.oracle.moved(lost | {books: -difference} if lost else {})
        return True

    def _goods(self, line: PlaceLine | AdjustmentLine) -> Deltas:
        """What stands where the line says, as far as it says it."""
        sheet = self.oracle.sheet
        return {
            spot: sheet.at(spot)
            for spot in sheet.here(SITE, line.part_number)
            if line.location in ("", spot.location) and line.state in ("", spot.state)
        }

    def _found(self, line: PlaceLine | AdjustmentLine, goods: Deltas) -> Spot:
        """What is found is like what stands there; where that is of several kinds, it is held."""
        free = {"allocated": "available", "service_reserved": "available"}
        states = {free.get(spot.state, spot.state) for spot in goods}
        state = line.state or (states.pop() if len(states) == 1 else "quality_hold" if states else "available")

        def like(name: str) -> str:
            values = {getattr(spot, name) for spot in goods}
            return values.pop() if len(values) == 1 else ""

        return Spot(
            SITE, line.part_number, revision=like("revision"), lot=line.lot or like("lot"),
            location=line.location or like("location"), owner=like("owner"), segment=like("segment"), state=state,
            hold_reason=like("hold_reason") if state in HELD else "", handling_unit=like("handling_unit"),
        )  # fmt: skip

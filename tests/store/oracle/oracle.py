"""The oracle: what becomes of an event, and what stands where afterwards, said independently of the ledger.

Each kind has one row in `HANDLERS` (or, for goods in the house, in `ways.WAYS`). Nothing of the ledger's decisions is
imported: only the events themselves. Facts of the dock are said declaratively (`dock`), everything else step by step.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import msgspec

from ledger.events import (
    ANSWERS,
    COUNTS,
    MASTER_DATA,
    PAPERS,
    ContainmentClosed,
    ContainmentOpened,
    DiscrepancyResolved,
    Event,
    GoodsReceiptReversed,
    GoodsReceived,
    InventoryAdjusted,
    InventorySnapshotReported,
    Line,
    OpeningBalanceLoaded,
    OrderAcknowledged,
    OrderCancelled,
    OrderChanged,
    OrderPlaced,
    PeriodClosed,
    PeriodReopened,
    ReceiptShortConfirmed,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
    StockCounted,
    StockLine,
    TransferCancelled,
    TransferReceived,
    TransferShipped,
)
from tests.store.oracle.containing import LABEL, Sheets
from tests.store.oracle.counting import Counting
from tests.store.oracle.dock import SITE, Dock
from tests.store.oracle.documents import Documents, result_of
from tests.store.oracle.filing import Periods, open_balance
from tests.store.oracle.moving import Moving
from tests.store.oracle.sheet import Deltas, Sheet, change
from tests.store.oracle.waiting import Queue, Wait
from tests.store.oracle.ways import (
    FACTORS,
    WAYS,
    Picked,
    Way,
    booked_in,
    fault_of,
    is_contained,
    is_nameless,
    pick,
    target_of,
    way_of,
)

GOODS_GRACE = timedelta(hours=24)


class Told(NamedTuple):
    """What the ledger must answer for one event: given, or gone on because of one that was."""

    kind: str
    number: str
    result: str


class Impossible(Exception):
    """The oracle does not say what becomes of this: goods that a re-match wants to move have moved on."""


class Oracle(Documents):
    """Predicts outcomes and balances, event by event."""

    def __init__(self, now: datetime) -> None:
        self.now, self.seq = now, 0
        self.sheet, self.sheets, self.queue = Sheet(), Sheets(), Queue()
        self.dock = Dock(self.sheets.lay)
        self.counting, self.moving, self.periods = Counting(self), Moving(self), Periods()
        self.impossible = Impossible()
        self.dock_cases: dict[str, tuple[str, str]] = {}
        """Cases of the dock, by the name that the ledger gave them: shipment and part."""
        self.heard: dict[tuple[str, str, str], list[Event]] = {}
        self.results: dict[int, str] = {}
        self.seqs: dict[tuple[str, str, str], list[int]] = {}
        self.released: list[Told] = []
        self._queue: list[str] = []

    # --- what comes in --------------------------------------------------------------------------------------

    def record(self, event: Event) -> list[Told]:
        """What the ledger answers for the event; what else goes on because of it comes to stand in `released`.

        A document about two sites is answered for each.
        """
        kind, key = type(event).__name__, (event.partner, type(event).__name__, event.number)
        heard = self.heard.setdefault(key, [])
        is_about_two = isinstance(event, (TransferShipped, TransferCancelled))
        if event in heard:
            return [Told(kind, event.number, "repeated")] * (2 if is_about_two else 1)
        seqs = self.seqs.setdefault(key, [])
        # What was refused said nothing: its number is free again.
        taken = any(self.results[seq] != "refused" for seq in seqs)
        is_other = self._is_taken(event) if isinstance(event, ShipmentNotified) else taken
        heard.append(event)
        self.seq += 1
        seq = self.seq
        seqs.append(seq)
        if is_other and kind in CONFLICTING:
            # Who may not speak here contradicts nobody; nor do the same lines with the place spelled otherwise, but
            # for a notice: that stands or falls as a whole.
            said_before = not isinstance(event, ShipmentNotified) and any(
                self.results[one] != "refused" and _lines(event) and _lines(other) == _lines(event)
                for other, one in zip(heard[:-1], seqs[:-1], strict=False)
            )
            self.results[seq] = "refused" if _is_of_elsewhere(event) else "posted" if said_before else "conflict"
            return [Told(kind, event.number, self.results[seq])]
        self.results[seq] = self._decide(event, seq)
        told = [Told(kind, event.number, self.results[seq])]
        if isinstance(event, DiscrepancyResolved) and told[0].result == "refused":
            # It decided nothing, so it may be said again.
            heard.remove(event)
        self._go_on()
        if is_about_two:
            self.seq += 1
            self.results[self.seq] = self._decide_far(event, self.seq)
            told.append(Told(kind, event.number, self.results[self.seq]))
            self._go_on()
        return told

    def _decide_far(self, event: Event, seq: int) -> str:
        if isinstance(event, TransferShipped):
            return self.moving.announce(event, seq)
        assert isinstance(event, TransferCancelled)
        return self.moving.take_back(event, far=True)

    def _is_taken(self, event: ShipmentNotified) -> bool:
        """A shipment id is free again once its notice was refused or cancelled; what overtook it answers itself."""
        known = self.dock.shipments.get(event.number)
        return known is not None and known.status in ("advised", "waiting") and not known.overtook

    def pass_time(self, now: datetime) -> list[Told]:
        """Time passes: lines close, waits end. What the ledger answers, but for the passing itself."""
        self.now = now
        self.released = []
        due = [
            (dock, shipment, part)
            for dock in (self.dock, self.moving.dock)
            for shipment, one in dock.shipments.items()
            for part, line in one.lines.items()
            if one.status == "advised" and not dock.is_closed(shipment, part)
            and line.closes_at is not None and line.closes_at <= now
        ]  # fmt: skip
        if due or self.queue.is_due(now):
            self.seq += 1
        for dock, shipment, part in due:
            before = dock.picture(shipment, part)
            dock.shipments[shipment].lines[part].is_past = True
            self.sheet.apply(change(before, dock.picture(shipment, part)))
        for dock in (self.dock, self.moving.dock):
            for line in (line for one in dock.shipments.values() for line in one.lines.values()):
                # Time passes for complete lines too: what a reversal leaves missing later is short at once.
                line.is_past |= line.closes_at is not None and line.closes_at <= now
        needs: list[str] = []
        for waits in self.queue.take_due(now):
            self._again(waits, "")
            needs, self._queue = needs + self._queue, []
        self._queue = needs
        self._go_on()
        return self.released

    # --- deciding -------------------------------------------------------------------------------------------

    def _decide(self, event: Event, seq: int) -> str:
        kind = type(event).__name__
        if kind in WAYS:
            lines: tuple[StockLine, ...] = event.lines  # type: ignore[attr-defined]
            return result_of([self.handle(kind, event, seq, self.now, line) for line in lines])
        if isinstance(event, COUNTS) and type(event) not in HANDLERS:
            return self.counting.decide(event, seq)
        if isinstance(event, MASTER_DATA + ANSWERS) or (
            isinstance(event, PAPERS) and not isinstance(event, OrderAcknowledged)
        ):
            return "posted"
        return HANDLERS[type(event)](self, event, seq, None)

    def _go_on(self) -> None:
        """Everything that waited for what has come, in the order in which it came."""
        while self._queue:
            needs = self._queue.pop(0)
            for waits in self.queue.take(needs):
                self._again(waits, needs)

    def _again(self, waits: list[Wait], came: str) -> None:
        wait = waits[0]
        event, kind = wait.event, type(wait.event).__name__
        if wait.is_far:
            assert isinstance(event, TransferShipped)
            result = self.moving.announce(event, wait.seq)
        elif kind in WAYS:
            found = [self.handle(kind, event, wait.seq, wait.recorded_at, one.line) for one in waits]  # type: ignore[arg-type]
            if set(found) == {"waiting"}:
                return
            result = result_of(found)
        elif isinstance(event, COUNTS):
            result = self.counting.again(wait, came)
            if result == "":
                return
        else:
            result = HANDLERS[type(event)](self, event, wait.seq, wait)
        self.results[wait.seq] = result
        self.released.append(Told(kind, event.number, result))

    def came(self, *needs: str) -> None:
        """Something came that others may wait for."""
        self._queue += needs

    def tell(self, kind: str, number: str, result: str) -> None:
        """An earlier event went on."""
        self.released.append(Told(kind, number, result))

    def moved(self, deltas: Deltas, first: tuple[str, ...] = ()) -> None:
        """Write down what moved; who waits for goods of the part hears of it."""
        if self.sheet.lacks(deltas):
            raise Impossible
        self.sheet.apply(deltas)
        parts = sorted({spot.part for spot, delta in deltas.items() if delta > 0 and not spot.is_account})
        self.came(*first, *(f"stock:{part}" for part in parts))

    # --- goods in the house ---------------------------------------------------------------------------------

    def handle(self, kind: str, event: Event, seq: int, recorded_at: datetime, line: StockLine) -> str:
        """One line, by the way of a kind: whole, or not at all."""
        if not isinstance(event, TransferShipped):
            return self._handle(kind, event, seq, recorded_at, line)[0]
        if self.moving.is_cancelled(event.number):
            result, picked = "refused", []
        else:
            meant = msgspec.structs.replace(line, demand=line.demand or event.number)
            result, picked = self._handle(kind, event, seq, recorded_at, meant, line)
        self.moving.decided(event.number, line, result, picked)
        return result

    def _handle(
        self, kind: str, event: Event, seq: int, recorded_at: datetime, line: StockLine, said: StockLine | None = None
    ) -> tuple[str, Picked]:
        way, part = way_of(kind, line), line.part_number
        if _is_of_elsewhere(event):
            return "refused", []
        if fault_of(way, line) or not self.sheets.knows(line.hold_reason):
            return "refused", []
        quantity = line.quantity * FACTORS.get((part, line.unit), Decimal(1)) or Decimal(len(line.serials))
        if way.sources == ("production",) and quantity > self.sheet.at(booked_in(SITE, line)):
            return "refused", []
        picked = pick(self.sheet, self.sheets, way, SITE, part, line, quantity)
        if picked is None and is_contained(self.sheet, self.sheets, way, SITE, line):
            return "refused", []
        if picked is None:
            return self.wait_for_goods(event, seq, recorded_at, said or line), []
        if any(spot.state in way.reason_from and not line.reason for spot, *_ in picked):
            return "refused", []
        if is_nameless(kind, self.sheet, way, line, picked) or _may_not(event, way, picked):
            return "refused", []
        has_come = False
        for spot, some, serial in picked:
            target = self.sheets.lay(target_of(spot, serial, way, line), spot)
            self.sheet.move(spot, target, some)
            has_come |= target != spot and not target.is_account
        if has_come:
            self.came(f"stock:{part}")
        return "posted", picked

    def wait_for_goods(self, event: Event, seq: int, recorded_at: datetime, line: Line) -> str:
        """Goods that are not there may come within a day."""
        until = recorded_at + GOODS_GRACE
        if until <= self.now:
            return "refused"
        self.queue.add(Wait(seq, event, line, f"stock:{line.part_number}", recorded_at, until))
        return "waiting"

    # --- others ---------------------------------------------------------------------------------------------

    def acknowledge(self, event: OrderAcknowledged, seq: int, wait: Wait | None) -> str:
        if event.number not in self.dock.orders:
            return self._wait_for_order(event, seq, wait, event.number)
        return "posted"

    def load(self, event: OpeningBalanceLoaded, seq: int, wait: Wait | None) -> str:
        results, moves = open_balance(event, self.sheet)
        parts = []
        for deltas in moves:
            books, spot = deltas
            self.sheet.apply({books: deltas[books], self.sheets.lay(spot, books): deltas[spot]})
            parts.append(spot.part)
        self.came(*(f"stock:{part}" for part in sorted(set(parts))))
        return result_of(results)

    def contain(self, event: ContainmentOpened, seq: int, wait: Wait | None) -> str:
        result, deltas = self.sheets.opening(event, self.sheet)
        self.moved(deltas, (f"{LABEL}{event.number}",) if result == "posted" else ())
        return result

    def release(self, event: ContainmentClosed, seq: int, wait: Wait | None) -> str:
        result, deltas = self.sheets.closing(event, self.sheet)
        if result == "waiting":
            self.queue.add(Wait(seq, event, None, f"{LABEL}{event.number}", self.now))
        self.moved(deltas)
        return result

    def close_period(self, event: PeriodClosed, seq: int, wait: Wait | None) -> str:
        return self.periods.close(event, self.now)

    def reopen_period(self, event: PeriodReopened, seq: int, wait: Wait | None) -> str:
        return self.periods.reopen(event)

    def take_transfer(self, event: TransferReceived, seq: int, wait: Wait | None) -> str:
        return self.moving.receive(event, seq, wait)

    def cancel_transfer(self, event: TransferCancelled, seq: int, wait: Wait | None) -> str:
        return self.moving.take_back(event, far=False)


def _lines(event: Event) -> tuple[object, ...]:
    return getattr(event, "lines", ())


def _is_of_elsewhere(event: Event) -> bool:
    """Whether who hands it in works for other sites only."""
    actor = event.actor
    return actor is not None and bool(actor.sites) and SITE not in actor.sites


def _may_not(event: Event, way: Way, picked: Picked) -> bool:
    """Whether a person says it who may not, of goods as these."""
    actor = event.actor
    if actor is None:
        return False
    for spot, *_ in picked:
        roles = way.of_quarantine if spot.state == "quarantine" and way.of_quarantine else way.roles
        if roles and not set(roles) & set(actor.roles):
            return True
    return False


CONFLICTING = {
    *WAYS,
    *(
        kind.__name__
        for kind in (
            OrderPlaced, ShipmentNotified, GoodsReceived, StockCounted, InventoryAdjusted, InventorySnapshotReported,
            OpeningBalanceLoaded, ContainmentOpened,
        )
    ),
}  # fmt: skip
"""Kinds whose number, once said, means what was said first; the others follow one upon the other."""

Handler = Callable[[Oracle, Event, int, Wait | None], str]

HANDLERS: dict[type[Event], Handler] = {
    OrderPlaced: Oracle.place,  # type: ignore[dict-item]
    OrderChanged: Oracle.change_order,  # type: ignore[dict-item]
    OrderCancelled: Oracle.cancel_order,  # type: ignore[dict-item]
    ShipmentNotified: Oracle.notify,  # type: ignore[dict-item]
    ShipmentReplaced: Oracle.replace,  # type: ignore[dict-item]
    ShipmentCancelled: Oracle.cancel,  # type: ignore[dict-item]
    GoodsReceived: Oracle.receive,  # type: ignore[dict-item]
    GoodsReceiptReversed: Oracle.reverse,  # type: ignore[dict-item]
    DiscrepancyResolved: Oracle.resolve,  # type: ignore[dict-item]
    ReceiptShortConfirmed: Oracle.confirm_short,  # type: ignore[dict-item]
    OrderAcknowledged: Oracle.acknowledge,  # type: ignore[dict-item]
    OpeningBalanceLoaded: Oracle.load,  # type: ignore[dict-item]
    ContainmentOpened: Oracle.contain,  # type: ignore[dict-item]
    ContainmentClosed: Oracle.release,  # type: ignore[dict-item]
    PeriodClosed: Oracle.close_period,  # type: ignore[dict-item]
    PeriodReopened: Oracle.reopen_period,  # type: ignore[dict-item]
    TransferReceived: Oracle.take_transfer,  # type: ignore[dict-item]
    TransferCancelled: Oracle.cancel_transfer,  # type: ignore[dict-item]
}

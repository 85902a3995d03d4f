"""What moves nothing, or moves by its own simple rule: papers, periods, opening balances."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from ledger.events import Event, OpeningBalanceLoaded, OpeningLine, PeriodClosed, PeriodReopened
from tests.store.oracle.dock import SITE
from tests.store.oracle.sheet import Deltas, Sheet, Spot, account

CLOSERS = {"finance"}


class Periods:
    """Periods of the site that were signed off, and until when what happened is late."""

    def __init__(self) -> None:
        self.closed: dict[str, datetime] = {}

    @property
    def last(self) -> str:
        return max(self.closed, key=self.closed.__getitem__, default="")

    def is_late(self, event: Event) -> bool:
        return bool(self.closed) and event.occurred_at is not None and event.occurred_at < self.closed[self.last]

    def close(self, event: PeriodClosed, now: datetime) -> str:
        if not _may(event) or not event.period or event.ends_at > now or event.period in self.closed:
            return "refused"
        if self.closed and event.ends_at <= self.closed[self.last]:
            return "refused"
        self.closed[event.period] = event.ends_at
        return "posted"

    def reopen(self, event: PeriodReopened) -> str:
        if not _may(event) or not event.reason or self.last != event.period:
            return "refused"
        del self.closed[event.period]
        return "posted"


def _may(event: Event) -> bool:
    return event.actor is None or bool(CLOSERS & set(event.actor.roles))


def open_balance(event: OpeningBalanceLoaded, sheet: Sheet) -> tuple[list[str], list[Deltas]]:
    """The results of the lines, and what each of them brings."""
    if event.control.lines != len(event.lines) or event.control.quantity != sum(one.quantity for one in event.lines):
        return ["refused"], []
    taken = {(spot.part, spot.location) for spot in sheet.goods if _is_taken(sheet, spot)}
    results, moves = [], []
    for line in event.lines:
        if not line.location or line.quantity <= 0 or (line.part_number, line.location) in taken:
            results.append("refused")
        else:
            results.append("posted")
            moves.append(_loaded(line, line.quantity))
    return results, moves


def _is_taken(sheet: Sheet, spot: Spot) -> bool:
    return spot.site == SITE and spot.is_here and sheet.at(spot) > 0


def _loaded(line: OpeningLine, quantity: Decimal) -> Deltas:
    spot = Spot(
        SITE, line.part_number, lot=line.lot, location=line.location, owner=line.owner, segment=line.stock_segment,
        state=line.state or "available", hold_reason=line.hold_reason if line.state == "quality_hold" else "",
    )  # fmt: skip
    return {account(SITE, line.part_number, "opening"): -quantity, spot: quantity}

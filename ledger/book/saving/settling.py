"""Settlement records: what we owe an owner for goods of theirs that were used or taken over, and what comes off it.

Made from movements when they are recorded, one row per movement that changes whose loss or gain the goods are. A
rebuild makes them again. Must not know prices: orders are read when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from ledger.book.storage import bulk
from ledger.events import (
    ConsumptionReversed,
    GoodsShipped,
    InventoryAdjusted,
    MaterialConsumed,
    OwnershipChanged,
    StockCounted,
)
from ledger.masterdata import MasterData
from ledger.matching.decision import Decision
from ledger.matching.resolved import ResolvedEvent, moment
from ledger.stock.bucket import Bucket, Movement

Cause = Literal["consumed", "taken_over", "handed_over", "shipped", "lost", "found", "reversed"]

SETTLING = (
    MaterialConsumed, ConsumptionReversed, OwnershipChanged, GoodsShipped, StockCounted, InventoryAdjusted,
)  # fmt: skip
"""Kinds that may settle. Scrap and returns to the owner do not: who bears those is decided by a case or a claim."""

_USED: dict[str, Cause] = {"production": "consumed", "customer": "shipped", "adjustment": "lost"}
_BACK: dict[str, Cause] = {"production": "reversed", "adjustment": "found"}


def settlements_of(
    decision: Decision, masterdata: MasterData, late: bool, now_us: int, earlier: Sequence[bulk.Row]
) -> list[bulk.Row]:
    """Rows of the table `settlement`; `late` counts them in the period in which they were recorded.

    `earlier` are those of the batch so far: an event may be decided more than once while another is recorded.
    """
    resolved = decision.resolved
    if not isinstance(resolved.event, SETTLING):
        return []
    before, taken_back = resolved.before, decision.earlier
    site = masterdata.sites.get(resolved.site)
    zone = UTC if site is None else ZoneInfo(site.time_zone)
    rows: list[bulk.Row] = []
    if before is not None and taken_back:
        # What the document said before comes off where and when it was owed, at the price that it named.
        rows = _rows(before, resolved.seq, decision.movements[:taken_back], zone, now_us, late, ())
    return rows + _rows(
        resolved, resolved.effective_seq, decision.movements[taken_back:], zone, now_us, late, earlier
    )


def _rows(
    resolved: ResolvedEvent, seq: int, movements: Sequence[Movement], zone: tzinfo, now_us: int, late: bool,
    earlier: Sequence[bulk.Row],
) -> list[bulk.Row]:  # fmt: skip
    settled = [(movement, share) for movement in movements for share in _shares(movement)]
    if not settled:
        return []
    at = now_us if late or not resolved.occurred_at else min(resolved.occurred_at, now_us)
    period = f"{moment(at).astimezone(zone):%Y-%m}"
    place = (resolved.book, resolved.site, seq, resolved.seq)
    first = 1 + (sum(row[:4] == place for row in earlier) if resolved.cause else 0)
    return [
        (
            *place, n, movement.line, owner, goods.part, goods.lot, goods.serial, cause, sign * movement.quantity, at,
            period,
        )
        for n, (movement, (owner, cause, sign, goods)) in enumerate(settled, first)
    ]  # fmt: skip


def _shares(movement: Movement) -> Iterator[tuple[str, Cause, int, Bucket]]:
    """(owner, cause, sign, goods) of each party that the movement is settled with; above zero, we owe it."""
    source, target, _, _ = movement
    if source.is_external:
        if target.owner and source.state in _BACK:
            yield target.owner, _BACK[source.state], -1, target
    elif target.is_external:
        if source.owner and target.state in _USED:
            yield source.owner, _USED[target.state], 1, source
    elif source.owner != target.owner:
        if source.owner:
            yield source.owner, "handed_over" if target.owner else "taken_over", 1, source
        if target.owner:
            yield target.owner, "handed_over", -1, target

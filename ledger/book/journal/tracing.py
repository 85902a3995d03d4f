"""What goods can be traced by: the lots, serials, handling units and VINs of each event, noted when it is recorded.

A row says that something with this name moved, or was spoken of, while event `seq` was recorded. The query `trace`
follows the rows; a rebuild makes them again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from ledger.events import (
    CustomerReturnReceived,
    Line,
    MaterialConsumed,
    NoticeLine,
    PartSubstituted,
    PlaceLine,
    ReceiptLine,
    StockLine,
)
from ledger.matching.decision import Decision
from ledger.stock.bucket import Bucket, Movement

TraceKind = Literal["lot", "serial", "handling_unit", "vin"]
TRACE_KINDS: Final = ("lot", "serial", "handling_unit", "vin")

OF_A_CAR: Final = (MaterialConsumed, CustomerReturnReceived, PartSubstituted)
"""Kinds whose lines name by `vin` or `demand` the car that goods were built into, or taken out of again."""

Key = tuple[TraceKind, str]
Row = tuple[str, str, TraceKind, str, int, int]
"""book, site, kind, value, seq, event."""


def rows_of(decision: Decision) -> list[Row]:
    """One row for each name under which goods of this decision can be found; lines that did not post have none."""
    resolved = decision.resolved
    posted = {line.line for line in decision.lines if line.status == "posted"}
    of_a_car = isinstance(resolved.event, OF_A_CAR)
    named: dict[tuple[str, Key], None] = {}
    for line in resolved.lines:
        if line.line in posted or "" in posted:
            keys = keys_of_line(line.said)
            if of_a_car:
                keys += _car_of(line.said)
            for key in keys:
                named[resolved.site, key] = None
    for bucket in _ends(decision.movements):
        if bucket.lot:
            named[bucket.site, ("lot", bucket.lot)] = None
        if bucket.serial:
            named[bucket.site, ("serial", bucket.serial)] = None
        if bucket.handling_unit:
            named[bucket.site, ("handling_unit", bucket.handling_unit)] = None
    cause, event = resolved.effective_seq, resolved.seq
    return [(resolved.book, site, kind, value, cause, event) for site, (kind, value) in named]


def keys_of_line(line: Line) -> list[Key]:
    """The names on a line as sent."""
    keys: list[Key] = []
    if line.lot:
        keys.append(("lot", line.lot))
    if line.serials:
        keys += [("serial", serial) for serial in line.serials]
    if isinstance(line, (StockLine, ReceiptLine, PlaceLine)):
        if line.handling_unit:
            keys.append(("handling_unit", line.handling_unit))
    elif isinstance(line, NoticeLine):
        for unit in line.handling_units:
            if unit.id:
                keys.append(("handling_unit", unit.id))
            keys += [("serial", serial) for serial in unit.serials]
    return keys


def _car_of(line: Line) -> list[Key]:
    if not isinstance(line, StockLine) or not (line.vin or line.demand):
        return []
    return [("vin", name) for name in dict.fromkeys((line.vin, line.demand)) if name]


def _ends(movements: Sequence[Movement]) -> Iterator[Bucket]:
    for source, target, _, _ in movements:
        yield source
        yield target

"""What goods can be traced by: the lots, serials, handling units and VINs of each event, noted when it is recorded.

A row says that something with this name moved, or was spoken of, while event `seq` was recorded. The query `trace`
follows the rows; a rebuild makes them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from ledger.matching.resolved import ResolvedEvent
from ledger.stock.bucket import Movement

TraceKind = Literal["lot", "serial", "handling_unit", "vin"]
TRACE_KINDS: Final = ("lot", "serial", "handling_unit", "vin")

OF_A_CAR: Final = (MaterialConsumed, CustomerReturnReceived, PartSubstituted)
"""Kinds whose lines name by `vin` or `demand` the car that goods were built into, or taken out of again."""

Key = tuple[TraceKind, str]
Row = tuple[str, str, TraceKind, str, int, int]
"""book, site, kind, value, seq, event."""


def rows_of(decision: Decision) -> Iterator[Row]:
    """One row for each name under which goods of this decision can be found; lines that did not post have none."""
    resolved = decision.resolved
    posted = {line.line for line in decision.lines if line.status == "posted"}
    named: dict[tuple[str, Key], None] = {}
    for line in resolved.lines:
        if line.line in posted or "" in posted:
            named.update(((resolved.site, key), None) for key in _said(resolved, line.said))
    named.update(_moved(decision.movements))
    for (site, (kind, value)), _ in named.items():
        yield resolved.book, site, kind, value, resolved.effective_seq, resolved.seq


def keys_of_line(line: Line) -> Iterator[Key]:
    """The names on a line as sent."""
    if line.lot:
        yield "lot", line.lot
    for serial in line.serials:
        yield "serial", serial
    if isinstance(line, NoticeLine):
        for unit in line.handling_units:
            if unit.id:
                yield "handling_unit", unit.id
            yield from (("serial", serial) for serial in unit.serials)
    elif isinstance(line, (ReceiptLine, StockLine, PlaceLine)) and line.handling_unit:
        yield "handling_unit", line.handling_unit


def _said(resolved: ResolvedEvent, line: Line) -> Iterator[Key]:
    yield from keys_of_line(line)
    if isinstance(resolved.event, OF_A_CAR) and isinstance(line, StockLine):
        yield from (("vin", name) for name in dict.fromkeys((line.vin, line.demand)) if name)


def _moved(movements: Sequence[Movement]) -> Iterable[tuple[tuple[str, Key], None]]:
    for movement in movements:
        for bucket in (movement.source, movement.target):
            if bucket.lot:
                yield (bucket.site, ("lot", bucket.lot)), None
            if bucket.serial:
                yield (bucket.site, ("serial", bucket.serial)), None
            if bucket.handling_unit:
                yield (bucket.site, ("handling_unit", bucket.handling_unit)), None

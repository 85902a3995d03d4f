"""Where goods came from and where they went, by lot, serial, handling unit or VIN: the whole chain in one answer.

From a VIN back to what was built in, its goods receipts, notices and orders; from a lot, serial or handling unit back
to its notice and forward to every VIN. Follows `trace_key`, so it reads as many rows as the chain has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from ledger.book import bulk, tables
from ledger.book.places import sites_of
from ledger.book.tracing import OF_A_CAR, TRACE_KINDS, Key, keys_of_line
from ledger.events import (
    Event,
    Line,
    MaterialConsumed,
    PartSubstituted,
    ShipmentNotified,
    ShipmentReplaced,
    StockLine,
    TransferCancelled,
    TransferShipped,
    read_event,
)
from ledger.matching.resolved import line_identities, moment
from ledger.queries.movements import End, MovementMade, made_by

BUILT_IN = (MaterialConsumed, PartSubstituted)

STEPS_MAX = 10_000
"""Steps of one answer; `truncated` says that there are more."""


class TraceStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of one event about the goods: what moved, or with `source` absent what was said of them.

    `quantity` is in the part's base unit where goods moved, else as sent; `order`, `shipment` and `vin` are as the
    line names them.
    """

    seq: int
    event: int
    kind: str
    number: str
    line: str
    part: str
    quantity: Decimal = Decimal(0)
    unit: str = ""
    site: str = ""
    source: End | None = None
    target: End | None = None
    order: str = ""
    shipment: str = ""
    transfer: str = ""
    """Number of the transfer between our sites that the step belongs to."""
    vin: str = ""
    partner: str = ""
    message: str = ""
    document: str = ""
    segment: int = 0
    recorded_at: datetime


class Trace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A chain: its steps in order of recording, and the names that it holds, sorted."""

    kind: str
    value: str
    steps: tuple[TraceStep, ...] = ()
    vins: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    handling_units: tuple[str, ...] = ()
    shipments: tuple[str, ...] = ()
    transfers: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    truncated: bool = False


def trace(conn: Connection, kind: str, value: str, *, book: str = "live", part: str = "") -> Trace:
    """The chain of one lot, serial, handling unit or VIN; of one part only where `part` says so.

    Raises `ValueError` for another kind. A name that nobody ever used gives a chain without steps.
    """
    if kind not in TRACE_KINDS:
        raise ValueError(f"goods are traced by {', '.join(TRACE_KINDS)}, not by {kind}")
    start: Key = (kind, value)  # type: ignore[assignment]
    steps = list(_steps(conn, book, {start}, part))
    if kind == "vin":
        # What was built in, each of its names with its part: another part may have a lot of the same name.
        behind = {(step.part, key) for step in steps for key in _names(step)}
        for of_part in sorted({of for of, _ in behind}):
            steps += _steps(conn, book, {key for of, key in behind if of == of_part}, of_part, into_cars=False)
    unique = {(step.seq, step.event, step.line, step.source, step.target, step.quantity): step for step in steps}
    ordered = sorted(unique.values(), key=lambda step: (step.seq, step.event, step.line))
    return _chain(start, ordered[:STEPS_MAX], truncated=len(ordered) > STEPS_MAX)


class _Kept(NamedTuple):
    """An event as recorded, and its lines by their identity."""

    row: Any
    event: Event
    lines: dict[str, Line]

    def names(self, line: str) -> set[Key]:
        """What the line says of its goods, the car included that they were built into."""
        said = self.lines.get(line)
        if said is None:
            return set()
        names = set(keys_of_line(said))
        if isinstance(self.event, OF_A_CAR) and isinstance(said, StockLine):
            names |= {("vin", name) for name in (said.vin, said.demand) if name}
        return names


def _steps(conn: Connection, book: str, keys: set[Key], part: str, *, into_cars: bool = True) -> Iterator[TraceStep]:
    """Steps that bear one of the names; without `into_cars`, what was built into other cars is left out."""
    found = {
        (row.seq, row.event)
        for site in ("", *sites_of(conn, book))
        for row in bulk.select(
            conn, tables.trace_key, ("seq", "event"), (("book", book), ("site", site)), ("kind", "value"),
            sorted(keys),
        )
    }  # fmt: skip
    kept = _events(conn, book, {event for _, event in found} | {seq for seq, _ in found})
    told: set[tuple[int, int, str]] = set()
    for move in made_by(conn, book, {seq for seq, _ in found}):
        of = kept.get(move.event)
        if of is None or (move.seq, move.event) not in found or (part and move.part != part):
            continue
        said = of.names(move.line)
        if not keys & (said | _ends(move)):
            continue
        told.add((move.seq, move.event, move.line))
        if into_cars or not isinstance(of.event, BUILT_IN):
            yield _moved(move, of)
    for seq, event in sorted(found - {(seq, event) for seq, event, _ in told}):
        of = kept[event]
        for line, said_line in of.lines.items():
            if keys & of.names(line) and (not part or part == said_line.part_number):
                yield _step(of, line, seq=seq, recorded_at=kept[seq].row.recorded_at)


def _events(conn: Connection, book: str, seqs: set[int]) -> dict[int, _Kept]:
    columns = ("seq", "site", "kind", "number", "partner", "message", "document", "recorded_at", "body")
    rows = bulk.select(
        conn, tables.event, columns, (("book", book),), ("seq",), [(seq,) for seq in sorted(seqs)],
        index="event_by_seq",
    )  # fmt: skip
    kept = {}
    for row in rows:
        event = read_event(row.body)
        lines: tuple[Line, ...] = getattr(event, "lines", ())
        kept[row.seq] = _Kept(row, event, dict(zip(line_identities(lines), lines, strict=True)))
    return kept


def _ends(move: MovementMade) -> set[Key]:
    names: set[Key] = set()
    for end in (move.source, move.target):
        names |= {("lot", end.lot), ("serial", end.serial), ("handling_unit", end.handling_unit)}
    return {key for key in names if key[1]}


def _moved(move: MovementMade, of: _Kept) -> TraceStep:
    return msgspec.structs.replace(
        _step(of, move.line, seq=move.seq, recorded_at=None),
        part=move.part, quantity=move.quantity, unit=move.unit, site=move.site, source=move.source,
        target=move.target, segment=move.segment, recorded_at=move.recorded_at,
    )  # fmt: skip


def _step(of: _Kept, line: str, *, seq: int, recorded_at: int | None) -> TraceStep:
    """The line as it was said; `quantity` and `unit` as sent."""
    row, said = of.row, of.lines.get(line)
    is_transfer = isinstance(of.event, (TransferShipped, TransferCancelled))
    is_notice = isinstance(of.event, (ShipmentNotified, ShipmentReplaced))
    return TraceStep(
        seq=seq, event=row.seq, kind=row.kind, number=row.number, line=line, site=row.site, partner=row.partner,
        message=row.message, document=row.document,
        part=said.part_number if said else "", quantity=said.quantity if said else Decimal(0),
        unit=said.unit if said else "", segment=said.segment if said else 0,
        order=getattr(said, "order_number", ""),
        shipment=row.number if is_notice else getattr(said, "shipment_id", ""),
        transfer=row.number if is_transfer else getattr(of.event, "transfer", ""),
        vin=getattr(said, "vin", "") or next((value for kind, value in sorted(of.names(line)) if kind == "vin"), ""),
        recorded_at=moment(row.recorded_at if recorded_at is None else recorded_at),
    )  # fmt: skip


def _names(step: TraceStep) -> Iterator[Key]:
    """What moved in a step, by the bucket that it left."""
    end = step.source
    if end is not None:
        names: tuple[Key, ...] = ("lot", end.lot), ("serial", end.serial), ("handling_unit", end.handling_unit)
        yield from (key for key in names if key[1])


def _chain(start: Key, steps: list[TraceStep], *, truncated: bool) -> Trace:
    ends = [end for step in steps for end in (step.source, step.target) if end is not None]
    return Trace(
        kind=start[0],
        value=start[1],
        steps=tuple(steps),
        vins=_sorted(step.vin for step in steps),
        lots=_sorted(end.lot for end in ends),
        serials=_sorted(end.serial for end in ends),
        handling_units=_sorted(end.handling_unit for end in ends),
        shipments=_sorted(step.shipment for step in steps),
        transfers=_sorted(step.transfer for step in steps),
        orders=_sorted(step.order for step in steps),
        partners=_sorted(step.partner for step in steps),
        truncated=truncated,
    )


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))

"""Where goods came from and where they went, by lot, serial, handling unit or VIN: the whole chain in one answer.

From a VIN back to what was built in, its goods receipts, notices and orders; from a lot, serial or handling unit back
to its notice and forward to every VIN. Follows `trace_key`, so it reads as many rows as the chain has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from ledger.book.bringing.places import sites_of
from ledger.book.journal.tracing import OF_A_CAR, TRACE_KINDS, Key, keys_of_line
from ledger.book.resolution import lines_of
from ledger.book.storage import bulk, tables
from ledger.events import (
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
from ledger.masterdata import to_decimal
from ledger.matching.resolved import line_identities, moment
from ledger.queries.house.base_units import base_units
from ledger.queries.stock.made import Made, rows_made
from ledger.queries.stock.movements import End

BUILT_IN = (MaterialConsumed, PartSubstituted)

STEPS_MAX = 10_000
"""Steps of one answer; `truncated` says that there are more."""


class TraceStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
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
    steps = _steps(conn, book, {start}, part)
    if kind == "vin":
        # What was built in, each of its names with its part: another part may have a lot of the same name.
        behind = {(step.part, key) for step in steps.values() for key in _names(step)}
        for of_part in sorted({of for of, _ in behind}):
            steps |= _steps(conn, book, {key for of, key in behind if of == of_part}, of_part, into_cars=False)
    ordered = [steps[at] for at in sorted(steps)]
    return _chain(start, ordered[:STEPS_MAX], truncated=len(ordered) > STEPS_MAX)


_At = tuple[int, int, str, int]
"""(seq, event, line, number of the movement or 0)."""


class _Kept:
    """An event as recorded, and its lines by their identity."""

    __slots__ = (
        "document", "event", "is_of_car", "kind", "lines", "message", "number", "partner", "recorded_at", "seq",
        "shipment", "site", "transfer",
    )  # fmt: skip

    def __init__(self, row: tuple[Any, ...]) -> None:
        self.seq, self.site, self.kind, self.number, self.partner, self.message, self.document = row[:7]
        self.recorded_at = moment(row[7])
        self.event = event = read_event(row[8])
        lines = lines_of(event)
        self.lines = dict(zip(line_identities(lines), lines, strict=True))
        is_transfer = isinstance(event, (TransferShipped, TransferCancelled))
        self.transfer: str = self.number if is_transfer else getattr(event, "transfer", "")
        self.shipment = self.number if isinstance(event, (ShipmentNotified, ShipmentReplaced)) else ""
        self.is_of_car = isinstance(event, OF_A_CAR)

    def names(self, line: str) -> set[Key]:
        """What the line says of its goods, the car included that they were built into."""
        said = self.lines.get(line)
        if said is None:
            return set()
        names = set(keys_of_line(said))
        if self.is_of_car and isinstance(said, StockLine):
            names |= {("vin", name) for name in (said.vin, said.demand) if name}
        return names


class _Place(NamedTuple):
    """A bucket as a trace shows it, and the names of what stands in it."""

    part: str
    end: End
    keys: frozenset[Key]


def _steps(conn: Connection, book: str, keys: set[Key], part: str, *, into_cars: bool = True) -> dict[_At, TraceStep]:
    """Steps that bear one of the names; without `into_cars`, what was built into other cars is left out."""
    found = {
        (seq, event)
        for site in ("", *sites_of(conn, book))
        for seq, event in bulk.look_up(
            conn, tables.trace_key, ("seq", "event"), (("book", book), ("site", site)), ("kind", "value"),
            sorted(keys),
        )
    }  # fmt: skip
    kept = _events(conn, book, {event for _, event in found} | {seq for seq, _ in found})
    rows = [row for row in rows_made(conn, book, {seq for seq, _ in found}) if row[2:4] in found]
    places = _places(conn, book, rows)
    units = base_units(conn, book, {place.part for place in places.values()})
    told: set[tuple[int, int]] = set()
    steps: dict[_At, TraceStep] = {}
    for number, site, seq, event, line, left, entered, quantity in rows:
        source, target = places[site, left], places[site, entered]
        if part and target.part != part:
            continue
        of = kept[event]
        # What stands in a bucket is asked first: a line's own names are made only where the buckets have none.
        if keys.isdisjoint(source.keys) and keys.isdisjoint(target.keys) and keys.isdisjoint(of.names(line)):
            continue
        told.add((seq, event))
        if into_cars or not isinstance(of.event, BUILT_IN):
            moved = (site, source, target, quantity, units.get(target.part, ""))
            steps[seq, event, line, number] = _step(of, line, kept[seq], moved)
    for seq, event in found - told:
        of = kept[event]
        for line, said in of.lines.items():
            if not keys.isdisjoint(of.names(line)) and (not part or part == said.part_number):
                steps[seq, event, line, 0] = _step(of, line, kept[seq])
    return steps


def _events(conn: Connection, book: str, seqs: set[int]) -> dict[int, _Kept]:
    columns = ("seq", "site", "kind", "number", "partner", "message", "document", "recorded_at", "body")
    rows = bulk.look_up(
        conn, tables.event, columns, (("book", book),), ("seq",), [(seq,) for seq in sorted(seqs)],
        index="event_by_seq",
    )  # fmt: skip
    return {row[0]: _Kept(row) for row in rows}


def _places(conn: Connection, book: str, rows: Iterable[Made]) -> dict[tuple[str, int], _Place]:
    ids: dict[str, set[int]] = defaultdict(set)
    for _, site, _, _, _, source, target, _ in rows:
        ids[site].update((source, target))
    names = End.__struct_fields__
    places: dict[tuple[str, int], _Place] = {}
    for site, of_site in sorted(ids.items()):
        for id_, part, *values in bulk.look_up(
            conn, tables.bucket, ("id", "part", *names), (("book", book), ("site", site)), ("id",),
            [(id_,) for id_ in sorted(of_site)],
        ):  # fmt: skip
            end = End(**dict(zip(names, values, strict=True)))
            places[site, id_] = _Place(part, end, frozenset(_keys_of(end)))
    return places


def _step(
    of: _Kept, line: str, found_at: _Kept, moved: tuple[str, _Place, _Place, int, str] | None = None
) -> TraceStep:
    """The line as it was said, or what it moved (site, from, to, quantity and unit as the books have them)."""
    said = of.lines.get(line)
    order, shipment, vin, segment = "", of.shipment, "", 0
    if said is not None:
        has = _fields_of(type(said))
        order = said.order_number if "order_number" in has else ""  # type: ignore[attr-defined]
        vin = said.vin if "vin" in has else ""  # type: ignore[attr-defined]
        shipment = shipment or (said.shipment_id if "shipment_id" in has else "")  # type: ignore[attr-defined]
        segment = said.segment
        if not vin and of.is_of_car and isinstance(said, StockLine):
            vin = said.demand
    source = target = None
    site, part, quantity, unit = of.site, "", Decimal(0), ""
    if moved is not None:
        site, left, entered, millionths, unit = moved
        part, quantity = entered.part, to_decimal(millionths)
        source, target = left.end, entered.end
    elif said is not None:
        part, quantity, unit = said.part_number, said.quantity, said.unit
    return TraceStep(
        seq=found_at.seq, event=of.seq, kind=of.kind, number=of.number, line=line, part=part, quantity=quantity,
        unit=unit, site=site, source=source, target=target, order=order, shipment=shipment, transfer=of.transfer,
        vin=vin, partner=of.partner, message=of.message, document=of.document, segment=segment,
        recorded_at=found_at.recorded_at,
    )  # fmt: skip


@cache
def _fields_of(kind: type[Line]) -> frozenset[str]:
    """Asked for by every step: asking a line for what it has not takes longer."""
    return frozenset(kind.__struct_fields__)


def _names(step: TraceStep) -> Iterator[Key]:
    """What moved in a step, by the bucket that it left."""
    if step.source is not None:
        yield from _keys_of(step.source)


def _keys_of(end: End) -> Iterator[Key]:
    names: tuple[Key, ...] = ("lot", end.lot), ("serial", end.serial), ("handling_unit", end.handling_unit)
    yield from (key for key in names if key[1])


def _chain(start: Key, steps: list[TraceStep], *, truncated: bool) -> Trace:
    ends = {id(end): end for step in steps for end in (step.source, step.target) if end is not None}.values()
    return Trace(
        kind=start[0],
        value=start[1],
        steps=tuple(steps),
        vins=_sorted({step.vin for step in steps}),
        lots=_sorted({end.lot for end in ends}),
        serials=_sorted({end.serial for end in ends}),
        handling_units=_sorted({end.handling_unit for end in ends}),
        shipments=_sorted({step.shipment for step in steps}),
        transfers=_sorted({step.transfer for step in steps}),
        orders=_sorted({step.order for step in steps}),
        partners=_sorted({step.partner for step in steps}),
        truncated=truncated,
    )


def _sorted(values: set[str]) -> tuple[str, ...]:
    return tuple(sorted(values - {""}))

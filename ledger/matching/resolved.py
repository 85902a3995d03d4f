"""Resolved events: what an event says, in the ledger's own identifiers and base units.

The book resolves an event once, against the master data in force, and hands it to `needs` and `decide`. Nothing
here guesses: a reference that master data does not know is named in `missing`, and the line waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Literal

import msgspec

from ledger.events import (
    AcknowledgedLine,
    AdjustmentLine,
    Event,
    InvoiceLine,
    Line,
    NoticeLine,
    OrderLine,
    PlaceLine,
    ReceiptLine,
    ScheduleLine,
    ShortLine,
    StockLine,
)
from ledger.masterdata import Calendar, Control, Occasion
from ledger.matching.records.transfers import ShippedGoods

Standing = Literal["new", "other", "again"]
"""`new`: the line was never recorded under this key; `other`: it was, with other content; `again`: it was recorded
waiting, and is handed in once more because what it waited for has come. Lines already recorded with the same
content are not handed in at all."""


class ResolvedLine(msgspec.Struct, gc=False):
    """One line in our terms. Quantities are integers in millionths of the part's base unit."""

    line: str
    """Identity within the event: `line_identities(event.lines)[i]`, or the sender's own `line`."""
    said: Line
    """The line of the event as sent, with our names of the locations and owners that it names."""
    part: str = ""
    """Our part number, "" when unknown."""
    unit: str = ""
    """The part's base unit, "" when the part is unknown."""
    quantity: int = 0
    """0 where the unit cannot be converted."""
    missing: str = ""
    """First reference that is not known: `part:<number as sent>` or `unit:<part>/<unit>`; "" when all are."""
    inexact: bool = False
    """A quantity does not convert exactly; the line is refused unless the partner's terms round (D06)."""
    residue: int = 0
    """What rounding left over where the terms round (told to the rounding account); millionths, may be negative."""
    revision: str = ""
    """Our name of the part revision, as sent when we know none."""
    revision_effective: bool = True
    """False when the revision of a notice line was not the right one when it was shipped."""
    shipped: Occasion | None = None
    """Of a notice line whose revision is controlled: when, and of how many; None elsewhere."""
    control: Control | None = None
    """Where the part's revisions are controlled: by itself, or because something was ruled about it."""
    replaces: str = ""
    """Our number of the part that a substitution replaces; "" when unknown."""
    rulings: tuple[Event, ...] = ()
    """What was ruled about that part."""
    supplier: str = ""
    """Our supplier id for this line (goods-receipt lines may name their own), else the event's."""
    damaged: int = 0
    rejected: int = 0
    at_line: bool = False
    """Whether the location of a goods receipt, count or snapshot is one at the line."""
    expected: int | None = None
    cum: int | None = None
    """Supplier's cumulative (SN104), None when not sent."""
    units_per_load: int | None = None
    weight: Decimal | None = None
    """Kilograms of one base unit of the part, None when not known."""
    origins: tuple[str, ...] = ()
    """Countries that the part may come from; () is any."""
    schedule: tuple[tuple[int, int | None], ...] = ()
    """(quantity, due at in microseconds or None) per delivery of an order line."""
    amounts: tuple[int, ...] = ()
    """`ScheduleLine.amounts()` in millionths of the base unit."""
    numerator: int = 1
    denominator: int = 1
    """One unit as sent is numerator/denominator base units."""
    standing: Standing = "new"
    goods: ShippedGoods | None = None
    """What left another site of ours; None where a supplier ships."""
    lot_controlled: bool = False
    serial_controlled: bool = False
    """Whether the part's goods must be told apart by lot, by serial."""
    kept_back: frozenset[str] = frozenset()
    """Segments whose available goods the line does not take, since it does not name them."""


class OrderBefore(msgspec.Struct, frozen=True):
    """An order as orders and changes left it: lines in force, and the last change (0: none)."""

    lines: frozenset[str]
    changed_seq: int


class ResolvedEvent(msgspec.Struct):
    """One event in our terms. `seq` is its sequence in its book, given before it is decided."""

    event: Event
    book: str
    seq: int
    site: str = ""
    """Our site id; "" when unknown (then `missing`) or when the kind has none."""
    supplier: str = ""
    """Our supplier id: N1 SU, else SF, else the envelope's sender; "" when unknown or when the kind has none."""
    missing: str = ""
    """`site:<as sent>` or `supplier:<as sent>`; the whole event waits for it."""
    origin: str = ""
    destination: str = ""
    """Our sites between which goods are transferred; "" for every other kind."""
    dock_known: bool = True
    """False when the notice names a dock that its site, whose docks are known, does not have."""
    zone: str = "UTC"
    """IANA zone of the site: its days are those of the plant."""
    calendars: Mapping[str, Calendar] = {}
    """All calendars of working days, by name."""
    receiving_location: str = "DOCK"
    """Where goods stand on arrival when the receipt names no location; from the site."""
    lines: tuple[ResolvedLine, ...] = ()
    repeats: bool = False
    """An event with this key is recorded already, and this one differs (same content never gets here)."""
    compare: tuple[str, ...] = ()
    """Parts whose cumulative, as this notice told it, is compared once more; nothing else is then decided."""
    cause: int = 0
    """When decided again: the sequence of the event that ended the wait; the effects are recorded there. Else 0."""
    before: ResolvedEvent | None = None
    """What the same document said before it was read again; None for what is said the first time."""
    gives_way: bool = False
    """Whether any of that stands in the books: else all of it waited, or was refused."""
    undone: ResolvedEvent | None = None
    """Of a cancellation that is read again: the notice that it had taken out of the books."""
    order_before: OrderBefore | None = None
    """Of a cancellation that is read again: how it had found its order."""
    came: str = ""
    """What came when decided again: the need that ended the wait (`case:C1`); "" where the wait itself ended."""
    occurred_at: int = 0
    """Microseconds UTC of `event.occurred_at`, 0 when the document does not say."""

    @property
    def effective_seq(self) -> int:
        """The sequence under which effects are recorded: the cause where the event had waited."""
        return self.cause or self.seq


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime | None) -> int | None:
    """Microseconds since 1970 UTC, exactly; None for None. `at` must be aware."""
    if at is None:
        return None
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment(at_us: int) -> datetime:
    """The aware UTC datetime of microseconds since 1970."""
    return EPOCH + at_us * _MICROSECOND


def moment_or_none(at_us: int | None) -> datetime | None:
    """`moment`, and None for None."""
    return None if at_us is None else moment(at_us)


def document_of(event: Event) -> tuple[str, str]:
    """Message and document that said it; both "" for an event that came from no document."""
    return ("", "") if event.source is None else (event.source.message, event.source.document)


def line_identity(line: Line) -> str:
    """The sender's identity of a line: its own where it has one, else what it names, joined by `|`.

    Order, order line, part, lot and handling unit for a goods receipt; order, order line, part and lot for a
    notice; order line and part for an order. Never an ordinal: see `line_identities`.
    """
    if line.line:
        return line.line
    return _naming(type(line))(line, line.part_number or line.supplier_part_number)


def _name_receipt_line(line: ReceiptLine, part: str) -> str:
    if line.receipt_line:
        return f"{line.receipt_line}|{line.handling_unit}" if line.handling_unit else line.receipt_line
    return _name_short_line(line, part)


def _name_short_line(line: ReceiptLine | ShortLine, part: str) -> str:
    return _join(line.shipment_id, line.order_number, line.order_line, part, line.lot, line.handling_unit)


def _name_notice_line(line: NoticeLine, part: str) -> str:
    return _join(line.order_number, line.release, line.order_line, part, line.part_revision, line.lot)


def _name_order_line(line: OrderLine, part: str) -> str:
    return line.order_line or part


def _name_acknowledged_line(line: AcknowledgedLine, part: str) -> str:
    return _join(line.order_line or part, line.status)


def _name_schedule_line(line: ScheduleLine, part: str) -> str:
    return _join(part, line.part_revision, line.order_number, line.order_line)


def _name_invoice_line(line: InvoiceLine, part: str) -> str:
    return line.invoice_line or _join(part, line.order_number, line.order_line, line.shipment_id, line.receipt_id)


def _name_place_line(line: PlaceLine, part: str) -> str:
    return _join(
        part, line.part_revision, line.lot, line.location, line.handling_unit, line.owner, line.stock_segment,
        line.state,
    )  # fmt: skip


def _name_adjustment_line(line: AdjustmentLine, part: str) -> str:
    return _join(
        line.reason, part, line.part_revision, line.lot, line.location, line.handling_unit, line.owner,
        line.stock_segment, line.state, *line.serials,
    )  # fmt: skip


def _name_stock_line(line: StockLine, part: str) -> str:
    return _join(
        part, line.part_revision, line.lot, line.location, line.handling_unit, line.demand or line.vin,
        *line.serials,
    )  # fmt: skip


def _name_line(line: Line, part: str) -> str:
    return part


_NAMING: dict[type[Line], Callable[[Any, str], str]] = {
    ReceiptLine: _name_receipt_line,
    NoticeLine: _name_notice_line,
    OrderLine: _name_order_line,
    AcknowledgedLine: _name_acknowledged_line,
    ScheduleLine: _name_schedule_line,
    InvoiceLine: _name_invoice_line,
    ShortLine: _name_short_line,
    PlaceLine: _name_place_line,
    AdjustmentLine: _name_adjustment_line,
    StockLine: _name_stock_line,
    Line: _name_line,
}


@cache
def _naming(kind: type[Line]) -> Callable[[Any, str], str]:
    """How lines of a kind are named: as the nearest kind above them that has a way of its own."""
    return next(_NAMING[above] for above in kind.__mro__ if above in _NAMING)


def line_identities(lines: Sequence[Line]) -> list[str]:
    """One identity per line, unique within the event: a repeated one takes `#2`, `#3` in document order."""
    named = [line_identity(line) for line in lines]
    if len(set(named)) == len(named):
        return named
    seen: dict[str, int] = {}
    identities: list[str] = []
    for identity in named:
        count = seen.get(identity, 0) + 1
        seen[identity] = count
        identities.append(identity if count == 1 else f"{identity}#{count}")
    return identities


def _join(*parts: str) -> str:
    """Parts joined by `|` without trailing empty ones, so that an identity stays short."""
    return "|".join(parts).rstrip("|")

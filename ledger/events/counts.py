"""What stands where, as people and warehouses see it: counts, adjustments, snapshots of whole stocks, opening stock.

A count and a snapshot say how much stands at a place; only the ledger knows what it expected there. An adjustment
says by how much the books are wrong, and why.
"""

from __future__ import annotations

from decimal import Decimal

from ledger.events.envelope import Event, Line, Value
from ledger.events.stock import State, StockLine


class PlaceLine(Line, frozen=True):
    """So much of one part stands at one place; what is left empty may be anything. `quantity` 0: nothing is there."""

    location: str = ""
    """Where; a count names it, a snapshot may speak of the whole site."""
    handling_unit: str = ""
    owner: str = ""
    stock_segment: str = ""
    """As `StockLine.stock_segment`."""
    state: State = ""
    """Goods in this state only; "" is all that stands there."""
    remarks: str = ""


class AdjustmentLine(StockLine, frozen=True):
    """By how much the books are wrong: `quantity` above zero for more, below for less; `reason` says why.

    Source of the codes: X12 data element 1 of W19 (Quantity or Status Adjustment Reason Code).
    """


class StockCounted(Event, tag="StockCounted", frozen=True):
    """Somebody counted, blind: the lines say what stood there at `occurred_at`, never what was expected."""

    place: str = ""
    """Our site, as sent (`92:PLT07`) or by its id."""
    lines: tuple[PlaceLine, ...] = ()


class InventoryAdjusted(Event, tag="InventoryAdjusted", frozen=True):
    """Somebody found the books wrong and puts them right."""

    place: str = ""
    """Our site, as sent (`92:PLT07`) or by its id."""
    lines: tuple[AdjustmentLine, ...] = ()


class InventorySnapshotReported(Event, tag="InventorySnapshotReported", frozen=True):
    """A warehouse or supplier told its balances as of `occurred_at`. It moves nothing; it is compared.

    `number` holds the snapshot's own date, so that an unchanged list next day is news.
    """

    place: str = ""
    """Our site, as sent (`92:PLT07`) or by its id."""
    complete: bool = False
    """Whether everything at the site is told: what no line names is then said not to be there."""
    lines: tuple[PlaceLine, ...] = ()


class OpeningLine(PlaceLine, frozen=True):
    """So much stood at a place when the books began, available unless `state` says otherwise."""

    hold_reason: str = ""
    """Why goods in quality hold or quarantine are there."""
    demand: str = ""
    """What goods in allocated are for."""


class ControlTotals(Value, frozen=True):
    """What whoever made the load says that it holds, so that a lost or doubled line is seen."""

    lines: int
    """How many lines there are."""
    quantity: Decimal
    """The sum of all quantities as sent, whatever their units: a hash total."""


class OpeningBalanceLoaded(Event, tag="OpeningBalanceLoaded", frozen=True):
    """What stood at a site when its books began. It comes from the account `opening`; nothing posts unless the
    control totals agree."""

    control: ControlTotals
    place: str = ""
    """Our site, as sent (`92:PLT07`) or by its id."""
    lines: tuple[OpeningLine, ...] = ()


COUNTS: tuple[type[Event], ...] = (
    StockCounted,
    InventoryAdjusted,
    InventorySnapshotReported,
    OpeningBalanceLoaded,
)

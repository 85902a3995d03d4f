"""Histories that are worth telling: each next event is drawn with the sheet in hand, so that most of them can post.

One row per kind in `PROPOSALS`. A proposal that has nothing sensible to say gives None, and another kind is drawn.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ledger.events import (
    CalendarDefined,
    CrossReferenceDefined,
    Event,
    LocationDefined,
    PartDefined,
    SiteDefined,
    SupplierDefined,
    UnitFactorDefined,
    cross_reference_number,
)
from tests.store.oracle.others import OTHERS
from tests.store.oracle.proposals_of_goods import adjust, count_goods, dispose, handle, snapshot
from tests.store.oracle.proposals_of_papers import (
    cancel,
    cancel_order,
    change_order,
    notify,
    place,
    receive,
    replace,
    resolve,
    reverse,
)
from tests.store.oracle.teller import Teller
from tests.store.oracle.ways import WAYS


def define(teller: Teller) -> Event | None:
    """Master data, kind after kind."""
    n = next(teller.numbers)
    events: tuple[Event, ...] = (
        PartDefined(number=f"NEW{n}", base_unit="EA"),
        UnitFactorDefined(number=f"PLATE/U{n}", part="PLATE", unit=f"U{n}", numerator=n),
        SiteDefined(number=f"N{n}", identifiers=(f"92:N{n}",)),
        LocationDefined(number=f"P1/Z-{n}", location=f"Z-{n}"),
        SupplierDefined(number=f"new{n}", identifiers=(f"92:X{n}",)),
        CalendarDefined(number=f"cal{n}"),
        CrossReferenceDefined(
            number=cross_reference_number("part", f"VP:V{n}", "acme", "", None),
            of="part",
            identifier=f"VP:V{n}",
            means="PLATE",
            sender="acme",
        ),
    )
    return events[n % len(events)]


PROPOSALS: dict[str, tuple[int, Callable[[Teller], Event | None]]] = {
    "OrderPlaced": (12, place),
    "OrderChanged": (2, change_order),
    "OrderCancelled": (1, cancel_order),
    "ShipmentNotified": (18, notify),
    "ShipmentReplaced": (6, replace),
    "ShipmentCancelled": (5, cancel),
    "GoodsReceived": (28, receive),
    "GoodsReceiptReversed": (7, reverse),
    "DiscrepancyResolved": (8, resolve),
    **{kind: (3, handle(kind)) for kind in WAYS},
    **OTHERS,
    "ReturnDisposed": (3, dispose),
    "StockCounted": (4, count_goods),
    "InventoryAdjusted": (4, adjust),
    "InventorySnapshotReported": (2, snapshot),
    "master data": (2, define),
}
"""Kind -> how often, and how such an event is drawn."""


def draw_event(teller: Teller) -> Event:
    """The next event: of a kind that has something to say, by preference of one that is wanted."""
    kinds = list(PROPOSALS)
    weights = [weight * (15 if kind in teller.wanted else 1) for kind, (weight, _) in PROPOSALS.items()]
    for kind in teller.rnd.choices(kinds, weights, k=12):
        event = PROPOSALS[kind][1](teller)
        if event is not None:
            return event
    event = place(teller)
    assert event is not None
    return event


def redelivered(teller: Teller, said_: list[Event]) -> Event:
    """Something that was said before, to the letter; its stamps may differ."""
    event = teller.rnd.choice(said_)
    return msgspec.structs.replace(event)

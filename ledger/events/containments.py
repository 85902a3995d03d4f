"""Containments: suspect goods held wherever they are, and what comes later, until somebody closes the containment.

The number is the containment's own, in the whole book: one containment speaks of several sites, or of all of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ledger.events.envelope import Event


class ContainmentOpened(Event, tag="ContainmentOpened", frozen=True):
    """Goods that fit all that is named are held: on hand, in transit on arrival, and whatever is received later.

    At least one of supplier, parts, lots, serials and dates is named; of a list any one fits.
    """

    sites: tuple[str, ...] = ()
    """Our sites, as sent (`92:PLT07`) or by their ids; () means all, those defined later too."""
    supplier: str = ""
    """Whose goods, as sent (`92:A123`) or by our id."""
    parts: tuple[str, ...] = ()
    """The buyer's part numbers, as sent."""
    lots: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    dates: Literal["received", "shipped"] = "received"
    """Of what `since` and `until` speak: of the goods receipt (`occurred_at`, else when it was recorded) or of the
    notice's shipping (`shipped_at`)."""
    since: datetime | None = None
    """From this time on, itself included."""
    until: datetime | None = None
    """Before this time, itself not included."""
    unknown: Literal["hold", "leave"] = "hold"
    """What becomes of goods of which a lot, serial, supplier or date that counts is not known, where something else
    that is named fits them."""
    to_state: Literal["quality_hold", "quarantine"] = "quality_hold"
    """Where goods are held."""
    reason: str = ""
    """Reason code."""
    reference: str = ""
    """The paper behind it: defect report, supplier's letter."""
    remarks: str = ""


class ContainmentClosed(Event, tag="ContainmentClosed", frozen=True):
    """Nothing more is held for the containment. What is held stays so, or is free again (`disposition`)."""

    disposition: Literal["leave", "release"] = "leave"
    """`release` gives all that the containment holds back: to available, or consigned where it is not ours."""
    reason: str = ""
    """Reason code; needed to release what stands in quarantine."""
    reference: str = ""
    remarks: str = ""


CONTAINMENTS: tuple[type[Event], ...] = (ContainmentOpened, ContainmentClosed)

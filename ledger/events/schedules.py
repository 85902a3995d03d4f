"""Schedules: what is required when, in one form for planning schedules, shipping schedules and sequences."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from ledger.events.envelope import Event, Line, Value

ScheduleKind = Literal["planning", "shipping", "sequence"]
"""830, 862, 866."""
Direction = Literal["", "supply", "demand"]
"""`supply`: we require it of a supplier; `demand`: a customer requires it of us; "" is as agreed with the sender."""
Quantities = Literal["discrete", "cumulative", "net_change", "replacement"]
"""BFR05, BSS11: A, C, D and R."""


class Requirement(Value, frozen=True):
    """How many are required when (FST, JIT): a moment, or a bucket from `due_at` to the end of the day `until`."""

    quantity: Decimal
    due_at: datetime
    until: datetime | None = None
    certainty: Literal["firm", "planned", "forecast"] = "planned"
    """FST02: C and A are firm, D is planned, the rest forecast."""
    code: str = ""
    """As sent (FST02)."""
    timing: Literal["", "discrete", "weekly", "monthly", "flexible"] = ""
    """FST03: D, W, M, F; says how long a bucket is where `until` is absent."""
    reference: str = ""
    """Release authorisation number, kanban, delivery order (FST09) or VIN that it is for."""
    reference_kind: Literal["", "ran", "kanban", "delivery_order", "vin"] = ""
    sequence: str = ""
    """Place in the production sequence (866)."""


class Authorization(Value, frozen=True):
    """How much may be made or bought in all, as a cumulative quantity (ATH03)."""

    kind: Literal["fabrication", "material", "labor", "previous"]
    """ATH01: FI, MT, LB or LM, PR."""
    quantity: Decimal
    until: datetime | None = None
    """End of the time that it covers (ATH02)."""
    since: datetime | None = None
    """Where its cumulative starts (ATH05)."""


class ScheduleLine(Line, frozen=True):
    """What is required of one part, in the line's unit (UIT), read as `quantities` of the event says."""

    order_number: str = ""
    """The blanket order behind it (LIN PO): price and authority."""
    order_line: str = ""
    requirements: tuple[Requirement, ...] = ()
    authorizations: tuple[Authorization, ...] = ()
    cum_required: Decimal | None = None
    """Cumulative required before the first requirement (ATH PQ)."""
    cum_received: Decimal | None = None
    """Cumulative received or shipped, as the customer counts (SHP01 02)."""

    def amounts(self) -> tuple[Decimal, ...]:
        """Every quantity of the line, in one order: requirements, authorisations, then the two cumulatives."""
        return (
            *(one.quantity for one in self.requirements),
            *(one.quantity for one in self.authorizations),
            self.cum_required or Decimal(0),
            self.cum_received or Decimal(0),
        )


class ScheduleReleased(Event, tag="ScheduleReleased", frozen=True):
    """A release of requirements. `number` is the schedule's reference (BFR02, BSS02), `release` its release number.

    A shipping schedule replaces the planning schedule inside its horizon, a sequence both; a release replaces the one
    before as `purpose` and `quantities` say. The newest is the one issued last, whichever arrived last.
    """

    schedule: ScheduleKind
    direction: Direction = ""
    supplier: str = ""
    customer: str = ""
    """Who requires it, where the direction is `demand`; "" is the sender."""
    ship_to: str = ""
    ship_from: str = ""
    purpose: Literal["original", "replace", "change", "cancel"] = "original"
    """BFR01: 00, 05, 04, 01. `change` leaves what it does not name; `cancel` takes back the release it names."""
    quantities: Quantities = "discrete"
    basis: Literal["", "delivery", "shipment"] = ""
    """Whether dates are of delivery or of shipping (BFR04 DL, SH)."""
    release: str = ""
    issued_at: datetime | None = None
    """BFR08, BSS03; None takes `created_at`, else when it came."""
    horizon_start: datetime | None = None
    horizon_end: datetime | None = None
    """The last day, itself included (BFR07, BSS06)."""
    order_number: str = ""
    contract: str = ""
    lines: tuple[ScheduleLine, ...] = ()

"""Shipment status: what a carrier says of goods under way. It moves nothing: only a dock receives."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ledger.events.envelope import Event, Value

CarrierStatus = Literal["", "booked", "picked_up", "under_way", "delayed", "arrived", "delivered", "refused", "lost"]


class StatusReport(Value, frozen=True):
    """One status (AT7). Of several the one that happened last counts, whichever arrived last."""

    status: CarrierStatus = ""
    """"" only tells when it is expected (AT701 AG)."""
    code: str = ""
    """As sent (AT701): AF, X6, X1, D1, SD, AG, ..."""
    reason: str = ""
    """Why (AT702): NS normal, or what delays it."""
    occurred_at: datetime | None = None
    """When it was so; None takes the event's."""
    expected_at: datetime | None = None
    """When the goods are expected at their destination; None says nothing new."""
    place: str = ""
    segment: int = 0


class ShipmentStatusReported(Event, tag="ShipmentStatusReported", frozen=True):
    """A carrier's report on one load (214, or a row of its list). `number` is the report's or the load's own number.

    It concerns every shipment whose notice names one of its references, those that come later included. Destinations
    are not resolved: a load may serve several sites.
    """

    shipment_id: str = ""
    """SID as the supplier numbers it (B1002)."""
    bill_of_lading: str = ""
    pro_number: str = ""
    """The carrier's own number (B1001)."""
    supplier: str = ""
    """Whose shipments it speaks of; "" of any that carry the reference."""
    carrier: str = ""
    """SCAC (B1003)."""
    ship_to: str = ""
    statuses: tuple[StatusReport, ...] = ()

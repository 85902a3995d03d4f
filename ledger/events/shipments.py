"""Shipments: what a supplier says is on its way."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from ledger.events.envelope import Event, Line, Value


class HandlingUnit(Value, frozen=True):
    """One pallet, box or container: its label or SSCC, the unit it stands on, and how much is inside."""

    id: str
    """Its label; empty for a load that the sender counts without naming one."""
    kind: Literal["", "tare", "pack", "load"] = ""
    parent: str = ""
    quantity: Decimal | None = None
    serials: tuple[str, ...] = ()
    packaging: str = ""
    """Code of the container or pack that it is (CLD03)."""


class NoticeLine(Line, frozen=True):
    """One advised part of a shipment (HL level I). Order references fall through from the levels above."""

    order_number: str = ""
    release: str = ""
    order_line: str = ""
    handling_units: tuple[HandlingUnit, ...] = ()
    cum_shipped: Decimal | None = None
    """Supplier's cumulative including this shipment (SN104), None when not sent."""
    loads: int | None = None
    units_per_load: Decimal | None = None
    """CLD01 and CLD02; their product must be the quantity (D35)."""
    reference: str = ""
    """What called for the goods: release authorisation number, kanban, delivery order, manifest (REF KK, RE, ...)."""
    country_of_origin: str = ""
    """ISO 3166-1, two letters (LIN CH)."""


class _Shipment(Event, frozen=True):
    supplier: str = ""
    ship_from: str = ""
    ship_to: str = ""
    shipped_at: datetime | None = None
    expected_at: datetime | None = None
    carrier: str = ""
    """SCAC (TD503)."""
    mode: str = ""
    trailer: str = ""
    bill_of_lading: str = ""
    packing_slip: str = ""
    pro_number: str = ""
    dock: str = ""
    """Where the goods are to be unloaded, as the buyer names it (REF DK)."""
    gross_weight: Decimal | None = None
    """Of the whole shipment with its packing (MEA PD or WT, G), in `weight_unit`; None when not sent."""
    weight_unit: str = ""
    """KG or LB as sent; "" is kilograms."""
    line_count: int | None = None
    """CTT01 as sent: number of HL loops or of items, as the partner counts; None when not sent."""
    hl_count: int | None = None
    """How many HL loops the document really has."""
    hash_total: Decimal | None = None
    lines: tuple[NoticeLine, ...] = ()


class ShipmentNotified(_Shipment, tag="ShipmentNotified", frozen=True):
    """An advance ship notice (856 with BSN01 00). `number` is the shipment id, BSN02."""


class ShipmentReplaced(_Shipment, tag="ShipmentReplaced", frozen=True):
    """The whole notice again, in place of the earlier one (BSN01 05, or 04 unless the agreement says delta)."""


class ShipmentCancelled(_Shipment, tag="ShipmentCancelled", frozen=True):
    """The notice is withdrawn (BSN01 01); lines, where sent, are not read as facts."""

"""Canonical events: the business facts that the ledger understands, and the waist of the whole house.

One struct is validation, JSON and JSON Schema at once. Every producer (X12, CSV, JSON, the console) makes
these; only the ledger reads them. An event says what the partner said: identifiers, units and part numbers
stay as sent, and the ledger resolves them against its own master data when it records the event.

Conventions that hold in every struct:

* quantities are `Decimal` in the unit as sent, never float; the unit is UN/ECE Rec 20 (packs: `X` + Rec 21);
* a party or place is one string, `qualifier:identifier` (`92:PLT07`), leading zeros kept; `""` means absent;
* times are aware; a date alone is midnight in the zone of its place;
* `line` is the sender's own identity of a line (see `line_identity`), never an index unless nothing else exists;
* `segment` is where the line stands in its document: X12 counts ST as 1, CSV counts lines of the file.

Stored JSON is never rewritten. An added optional field keeps `schema`; anything else raises it by one and adds
an upcaster here, with a golden file of the old form.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A frozen value inside an event; unknown fields are refused, absent ones mean their default."""


class Actor(Value, frozen=True):
    """Who caused an event. `id` is a partner id, user name, system name or model name, by `kind`."""

    kind: Literal["partner", "user", "system", "model"]
    id: str
    roles: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()


class Source(Value, frozen=True):
    """The document that said it: message id (`m_...`) and document id (`<message>.<n>`)."""

    message: str
    document: str = ""


class Event(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="kind"
):
    """What every event carries. A map fills the business fields; the street stamps the rest.

    The key of an event is (book, site, partner, kind, number, revision).
    """

    # Creation stamps and envelope facts say nothing about the business: they take no part in the digest.
    STAMPS: ClassVar[frozenset[str]] = frozenset(
        {
            "book", "site", "partner", "revision", "recorded_at", "source", "correlation", "causation",
            "actor", "policy", "digest", "created_at", "schema",
        }
    )  # fmt: skip

    number: str
    """The business number: order number, shipment id, goods-receipt id, case id, part number."""
    occurred_at: datetime | None = None
    """When the partner says that it happened; None when the document does not say."""
    created_at: datetime | None = None
    """When the partner made the document (BSN03/04, BEG05); a stamp, not a fact."""

    schema: int = 1
    book: Literal["live", "test"] = "live"
    site: str = ""
    """Our site, resolved from `ship_to` by the ledger; "" for master data and for what could not be resolved."""
    partner: str = ""
    """Partner id of the sender, as the agreement knows it; stamped by the street."""
    revision: int = 0
    """Counts our own re-readings of one document (replay), never the partner's changes."""
    recorded_at: datetime | None = None
    source: Source | None = None
    correlation: str = ""
    causation: str = ""
    actor: Actor | None = None
    policy: str = ""
    """Hash of the policy in force when it was recorded."""
    digest: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What every line of an event carries."""

    part_number: str
    """The buyer's part number (LIN/PO1 qualifier BP), as sent."""
    line: str = ""
    segment: int = 0
    supplier_part_number: str = ""
    """The supplier's number for the same part (qualifier VP), tried when the buyer's is unknown."""
    part_revision: str = ""
    """Engineering change level (EC) or drawing revision (DR)."""
    quantity: Decimal = Decimal(0)
    unit: str = ""
    lot: str = ""
    serials: tuple[str, ...] = ()


# --- orders -------------------------------------------------------------------------------------------------


class Schedule(Value, frozen=True):
    """One delivery of an order line: how many, due when (SCH01, SCH06/07)."""

    quantity: Decimal
    due_at: datetime | None = None
    unit: str = ""


class OrderLine(Line, frozen=True):
    """One ordered part. `order_line` is PO101; the price is per `price_per` units, never converted."""

    order_line: str = ""
    price: Decimal | None = None
    price_per: Decimal = Decimal(1)
    price_basis: str = ""
    ship_to: str = ""
    schedule: tuple[Schedule, ...] = ()
    change: Literal["", "add", "replace", "delete"] = ""
    """Only in OrderChanged: what happens to the line; "" takes the line as its new whole."""


class _Order(Event, frozen=True):
    supplier: str = ""
    ship_to: str = ""
    bill_to: str = ""
    order_type: str = ""
    release: str = ""
    contract: str = ""
    currency: str = ""
    due_at: datetime | None = None
    line_count: int | None = None
    hash_total: Decimal | None = None
    lines: tuple[OrderLine, ...] = ()


class OrderPlaced(_Order, tag="OrderPlaced", frozen=True):
    """A purchase order in force (850 with BEG01 00, or the ERP's order)."""


class OrderChanged(_Order, tag="OrderChanged", frozen=True):
    """A change to an order. With `complete`, lines that are not named are cancelled (850 with BEG01 05)."""

    complete: bool = False


class OrderCancelled(Event, tag="OrderCancelled", frozen=True):
    """The order is withdrawn; what has been advised or received stays as it is."""

    supplier: str = ""
    ship_to: str = ""
    reason: str = ""


# --- shipments ----------------------------------------------------------------------------------------------


class HandlingUnit(Value, frozen=True):
    """One pallet, box or container: its label or SSCC, the unit it stands on, and how much is inside."""

    id: str
    """Its label; empty for a load that the sender counts without naming one."""
    kind: Literal["", "tare", "pack", "load"] = ""
    parent: str = ""
    quantity: Decimal | None = None
    serials: tuple[str, ...] = ()


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


# --- goods receipts -----------------------------------------------------------------------------------------


class ReceiptLine(Line, frozen=True):
    """One received part. `quantity` counts everything that came, damaged and rejected included."""

    shipment_id: str = ""
    bill_of_lading: str = ""
    packing_slip: str = ""
    order_number: str = ""
    release: str = ""
    order_line: str = ""
    supplier: str = ""
    quantity_damaged: Decimal = Decimal(0)
    quantity_rejected: Decimal = Decimal(0)
    quantity_expected: Decimal | None = None
    """What the receiver expected; information only, the notice is the authority."""
    handling_unit: str = ""
    parent_handling_unit: str = ""
    condition: str = ""
    """Receiving condition, X12 data element 412 (01 damaged, 02 short and final, 03 over, 07 good, ...)."""
    complete: bool = False
    """No more will come for this notice line."""
    location: str = ""
    stock_status: Literal["", "available", "hold", "damaged"] = ""
    receipt_line: str = ""
    remarks: str = ""


class GoodsReceived(Event, tag="GoodsReceived", frozen=True):
    """What the dock found. `number` is the receiver's goods-receipt id; `occurred_at` when it was received."""

    ship_to: str = ""
    supplier: str = ""
    lines: tuple[ReceiptLine, ...] = ()


class GoodsReceiptReversed(Event, tag="GoodsReceiptReversed", frozen=True):
    """A goods receipt booked by mistake is taken back, wholly or for the named lines."""

    ship_to: str = ""
    reason: str = ""
    receipt_lines: tuple[str, ...] = ()
    """Line identities of the receipt; empty means all of it."""


# --- decisions and time -------------------------------------------------------------------------------------

Resolution = Literal["accept", "short_close", "credit", "return", "rework", "scrap", "recount", "waive"]


class DiscrepancyResolved(Event, tag="DiscrepancyResolved", frozen=True):
    """A person (or a rule) decides a case; what clears the clearing account is posted. `number` is the case id."""

    resolution: Resolution
    quantity: Decimal | None = None
    """In the part's base unit; None means all that is still open."""
    comment: str = ""


class TimePassed(Event, tag="TimePassed", frozen=True):
    """The clock reached `number` (ISO 8601, UTC): waits end and overdue facts become visible."""


# --- master data: each event is a whole row in force from its sequence on ------------------------------------


class PartRevision(Value, frozen=True):
    """An engineering revision and the days on which it is effective; open ended when None."""

    revision: str
    effective_from: date | None = None
    effective_to: date | None = None


class PartDefined(Event, tag="PartDefined", frozen=True):
    """A part: `number` is our part number. `aliases` are `qualifier:value` or `partner/qualifier:value`."""

    base_unit: str
    description: str = ""
    whole_units_only: bool = False
    lot_controlled: bool = False
    serial_controlled: bool = False
    revisions: tuple[PartRevision, ...] = ()
    revision_policy: Literal["accept", "current"] = "accept"
    aliases: tuple[str, ...] = ()
    active: bool = True


class UnitFactorDefined(Event, tag="UnitFactorDefined", frozen=True):
    """One `unit` of the part is numerator/denominator base units, exactly. `number` is `part/unit`."""

    part: str
    unit: str
    numerator: int
    denominator: int = 1


class SiteDefined(Event, tag="SiteDefined", frozen=True):
    """A plant, warehouse or depot. `number` is our site id; `identifiers` are `qualifier:value`."""

    name: str = ""
    time_zone: str = "UTC"
    identifiers: tuple[str, ...] = ()
    receiving_location: str = "DOCK"


class LocationDefined(Event, tag="LocationDefined", frozen=True):
    """A place within a site. `number` is `site/location`."""

    location: str
    location_kind: Literal[
        "dock", "receiving", "storage", "inspection", "mrb", "staging", "line_side", "transit", "external", "virtual"
    ] = "storage"
    parent: str = ""


class SupplierDefined(Event, tag="SupplierDefined", frozen=True):
    """A supplier or other party. `number` is our id for it; `identifiers` are `qualifier:value`."""

    name: str = ""
    time_zone: str = "UTC"
    identifiers: tuple[str, ...] = ()
    roles: tuple[str, ...] = ("supplier",)


class CalendarDefined(Event, tag="CalendarDefined", frozen=True):
    """Working days of a site or supplier. `number` is its name; `weekdays` count Monday as 1."""

    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    holidays: tuple[date, ...] = ()


MASTER_DATA = (PartDefined, UnitFactorDefined, SiteDefined, LocationDefined, SupplierDefined, CalendarDefined)

EVENTS: tuple[type[Event], ...] = (
    OrderPlaced,
    OrderChanged,
    OrderCancelled,
    ShipmentNotified,
    ShipmentReplaced,
    ShipmentCancelled,
    GoodsReceived,
    GoodsReceiptReversed,
    DiscrepancyResolved,
    TimePassed,
    *MASTER_DATA,
)

AnyEvent = (
    OrderPlaced
    | OrderChanged
    | OrderCancelled
    | ShipmentNotified
    | ShipmentReplaced
    | ShipmentCancelled
    | GoodsReceived
    | GoodsReceiptReversed
    | DiscrepancyResolved
    | TimePassed
    | PartDefined
    | UnitFactorDefined
    | SiteDefined
    | LocationDefined
    | SupplierDefined
    | CalendarDefined
)

KINDS: dict[str, type[Event]] = {event.__name__: event for event in EVENTS}


def kind_of(event: Event) -> str:
    """The name under which the event is stored: `ShipmentNotified`."""
    return type(event).__name__


_encoder = msgspec.json.Encoder(decimal_format="string", order="deterministic")
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def write_event(event: Event) -> bytes:
    """Canonical JSON: fields in order of definition's hash-stable form, decimals as strings, defaults left out."""
    return _encoder.encode(event)


def read_event(body: bytes | str) -> AnyEvent:
    """Read stored or received JSON.

    Raises `msgspec.ValidationError` naming the path (`$.lines[3].quantity`); the sender fixes it.
    """
    return _decoder.decode(body)

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

import msgspec

from ledger.events.acknowledgments import AcknowledgedLine, OrderAcknowledged
from ledger.events.answers import (
    ANSWERS,
    AcknowledgmentReported,
    AnsweredFault,
    CustomerReceiptLine,
    CustomerReceiptReported,
    CustomerVariance,
)
from ledger.events.carriage import ShipmentStatusReported, StatusReport
from ledger.events.casework import (
    CASEWORK,
    CaseAssigned,
    CaseDisputed,
    CaseEvidence,
    CaseNoted,
    CaseReopened,
    CaseTaskSet,
    DisputeDecided,
)
from ledger.events.containments import CONTAINMENTS, ContainmentClosed, ContainmentOpened
from ledger.events.counts import (
    COUNTS,
    AdjustmentLine,
    ControlTotals,
    InventoryAdjusted,
    InventorySnapshotReported,
    OpeningBalanceLoaded,
    OpeningLine,
    PlaceLine,
    StockCounted,
)
from ledger.events.cross_references import (
    PART_QUALIFIERS,
    CrossReferenced,
    CrossReferenceDefined,
    cross_reference_number,
)
from ledger.events.decisions import DiscrepancyResolved, Resolution, TimePassed
from ledger.events.envelope import Actor, Event, Line, Price, Source, Value
from ledger.events.exceptions import EXCEPTIONS, ExceptionCleared, ExceptionRaised
from ledger.events.invoices import Charge, InvoiceLine, SupplierInvoiceReceived
from ledger.events.masterdata import (
    MASTER_DATA,
    CalendarDefined,
    LocationDefined,
    PartDefined,
    PartRevision,
    SiteDefined,
    SupplierDefined,
    UnitFactorDefined,
)
from ledger.events.orders import OrderCancelled, OrderChanged, OrderLine, OrderPlaced, Schedule
from ledger.events.ownership import OWNERSHIP, ConsumptionReversed, OwnershipChanged, OwnershipLine
from ledger.events.periods import PERIODS, PeriodClosed, PeriodReopened
from ledger.events.receipts import (
    GoodsReceiptMatched,
    GoodsReceiptReversed,
    GoodsReceived,
    ReceiptLine,
    ReceiptShortConfirmed,
    ShortLine,
)
from ledger.events.replenishment import REPLENISHMENT, ReplenishmentRequested, ReplenishmentWithdrawn
from ledger.events.rulings import (
    RULINGS,
    ChangedPart,
    DeviationApproved,
    EngineeringChangeReleased,
    SubstitutionApproved,
    SubstitutionEnded,
)
from ledger.events.schedules import Authorization, Requirement, ScheduleLine, ScheduleReleased
from ledger.events.scoring import SCORING, DisruptionReported, ScorecardFrozen
from ledger.events.shipments import HandlingUnit, NoticeLine, ShipmentCancelled, ShipmentNotified, ShipmentReplaced
from ledger.events.stock import (
    OF_THE_HOUSE,
    STOCK,
    AllocationMade,
    AllocationReleased,
    CustomerReturnReceived,
    DispositionLine,
    GoodsIdentified,
    GoodsReturned,
    GoodsShipped,
    HoldPlaced,
    HoldReleased,
    IdentityLine,
    InspectionFailed,
    InspectionPassed,
    MaterialConsumed,
    MaterialIssued,
    MaterialReturned,
    PartSubstituted,
    PutAwayCompleted,
    ReturnDisposed,
    ServiceReleased,
    ServiceReserved,
    ShippedLine,
    State,
    StockLine,
    StockObsoleted,
    StockReactivated,
    StockScrapped,
)
from ledger.events.transfers import TRANSFERS, TransferCancelled, TransferReceived, TransferShipped

__all__ = [
    "ABOUT_CASES", "ANSWERS", "CASEWORK", "CONTAINMENTS", "COUNTS", "EVENTS", "EXCEPTIONS", "HANDLING", "KINDS",
    "MASTER_DATA", "OF_THE_HOUSE",
    "OWNERSHIP", "PAPERS", "PART_QUALIFIERS", "PERIODS", "REPLENISHMENT", "RULINGS", "SCORING",
    "STOCK", "TRANSFERS", "AcknowledgedLine", "AcknowledgmentReported", "Actor", "AdjustmentLine", "AllocationMade",
    "AllocationReleased", "AnsweredFault", "AnyEvent", "Authorization", "CalendarDefined", "CaseAssigned",
    "CaseDisputed", "CaseEvidence", "CaseNoted", "CaseReopened", "CaseTaskSet", "ChangedPart", "Charge",
    "ConsumptionReversed", "ContainmentClosed", "ContainmentOpened", "ControlTotals", "CrossReferenceDefined",
    "CrossReferenced", "CustomerReceiptLine", "CustomerReceiptReported", "CustomerReturnReceived",
    "CustomerVariance", "DeviationApproved", "DiscrepancyResolved", "DispositionLine", "DisputeDecided",
    "DisruptionReported", "EngineeringChangeReleased", "Event", "ExceptionCleared", "ExceptionRaised",
    "GoodsIdentified", "GoodsReceiptMatched", "GoodsReceiptReversed", "GoodsReceived", "GoodsReturned",
    "GoodsShipped", "HandlingUnit", "HoldPlaced", "HoldReleased", "IdentityLine", "InspectionFailed",
    "InspectionPassed", "InventoryAdjusted", "InventorySnapshotReported", "InvoiceLine", "Line", "LocationDefined",
    "MaterialConsumed", "MaterialIssued", "MaterialReturned", "NoticeLine", "OpeningBalanceLoaded", "OpeningLine",
    "OrderAcknowledged", "OrderCancelled", "OrderChanged", "OrderLine", "OrderPlaced", "OwnershipChanged",
    "OwnershipLine", "PartDefined", "PartRevision", "PartSubstituted", "PeriodClosed", "PeriodReopened",
    "PlaceLine", "Price", "PutAwayCompleted", "ReceiptLine", "ReceiptShortConfirmed", "ReplenishmentRequested",
    "ReplenishmentWithdrawn", "Requirement", "Resolution", "ReturnDisposed", "Schedule", "ScheduleLine",
    "ScheduleReleased", "ScorecardFrozen", "ServiceReleased", "ServiceReserved", "ShipmentCancelled",
    "ShipmentNotified", "ShipmentReplaced", "ShipmentStatusReported", "ShippedLine", "ShortLine", "SiteDefined",
    "Source", "State", "StatusReport", "StockCounted", "StockLine", "StockObsoleted", "StockReactivated",
    "StockScrapped",
    "SubstitutionApproved", "SubstitutionEnded", "SupplierDefined", "SupplierInvoiceReceived", "TimePassed",
    "TransferCancelled", "TransferReceived", "TransferShipped", "UnitFactorDefined", "Value",
    "cross_reference_number", "kind_of", "read_event", "write_event",
]  # fmt: skip

PAPERS: tuple[type[Event], ...] = (
    OrderAcknowledged,
    ScheduleReleased,
    ShipmentStatusReported,
    SupplierInvoiceReceived,
    *SCORING,
)
"""What moves no goods and changes no document: filed as it was said, and read by its own dates."""

HANDLING: tuple[type[Event], ...] = (*STOCK, *COUNTS, *TRANSFERS, *OWNERSHIP)
"""What was done with goods in the house: decided by `ledger.handling`, whatever the papers say."""

ABOUT_CASES: tuple[type[Event], ...] = (DiscrepancyResolved, *CASEWORK)
"""What is said of a case, by its id: it belongs to the case's site."""

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
    *PAPERS,
    ReceiptShortConfirmed,
    *ANSWERS,
    GoodsReceiptMatched,
    *CASEWORK,
    *EXCEPTIONS,
    *REPLENISHMENT,
    *HANDLING,
    *CONTAINMENTS,
    *PERIODS,
    *MASTER_DATA,
    *RULINGS,
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
    | OrderAcknowledged
    | ScheduleReleased
    | ShipmentStatusReported
    | SupplierInvoiceReceived
    | DisruptionReported
    | ScorecardFrozen
    | ReceiptShortConfirmed
    | AcknowledgmentReported
    | CustomerReceiptReported
    | GoodsReceiptMatched
    | CaseAssigned
    | CaseNoted
    | CaseTaskSet
    | CaseDisputed
    | DisputeDecided
    | CaseReopened
    | ExceptionRaised
    | ExceptionCleared
    | ReplenishmentRequested
    | ReplenishmentWithdrawn
    | PutAwayCompleted
    | GoodsIdentified
    | InspectionPassed
    | InspectionFailed
    | HoldPlaced
    | HoldReleased
    | AllocationMade
    | AllocationReleased
    | ServiceReserved
    | ServiceReleased
    | MaterialIssued
    | MaterialConsumed
    | MaterialReturned
    | GoodsReturned
    | CustomerReturnReceived
    | ReturnDisposed
    | GoodsShipped
    | StockScrapped
    | StockObsoleted
    | StockReactivated
    | StockCounted
    | InventoryAdjusted
    | InventorySnapshotReported
    | TransferShipped
    | TransferReceived
    | TransferCancelled
    | OwnershipChanged
    | ConsumptionReversed
    | ContainmentOpened
    | ContainmentClosed
    | OpeningBalanceLoaded
    | PeriodClosed
    | PeriodReopened
    | PartDefined
    | UnitFactorDefined
    | SiteDefined
    | LocationDefined
    | SupplierDefined
    | CalendarDefined
    | CrossReferenceDefined
    | PartSubstituted
    | DeviationApproved
    | SubstitutionApproved
    | SubstitutionEnded
    | EngineeringChangeReleased
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

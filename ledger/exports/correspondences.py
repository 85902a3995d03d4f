"""The one table of correspondences: what each kind of event is in CloudEvents and in EPCIS 2.0.

Both exports read it and hold no list of kinds of their own; a kind without a row fails a test. Terms are those of
GS1's Core Business Vocabulary 2.0 (business steps, dispositions, types of business transactions, error reasons).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from ledger.events import (
    CASEWORK,
    AcknowledgmentReported,
    AllocationMade,
    AllocationReleased,
    CalendarDefined,
    ConsumptionReversed,
    ContainmentClosed,
    ContainmentOpened,
    CrossReferenceDefined,
    CustomerReceiptReported,
    CustomerReturnReceived,
    DeviationApproved,
    DiscrepancyResolved,
    EngineeringChangeReleased,
    Event,
    ExceptionCleared,
    ExceptionRaised,
    GoodsIdentified,
    GoodsReceiptMatched,
    GoodsReceiptReversed,
    GoodsReceived,
    GoodsReturned,
    GoodsShipped,
    HoldPlaced,
    HoldReleased,
    InspectionFailed,
    InspectionPassed,
    InventoryAdjusted,
    InventorySnapshotReported,
    LocationDefined,
    MaterialConsumed,
    MaterialIssued,
    MaterialReturned,
    OpeningBalanceLoaded,
    OrderAcknowledged,
    OrderCancelled,
    OrderChanged,
    OrderPlaced,
    OwnershipChanged,
    PartDefined,
    PartSubstituted,
    PeriodClosed,
    PeriodReopened,
    PutAwayCompleted,
    ReceiptShortConfirmed,
    ReplenishmentRequested,
    ReplenishmentWithdrawn,
    ReturnDisposed,
    ScheduleReleased,
    ServiceReleased,
    ServiceReserved,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
    ShipmentStatusReported,
    SiteDefined,
    StockCounted,
    StockObsoleted,
    StockReactivated,
    StockScrapped,
    SubstitutionApproved,
    SubstitutionEnded,
    SupplierDefined,
    SupplierInvoiceReceived,
    TimePassed,
    TransferCancelled,
    TransferReceived,
    TransferShipped,
    UnitFactorDefined,
)

Shape = Literal["goods", "advised", "consumed", "withdrawn", "replaced", "reversed"]
"""How the EPCIS events of a kind are made.

goods: one ObjectEvent per place that goods went from and to; advised: one of what was sent, and an AggregationEvent
per handling unit; consumed: an AssociationEvent into a VIN, else a TransformationEvent of the work order;
withdrawn, replaced, reversed: the earlier events again, declared to be in error, and what is right instead.
"""


class Correspondence(NamedTuple):
    """One kind's row. A row without `shape` has no EPCIS event, and `why` says the reason."""

    subject: str
    """What the event is about; before its number it is the CloudEvents subject: `shipments/SHP0009`."""
    shape: Shape | None = None
    step: str = ""
    """CBV business step."""
    disposition: str = ""
    """CBV disposition; "" is that of the state which the goods came to (`DISPOSITIONS`)."""
    action: Literal["OBSERVE", "ADD", "DELETE"] = "OBSERVE"
    transactions: tuple[tuple[str, str], ...] = ()
    """(CBV type of business transaction, field that holds its number): of the event or, after `lines.`, of a line."""
    why: str = ""


DISPOSITIONS: dict[str, str] = {
    "available": "sellable_accessible",
    "allocated": "sellable_not_accessible",
    "in_transit": "in_transit",
    "quality_hold": "unavailable",
    "quarantine": "non_conformant",
    "consigned": "sellable_accessible",
    "line_side": "in_progress",
    "service_reserved": "sellable_not_accessible",
    "obsolete": "non_sellable_other",
    "supplier": "returned",
    "customer": "dispensed",
    "production": "in_progress",
    "scrap": "disposed",
    "adjustment": "unknown",
    "clearing": "mismatch_quantity",
    "rounding": "unknown",
    "transfer": "in_transit",
    "opening": "unknown",
}
"""State, or account outside our walls, to which goods came -> CBV disposition. The state itself goes along too."""

_MASTER_DATA = "describes a thing or a place; nothing happened to goods"
_RULING = "says what may be used; what is used is told by its own events"
_CALL = "goods are wanted; what comes is told by its own events"
_CASEWORK = "work on a case; what moves goods is the decision about it"
_EXCEPTION = "somebody has to look at something; nothing happened to goods"
_PAPER = "a commercial fact; nothing happened to goods"

CORRESPONDENCES: dict[type[Event], Correspondence] = {
    OrderPlaced: Correspondence("orders", why=_PAPER),
    OrderChanged: Correspondence("orders", why=_PAPER),
    OrderCancelled: Correspondence("orders", why=_PAPER),
    ShipmentNotified: Correspondence(
        "shipments", "advised", "shipping", "in_transit",
        transactions=(("desadv", "number"), ("bol", "bill_of_lading"), ("po", "lines.order_number")),
    ),
    ShipmentReplaced: Correspondence(
        "shipments", "replaced", "shipping", "in_transit",
        transactions=(("desadv", "number"), ("bol", "bill_of_lading"), ("po", "lines.order_number")),
    ),
    ShipmentCancelled: Correspondence("shipments", "withdrawn"),
    GoodsReceived: Correspondence(
        "receipts", "goods", "receiving",
        transactions=(("recadv", "number"), ("desadv", "lines.shipment_id"), ("po", "lines.order_number")),
    ),
    GoodsReceiptReversed: Correspondence("receipts", "reversed"),
    GoodsReceiptMatched: Correspondence("receipts", why="which paper announced goods that were seen before"),
    DiscrepancyResolved: Correspondence("cases", "goods", "accepting"),
    **dict.fromkeys(CASEWORK, Correspondence("cases", why=_CASEWORK)),
    TimePassed: Correspondence("clock", "goods", "other"),
    OrderAcknowledged: Correspondence("orders", why=_PAPER),
    ScheduleReleased: Correspondence("schedules", why=_PAPER),
    ShipmentStatusReported: Correspondence(
        "shipments", why="a carrier's word; goods are received by the dock, and seen by whoever scans them"
    ),
    SupplierInvoiceReceived: Correspondence("invoices", why=_PAPER),
    ReceiptShortConfirmed: Correspondence(
        "receipts", "goods", "receiving",
        transactions=(("recadv", "number"), ("desadv", "lines.shipment_id"), ("po", "lines.order_number")),
    ),
    CustomerReceiptReported: Correspondence(
        "shipments", why="a customer's word about goods that have left us; its own dock sees them"
    ),
    AcknowledgmentReported: Correspondence("documents", why="what became of a document of ours; no goods are seen"),
    ExceptionRaised: Correspondence("exceptions", why=_EXCEPTION),
    ExceptionCleared: Correspondence("exceptions", why=_EXCEPTION),
    ReplenishmentRequested: Correspondence("calls", why=_CALL),
    ReplenishmentWithdrawn: Correspondence("calls", why=_CALL),
    PutAwayCompleted: Correspondence("stock", "goods", "storing"),
    InspectionPassed: Correspondence("stock", "goods", "inspecting", transactions=(("testres", "lines.reference"),)),
    InspectionFailed: Correspondence("stock", "goods", "inspecting", transactions=(("testres", "lines.reference"),)),
    GoodsIdentified: Correspondence("stock", "goods", "inspecting"),
    HoldPlaced: Correspondence("stock", "goods", "holding"),
    HoldReleased: Correspondence("stock", "goods", "inspecting"),
    AllocationMade: Correspondence(
        "stock", "goods", "reserving", "sellable_not_accessible", transactions=(("prodorder", "lines.demand"),)
    ),
    AllocationReleased: Correspondence("stock", "goods", "reserving"),
    ServiceReserved: Correspondence("stock", "goods", "reserving"),
    ServiceReleased: Correspondence("stock", "goods", "reserving"),
    MaterialIssued: Correspondence("stock", "goods", "picking", transactions=(("prodorder", "lines.demand"),)),
    MaterialConsumed: Correspondence("stock", "consumed", "assembling", "in_progress"),
    PartSubstituted: Correspondence("stock", "consumed", "replacing", "in_progress"),
    MaterialReturned: Correspondence("stock", "goods", "storing"),
    GoodsReturned: Correspondence(
        "stock", "goods", "shipping", "returned", transactions=(("rma", "lines.reference"),)
    ),
    CustomerReturnReceived: Correspondence(
        "stock", "goods", "receiving", "returned", transactions=(("rma", "lines.reference"),)
    ),
    ReturnDisposed: Correspondence("stock", "goods", "inspecting", transactions=(("rma", "lines.reference"),)),
    GoodsShipped: Correspondence(
        "shipments", "goods", "shipping", "in_transit",
        transactions=(("desadv", "number"), ("bol", "bill_of_lading"), ("po", "lines.demand")),
    ),
    StockScrapped: Correspondence("stock", "goods", "destroying", "destroyed", "DELETE"),
    StockObsoleted: Correspondence("stock", "goods", "holding"),
    StockReactivated: Correspondence("stock", "goods", "inspecting"),
    StockCounted: Correspondence("counts", "goods", "cycle_counting"),
    InventoryAdjusted: Correspondence("counts", "goods", "stock_taking"),
    ContainmentOpened: Correspondence("containments", "goods", "holding"),
    ContainmentClosed: Correspondence("containments", "goods", "inspecting"),
    OpeningBalanceLoaded: Correspondence("openings", "goods", "stock_taking"),
    InventorySnapshotReported: Correspondence(
        "snapshots", why="somebody else's list, compared with ours; what it finds is told by counts and adjustments"
    ),
    OwnershipChanged: Correspondence("stock", "goods", "accepting", transactions=(("inv", "lines.reference"),)),
    ConsumptionReversed: Correspondence("stock", "goods", "disassembling"),
    TransferShipped: Correspondence(
        "transfers", "goods", "shipping", "in_transit", transactions=(("desadv", "number"), ("bol", "bill_of_lading"))
    ),
    TransferReceived: Correspondence(
        "transfers", "goods", "receiving", transactions=(("recadv", "number"), ("desadv", "transfer"))
    ),
    TransferCancelled: Correspondence("transfers", "goods", "void_shipping"),
    PeriodClosed: Correspondence("periods", why=_PAPER),
    PeriodReopened: Correspondence("periods", why=_PAPER),
    DeviationApproved: Correspondence("deviations", why=_RULING),
    SubstitutionApproved: Correspondence("substitutions", why=_RULING),
    SubstitutionEnded: Correspondence("substitutions", why=_RULING),
    EngineeringChangeReleased: Correspondence("engineering-changes", why=_RULING),
    PartDefined: Correspondence("parts", why=_MASTER_DATA),
    UnitFactorDefined: Correspondence("units", why=_MASTER_DATA),
    SiteDefined: Correspondence("sites", why=_MASTER_DATA),
    LocationDefined: Correspondence("locations", why=_MASTER_DATA),
    SupplierDefined: Correspondence("suppliers", why=_MASTER_DATA),
    CalendarDefined: Correspondence("calendars", why=_MASTER_DATA),
    CrossReferenceDefined: Correspondence("cross-references", why=_MASTER_DATA),
}  # fmt: skip

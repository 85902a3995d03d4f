"""Goods in the house: put away, inspected, held, allocated, issued, consumed, returned, scrapped.

Each kind says which way goods go; `ledger.handling.rules` is the table of those ways. A line names as much of where
the goods stand as its sender knows: what is named must fit, what is left empty may be anything.
"""

from __future__ import annotations

from typing import Literal

from ledger.events.envelope import Event, Line

State = Literal[
    "", "available", "allocated", "quality_hold", "quarantine", "consigned", "line_side", "service_reserved",
    "obsolete",
]  # fmt: skip
"""A state in which goods of ours stand; "" where the kind leaves it open."""


class StockLine(Line, frozen=True):
    """Goods of one part at one place. With serials, `quantity` is their number (0 is taken as that)."""

    location: str = ""
    """Where they stand."""
    to_location: str = ""
    """Where they go; "" leaves them where they stand, and issues to the line need it."""
    handling_unit: str = ""
    owner: str = ""
    stock_segment: str = ""
    """Raw, line-side, safety, consigned, service, warranty, reman ...; the goods' segment, not the document's."""
    state: State = ""
    """The state they are in, where the kind allows several; "" takes the first that has enough, as the kind lists
    them."""
    to_state: State = ""
    """The state they come to, where the kind leaves a choice (hold or quarantine)."""
    hold_reason: str = ""
    demand: str = ""
    """What they are for: a demand or work order (allocations), a VIN or work order (consumption)."""
    vin: str = ""
    """The vehicle that they go into or came out of: 17 characters (ISO 3779), checked, beside any `demand`."""
    instead_of: str = ""
    """Our number of the part whose demand they meet (substitution only)."""
    reason: str = ""
    """Reason code: of a scrap, a return, a release without repair."""
    reference: str = ""
    """The paper behind it: defect report, return authorisation, engineering change."""
    remarks: str = ""


class DispositionLine(StockLine, frozen=True, kw_only=True):
    """What is decided about returned goods; `stock_segment` names the segment that they wait in (warranty, reman)."""

    disposition: Literal["restock", "reman", "scrap", "return_to_supplier"]
    to_segment: str = ""
    """Segment that they come to; "" is `service` for restock (out of reman they stay in it) and `reman` for reman."""


class IdentityLine(StockLine, frozen=True):
    """What goods are, that were not told apart: their `serials`, and with `to_lot` their lot."""

    to_lot: str = ""


class ShippedLine(StockLine, frozen=True):
    """Goods that left, and in what."""

    packaging: str = ""
    """Code of the container, pack or pallet, as sent (N9 98, PAL01)."""


class _Stock(Event, frozen=True):
    place: str = ""
    """Our site, as sent (`92:PLT07`) or by its id."""
    lines: tuple[StockLine, ...] = ()


class PutAwayCompleted(_Stock, tag="PutAwayCompleted", frozen=True):
    """Goods went from one location to another; their state stays."""


class InspectionPassed(_Stock, tag="InspectionPassed", frozen=True):
    """Goods on quality hold may be used."""


class InspectionFailed(_Stock, tag="InspectionFailed", frozen=True):
    """Goods on quality hold may not be used: they go to quarantine, with a reason, and open a case (D21)."""

    supplier: str = ""
    """Whose they were, as sent; "" where their owner tells it, or only one supplier ever delivered the part."""
    shipment_id: str = ""
    """The shipment they came with, where that is known: its sender is told with it."""


class HoldPlaced(_Stock, tag="HoldPlaced", frozen=True):
    """Usable goods are held, in quality hold or (`to_state`) quarantine, with a hold reason."""


class HoldReleased(_Stock, tag="HoldReleased", frozen=True):
    """Held goods may be used again; out of quarantine only with a reason, by whoever may decide it."""


class AllocationMade(_Stock, tag="AllocationMade", frozen=True):
    """Goods are set apart for a demand. A reservation is a movement: there is no second number."""


class AllocationReleased(_Stock, tag="AllocationReleased", frozen=True):
    """Goods set apart for a demand are free again."""


class ServiceReserved(_Stock, tag="ServiceReserved", frozen=True):
    """Goods are kept for the service channel."""


class ServiceReleased(_Stock, tag="ServiceReleased", frozen=True):
    """Goods kept for the service channel are free again."""


class MaterialIssued(_Stock, tag="MaterialIssued", frozen=True):
    """Goods went to the line, allocated or not."""


class MaterialConsumed(_Stock, tag="MaterialConsumed", frozen=True):
    """Goods at the line were built in (backflush), a line for each component; `demand` or `vin` says into what.

    `number` is the transaction of whoever tells it (the MES): told again it changes nothing.
    """

    bom_revision: str = ""
    """Revision of the bill of material that was taken off."""


class MaterialReturned(_Stock, tag="MaterialReturned", frozen=True):
    """Goods at the line went back to the stores, usable or (`to_state`) on quality hold."""


class GoodsReturned(_Stock, tag="GoodsReturned", frozen=True):
    """Goods left for the supplier again, with a reason and a return authorisation. The cumulative received from that
    supplier no longer counts them."""

    supplier: str = ""
    """Whose they were, as sent; "" where their owner tells it, or only one supplier ever delivered the part."""


class CustomerReturnReceived(_Stock, tag="CustomerReturnReceived", frozen=True):
    """Goods came back from a customer; they wait on quality hold, in their own segment (warranty, reman).

    `reference` is the return authorisation (RMA), `demand` the VIN out of which they were taken, `reason` the code.
    """


class ReturnDisposed(_Stock, tag="ReturnDisposed", frozen=True):
    """It is decided what becomes of returned goods: restocked, remanufactured, scrapped, or on to their supplier."""

    supplier: str = ""
    """Supplier that they go back to, as sent; only for `return_to_supplier`."""
    lines: tuple[DispositionLine, ...] = ()


class GoodsShipped(_Stock, tag="GoodsShipped", frozen=True):
    """Goods left for a customer or dealer. `number` is the shipment; `demand` of a line is the order that they were
    set apart for. Goods on hold never leave this way."""

    customer: str = ""
    """Who gets them, as sent (`92:D0417`)."""
    ship_to: str = ""
    carrier: str = ""
    """SCAC (W2702, TD503)."""
    bill_of_lading: str = ""
    lines: tuple[ShippedLine, ...] = ()


class StockScrapped(_Stock, tag="StockScrapped", frozen=True):
    """Goods were destroyed, with a reason."""


class StockObsoleted(_Stock, tag="StockObsoleted", frozen=True):
    """Usable goods are of no use any more (engineering change)."""


class PartSubstituted(_Stock, tag="PartSubstituted", frozen=True):
    """Goods were used in place of another part (`instead_of`) under a substitution in force; `reference` may name it.

    With `to_location` they were issued, else built in. What was set apart of the other part for the demand is free.
    """


class StockReactivated(_Stock, tag="StockReactivated", frozen=True):
    """Obsolete goods are of use again, with a reason."""


class GoodsIdentified(_Stock, tag="GoodsIdentified", frozen=True):
    """Somebody read the labels of goods that came without lot or serials; they stay where and as they are."""

    lines: tuple[IdentityLine, ...] = ()


STOCK: tuple[type[_Stock], ...] = (
    GoodsIdentified,
    PutAwayCompleted,
    InspectionPassed,
    InspectionFailed,
    HoldPlaced,
    HoldReleased,
    AllocationMade,
    AllocationReleased,
    ServiceReserved,
    ServiceReleased,
    MaterialIssued,
    MaterialConsumed,
    MaterialReturned,
    GoodsReturned,
    CustomerReturnReceived,
    ReturnDisposed,
    GoodsShipped,
    StockScrapped,
    StockObsoleted,
    StockReactivated,
    PartSubstituted,
)

OF_THE_HOUSE: frozenset[type[_Stock]] = frozenset(STOCK) - {GoodsReturned, InspectionFailed, ReturnDisposed}
"""Kinds that name no supplier, and read goods as they stand and no documents: returns to a supplier are no longer
counted as received, and what failed its inspection is told to whoever delivered it."""

"""What we tell a partner about its documents: 824 and 861 in the ledger's own words.

An application advice answers what is wrong inside a document; a receiving advice answers what the dock found.
Never one for the other. The same structs are read from partners and written to them by the maps.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec


class Advice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="advice"):
    """What every advice carries. `number` is ours and stable: the same finding never gets a second number."""

    number: str
    partner: str = ""
    """Partner id to whom it goes."""
    book: Literal["live", "test"] = "live"
    site: str = ""
    created_at: datetime | None = None
    supplier: str = ""
    """`qualifier:identifier` as the supplier named itself in the document."""
    ship_to: str = ""
    shipment_id: str = ""
    causation: str = ""
    """Event sequence that brought it."""


class AdvisedFault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One TED: the X12 code (data element 647), our class, words for a person, and where it stands."""

    code: str
    text: str
    discrepancy: str = ""
    """Class D01..D42."""
    field: str = ""
    """Canonical field that is wrong (`part_number`, `order_number`); provenance leads from it to the element."""
    line: str = ""
    segment: int = 0
    tag: str = ""
    element: int = 0
    value: str = ""


class AdvisedItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One OTI: the verdict on the whole document or on one of its lines.

    Verdicts are X12 data element 110: TA/TE/TR for the document, IA/IE/IR for a line.
    """

    verdict: Literal["TA", "TE", "TR", "IA", "IE", "IR"]
    line: str = ""
    part_number: str = ""
    order_number: str = ""
    faults: tuple[AdvisedFault, ...] = ()


class ApplicationAdvice(Advice, tag="application", frozen=True):
    """824: what is wrong inside a document. The `original_*` fields say which document that was."""

    original_set: str = "856"
    original_number: str = ""
    original_created_at: datetime | None = None
    original_message: str = ""
    original_document: str = ""
    original_sender: str = ""
    """GS02 and GS03 of the original (OTI04, OTI05); filled by the gateway, which knows the envelope."""
    original_receiver: str = ""
    original_group_control: str = ""
    original_set_control: str = ""
    items: tuple[AdvisedItem, ...] = ()


class Variance(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity in question and its receiving condition (X12 data element 412): RCD06 and RCD08."""

    quantity: Decimal
    unit: str
    condition: str


class ReceivedLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One RCD loop: received, as advised, and what differs."""

    part_number: str
    line: str = ""
    segment: int = 0
    supplier_part_number: str = ""
    part_revision: str = ""
    order_number: str = ""
    order_line: str = ""
    lot: str = ""
    serials: tuple[str, ...] = ()
    handling_unit: str = ""
    """Label of the pallet or box, where the set tells it (N9 or REF LS, MAN)."""
    reference: str = ""
    """What called for the goods: release authorisation number, kanban (REF or N9 KK, RE)."""
    packaging: str = ""
    """Code of the container or pack that they came in (PO404, N9 98)."""
    unit: str = ""
    quantity: Decimal = Decimal(0)
    """Received, damaged included (RCD02; W0701 with what W13 says came as well)."""
    quantity_advised: Decimal | None = None
    cum_received: Decimal | None = None
    variances: tuple[Variance, ...] = ()


class ReceivingAdvice(Advice, tag="receiving", frozen=True):
    """861, and the 944 of a warehouse: what the dock found."""

    receipt_id: str = ""
    packing_slip: str = ""
    bill_of_lading: str = ""
    complete: bool = False
    """Nothing more will come of what it speaks of (W1701 F)."""
    received_at: datetime | None = None
    shipped_at: datetime | None = None
    closed: bool = False
    """It speaks of a notice as a whole, once its last line has closed."""
    lines: tuple[ReceivedLine, ...] = ()


AnyAdvice = ApplicationAdvice | ReceivingAdvice
ADVICES: tuple[type[Advice], ...] = (ApplicationAdvice, ReceivingAdvice)

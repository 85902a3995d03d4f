"""Invoices: what a supplier asks for, to be held against what was ordered and received. They move nothing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from ledger.events.envelope import Event, Line, Price, Value


class InvoiceLine(Line, frozen=True):
    """One invoiced part (IT1). Order and release fall through from the header where the line names none."""

    invoice_line: str = ""
    """IT101."""
    order_number: str = ""
    order_line: str = ""
    release: str = ""
    shipment_id: str = ""
    """The notice that it bills (REF SI, MA, or the packing slip)."""
    receipt_id: str = ""
    """Our goods receipt, where the supplier names it."""
    price: Price | None = None
    amount: Decimal | None = None
    """Extended amount as sent; None leaves it to quantity and price."""


class Charge(Value, frozen=True):
    """An amount that belongs to no part: freight, tax, allowance (SAC, TXI). Allowances are negative."""

    kind: str
    amount: Decimal
    text: str = ""


class SupplierInvoiceReceived(Event, tag="SupplierInvoiceReceived", frozen=True):
    """An invoice or a credit note (810). `number` is BIG02; with other content it is a conflict, never a correction.

    Quantities and amounts of a credit note are positive, and count against what was invoiced.
    """

    supplier: str = ""
    ship_to: str = ""
    """"" takes the site at which the order stands."""
    invoice: Literal["invoice", "credit_note"] = "invoice"
    """BIG07: DI, CR and CN."""
    invoiced_at: datetime | None = None
    """BIG01."""
    order_number: str = ""
    release: str = ""
    currency: str = ""
    refers_to: str = ""
    """The invoice that a credit note speaks of (BIG10)."""
    total: Decimal | None = None
    """TDS01."""
    charges: tuple[Charge, ...] = ()
    line_count: int | None = None
    hash_total: Decimal | None = None
    lines: tuple[InvoiceLine, ...] = ()

"""What every event and every line carries; see the package for the conventions that hold in all of them."""

from __future__ import annotations

from datetime import datetime
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


class Price(Value, frozen=True):
    """What `per` units cost, in the unit of the line it stands in; never converted between currencies."""

    amount: Decimal
    currency: str = ""
    """ISO 4217 (CUR02); "" is the document's, else as agreed."""
    per: Decimal = Decimal(1)
    """100 where the price is per hundred, 1000 per thousand."""
    basis: str = ""
    """Basis of unit price as sent (PO105, IT105): PE, HP, TP, ..."""


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
            "actor", "policy", "digest", "created_at", "schema", "retracted",
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
    """Counts our own re-readings of one document (replay), never the partner's changes. A revision takes the place of
    what the same document said before."""
    retracted: bool = False
    """This revision takes the event back: read again, its document says nothing of the kind."""
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

"""Terms of one agreement: waits, titles, duplicates of judgement that differ from partner to partner."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from ledger.outcomes import Grade
from ledger.policy.tolerance import Tolerance

Required = Literal[
    "bill_of_lading", "packing_slip", "carrier", "mode", "trailer", "pro_number", "gross_weight", "dock", "reference",
    "country_of_origin", "premium_authorization",
]  # fmt: skip
"""What a notice may be asked to say."""
TitlePasses = Literal["shipment", "receipt", "consumption"]


class CumulativeTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """That cumulatives are kept, and how: what the supplier says it shipped in all (SN104) is compared with ours.

    How much of a difference passes is the tolerance of class D11, found by the cascade like every other.
    """

    start: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """From when on both sides count, by the time of shipping; a plain date is midnight at the partner's. Another
    start begins anew. None counts from the first notice that is recorded under the agreement."""
    counts: Literal["received", "advised"] = "received"
    """What our side counts: what we received, is in transit or in question in an open case; or all that was advised,
    whatever the dock found."""
    wait_minutes: int = 15
    """How long a cumulative that is ahead of what we know waits for a notice that it may have overtaken."""
    opening: dict[str, Decimal] = {}
    """What both sides agreed for the start, per part (our number) and in its base unit; 0 where nothing is said."""


class RequirementTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """That notices and goods receipts are held to what is required of the supplier: when, and how much by then.

    How many days off may pass is the tolerance of D13 and D26; they are days on which the plant works.
    """

    checks: tuple[Literal["ship_window", "receipt_window", "quantity", "authorized"], ...] = (
        "ship_window", "receipt_window", "quantity", "authorized",
    )  # fmt: skip
    """What is looked at: the days of shipping (D13) and of receiving (D26), how much is advised by its day (D09), and
    that no more is than was authorised in all (D10)."""
    due: Literal["delivery", "shipment"] = "delivery"
    """What the dates of orders are, and of schedules that do not say it (BFR04)."""
    transit_days: int = 0
    """Working days between shipping and delivery."""
    calendar: str = ""
    """Name of the calendar of working days; "" takes that of the site, and without any every day is one."""


class Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What was agreed with one partner; each field's default is what holds where nothing was agreed."""

    asn_due_minutes: int = 30
    """A notice is late when we receive it more than this after it says that the goods left (D12)."""
    order_grace_minutes: int = 15
    """How long a notice or a change waits for an order that we do not know, before it is refused (D02)."""
    arrival_wait_minutes: int = 0
    """How long goods without a notice wait for it before D14 opens."""
    close_days: float = 5
    """Days after its first goods receipt on which a notice line closes, short or not."""
    split_hours: float = 24
    """Hours after the first goods receipt of a shipment on which a line that came in part is asked about (D27)."""
    match_confidence: int = 30
    """Least confidence, of 100, at which goods are booked against a notice by themselves. Below it a person says
    which notice they belong to: 100 a handling unit, 95 the shipment, 90 the packing slip, 80 the bill of lading or
    the carrier's number, 70 the order, 60 what called for the goods, 30 the part alone."""
    overdue_hours: int = 24
    """Hours after the expected arrival on which an unreceived notice is signalled as overdue."""
    receipt_grace_hours: float = 24
    """Hours after the moment by which an order line is promised, else due, on which it is signalled as late; a plain
    date is its first moment."""
    title_passes: TitlePasses = "receipt"
    """When the goods become ours: sets the owner of what is in transit, and `consumption` makes it consigned."""
    promise_consigned: bool = False
    """Whether goods of this supplier that stand with us on consignment count as available to promise."""
    blanket_order_types: tuple[str, ...] = ("BK", "BE", "KB")
    """Order types (BEG02) that are price and authority, not quantity."""
    round_units: bool = False
    """Whether an inexact unit conversion is rounded, its residue posted to the rounding account."""
    schedules: Literal["supply", "demand"] = "supply"
    """Whose requirements the schedules speak of that come from this partner: ours on a supplier, or a customer's on
    us. Direction belongs to the agreement, never to the kind of document."""
    evaluated_receipt: bool = False
    """Whether payment follows the goods receipts (evaluated receipt settlement): invoices are then only recorded,
    and neither their quantities (D31) nor their absence of a receipt (D32) is found."""
    requirements: RequirementTerms | None = None
    """That dates and quantities required are looked at (D09, D10, D13, D26); None looks at none."""
    notice_requires: tuple[Required, ...] = ()
    """What every notice says beyond what it cannot do without: missing papers and weights, and the authorization of
    premium freight where goods go by it, are D33, a dock or reference D36, a country of origin D37."""
    unique_labels: bool = False
    """That a label or serial stands on one notice only: one that stands on two is D23 of the notice shipped later."""
    invoice_wait_days: float = 3
    """How many days an invoice waits for its goods and its order before D31 or D32 is found."""
    cumulative: CumulativeTerms | None = None
    """The cumulative agreement (D11); None keeps none, and SN104 is then only recorded."""
    reasons: dict[str, dict[str, str]] = {}
    """Event kind -> the partner's own reason codes, beside those of the house, and what they mean."""
    transit_days: int | None = None
    """Days that goods of this supplier are under way, for scorecards; None takes those of the score rules."""
    lead_time_days: int | None = None
    """Days agreed from an order to its receipt, for scorecards."""
    acknowledges_orders: bool = False
    """Whether each order is to be acknowledged (855): the scorecard then counts those that were not, in time."""
    acknowledges_documents: bool = False
    """Whether each document that we send is to be acknowledged (997, 999): the books are then told of every one, and
    the scorecard counts those that were not, in time."""
    answers_discrepancies: bool = False
    """Whether each discrepancy that the supplier is told of is to be answered: disputed, noted on, advised on (824),
    or put right by what it sends. The scorecard then counts those that were not, in time."""
    acknowledge_hours: float | None = None
    """Working hours within which an order is acknowledged; None takes those of the score rules."""
    document_hours: float | None = None
    """Hours within which a document is acknowledged; None takes those of the score rules."""
    answer_hours: float | None = None
    """Working hours within which a discrepancy has its first answer; None takes those of the score rules."""
    tolerances: dict[str, Tolerance] = {}
    """Per class (`D16`, or "" for every class): the supplier's place in the cascade, spoken from the agreement."""
    grades: dict[str, Grade] = {}
    """Per class: another grade than the class's own (fatal, line, warning)."""


DEFAULT_TERMS = Terms()

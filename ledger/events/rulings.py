"""Rulings of engineering and quality: deviations, substitutions, engineering changes; in force from their sequence.

Like master data each is a whole row: the same number again with other content takes its place. What they allow is
counted where it is used; a ruling moves nothing itself.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from ledger.events.envelope import Event, Value

ApproverRole = Literal["engineer", "quality_manager"]
"""Who may rule; a person needs the role, and a model never may."""


class DeviationApproved(Event, tag="DeviationApproved", frozen=True):
    """A revision that is not the right one may come in or be used after all. `number` is the deviation's.

    It counts for goods receipts, issues and consumption each by itself, since the same pieces go through all three.
    """

    part: str
    """Our part number."""
    part_revision: str
    """The revision that is allowed; "" allows goods whose revision nobody told."""
    approver_role: ApproverRole
    quantity: Decimal | None = None
    """At most so many, in the part's base unit; None sets no limit."""
    valid_from: date | None = None
    valid_to: date | None = None
    demand: str = ""
    """Only for this work order, demand or VIN; "" for any."""
    sites: tuple[str, ...] = ()
    """Only at these sites; () at all of ours."""
    reason: str = ""


class SubstitutionApproved(Event, tag="SubstitutionApproved", frozen=True):
    """Another part may be used in place of `part`, one base unit for one. `number` is the approval's."""

    part: str
    """Our number of the part that is replaced."""
    substitute: str
    """Our number of the part that is used."""
    approver_role: ApproverRole
    substitute_revision: str = ""
    """Only this revision of the substitute; "" whichever is right."""
    quantity: Decimal | None = None
    """At most so many, in the substitute's base unit; None sets no limit."""
    valid_from: date | None = None
    valid_to: date | None = None
    demand: str = ""
    """Only for this work order, demand or VIN; "" for any."""
    sites: tuple[str, ...] = ()
    customer: str = ""
    """Whose product it goes into; then `customer_consent` is needed."""
    customer_consent: str = ""
    """The customer's own reference of its consent."""
    reason: str = ""


class SubstitutionEnded(Event, tag="SubstitutionEnded", frozen=True):
    """The substitution of that `number` is not allowed any more; the same paper sent again does not bring it back."""

    reason: str = ""


class ChangedPart(Value, frozen=True):
    """One part under an engineering change, and from where on; of several bounds all must be reached."""

    part: str
    """Our part number."""
    old_revisions: tuple[str, ...]
    new_revision: str
    effective_from: date | None = None
    serial_from: str = ""
    """As `PartRevision.serial_from`."""
    cum_from: Decimal | None = None
    """How many units are used before it, at the one site that the change names."""
    use_up: Decimal = Decimal(0)
    """How many of the old revisions may still be used once it is effective, at each site, in the base unit."""
    disposition: Literal["obsolete", "scrap", "return", "rework"] = "obsolete"
    """What is meant for the rest; it goes to obsolete first, whatever comes of it then."""


class EngineeringChangeReleased(Event, tag="EngineeringChangeReleased", frozen=True):
    """Parts change their revision. `number` is the change's. What is left of the old ones becomes a case (D45)."""

    parts: tuple[ChangedPart, ...]
    sites: tuple[str, ...] = ()
    """Only at these sites; () at all of ours."""
    reason: str = ""


RULINGS: tuple[type[Event], ...] = (
    DeviationApproved,
    SubstitutionApproved,
    SubstitutionEnded,
    EngineeringChangeReleased,
)

"""Master data: each event is a whole row, in force from its sequence on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from ledger.events.cross_references import CrossReferenceDefined
from ledger.events.envelope import Event, Value


class PartRevision(Value, frozen=True):
    """An engineering revision and where it is effective; every bound is inclusive, and open where it is left out.

    Of several kinds of bounds all must hold. What a document does not tell (no serial, no cumulative) is not held
    against it.
    """

    revision: str
    effective_from: date | None = None
    effective_to: date | None = None
    serial_from: str = ""
    serial_to: str = ""
    """Serials of the pieces, with the same letters in front (`SN00500`); for goods without serials the last eight
    characters of the VIN that they go into (`TA000500`)."""
    cum_from: Decimal | None = None
    """How many base units of the part went before it at the site: received on the way in, used on the way out."""
    cum_to: Decimal | None = None
    """With how many units in all it ends."""


class PartDefined(Event, tag="PartDefined", frozen=True):
    """A part: `number` is our part number. `aliases` are `qualifier:value` or `partner/qualifier:value`."""

    base_unit: str
    description: str = ""
    whole_units_only: bool = False
    lot_controlled: bool = False
    serial_controlled: bool = False
    revisions: tuple[PartRevision, ...] = ()
    revision_policy: Literal["accept", "current", "required"] = "accept"
    """`accept`: whatever comes; `current`: what is named must be effective, and what is not named is taken for the
    one that is; `required`: it must be named as well."""
    aliases: tuple[str, ...] = ()
    active: bool = True
    weight: Decimal | None = None
    """Kilograms of one base unit, without packing; None when not known."""
    origins: tuple[str, ...] = ()
    """Countries that it may come from, as ISO 3166-1 names them with two letters; () is any."""


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


MASTER_DATA = (
    PartDefined,
    UnitFactorDefined,
    SiteDefined,
    LocationDefined,
    SupplierDefined,
    CalendarDefined,
    CrossReferenceDefined,
)

"""Master data: each event is a whole row, in force from its sequence on."""

from __future__ import annotations

from datetime import date
from typing import Literal

from ledger.events.envelope import Event, Value


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

"""The snapshot of master data: looked up by what partners send, changed only by making the next snapshot.

Pure: it reads no database. The book builds one from the rows in force and replaces it when master data events
are recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import msgspec

from ledger.events import (
    CalendarDefined,
    CrossReferenceDefined,
    DeviationApproved,
    EngineeringChangeReleased,
    Event,
    LocationDefined,
    PartDefined,
    PartRevision,
    SiteDefined,
    SubstitutionApproved,
    SubstitutionEnded,
    SupplierDefined,
    UnitFactorDefined,
    kind_of,
)
from ledger.masterdata.cross_references import CrossReferences
from ledger.masterdata.units import ONE, Factor


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part in force. `id` is our part number; `seq` the sequence of the event that defined it."""

    id: str
    base_unit: str
    description: str = ""
    whole_units_only: bool = False
    lot_controlled: bool = False
    serial_controlled: bool = False
    revisions: tuple[PartRevision, ...] = ()
    revision_policy: str = "accept"
    aliases: tuple[str, ...] = ()
    active: bool = True
    weight: Decimal | None = None
    origins: tuple[str, ...] = ()


class Site(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str = ""
    time_zone: str = "UTC"
    identifiers: tuple[str, ...] = ()
    receiving_location: str = "DOCK"


class Location(msgspec.Struct, frozen=True, kw_only=True):
    site: str
    location: str
    kind: str = "storage"
    parent: str = ""


class Supplier(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str = ""
    time_zone: str = "UTC"
    identifiers: tuple[str, ...] = ()
    roles: tuple[str, ...] = ("supplier",)


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    weekdays: tuple[int, ...]
    holidays: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class MasterData:
    """Everything in force. The lookups answer None for what is unknown; they never guess."""

    parts: Mapping[str, Part] = field(default_factory=dict)
    part_ids: Mapping[str, str] = field(default_factory=dict)
    """Alias as declared (`VP:77` or `acme/VP:77`) -> part id."""
    factors: Mapping[tuple[str, str], Factor] = field(default_factory=dict)
    """(part, unit) -> factor."""
    sites: Mapping[str, Site] = field(default_factory=dict)
    site_ids: Mapping[str, str] = field(default_factory=dict)
    """`qualifier:value` -> site id."""
    locations: Mapping[tuple[str, str], Location] = field(default_factory=dict)
    suppliers: Mapping[str, Supplier] = field(default_factory=dict)
    supplier_ids: Mapping[str, str] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    cross_references: CrossReferences = field(default_factory=CrossReferences)
    """What identifiers mean in the documents of one sender or of all, by day; `AsSent` reads them."""
    ruled: Mapping[tuple[str, str], Event] = field(default_factory=dict)
    """(kind, number) -> deviation, substitution or engineering change in force."""
    rulings: Mapping[str, tuple[Event, ...]] = field(default_factory=dict)
    """Part -> the rulings about it, in order of recording."""

    def part_id(self, number: str, supplier_number: str = "", partner: str = "") -> str | None:
        """The part meant by the buyer's number, else by the supplier's own number for it.

        An alias bound to the partner wins over a general one; numbers are compared as sent, leading zeros kept.
        """
        if number in self.parts:
            return number
        known = self.part_ids
        if not known:
            return None
        for qualifier, value in (("BP", number), ("VP", supplier_number)):
            if value:
                found = known.get(f"{partner}/{qualifier}:{value}") or known.get(f"{qualifier}:{value}")
                if found is not None:
                    return found
        return None

    def site_id(self, party: str) -> str | None:
        """The site named by `qualifier:value`; a buyer's own code (qualifier 92, or none) may be the site's id."""
        found = self.site_ids.get(party)
        if found is None:
            found = _own_code(party)
            if found not in self.sites:
                return None
        return found

    def supplier_id(self, party: str) -> str | None:
        """The supplier named by `qualifier:value`, by the same rule as a site."""
        found = self.supplier_ids.get(party)
        if found is None:
            found = _own_code(party)
            if found not in self.suppliers:
                return None
        return found

    def factor(self, part: str, unit: str) -> Factor | None:
        """How many base units one `unit` of the part is; no unit means the base unit."""
        if not unit or unit == self.parts[part].base_unit:
            return ONE
        return self.factors.get((part, unit))

    def changed_by(self, events: Iterable[Event]) -> MasterData:
        """The next snapshot; each event is a whole row and takes the place of the row before."""
        return _Draft(self).apply(events)


def _own_code(party: str) -> str:
    qualifier, colon, value = party.partition(":")
    return value if colon and qualifier in ("", "92") else party


class _Draft:
    """Mutable copies, made once for a whole run of events."""

    def __init__(self, before: MasterData) -> None:
        self.before = before
        self.parts, self.part_ids = dict(before.parts), dict(before.part_ids)
        self.factors, self.locations = dict(before.factors), dict(before.locations)
        self.sites, self.site_ids = dict(before.sites), dict(before.site_ids)
        self.suppliers, self.supplier_ids = dict(before.suppliers), dict(before.supplier_ids)
        self.calendars = dict(before.calendars)
        self.ruled, self.rulings = dict(before.ruled), dict(before.rulings)
        self.referring: list[CrossReferenceDefined] = []

    def apply(self, events: Iterable[Event]) -> MasterData:
        for event in events:
            self._apply_one(event)
        return replace(
            self.before, parts=self.parts, part_ids=self.part_ids, factors=self.factors, sites=self.sites,
            site_ids=self.site_ids, locations=self.locations, suppliers=self.suppliers,
            supplier_ids=self.supplier_ids, calendars=self.calendars, ruled=self.ruled, rulings=self.rulings,
            cross_references=self.before.cross_references.with_entries(self.referring)
            if self.referring else self.before.cross_references,
        )  # fmt: skip

    def _apply_one(self, event: Event) -> None:
        match event:
            case PartDefined():
                self._define_part(event)
            case UnitFactorDefined():
                self.factors[event.part, event.unit] = Factor(event.numerator, event.denominator)
            case SiteDefined():
                previous = self.sites.get(event.number)
                _rename(self.site_ids, event.number, previous.identifiers if previous else (), event.identifiers)
                self.sites[event.number] = Site(
                    id=event.number, name=event.name, time_zone=event.time_zone, identifiers=event.identifiers,
                    receiving_location=event.receiving_location,
                )  # fmt: skip
            case LocationDefined():
                site = event.site or event.number.partition("/")[0]
                self.locations[site, event.location] = Location(
                    site=site, location=event.location, kind=event.location_kind, parent=event.parent
                )
            case SupplierDefined():
                known = self.suppliers.get(event.number)
                _rename(self.supplier_ids, event.number, known.identifiers if known else (), event.identifiers)
                self.suppliers[event.number] = Supplier(
                    id=event.number, name=event.name, time_zone=event.time_zone, identifiers=event.identifiers,
                    roles=event.roles,
                )  # fmt: skip
            case CalendarDefined():
                self.calendars[event.number] = Calendar(
                    id=event.number, weekdays=event.weekdays, holidays=event.holidays
                )
            case CrossReferenceDefined():
                self.referring.append(event)
            case SubstitutionEnded():
                self._rule((SubstitutionApproved.__name__, event.number), None)
            case DeviationApproved() | SubstitutionApproved() | EngineeringChangeReleased():
                self._rule((kind_of(event), event.number), event)
            case _:
                raise AssertionError(f"not a master data event: {event!r}")

    def _rule(self, key: tuple[str, str], ruling: Event | None) -> None:
        """Take back what was ruled under the key, and put the ruling in its place."""
        previous = self.ruled.pop(key, None)
        if previous is not None:
            for part in _parts_of(previous):
                self.rulings[part] = tuple(one for one in self.rulings[part] if one is not previous)
        if ruling is not None:
            self.ruled[key] = ruling
            for part in _parts_of(ruling):
                self.rulings[part] = (*self.rulings.get(part, ()), ruling)

    def _define_part(self, event: PartDefined) -> None:
        previous = self.parts.get(event.number)
        _rename(self.part_ids, event.number, previous.aliases if previous else (), event.aliases)
        self.parts[event.number] = Part(
            id=event.number, base_unit=event.base_unit, description=event.description,
            whole_units_only=event.whole_units_only, lot_controlled=event.lot_controlled,
            serial_controlled=event.serial_controlled, revisions=event.revisions,
            revision_policy=event.revision_policy, aliases=event.aliases, active=event.active,
            weight=event.weight, origins=event.origins,
        )  # fmt: skip


def _parts_of(ruling: Event) -> list[str]:
    if isinstance(ruling, EngineeringChangeReleased):
        return list(dict.fromkeys(changed.part for changed in ruling.parts))
    return [ruling.part] if isinstance(ruling, DeviationApproved | SubstitutionApproved) else []


def _rename(index: dict[str, str], id: str, old: tuple[str, ...], new: tuple[str, ...]) -> None:
    for identifier in old:
        if index.get(identifier) == id:
            del index[identifier]
    for identifier in new:
        index[identifier] = id

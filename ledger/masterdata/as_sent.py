"""Identifiers as one event sends them, in our terms: by whose document it is, and by its day. Pure.

For every kind of identifier the same order holds: what was agreed with the sender, then what is ours by that name,
then what holds in everybody's documents. What none of them knows is None, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, date, datetime

from ledger.events import Event
from ledger.masterdata.snapshot import MasterData
from ledger.masterdata.units import Factor


class AsSent:
    """Master data as one event meets it. `now` is its day where it does not tell one itself.

    Before there is an event, `AsSent.on` does: by whose document it is and by its day.
    """

    __slots__ = ("_day", "_event", "_now", "is_plain", "masterdata", "sender")

    @classmethod
    def on(cls, masterdata: MasterData, sender: str, day: date) -> AsSent:
        """As a document of that sender and day meets it."""
        now = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return cls(masterdata, Event(number="", partner=sender, occurred_at=now), now)

    def __init__(self, masterdata: MasterData, event: Event, now: datetime) -> None:
        self.masterdata, self.sender = masterdata, event.partner
        self.is_plain = not masterdata.cross_references.by_number
        """There are no cross-references: lines are many, and this is asked for each."""
        self._event, self._now = event, now
        self._day: date | None = None

    @property
    def day(self) -> date:
        """The day that the document speaks of, as its sender writes it; else the day of its recording."""
        if self._day is None:
            event = self._event
            on = getattr(event, "shipped_at", None) or event.occurred_at or event.recorded_at or self._now
            self._day = on.date()
        return self._day

    def part_id(self, number: str, supplier_number: str = "") -> str | None:
        """Our part number for the buyer's, else for the supplier's own."""
        known = self.masterdata
        if self.is_plain:
            return known.part_id(number, supplier_number, self.sender)
        found = self._part(number, supplier_number, self.sender) if self.sender else None
        found = found or known.part_id(number, supplier_number, self.sender)
        return found or self._part(number, supplier_number, "")

    def _part(self, number: str, supplier_number: str, sender: str) -> str | None:
        for qualifier, value in (("BP", number), ("VP", supplier_number)):
            found = self._meant("part", f"{qualifier}:{value}", sender, self.masterdata.parts) if value else None
            if found is not None:
                return found
        return None

    def site_id(self, said: str) -> str | None:
        """Our site for `qualifier:value`."""
        known = self.masterdata
        if self.is_plain:
            return known.site_id(said)
        return self._agreed_site(said) or known.site_id(said) or self._meant("site", said, "", known.sites)

    def place_id(self, said: str) -> str | None:
        """Our site where our own ids are written too, which nothing but an agreement with the sender may mean
        otherwise."""
        known = self.masterdata
        if said in known.sites:
            return self._agreed_site(said) or said
        return self.site_id(said)

    def _agreed_site(self, said: str) -> str | None:
        known = self.masterdata
        if self.is_plain or not self.sender:
            return None
        return self._meant("site", said, self.sender, known.sites)

    def supplier_id(self, said: str) -> str | None:
        """Our id of a supplier or other party for `qualifier:value`, or for a partner's id."""
        known = self.masterdata
        if self.is_plain:
            return known.supplier_id(said)
        found = self._meant("party", said, self.sender, known.suppliers) if self.sender else None
        return found or known.supplier_id(said) or self._meant("party", said, "", known.suppliers)

    def factor(self, part: str, unit: str) -> Factor | None:
        """How many base units of our part one `unit` is, as this sender counts; no unit means the base unit."""
        known = self.masterdata
        if self.is_plain or not unit:
            return known.factor(part, unit)
        found = self._unit(part, unit, self.sender) if self.sender else None
        return found or known.factor(part, unit) or self._unit(part, unit, "")

    def _unit(self, part: str, unit: str, sender: str) -> Factor | None:
        entry = self.masterdata.cross_references.find("unit", unit, sender, self.day, part)
        factor = self.masterdata.factor(part, entry.means) if entry is not None else None
        if entry is None or factor is None:
            return None
        return Factor(factor.numerator * entry.numerator, factor.denominator * entry.denominator)

    def location(self, site: str, said: str) -> str:
        """Our name of a place within our site; as it was sent where nothing else is known."""
        known = self.masterdata
        if self.is_plain or not said:
            return said
        entry = known.cross_references.find("location", said, self.sender, self.day, site) if self.sender else None
        if entry is None and (site, said) not in known.locations:
            entry = known.cross_references.find("location", said, "", self.day, site)
        return said if entry is None else entry.means

    def _meant(self, of: str, said: str, sender: str, known: Container[str]) -> str | None:
        """What an entry leads to, where that is known."""
        entry = self.masterdata.cross_references.find(of, said, sender, self.day)
        return entry.means if entry is not None and entry.means in known else None

"""What identifiers mean between us and each partner, as maps ask for it (`xref:`), from the master data in force.

An answer is in our words only where the ledger would understand it as the same thing: what could be taken for
something else goes on as it was sent, which the ledger understands as well. Answers are remembered as long as the
master data does not change.
"""

from __future__ import annotations

from datetime import date

import msgspec

from gateway.mapping import Meant
from ledger.masterdata import AsSent, CrossReference, CrossReferences, Location, MasterData, Part, names_told
from ledger.masterdata.as_told import OWN
from ledger.masterdata.snapshot import Site, Supplier
from ledger.masterdata.units import Factor

REMEMBERED_MAX = 200_000
"""Answers kept for one snapshot of master data; then they are forgotten and asked anew."""


class Names(msgspec.Struct, frozen=True, array_like=True):
    """All of master data that names something, as it is sent to a reading child."""

    parts: dict[str, Part]
    part_ids: dict[str, str]
    factors: tuple[tuple[str, str, int, int], ...]
    sites: dict[str, Site]
    site_ids: dict[str, str]
    locations: tuple[Location, ...]
    suppliers: dict[str, Supplier]
    supplier_ids: dict[str, str]
    entries: tuple[CrossReference, ...]

    @classmethod
    def of(cls, known: MasterData) -> Names:
        return cls(
            dict(known.parts),
            dict(known.part_ids),
            tuple((*key, *factor) for key, factor in known.factors.items()),
            dict(known.sites),
            dict(known.site_ids),
            tuple(known.locations.values()),
            dict(known.suppliers),
            dict(known.supplier_ids),
            tuple(known.cross_references.by_number.values()),
        )

    def masterdata(self) -> MasterData:
        """Master data of which only the names are known."""
        return MasterData(
            parts=self.parts,
            part_ids=self.part_ids,
            factors={(part, unit): Factor(n, d) for part, unit, n, d in self.factors},
            sites=self.sites,
            site_ids=self.site_ids,
            locations={(one.site, one.location): one for one in self.locations},
            suppliers=self.suppliers,
            supplier_ids=self.supplier_ids,
            cross_references=CrossReferences().with_entries(self.entries),
        )


class Referring:
    """The references of every partner, over one snapshot of master data."""

    def __init__(self, masterdata: MasterData | None = None) -> None:
        self.masterdata = masterdata if masterdata is not None else MasterData()
        self._of: dict[tuple[str, date], PartnerReferences] = {}

    def of(self, partner: str, today: date) -> PartnerReferences:
        found = self._of.get((partner, today))
        if found is None:
            if len(self._of) > 1000:
                self._of.clear()
            found = self._of[partner, today] = PartnerReferences(self.masterdata, partner, today)
        return found


class PartnerReferences:
    """`gateway.mapping.References` of one partner."""

    def __init__(self, masterdata: MasterData, partner: str, today: date) -> None:
        self._known, self._partner, self._today = masterdata, partner, today
        self._days: dict[date, AsSent] = {}
        self._ours: dict[tuple[str, tuple[str, ...], str, date | None], Meant | None] = {}
        self._theirs: dict[tuple[str, str, tuple[str, ...], str, date | None], Meant | None] = {}

    def ours(self, of: str, said: tuple[str, ...], within: str, day: date | None) -> Meant | None:
        key = (of, said, within, day)
        try:
            return self._ours[key]
        except KeyError:
            if len(self._ours) >= REMEMBERED_MAX:
                self._ours.clear()
            found = self._ours[key] = self._find_ours(of, said, within, self._sent(day))
            return found

    def theirs(self, of: str, ours: str, qualifiers: tuple[str, ...], within: str, day: date | None) -> Meant | None:
        key = (of, ours, qualifiers, within, day)
        try:
            return self._theirs[key]
        except KeyError:
            if len(self._theirs) >= REMEMBERED_MAX:
                self._theirs.clear()
            found = self._theirs[key] = self._find_theirs(of, ours, qualifiers, within, self._sent(day))
            return found

    def _sent(self, day: date | None) -> AsSent:
        on = day or self._today
        if on not in self._days:
            if len(self._days) > 1000:
                self._days.clear()
            self._days[on] = AsSent.on(self._known, self._partner, on)
        return self._days[on]

    # --- reading ---

    def _find_ours(self, of: str, said: tuple[str, ...], within: str, sent: AsSent) -> Meant | None:
        if of == "part":
            return self._part(said, sent)
        if of == "unit":
            return self._unit(said[0], within, sent)
        if of == "location":
            site = sent.place_id(within) if within else None
            if site is None:
                return Meant(said[0], "")  # of an unknown place nobody knows the locations: the place is what waits
            ours = sent.location(site, said[0])
            known = (site, ours) in self._known.locations
            stable = sent.location(site, ours) == ours
            return self._meant(of, said[0], ours if stable else said[0], sent, site) if known else None
        id = sent.place_id(said[0]) if of == "site" else sent.supplier_id(said[0])
        if id is None:
            return None
        name = f"92:{id}"
        read_back = {sent.place_id(name), sent.site_id(name)} if of == "site" else {sent.supplier_id(name)}
        same = read_back == {id}
        return self._meant(of, said[0], name if same else said[0], sent)

    def _part(self, said: tuple[str, ...], sent: AsSent) -> Meant | None:
        for identifier in said:
            qualifier, _, number = identifier.partition(":")
            part = sent.part_id(number) if qualifier == "BP" else sent.part_id("", number)
            if part is not None:
                stable = sent.part_id(part) == part
                return self._meant("part", identifier, part if stable else number, sent)
        return None

    def _unit(self, said: str, within: str, sent: AsSent) -> Meant | None:
        part = sent.part_id(within) if within else None
        entry = self._entry("unit", said, sent, part or "")
        own = part is not None and self._known.factor(part, said) is not None
        if entry is not None and not (own and entry.sender == "") and entry.numerator == entry.denominator:
            # A pack is converted by the ledger: only another word for the same becomes ours here.
            return Meant(entry.means, entry.number)
        if entry is not None or own:
            return Meant(said, entry.number if entry is not None else OWN)
        return Meant(said, "") if part is None else None  # of an unknown part, the part is what waits

    def _meant(self, of: str, said: str, ours: str, sent: AsSent, within: str = "") -> Meant:
        entry = self._entry(of, said, sent, within)
        return Meant(ours, entry.number if entry is not None else OWN)

    def _entry(self, of: str, said: str, sent: AsSent, within: str = "") -> CrossReference | None:
        known = self._known.cross_references
        return (known.find(of, said, self._partner, sent.day, within) if self._partner else None) or known.find(
            of, said, "", sent.day, within
        )

    # --- writing ---

    def _find_theirs(
        self, of: str, ours: str, qualifiers: tuple[str, ...], within: str, sent: AsSent
    ) -> Meant | None:
        id = self._id(of, ours, sent)
        place = self._id("part" if of == "unit" else "site", within, sent) if within else ""
        for name in names_told(self._known, of, id, self._partner, sent.day, place):
            if not qualifiers:
                return Meant(*name)
            qualifier, _, number = name.identifier.partition(":")
            if qualifier in qualifiers[:1] and number:
                return Meant(number, name.via)
        return None

    def _id(self, of: str, named: str, sent: AsSent) -> str:
        """Our id of what an event names, which may be in anybody's words."""
        if of == "part":
            return sent.part_id(named) or named
        if of == "site":
            return sent.place_id(named) or named
        return (sent.supplier_id(named) or named) if of == "party" else named

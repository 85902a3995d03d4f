"""Our identifiers as one partner knows them: for documents that we send. Pure.

What was agreed with the partner comes first, then what the row itself is called by, then what holds for everybody.
None where nothing is known: then our own word goes out, which is never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ledger.masterdata.snapshot import MasterData


class AsTold:
    """Master data as one partner is told it, in a document of one day."""

    __slots__ = ("_day", "_masterdata", "_partner")

    def __init__(self, masterdata: MasterData, partner: str, day: date) -> None:
        self._masterdata, self._partner, self._day = masterdata, partner, day

    def part_number(self, part: str, qualifier: str = "VP") -> str | None:
        """The number of our part under the qualifier (BP the buyer's, VP the supplier's own)."""
        return self._value("part", part, qualifier)

    def site(self, site: str, qualifier: str) -> str | None:
        """The value that names our site under the qualifier, as in N104."""
        return self._value("site", site, qualifier)

    def party(self, party: str, qualifier: str) -> str | None:
        """The value that names a supplier or other party under the qualifier."""
        return self._value("party", party, qualifier)

    def unit(self, part: str, unit: str) -> str | None:
        """The partner's code of a unit of our part, where one of it is one of ours."""
        return self._first("unit", unit, self._partner, part) or self._first("unit", unit, "", part)

    def location(self, site: str, location: str) -> str | None:
        """The partner's name of a place within our site."""
        own = self._first("location", location, self._partner, site)
        return own or self._first("location", location, "", site)

    def _value(self, of: str, ours: str, qualifier: str) -> str | None:
        for name in self._names(of, ours):
            said, _, value = name.partition(":")
            if said == qualifier and value:
                return value
        return None

    def _names(self, of: str, ours: str) -> Iterator[str]:
        yield from self._referred(of, ours, self._partner)
        if of == "part":
            part = self._masterdata.parts.get(ours)
            aliases = part.aliases if part is not None else ()
            mine = f"{self._partner}/"
            yield from (alias.removeprefix(mine) for alias in aliases if alias.startswith(mine))
            yield from (alias for alias in aliases if "/" not in alias.partition(":")[0])
        else:
            row = (self._masterdata.sites if of == "site" else self._masterdata.suppliers).get(ours)
            yield from row.identifiers if row is not None else ()
        yield from self._referred(of, ours, "")

    def _referred(self, of: str, ours: str, sender: str, within: str = "") -> Iterator[str]:
        """Identifiers that lead to it on the day and that nothing else has taken over since, the latest first."""
        known = self._masterdata.cross_references
        entries = [
            entry
            for entry in known.meaning(of, ours)
            if entry.sender == sender and known.find(of, entry.identifier, sender, self._day, within) is entry
        ]
        entries.sort(key=lambda entry: (not entry.within, -(entry.valid_from or date.min).toordinal(), entry.number))
        return (entry.identifier for entry in entries if entry.numerator == entry.denominator)

    def _first(self, of: str, ours: str, sender: str, within: str) -> str | None:
        return next(self._referred(of, ours, sender, within), None)

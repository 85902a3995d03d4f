"""Our parts, units, places and parties as one partner knows them: for documents that we send. Pure.

What was agreed with the partner for the day comes first, then what master data itself holds, the partner's own names
before those of all, then what holds for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from ledger.masterdata.snapshot import MasterData, Site, Supplier

OWN = "masterdata"
"""What says so where no cross-reference does: an alias or identifier of the thing itself."""


class Name(NamedTuple):
    """An identifier, and what says so: the number of a cross-reference, or `masterdata`."""

    identifier: str
    via: str


def number_told(masterdata: MasterData, part: str, partner: str, day: date, qualifier: str = "VP") -> str:
    """The number of our part under the qualifier (BP the buyer's, VP the supplier's own), "" where none is known."""
    for name in names_told(masterdata, "part", part, partner, day):
        said, _, value = name.identifier.partition(":")
        if said == qualifier and value:
            return value
    return ""


def names_told(
    masterdata: MasterData, of: str, ours: str, partner: str, day: date, within: str = ""
) -> Iterator[Name]:
    """Every name of ours that the partner may know it by, the best first. `within` is our part or site."""
    yield from _referred(masterdata, of, ours, partner, day, within)
    if of == "part":
        known = masterdata.parts.get(ours)
        aliases, own = known.aliases if known is not None else (), f"{partner}/"
        yield from (Name(alias.removeprefix(own), OWN) for alias in aliases if alias.startswith(own))
        yield from (Name(alias, OWN) for alias in aliases if "/" not in alias.partition(":")[0])
    elif of in ("site", "party"):
        places: Mapping[str, Site | Supplier] = masterdata.sites if of == "site" else masterdata.suppliers
        place = places.get(ours)
        yield from (Name(identifier, OWN) for identifier in (place.identifiers if place is not None else ()))
    yield from _referred(masterdata, of, ours, "", day, within)


def _referred(masterdata: MasterData, of: str, ours: str, sender: str, day: date, within: str) -> Iterator[Name]:
    """Identifiers that lead to it on the day and that nothing else has taken over since, the latest first."""
    known = masterdata.cross_references
    entries = [
        entry
        for entry in known.meaning(of, ours)
        if entry.sender == sender
        and entry.numerator == entry.denominator
        and known.find(of, entry.identifier, sender, day, within) is entry
    ]
    entries.sort(key=lambda entry: (not entry.within, -(entry.valid_from or date.min).toordinal(), entry.number))
    return (Name(entry.identifier, entry.number) for entry in entries)

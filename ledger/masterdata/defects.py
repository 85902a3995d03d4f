"""What is wrong with master data itself: each check looks at the snapshot in force and names what it finds.

Pure: what waits because of master data is asked of the books (`ledger.queries.house.defects`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from ledger.masterdata.cross_references import CrossReference
from ledger.masterdata.places import circles
from ledger.masterdata.snapshot import MasterData


class Defect(NamedTuple):
    """One fault: its kind, what it is in, and what it is with the mend."""

    kind: str
    subject: str
    text: str


def find_defects(data: MasterData) -> list[Defect]:
    """All that the checks find, by kind and subject."""
    return sorted(defect for check in CHECKS for defect in check(data))


def _overlapping_revisions(data: MasterData) -> Iterator[Defect]:
    for part in data.parts.values():
        spans = sorted(
            (one.effective_from or date.min, one.effective_to or date.max, one.revision) for one in part.revisions
        )
        for (_, ends, earlier), (begins, _, later) in pairwise(spans):
            if begins <= ends:
                text = f"revisions {earlier} and {later} are both effective from {begins}: end the earlier one before"
                yield Defect("revisions_overlap", part.id, text)


def _stale_aliases(data: MasterData) -> Iterator[Defect]:
    for part in data.parts.values():
        if not part.active:
            for alias in part.aliases:
                text = f"{alias} leads to a part that is not active: give it to the part that took its place"
                yield Defect("alias_of_inactive_part", part.id, text)


def _ambiguous_aliases(data: MasterData) -> Iterator[Defect]:
    claims: dict[str, list[str]] = defaultdict(list)
    for part in data.parts.values():
        for alias in part.aliases:
            claims[alias].append(part.id)
            value = alias.rpartition(":")[2]
            if value in data.parts and value != part.id and alias.rpartition("/")[2].startswith("BP:"):
                text = f"{alias} is the number of another part, which is found first: take the alias away"
                yield Defect("alias_ambiguous", part.id, text)
    yield from _claimed_twice("alias_ambiguous", claims, "part")


def _ambiguous_identifiers(data: MasterData) -> Iterator[Defect]:
    for kind, parties in (("site", data.sites.values()), ("supplier", data.suppliers.values())):
        claims: dict[str, list[str]] = defaultdict(list)
        for party in parties:
            for identifier in party.identifiers:
                claims[identifier].append(party.id)
        yield from _claimed_twice(f"{kind}_identifier_ambiguous", claims, kind)


def _claimed_twice(kind: str, claims: dict[str, list[str]], what: str) -> Iterator[Defect]:
    for value, owners in claims.items():
        named = sorted(set(owners))
        if len(named) > 1:
            text = f"{value} is claimed by {', '.join(named)}: leave it to one {what}"
            yield Defect(kind, value, text)


def _units(data: MasterData) -> Iterator[Defect]:
    for (part_id, unit), factor in data.factors.items():
        part = data.parts.get(part_id)
        subject = f"{part_id}/{unit}"
        if part is None:
            yield Defect("factor_without_part", subject, "its part is not defined: define it")
        elif unit == part.base_unit and factor.numerator != factor.denominator:
            text = f"{unit} is the base unit, yet its factor is {factor.numerator}/{factor.denominator}: not used"
            yield Defect("unit_conflict", subject, text)
        if factor.numerator <= 0 or factor.denominator <= 0:
            yield Defect("unit_conflict", subject, f"{factor.numerator}/{factor.denominator} is no factor: mend it")


def _locations(data: MasterData) -> Iterator[Defect]:
    parents = {place: one.parent for place, one in data.locations.items()}
    round_ = circles(parents)
    for (site, location), one in data.locations.items():
        subject = f"{site}/{location}"
        if site not in data.sites:
            yield Defect("location_without_site", subject, "its site is not defined: define the site")
        if (site, location) in round_:
            yield Defect("location_circle", subject, f"stands within itself by way of {one.parent}: mend its parent")
        elif one.parent and (site, one.parent) not in data.locations:
            yield Defect("location_parent_unknown", subject, f"its parent {one.parent} is not defined: define it")


def _parties(data: MasterData) -> Iterator[Defect]:
    for supplier in data.suppliers.values():
        if not supplier.identifiers:
            text = "has no identifier: no document can name it but by our own id; add its DUNS or assigned code"
            yield Defect("supplier_without_identifier", supplier.id, text)


def _cross_references(data: MasterData) -> Iterator[Defect]:
    known = {"part": data.parts, "site": data.sites, "party": data.suppliers}
    for number, entry in data.cross_references.by_number.items():
        if entry.withdrawn:
            continue
        if entry.of in known and entry.means not in known[entry.of]:
            text = f"leads to {entry.means}, which is not defined: define it, or withdraw the entry"
            yield Defect("cross_reference_leads_nowhere", number, text)
        part = data.parts.get(entry.means) if entry.of == "part" else None
        if part is not None and not part.active:
            text = f"leads to {part.id}, which is not active: end it, and begin one to the part that took its place"
            yield Defect("cross_reference_of_inactive_part", number, text)
        if not entry.sender and (ours := _found_before(data, entry)) not in ("", entry.means):
            text = f"is never used, since {entry.identifier} is {ours} by itself: give it a sender, or withdraw it"
            yield Defect("cross_reference_not_used", number, text)


def _found_before(data: MasterData, entry: CrossReference) -> str:
    """What of ours everybody's documents mean by the identifier without the entry."""
    if entry.of == "part":
        qualifier, _, number = entry.identifier.partition(":")
        return data.part_id(number if qualifier == "BP" else "", number if qualifier == "VP" else "") or ""
    if entry.of in ("site", "party"):
        find = data.site_id if entry.of == "site" else data.supplier_id
        return find(entry.identifier) or ""
    return ""


Check = Callable[[MasterData], Iterable[Defect]]
CHECKS: tuple[Check, ...] = (
    _overlapping_revisions,
    _stale_aliases,
    _ambiguous_aliases,
    _ambiguous_identifiers,
    _units,
    _locations,
    _parties,
    _cross_references,
)

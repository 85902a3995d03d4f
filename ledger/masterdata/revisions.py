"""Which revision of a part is right on an occasion: by day, serial, cumulative and what was ruled since. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.events import ChangedPart, DeviationApproved, EngineeringChangeReleased, Event, PartRevision
from ledger.masterdata.snapshot import Part
from ledger.masterdata.units import MILLION

_SERIAL = re.compile(r"(.*?)(\d+)\Z", re.DOTALL)
_VIS = 8
"""Characters of a VIN that count vehicles: model year, plant, sequence (ISO 3779, vehicle indicator section)."""


class Occasion(NamedTuple):
    """Where, when and of what goods come in or are used."""

    site: str
    day: date
    quantity: int = 0
    """In millionths of the base unit."""
    before: int | None = None
    """How many went before them at the site, in millionths; None where nobody counts."""
    serials: tuple[str, ...] = ()
    vin: str = ""
    demand: str = ""

    def is_for(self, demand: str) -> bool:
        """Whether it is for that demand or vehicle; anything is for none in particular."""
        return not demand or demand in (self.demand, self.vin)


@dataclass(frozen=True, slots=True)
class Control:
    """A part whose revisions are controlled, with the rulings about it in order of recording."""

    part: Part
    rulings: tuple[Event, ...] = ()

    def is_effective(self, revision: str, on: Occasion) -> bool:
        """Whether goods of the revision are right; "" where nobody told theirs."""
        if not revision:
            return self.part.revision_policy != "required"
        introduced = False
        for _, changed in self.changes(on.site):
            reached = is_reached(changed, on)
            if revision in changed.old_revisions and reached:
                return False
            if revision == changed.new_revision:
                if reached is False:
                    return False
                introduced = True
        if self.part.revision_policy == "accept" or introduced or not self.part.revisions:
            return True
        return any(known.revision == revision and _is_within(known, on) for known in self.part.revisions)

    def current(self, on: Occasion) -> str:
        """The newest revision that is right on the occasion, "" when none is named."""
        named = [known.revision for known in self.part.revisions]
        named += [changed.new_revision for _, changed in self.changes(on.site)]
        right = [revision for revision in named if self.is_effective(revision, on)]
        return right[-1] if right else ""

    def deviations(self, revision: str, on: Occasion) -> list[DeviationApproved]:
        """Those in force that allow the revision on the occasion, whatever is left of them."""
        return [
            ruling
            for ruling in self.rulings
            if isinstance(ruling, DeviationApproved)
            and ruling.part_revision == revision
            and (not ruling.sites or on.site in ruling.sites)
            and on.is_for(ruling.demand)
            and is_valid(ruling.valid_from, ruling.valid_to, on.day)
        ]

    def changes(self, site: str) -> list[tuple[EngineeringChangeReleased, ChangedPart]]:
        """What changes the part at the site, in order of recording."""
        return [
            (ruling, changed)
            for ruling in self.rulings
            if isinstance(ruling, EngineeringChangeReleased) and (not ruling.sites or site in ruling.sites)
            for changed in ruling.parts
            if changed.part == self.part.id
        ]

    @property
    def counts(self) -> bool:
        """Whether anything about the part hangs on a cumulative."""
        bounds = [bound for known in self.part.revisions for bound in (known.cum_from, known.cum_to)]
        bounds += [
            changed.cum_from
            for ruling in self.rulings
            if isinstance(ruling, EngineeringChangeReleased)
            for changed in ruling.parts
        ]
        return any(bound is not None for bound in bounds)


def control_of(part: Part, rulings: tuple[Event, ...]) -> Control | None:
    """None for a part of which any revision will do and about which nothing was ruled."""
    return Control(part, rulings) if rulings or part.revision_policy != "accept" else None


def is_reached(changed: ChangedPart, on: Occasion) -> bool | None:
    """Whether a change is effective on the occasion; None where the occasion does not tell what it hangs on."""
    verdicts: list[bool | None] = []
    if changed.effective_from is not None:
        verdicts.append(on.day >= changed.effective_from)
    if changed.serial_from:
        verdicts.append(_serials_within(changed.serial_from, "", on))
    if changed.cum_from is not None:
        verdicts.append(None if on.before is None else on.before >= millionths(changed.cum_from))
    if False in verdicts:
        return False
    return None if None in verdicts else True


def is_valid(start: date | None, end: date | None, day: date) -> bool:
    """Whether the day lies within; both ends belong to it, and either may be open."""
    return (start is None or start <= day) and (end is None or day <= end)


def millionths(quantity: Decimal) -> int:
    """A quantity in base units as the ledger counts it."""
    return int(quantity * MILLION)


def _is_within(known: PartRevision, on: Occasion) -> bool:
    if not is_valid(known.effective_from, known.effective_to, on.day):
        return False
    if (known.serial_from or known.serial_to) and _serials_within(known.serial_from, known.serial_to, on) is False:
        return False
    if on.before is None:
        return True
    if known.cum_from is not None and on.before < millionths(known.cum_from):
        return False
    return known.cum_to is None or on.before + on.quantity <= millionths(known.cum_to)


def _serials_within(start: str, end: str, on: Occasion) -> bool | None:
    """Whether all serials lie in the range; None where there is none to look at."""
    serials = on.serials
    if not serials and on.vin and len(start or end) == _VIS:
        serials = (on.vin[-_VIS:],)
    if not serials:
        return None
    return all(_lies_between(start, end, serial) for serial in serials)


def _lies_between(start: str, end: str, serial: str) -> bool:
    letters, number = _split(serial)
    for bound, sign in ((start, 1), (end, -1)):
        if bound:
            its_letters, its_number = _split(bound)
            if letters != its_letters or sign * number < sign * its_number:
                return False
    return True


def _split(serial: str) -> tuple[str, int]:
    """What stands in front of the number at its end, and the number; -1 where there is none."""
    found = _SERIAL.match(serial)
    return (found[1], int(found[2])) if found else (serial, -1)

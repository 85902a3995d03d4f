"""Cross-references in force: found by what was sent, by whom, and on which day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from ledger.events import PART_QUALIFIERS, Actor, CrossReferenceDefined, cross_reference_number

Key = tuple[str, str, str]
"""(of, sender, identifier)."""


class CrossReference(msgspec.Struct, frozen=True, kw_only=True):
    """One entry in force, with who said so and when it was recorded; the fields of the event."""

    number: str
    of: str
    identifier: str
    means: str
    sender: str = ""
    within: str = ""
    numerator: int = 1
    denominator: int = 1
    valid_from: date | None = None
    valid_to: date | None = None
    withdrawn: bool = False
    note: str = ""
    actor: Actor | None = None
    recorded_at: datetime | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it says something of a document of that day."""
        if self.withdrawn or (self.valid_from is not None and day < self.valid_from):
            return False
        return self.valid_to is None or day <= self.valid_to


@dataclass(frozen=True, slots=True)
class CrossReferences:
    """All entries. False where there are none, so that whoever asks for every line can leave it out."""

    by_number: Mapping[str, CrossReference] = field(default_factory=dict)
    by_key: Mapping[Key, tuple[CrossReference, ...]] = field(default_factory=dict)
    """In the order in which they are tried: those for one part or site first, then the latest beginning."""
    by_meaning: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """(of, means) -> numbers."""
    senders: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """(of, identifier) -> in whose documents it was ever said to mean something."""

    def __bool__(self) -> bool:
        return bool(self.by_number)

    def find(self, of: str, identifier: str, sender: str, day: date, within: str = "") -> CrossReference | None:
        """What the identifier means in documents of exactly this sender ("" is everybody) on the day."""
        for entry in self.by_key.get((of, sender, identifier), ()):
            if entry.within in ("", within) and entry.holds_on(day):
                return entry
        return None

    def meaning(self, of: str, means: str) -> list[CrossReference]:
        """Every entry that leads to it, whatever its days, those withdrawn left out."""
        found = (self.by_number[number] for number in self.by_meaning.get((of, means), ()))
        return [entry for entry in found if not entry.withdrawn]

    def means_to_all(self, of: str, identifier: str) -> str | None:
        """What the identifier means, whoever sends it and whenever; None where it is not always the same."""
        keys = ((of, sender, identifier) for sender in self.senders.get((of, identifier), ()))
        means = {entry.means for key in keys for entry in self.by_key[key] if not entry.withdrawn}
        return means.pop() if len(means) == 1 else None

    def chosen(
        self, *, of: str = "", sender: str | None = None, identifier: str = "", means: str = "",
        on: date | None = None, after: str = "",
    ) -> Iterator[CrossReference]:  # fmt: skip
        """Entries by number, above `after`; of a sender ("" is everybody), and only those that hold `on` the day."""
        for number in sorted(number for number in self.by_number if number > after):
            entry = self.by_number[number]
            if (
                of in ("", entry.of)
                and sender in (None, entry.sender)
                and identifier in ("", entry.identifier)
                and means in ("", entry.means)
                and (on is None or entry.holds_on(on))
            ):
                yield entry

    def with_entries(self, events: Iterable[CrossReferenceDefined | CrossReference]) -> CrossReferences:
        """These and the given ones, each in the place of the entry of its number."""
        by_number, by_key, by_meaning = dict(self.by_number), dict(self.by_key), dict(self.by_meaning)
        senders = dict(self.senders)
        for event in events:
            entry = _entry_of(event)
            previous = by_number.get(entry.number)
            if previous is not None:
                old = (previous.of, previous.means)
                by_meaning[old] = tuple(number for number in by_meaning[old] if number != entry.number)
            by_number[entry.number] = entry
            key = (entry.of, entry.sender, entry.identifier)
            named = senders.get((entry.of, entry.identifier), ())
            if entry.sender not in named:
                senders[entry.of, entry.identifier] = (*named, entry.sender)
            others = [one for one in by_key.get(key, ()) if one.number != entry.number]
            by_key[key] = tuple(sorted([*others, entry], key=_turn))
            meant = (entry.of, entry.means)
            by_meaning[meant] = (*by_meaning.get(meant, ()), entry.number)
        return CrossReferences(by_number, by_key, by_meaning, senders)


def _turn(entry: CrossReference) -> tuple[bool, int]:
    return not entry.within, -(entry.valid_from or date.min).toordinal()


def _entry_of(event: CrossReferenceDefined | CrossReference) -> CrossReference:
    return CrossReference(**{name: getattr(event, name) for name in CrossReference.__struct_fields__})


class Limits(NamedTuple):
    """How long names may be: what is longer stands in no document of ours."""

    identifier: int = 100
    note: int = 500


LIMITS = Limits()


def mistake_in_cross_reference(event: CrossReferenceDefined) -> str:
    """Why it is refused, "" when nothing speaks against it."""
    if event.actor is not None and event.actor.kind == "model":
        return f"{event.actor.id} is a model: it may recommend, people decide"
    if not event.identifier or not event.means:
        return "it needs an identifier and what it means"
    named = (event.identifier, event.means, event.sender, event.within)
    if (
        any(len(name) > LIMITS.identifier or not name.isprintable() for name in named)
        or len(event.note) > LIMITS.note
    ):
        return f"names are printable and of at most {LIMITS.identifier} characters, notes of {LIMITS.note}"
    qualifier, _, value = event.identifier.partition(":")
    if event.of == "part" and (qualifier not in PART_QUALIFIERS or not value):
        return f"a part is named as BP:number (the buyer's) or VP:number (the supplier's own), not {event.identifier}"
    if event.within and event.of not in ("unit", "location"):
        return f"a {event.of} means the same everywhere: `within` is for units and locations"
    if event.numerator <= 0 or event.denominator <= 0:
        return f"a factor of {event.numerator}/{event.denominator} converts nothing"
    if event.of != "unit" and (event.numerator, event.denominator) != (1, 1):
        return f"a {event.of} has no factor"
    if event.valid_from and event.valid_to and event.valid_to < event.valid_from:
        return f"it would end on {event.valid_to}, before it begins on {event.valid_from}"
    number = cross_reference_number(event.of, event.identifier, event.sender, event.within, event.valid_from)
    return "" if event.number == number else f"its number has to be {number}"

"""What a replay says: how a document reads now, and what that does to events, movements, cases and answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

Which = Literal["current", "original"]
"""The map now in force, or what was in force when the document was first read: map, guide, tables and agreement."""

Difference = tuple[str, str, str, str]
"""(document, path, before, after)."""


class EventMade(msgspec.Struct, frozen=True, kw_only=True):
    """One event that a re-reading records, and what comes of it."""

    kind: str
    number: str
    revision: int
    site: str
    result: str
    retracted: bool = False
    """The document says nothing of the kind any more: what it said is taken back."""
    seq: int = 0
    """Sequence in its book, once it is recorded; 0 in a rehearsal."""


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity that leaves one place and enters another; `source` and `target` say state, place and hold reason."""

    event: str
    """Kind and number of the event whose line moves it."""
    site: str
    part: str
    quantity: Decimal
    unit: str
    source: str
    target: str


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """By how much a balance differs in the end."""

    site: str
    part: str
    place: str
    quantity: Decimal
    unit: str


class CaseEffect(msgspec.Struct, frozen=True, kw_only=True):
    """A case that is opened, or takes another quantity or status."""

    case: str
    code: str
    status: str
    quantity: Decimal
    reason: str = ""


class AnswerEffect(msgspec.Struct, frozen=True, kw_only=True):
    """A message that goes out because of it. `segments` is its body in X12, as its map writes it now."""

    kind: str
    to: str
    text: str = ""
    """Why it cannot be written, "" where it can."""
    segments: tuple[tuple[str, ...], ...] = ()


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """What the books and partners would see, or have seen."""

    events: tuple[EventMade, ...] = ()
    movements: tuple[Moved, ...] = ()
    movement_count: int = 0
    """All movements; more than `movements` where they are too many to show."""
    balances: tuple[Changed, ...] = ()
    cases: tuple[CaseEffect, ...] = ()
    answers: tuple[AnswerEffect, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.events or self.answers)


class DocumentReplay(msgspec.Struct, frozen=True, kw_only=True):
    """One document. `status` is how it would stand; `refused` says why it cannot be read anew, "" where it can."""

    document: str
    status_before: str
    status: str
    map_before: str = ""
    map: str = ""
    """Versions (hashes) of the maps that read it."""
    refused: str = ""
    difference: tuple[Difference, ...] = ()
    effects: Effects = Effects()

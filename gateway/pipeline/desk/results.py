"""What the street's commands give back. Values only."""

from __future__ import annotations

import msgspec

from ledger.outcomes import Recorded


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What one call moved: messages taken up, documents among them, outbox rows sent, events by time, parked rows."""

    messages: int = 0
    documents: int = 0
    sent: int = 0
    elapsed: int = 0
    parked: int = 0

    def plus(self, other: Progress) -> Progress:
        return Progress(
            messages=self.messages + other.messages,
            documents=self.documents + other.documents,
            sent=self.sent + other.sent,
            elapsed=self.elapsed + other.elapsed,
            parked=self.parked + other.parked,
        )


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay did. `difference` holds `(document, path, before, after)` where a recorded one reads differently
    with the map now in force; nothing is changed for those unless `confirm` was given."""

    id: str
    status: str
    replayed: tuple[str, ...] = ()
    difference: tuple[tuple[str, str, str, str], ...] = ()


class Defined(msgspec.Struct, frozen=True, kw_only=True):
    """What came of master data: one answer for each event, then one for each earlier document that went on by it.

    `rehearsed`: it was tried and taken back; nothing of it stands.
    """

    recorded: tuple[Recorded, ...]
    released: tuple[Recorded, ...] = ()
    rehearsed: bool = False

"""What the street's commands give back. Values only."""

from __future__ import annotations

import msgspec

from gateway.pipeline.replaying.values import Difference, DocumentReplay
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
    """What a replay did, or would do. `status`: `queued` (read again now), `compared` (recorded documents were only
    looked at), `replaced` (they say what they are read as now), `rehearsed` (nothing was done at all).

    `difference` holds `(document, path, before, after)` where a recorded one reads differently; `documents` what each
    does to events, movements, cases and answers.
    """

    id: str
    status: str
    replayed: tuple[str, ...] = ()
    difference: tuple[Difference, ...] = ()
    documents: tuple[DocumentReplay, ...] = ()


class Defined(msgspec.Struct, frozen=True, kw_only=True):
    """What came of master data: one answer for each event, then one for each earlier document that went on by it.

    `rehearsed`: it was tried and taken back; nothing of it stands.
    """

    recorded: tuple[Recorded, ...]
    released: tuple[Recorded, ...] = ()
    again: int = 0
    """Messages that are read again, since documents of theirs wait for an identifier."""
    rehearsed: bool = False

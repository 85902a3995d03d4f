"""What others say, or fail to say, about what we sent."""

from __future__ import annotations

from typing import Literal

from ledger.events.envelope import Event, Value

SentStatus = Literal["overdue", "rejected", "partial", "accepted", "reviewed", "rewritten"]


class AnsweredFault(Value, frozen=True):
    """What a partner says is wrong in a document of ours, with its place there."""

    code: str = ""
    """As it says it: TED01 of an 824, AK304 or AK403 of a 997, TA105."""
    text: str = ""
    segment: int = 0
    """Counts ST as 1; 0 where no segment is named."""
    tag: str = ""
    element: int = 0
    value: str = ""


class AcknowledgmentReported(Event, tag="AcknowledgmentReported", frozen=True):
    """What became of a document that we sent, once it is more than awaited and accepted. `number` is the document's
    business number, else `sent`.

    Only what asks for somebody is told, and what ends that: an acceptance that had been waited for is none of it.
    """

    sent: str
    """Our document: the message that left and its place in it (`m_....1`)."""
    document: str
    """Its type: 850, 830, 861, ..."""
    status: SentStatus
    """`overdue`: not acknowledged in time; `reviewed`: a person settled it; `rewritten`: another takes its place."""
    to: str = ""
    """Partner that it went to."""
    answer: str = ""
    """The partner's document that says so, or the message where it is a TA1."""
    answered_with: str = ""
    """997, 999, 824 or TA1."""
    resends: int = 0
    """How often it went again by itself; the last time now, where `sends_again`."""
    sends_again: bool = False
    faults: tuple[AnsweredFault, ...] = ()
    comment: str = ""


ANSWERS: tuple[type[Event], ...] = (AcknowledgmentReported,)

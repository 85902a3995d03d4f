"""Work on cases: who has it and waits for whom, notes and evidence, tasks, disputes, and opening again.

None of it moves goods: what does is the decision about a case (`DiscrepancyResolved`). `number` is the case id in all
of them, and `occurred_at` when it was done: the same said again at another time is another fact.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from ledger.events.envelope import Event, Value

WaitsFor = Literal["", "supplier", "carrier", "internal"]
Text = Annotated[str, msgspec.Meta(max_length=2000)]
Word = Annotated[str, msgspec.Meta(max_length=80)]


class CaseEvidence(Value, frozen=True):
    """A document that a person lays to a case: message id, document id and segment (ST is 1); 0 the whole of it."""

    message: Word
    document: Word = ""
    segment: int = 0
    text: Text = ""
    """What it shows, in words."""


TaskStatus = Literal["open", "done", "dropped"]
DisputeDecision = Literal["granted", "rejected"]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Evidence = Annotated[tuple[CaseEvidence, ...], msgspec.Meta(max_length=50)]


class CaseAssigned(Event, tag="CaseAssigned", frozen=True):
    """Who works on the case from now on, and for whom it waits. Neither named leaves it open to its owner role."""

    assignee: Word = ""
    """User id; "" where it is nobody's in particular."""
    role: Word = ""
    """Role that owns it from now on; "" leaves it with the one that does."""
    waits_for: WaitsFor = ""
    comment: Text = ""


class CaseNoted(Event, tag="CaseNoted", frozen=True):
    """A comment, and documents that somebody adds to what is known."""

    comment: Text = ""
    evidence: Evidence = ()


class CaseTaskSet(Event, tag="CaseTaskSet", frozen=True):
    """A piece of work for one role, new or with another status; the case stays open until none is."""

    task: Word
    """Its name within the case."""
    role: Word = ""
    """Who does it; needed when the task is new."""
    status: TaskStatus = "open"
    text: Text = ""
    """What is to be done, or what came of it."""
    after: Annotated[tuple[Word, ...], msgspec.Meta(max_length=20)] = ()
    """Tasks of the case that are ended before it is done."""


class CaseDisputed(Event, tag="CaseDisputed", frozen=True):
    """The supplier, or somebody in its name, says that it is not at fault: until decided the case scores nothing."""

    comment: Reason
    """Why."""
    evidence: Evidence = ()


class DisputeDecided(Event, tag="DisputeDecided", frozen=True):
    """A person other than who raised it grants or rejects a dispute."""

    decision: DisputeDecision
    comment: Text = ""


class CaseReopened(Event, tag="CaseReopened", frozen=True):
    """A closed case is worked on again. What was posted stays: a new decision posts what is still to be moved."""

    comment: Text = ""


CASEWORK: tuple[type[Event], ...] = (
    CaseAssigned,
    CaseNoted,
    CaseTaskSet,
    CaseDisputed,
    DisputeDecided,
    CaseReopened,
)

"""The record of a case as it stands, with its evidence and its tasks; `records` has those of the documents.

Quantities are integers in millionths of the part's base unit; times are microseconds since 1970 UTC, 0 or None when
there is none. Nothing here reads a database or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple


class Evidence(NamedTuple):
    """A document's segment that supports a finding."""

    message: str
    document: str
    segment: int


class Task(NamedTuple):
    """A piece of work on a case for one role."""

    task: str
    """Its name within the case."""
    role: str
    status: Literal["open", "done", "dropped"]
    text: str
    after: tuple[str, ...]
    """Tasks that are ended before it is done."""
    by: str
    """Who said so last."""
    at: int


@dataclass(slots=True)
class Case:
    """One discrepancy. The quantity is what is in question; expected and actual are the two values that differ."""

    book: str
    site: str
    case: str
    """`C<n>`, numbered per book."""
    code: str
    status: Literal["open", "assigned", "waiting", "resolved", "closed"]
    part: str
    unit: str
    quantity: int
    expected: int
    actual: int
    opened_seq: int
    opened_at: int
    supplier: str = ""
    partner: str = ""
    shipment_id: str = ""
    notice_line: str = ""
    receipt_provider: str = ""
    receipt_id: str = ""
    receipt_line: str = ""
    order_number: str = ""
    order_line: str = ""
    grade: str = ""
    fault: str = "unknown"
    cause: str = ""
    """Cause group: findings that share it are one physical cause and cost one penalty."""
    rule: str = ""
    """The tolerance rule that applied, as its place in the cascade."""
    text: str = ""
    owner: str = ""
    due_at: int | None = None
    clearing: int = 0
    """What stands in the clearing account for it: + we hold more than was advised, - less. Closed only at 0."""
    resolution: str = ""
    resolved_at: int | None = None
    comment: str = ""
    evidence: tuple[Evidence, ...] = ()
    assignee: str = ""
    waits_for: Literal["", "supplier", "carrier", "internal"] = ""
    escalation: int = 0
    """How many steps of its escalation it has gone."""
    escalates_at: int = 0
    """When its next step is due, or a dispute about it was to be decided; 0 for never."""
    dispute: Literal["", "open", "granted", "rejected"] = ""
    disputed_by: str = ""
    disputed_at: int = 0
    dispute_due_at: int = 0
    """By when it is decided."""
    tasks: tuple[Task, ...] = ()
    reopened_at: int = 0
    """When it was opened again: its time to answer runs from then."""
    answer_hours: str = ""
    """Within how many hours it is answered where its finding said so (a signal's rule); "" leaves it to the class."""
    touched: bool = False
    new: bool = False

"""Work on cases: when one escalates, which hours count, how long it may be disputed, who keeps out of a decision."""

from __future__ import annotations

import msgspec

from ledger.policy.severity import SeverityRules


class CaseRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What holds for the cases of all classes; `cases` says what is a class's own."""

    escalates_at: tuple[int, ...] = ()
    """Percent of the hours to answer after which a case that is not closed goes a step further up; rising."""
    day_begins: str = "00:00"
    """When the working day of our places begins, by their clock, for hours that count working time."""
    day_ends: str = "24:00"
    """When it ends."""
    dispute_days: int = 10
    """Working days after a case was closed within which it may still be disputed; before that it always may."""
    dispute_answer_days: int = 10
    """Working days within which a dispute is decided."""
    separate_duties: bool = False
    """Whether who recorded what a case is about keeps out of its decision."""
    hold_serialised_over: bool = False
    """Whether more of a serialised part than was advised is held, whatever the tolerance lets pass."""
    severity: SeverityRules = SeverityRules()

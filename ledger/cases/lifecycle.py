"""The life of a case: which status may follow which, who owns it, and by when it is answered."""

from __future__ import annotations

from ledger.matching.discrepancies import BY_CODE
from ledger.matching.records import Case
from ledger.policy import Policy

LEGAL: dict[str, frozenset[str]] = {
    "open": frozenset({"assigned", "waiting", "resolved", "closed"}),
    "assigned": frozenset({"waiting", "resolved", "closed", "open"}),
    "waiting": frozenset({"assigned", "resolved", "closed", "open"}),
    "resolved": frozenset({"closed", "open"}),
    "closed": frozenset(),
}
"""Resolved means decided, with something still in the clearing account; closed is the end."""

HOUR = 3_600_000_000


def can_move(case: Case, status: str) -> bool:
    """Whether the case may take the status; it closes only with nothing left in clearing."""
    if status == "closed" and case.clearing:
        return False
    return status in LEGAL[case.status]


def owner_of(policy: Policy, code: str) -> str:
    """The role that works on a case of this class."""
    ownership = policy.ownership.get(code)
    if ownership is not None and ownership.roles:
        return ownership.roles[0]
    return BY_CODE[code].roles[0]


def due_at(policy: Policy, code: str, opened_at: int, hours: float | None = None) -> int:
    """When the case has to be answered, in microseconds; `hours` where its finding says within how many."""
    ownership = policy.ownership.get(code)
    if hours is None and ownership is not None:
        hours = ownership.answer_hours
    return opened_at + int((BY_CODE[code].answer_hours if hours is None else hours) * HOUR)

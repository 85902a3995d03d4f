"""What a discrepancy class is: its code, who answers it, and how it is told. Each class has one file."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from ledger.outcomes import Fault, Grade
from ledger.policy import NO_TOLERANCE, Action, Tolerance
from ledger.stock.bucket import MILLION


class DiscrepancyClass(NamedTuple):
    """One class of the taxonomy; everything here is a default that terms or policy may change."""

    code: str
    name: str
    grade: Grade
    """For content faults, answered by an 824; "" for what the dock found or the clock showed."""
    fault: Fault
    roles: tuple[str, ...]
    """Who works on the case; the first is its owner."""
    answer_hours: float
    error_code: str = ""
    """TED01 (X12 data element 647) of the 824."""
    condition: str = ""
    """Receiving condition (X12 data element 412) of the 861; "" when the 861 does not tell it."""
    action: Action = "warn"
    """Beyond the tolerance, unless a rule says otherwise."""
    usual: Tolerance = NO_TOLERANCE
    """How much passes where no rule of the cascade says it."""
    blames_author: bool = False
    """The fault is of whoever wrote the document (`fault` where a supplier did): buyer, supplier or receiver."""
    deciders: tuple[str, ...] = ()
    """Roles of the people who alone decide it where the policy names none; () is whoever may decide cases."""
    disputes: Literal["", "standing", "missing"] = ""
    """What of its quantity an open case keeps from being promised although the books have it as available: goods
    that stand there and are in question, or goods that the books have and nobody found. What it holds elsewhere, or
    has in clearing, is not available anyway."""
    informs: bool = False
    """Nothing is to be decided: the case is closed as it opens, and counts in the score."""


def amount(quantity: int) -> str:
    """Millionths of a base unit as people write it: `12`, `0.5`, `-3`."""
    whole, rest = divmod(abs(quantity), MILLION)
    sign = "-" if quantity < 0 else ""
    return f"{sign}{whole}" if not rest else f"{sign}{Decimal(abs(quantity)) / MILLION:f}"


def days_in_words(days: int) -> str:
    """How far off: `1 day`, `3 days`, whichever way."""
    return f"{abs(days)} day{'' if abs(days) == 1 else 's'}"

"""Records of calls from the line. Nothing here reads a database or a clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple


class CallKey(NamedTuple):
    """One call; `partner` is who called, by its partner id."""

    book: str
    site: str
    partner: str
    number: str


@dataclass(slots=True)
class LineCall:
    """One line of a call: so much of a part is wanted at a location of the line."""

    key: CallKey
    line: str
    part: str
    location: str
    unit: str
    quantity: int
    asked_at: int
    due_at: int
    """By when it is to be there."""
    seq: int
    served: int = 0
    """What came to the location since and was not another call's."""
    looked: bool = False
    """Its time is over, and it was looked at."""
    missed: bool = False
    """It was not served by then."""
    served_at: int = 0
    """When all of it had come; 0 while it has not."""
    status: Literal["open", "served", "withdrawn"] = "open"
    touched: bool = False
    new: bool = False

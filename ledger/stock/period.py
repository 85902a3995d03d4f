"""A period of a site's books, as it was signed off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class Period:
    """Its closing figures are the balances right after `closed_seq`: they follow from the log, kept nowhere."""

    book: str
    site: str
    period: str
    status: Literal["closed", "reopened"]
    ends_at: int
    """Microseconds UTC."""
    closed_seq: int
    closed_at: int
    closed_by: str
    comment: str = ""
    reopened_seq: int = 0
    """0 while it is closed."""
    reason: str = ""
    touched: bool = False
    new: bool = False

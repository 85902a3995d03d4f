"""Controls over the books: who signs off what. Pure: it reads no database, clock or file."""

from __future__ import annotations

from ledger.governance.periods import decide, late_of

__all__ = ["decide", "late_of"]

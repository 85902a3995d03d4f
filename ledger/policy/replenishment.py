"""Replenishment of the line: how soon a call is to be served."""

from __future__ import annotations

import msgspec


class ReplenishmentRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Calls from the line."""

    answer_minutes: int = 30
    """Within how many minutes what is called for is to be at the line, where the call does not say by when."""

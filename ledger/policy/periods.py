"""Periods: who signs them off."""

from __future__ import annotations

import msgspec


class PeriodRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Controls over the periods of a site."""

    closers: tuple[str, ...] = ("finance",)
    """Roles of the people who close periods and open them again."""

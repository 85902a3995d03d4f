"""Counts and adjustments: what passes by itself, what a person approves, and how snapshots are compared."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ledger.policy.tolerance import Tolerance


class CountLimits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far the books are put right without anybody's approval, and who approves what goes beyond."""

    tolerance: Tolerance = Tolerance(percent=Decimal("0.5"), quantity=Decimal(1))
    """A count that differs by no more adjusts at once; beyond it a case asks for approval (D43)."""
    limit: Decimal = Decimal(10)
    """Greatest quantity of one line, in the base unit, that anybody may adjust by themselves (D44 beyond)."""
    limits: dict[str, Decimal] = {}
    """The same for people of certain roles; of several the greatest holds."""
    approvers: tuple[str, ...] = ("inventory_manager",)
    """Roles of the people who approve; nobody approves what they asked for themselves."""

    def limit_for(self, roles: tuple[str, ...]) -> Decimal:
        """What a person of these roles may adjust by themselves."""
        return max([self.limit, *(self.limits[role] for role in roles if role in self.limits)])


class CountRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Limits for all stock, and how snapshots are compared. Segments may have limits of their own."""

    usual: CountLimits = CountLimits()
    """Limits for all stock whose segment has none of its own."""
    snapshot_tolerance: Tolerance = Tolerance(percent=Decimal("0.1"))
    """How far a snapshot may differ before a case is opened (D38)."""
    window_minutes: int = 30
    """How long before and after a snapshot's time goods may have been on their way into either list."""

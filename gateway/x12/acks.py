"""stub"""
from __future__ import annotations

from gateway.x12.reading import AckPlan, Interchange


def plan_acks(interchange: Interchange, *, duplicate: bool = False) -> AckPlan:
    """What answers this interchange: TA1 when asked for or refused, and one 997 body for each group but FA."""
    raise NotImplementedError

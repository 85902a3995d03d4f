"""Movements for a change of positions: what stood where before, what stands where after.

Used where an event makes earlier bookings look different (a late notice, a receipt out of order, a reversal, a
resolution). What did not change moves nothing, so a notice after its goods receipt makes no movement at all.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.stock.bucket import Bucket, Movement
from ledger.stock.transitions import LEGAL


def movements_for_change(deltas: Mapping[Bucket, int], line: str) -> list[Movement]:
    """Movements that bring about the deltas, which must sum to zero.

    Goods go from shelf to shelf first, accounts settle among themselves next, and only then do both mix: so a
    part of a receipt that turns out to be over moves from available to quality_hold, and its account from supplier
    to clearing, instead of leaving the house and coming back. Within that, legal transitions first.
    """
    gives = sorted((bucket, -quantity) for bucket, quantity in deltas.items() if quantity < 0)
    takes = sorted((bucket, quantity) for bucket, quantity in deltas.items() if quantity > 0)
    left = {bucket: quantity for bucket, quantity in gives}
    wanted = {bucket: quantity for bucket, quantity in takes}
    pairs = [(source, target) for source in left for target in wanted]
    pairs.sort(key=_preference)
    movements = []
    for source, target in pairs:
        quantity = min(left[source], wanted[target])
        if quantity > 0:
            movements.append(Movement(source, target, quantity, line))
            left[source] -= quantity
            wanted[target] -= quantity
    return movements


def _preference(pair: tuple[Bucket, Bucket]) -> tuple[int, int, int]:
    source, target = pair
    outside = source.is_external + target.is_external
    mixed = {0: 0, 2: 1, 1: 2}[outside]
    same_goods = 0 if source.lot == target.lot and source.location == target.location else 1
    return (0 if target.state in LEGAL[source.state] else 1, mixed, same_goods)

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
    named = {target.serial: target for target in wanted if target.serial}
    # A piece that is told apart goes to where it is wanted under its own name; twenty thousand of them need no pairs.
    movements = []
    for source in [one for one in left if one.serial in named]:
        target = named[source.serial]
        quantity = min(left[source], wanted[target])
        movements.append(Movement(source, target, quantity, line))
        left[source] -= quantity
        wanted[target] -= quantity
    sources = [source for source, quantity in left.items() if quantity]
    pairs = [(source, target) for source in sources for target, quantity in wanted.items() if quantity]
    pairs.sort(key=_preference)
    for source, target in pairs:
        quantity = min(left[source], wanted[target])
        if quantity > 0:
            movements.append(Movement(source, target, quantity, line))
            left[source] -= quantity
            wanted[target] -= quantity
    return movements


def _preference(pair: tuple[Bucket, Bucket]) -> tuple[int, int, int, int]:
    source, target = pair
    outside = source.is_external + target.is_external
    mixed = {0: 0, 2: 1, 1: 2}[outside]
    same_goods = 0 if source.lot == target.lot and source.location == target.location else 1
    same_unit = 0 if source.handling_unit == target.handling_unit else 1
    return (0 if target.state in LEGAL[source.state] else 1, mixed, same_goods, same_unit)

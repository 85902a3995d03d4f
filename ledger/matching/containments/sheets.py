"""Movements of goods in the house under the open containments: what would become usable and is meant is held."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.matching.containments.scope import CONTAINABLE, Containment, Facts
from ledger.matching.workset import Workset
from ledger.stock.bucket import Bucket, Movement


def under_sheets(workset: Workset, movements: Iterable[Movement]) -> list[Movement]:
    """The movements as the open containments let them: what would become usable and is meant goes into their hold.

    Goods that a containment itself holds leave it by a decision about them; they are held only by another one.
    """
    if not workset.containing:
        return list(movements)
    kept: list[Movement] = []
    for movement in movements:
        source, target, quantity, line = movement
        if target.state in CONTAINABLE and source.state not in CONTAINABLE:
            for containment in workset.containing:
                if source.hold_reason == containment.label or not quantity:
                    continue
                held = _meant(workset, containment, source, target, quantity)
                if held > 0:
                    quantity -= held
                    if containment.held(target) != source:
                        kept.append(Movement(source, containment.held(target), held, line))
        if quantity > 0:
            kept.append(Movement(source, target, quantity, line))
    return kept


def _meant(workset: Workset, containment: Containment, source: Bucket, target: Bucket, quantity: int) -> int:
    """How many of the goods a containment means: by the bucket, and by the origin that the book has found out."""
    if containment.criteria.asks_origin and not source.is_external:
        suspect = workset.suspects.get(containment.number, {})
        meant = min(quantity, suspect.get(source, 0))
        if meant:
            suspect[source] -= meant
        return meant
    goods = Facts(target.site, target.part, target.lot, target.serial)
    return quantity if containment.criteria.fits(goods) != "no" else 0

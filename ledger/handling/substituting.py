"""PartSubstituted: which way a substitute goes, and what its use frees of the part that it stands in for."""

from __future__ import annotations

from ledger.events import PartSubstituted, StockLine
from ledger.handling.rules import RULES, SUBSTITUTE_ISSUED, Rule
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.workset import Workset
from ledger.stock.bucket import Movement


def way_of(line: ResolvedLine) -> Rule:
    """The way of a line of `PartSubstituted`: with a place to go to it is issued, else it is built in."""
    said = line.said
    issued = isinstance(said, StockLine) and said.to_location
    return SUBSTITUTE_ISSUED if issued else RULES[PartSubstituted]


def movements_for_freed(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, said: StockLine
) -> list[Movement]:
    """Goods of the replaced part that were set apart for the demand: as many as are met otherwise are free again."""
    left = line.quantity
    movements: list[Movement] = []
    for bucket in sorted(workset.stock_of.get((resolved.book, resolved.site, line.replaces), ())):
        quantity = min(left, workset.balances[bucket])
        if quantity <= 0 or bucket.state != "allocated" or bucket.demand not in {said.demand, said.vin} - {""}:
            continue
        movements.append(Movement(bucket, bucket._replace(state="available", demand=""), quantity, line.line))
        left -= quantity
    return movements

"""Goods of parts under lot or serial control are named when they move, and before they become usable."""

from __future__ import annotations

from ledger.events import (
    Event,
    GoodsIdentified,
    GoodsReturned,
    GoodsShipped,
    IdentityLine,
    MaterialConsumed,
    MaterialIssued,
    MaterialReturned,
    PutAwayCompleted,
    StockLine,
    StockScrapped,
)
from ledger.handling.picking import Picked
from ledger.handling.rules import Rule
from ledger.matching.containments.scope import CONTAINABLE
from ledger.matching.receiving.identities import stands_at
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.workset import Workset

BY_NAME: frozenset[type[Event]] = frozenset(
    {
        PutAwayCompleted, MaterialIssued, MaterialConsumed, MaterialReturned, GoodsReturned, GoodsShipped,
        StockScrapped,
    }
)  # fmt: skip
"""Kinds that take goods by their names. A hold or an allocation may speak of any so many of them."""


def unnamed(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, said: StockLine, rule: Rule, picked: Picked
) -> str:
    """Why the line has to name its goods, or may not name them so; "" when it may go on."""
    for one in picked:
        if one.serial and one.serial != one.bucket.serial:
            known = stands_at(workset, resolved.book, line.part, one.serial)
            if known is not None:
                return f"Serial {one.serial} stands at {known.location or known.site} already, in {known.state}."
    if isinstance(resolved.event, GoodsIdentified):
        to_lot = said.to_lot if isinstance(said, IdentityLine) else ""
        return "" if to_lot or said.serials else "Name what the goods are: `serials`, `to_lot`, or both."
    if not (line.serial_controlled or line.lot_controlled):
        return ""
    freed = [
        one for one in picked if rule.frees and one.bucket.state not in CONTAINABLE and not one.bucket.is_external
    ]
    if line.serial_controlled and any(not (one.serial or one.bucket.serial) for one in freed):
        return f"{line.part} is told apart by serial: name the serials of these goods before they are used."
    if line.lot_controlled and any(not one.bucket.lot for one in freed):
        return (
            f"{line.part} is told apart by lot: name the lot of these goods (GoodsIdentified) before they are used."
        )
    if type(resolved.event) not in BY_NAME or said.serials or said.handling_unit:
        return ""
    if line.serial_controlled and any(one.bucket.serial for one in picked):
        return f"{line.part} is told apart by serial: send the line again with its `serials`."
    if line.lot_controlled and not said.lot and any(one.bucket.lot for one in picked):
        return f"{line.part} is told apart by lot: send the line again with its `lot`."
    return ""

"""Which pieces of a goods-receipt line are told apart by serial, and which should be and are not.

A serial stands at one place. Goods that came are never refused for their names: what cannot be told apart, of a part
that must be, stands on quality hold with a case until somebody names it.
"""

from __future__ import annotations

from typing import NamedTuple

from ledger.matching.resolved import ResolvedLine
from ledger.matching.workset import Workset
from ledger.stock.bucket import MILLION, Bucket


class Identities(NamedTuple):
    """`serials` are told apart; `doubtful` pieces (millionths) are held for want of one (D24)."""

    serials: tuple[str, ...] = ()
    doubtful: int = 0


def identities_of(workset: Workset, book: str, line: ResolvedLine, quantity: int, damaged: int) -> Identities:
    """Of one received line. With more serials than pieces, or damage on some of them, nobody knows which is which."""
    said = line.said.serials
    if not said and not line.serial_controlled:
        return Identities()
    good = quantity - damaged
    unique = tuple(dict.fromkeys(said))
    if len(unique) * MILLION > quantity or 0 < damaged < quantity:
        return Identities((), good if line.serial_controlled or damaged == 0 else 0)
    told = tuple(serial for serial in unique if not stands_at(workset, book, line.part, serial))
    twice = (len(said) - len(told)) * MILLION
    rest = quantity - len(told) * MILLION
    return Identities(told, rest if line.serial_controlled else min(twice, rest))


def stands_at(workset: Workset, book: str, part: str, serial: str) -> Bucket | None:
    """Where a serial stands already; None where it does not."""
    known = workset.serial_at.get((book, part, serial), ())
    return next((bucket for bucket in known if workset.balances.get(bucket, 0) > 0), None)

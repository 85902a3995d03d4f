"""Portions of a goods-receipt line: what each answers, its pieces by name, and the state in which it arrives."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ledger.matching.deciding.review import live_links
from ledger.matching.discrepancies import d18_over_receipt, d24_serials, d25_lot
from ledger.matching.receiving.apart import APART, FOUND
from ledger.matching.receiving.holds import governing_hold
from ledger.matching.records.documents import Link, NoticeLine, ReceiptLine
from ledger.matching.records.transfers import is_transfer
from ledger.matching.workset import Workset
from ledger.policy import Terms
from ledger.stock.bucket import MILLION

Source = Literal["notice", "supplier", "clearing", "adjustment"]


class Portion(NamedTuple):
    """Some of a goods-receipt line: which notice line it answers, and out of which account it comes."""

    notice: NoticeLine | None
    source: Source
    quantity: int
    damaged: bool
    serials: tuple[str, ...] = ()
    doubtful: bool = False
    """Held for want of serials."""
    apart: str = ""
    """Class for which it answers no notice at all: see `ledger.matching.receiving.apart`."""
    beyond: bool = False
    """More than its order asks for (D18)."""


def name_pieces(workset: Workset, line: ReceiptLine, portions: list[Portion], old: list[Link]) -> list[Portion]:
    """The portions with their serials; one of which some pieces have none that should is cut in two.

    A notice's own serials stay with it, the others go in order; what is damaged is told apart only as a whole.
    """
    if not line.serials and not line.doubtful:
        return portions
    mine = workset.links_of_receipt.get((line.key, line.line))
    kept = {serial for link in live_links(mine) if all(link is not one for one in old) for serial in link.serials}
    free = [serial for serial in line.serials if serial not in kept]
    doubtful = line.doubtful
    named: list[Portion] = []
    plain = sum(portion.quantity for portion in portions if not portion.damaged) - len(free) * MILLION - doubtful
    for portion in portions:
        if portion.damaged and len(free) * MILLION != portion.quantity:
            named.append(portion)
            continue
        advised = set() if portion.notice is None else set(portion.notice.serials)
        free.sort(key=lambda serial: serial not in advised)
        told = tuple(free[: portion.quantity // MILLION])
        free = free[len(told) :]
        rest = portion.quantity - len(told) * MILLION
        together = min(rest, max(0, plain))
        plain, rest = plain - together, rest - together
        if told or together or not rest:
            named.append(portion._replace(quantity=len(told) * MILLION + together, serials=told))
        if rest > 0:
            named.append(portion._replace(quantity=rest, serials=(), doubtful=True))
    return named


def state_of(line: ReceiptLine, portion: Portion, terms: Terms, lot: str) -> tuple[str, str]:
    """State and hold reason in which a portion arrives."""
    if portion.apart:
        return APART[portion.apart], portion.apart
    found = FOUND.get(line.condition)
    if portion.damaged:
        return "quarantine", "damaged" if found is None else found[1]
    if portion.source == "clearing":
        return "quality_hold", "D17" if portion.notice is not None else "D14"
    hold_reason = governing_hold(line, portion.notice)
    if hold_reason:
        return "quality_hold", hold_reason
    if found is not None and not line.damaged:
        return found
    if portion.beyond:
        return "quality_hold", d18_over_receipt.CLASS.code
    if portion.doubtful:
        return "quality_hold", d24_serials.CLASS.code
    if line.lot_controlled and not lot:
        return "quality_hold", d25_lot.CLASS.code
    if line.stock_status == "hold":
        return "quality_hold", "receiver"
    if line.stock_status == "line_side" and portion.source == "notice":
        return "line_side", ""
    if is_transfer(line.supplier):
        return ("consigned" if portion.notice is not None and portion.notice.owner else "available"), ""
    return ("consigned" if terms.title_passes == "consumption" else "available"), ""

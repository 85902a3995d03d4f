"""What becomes of goods by a decision about their case: the account they come out of, and the state they go to.

Links are given their fate, and what moves is the difference; nothing here asks who may decide.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from ledger.events import Resolution
from ledger.matching.booking import book_movements
from ledger.matching.deciding.review import live_links
from ledger.matching.decision import Decision
from ledger.matching.ordering.cumulatives import accumulate
from ledger.matching.ordering.requirements import add_linked, order_key_of
from ledger.matching.receiving.holds import REVISION, governing_hold
from ledger.matching.receiving.positions import Deltas, add_link, stands
from ledger.matching.receiving.rematch import count
from ledger.matching.records.documents import Case, Link, ReceiptLine
from ledger.matching.records.transfers import is_transfer
from ledger.matching.workset import Workset
from ledger.stock.change import movements_for_change


class Fate(NamedTuple):
    """What becomes of a link: the account it came out of and the state it goes to; None leaves it as it is."""

    source: str | None = None
    state: str | None = None
    hold_reason: str = ""


STAYS = Fate()

REVISIONS: dict[Resolution, Fate] = {
    "accept": Fate(None, "available"),
    "rework": Fate(None, "quality_hold", "rework"),
    "return": Fate(None, "supplier"),
    "scrap": Fate(None, "scrap"),
    "waive": STAYS,
}
"""Goods held for their revision. Waived, they stay held: a deviation may still release them."""

REVISION_APPROVERS = frozenset({"engineer", "quality_manager"})
"""Who lets a revision that is not in force into stock."""

OVER: dict[Resolution, Fate] = {
    "accept": Fate("supplier", "available"),
    "waive": Fate("supplier", "available"),
    "rework": Fate("supplier", "quality_hold", "rework"),
    "scrap": Fate("supplier", "scrap"),
    "return": Fate(None, ""),
    "recount": Fate(None, ""),
}
"""Goods that we hold and nobody advised. Returned or never there: they leave by the clearing account they came by."""

DAMAGED: dict[Resolution, Fate] = {
    "accept": Fate(None, "available"),
    "recount": Fate(None, "available"),
    "rework": Fate(None, "quality_hold", "rework"),
    "return": Fate(None, "supplier"),
    "scrap": Fate(None, "scrap"),
    "credit": STAYS,
    "waive": STAYS,
}

UNADVISED: dict[Resolution, Fate] = {
    "accept": STAYS,
    "waive": STAYS,
    "credit": STAYS,
    "short_close": STAYS,
    "recount": STAYS,
    "return": Fate(None, "supplier"),
    "rework": Fate(None, "quality_hold", "rework"),
    "scrap": Fate(None, "scrap"),
}

LET_IN: dict[Resolution, Fate] = {"waive": Fate(None, "available")}

GONE_BACK = ("", "supplier")
"""States of goods that were never there or went back: the cumulative received no longer counts them."""


def decide_links(
    workset: Workset,
    decision: Decision,
    case: Case,
    links: list[Link],
    fates: dict[Resolution, Fate],
    resolution: Resolution,
    asked: int,
) -> str:
    """Give as much of the links as was asked for its fate; refused where the goods are no longer there."""
    fate = fates.get(resolution)
    if fate is None:
        return f"Case {case.case} cannot be resolved by {resolution}: {', '.join(fates)}."
    if fate.state is not None:
        gone = _gone(workset, links, asked)
        if gone:
            return gone
    if fate.state == "scrap":
        # Goods are scrapped out of quarantine only; both steps are posted.
        _move(workset, decision, case, links, Fate(None, "quarantine", resolution), asked, settles=False)
    _move(workset, decision, case, links, fate, asked, settles=True)
    return ""


def _move(
    workset: Workset, decision: Decision, case: Case, links: list[Link], fate: Fate, asked: int, *, settles: bool
) -> None:
    deltas: Deltas = {}
    left = asked
    for link in sorted(links, key=_link_order):
        if left <= 0:
            break
        line = workset.receipt_lines[(link.receipt, link.receipt_line)]
        if link.quantity > left:
            links.append(_split(workset, link, left))
        left -= link.quantity
        notice = None if link.shipment is None else workset.notice_lines.get((link.shipment, link.notice_line))
        add_link(workset, deltas, link, line, -1)
        add_linked(workset, link, -1)
        if notice is not None and settles:
            count(notice, link, -1)
            notice.touched = True
        if fate.source is not None:
            # The other site shipped less than came: what is accepted beyond was found here, and lost there.
            found = fate.source == "supplier" and is_transfer(line.supplier)
            link.source = "adjustment" if found else fate.source  # type: ignore[assignment]
            if notice is not None:
                link.order, link.order_line = order_key_of(notice), notice.order_line_identity
        if fate.state is not None and not (link.damaged and fate.state == "available" and fate.source):
            usable = "consigned" if link.owner else "available"
            link.state, link.hold_reason = usable if fate.state == "available" else fate.state, fate.hold_reason
            if fate.state == "available" and governing_hold(line, notice) == REVISION:
                link.state, link.hold_reason = "quality_hold", REVISION
            if fate.state in GONE_BACK:
                accumulate(workset, decision, line, -link.quantity, line.supplier)
        link.settled = settles and fate is not STAYS
        link.touched = True
        if notice is not None and settles:
            count(notice, link, 1)
        add_linked(workset, link, 1)
        add_link(workset, deltas, link, line, 1)
        settle_line(workset, line)
    book_movements(workset, decision, movements_for_change(deltas, case.case))


def _split(workset: Workset, link: Link, quantity: int) -> Link:
    """Cut a link in two; the given one keeps `quantity`, the other is returned."""
    mine = workset.links_of_receipt[(link.receipt, link.receipt_line)]
    rest = msgspec.structs.replace(link, quantity=link.quantity - quantity, number=len(mine), touched=True, new=True)
    pieces = quantity // 1_000_000
    rest.serials, link.serials = link.serials[pieces:], link.serials[:pieces]
    link.quantity, link.touched = quantity, True
    workset.add_link(rest)
    return rest


def settle_line(workset: Workset, line: ReceiptLine) -> None:
    """A receipt line with nothing left undecided is matched."""
    links = live_links(workset.links_of_receipt.get((line.key, line.line)))
    if all(link.source == "notice" or link.settled for link in links):
        line.status = "matched"
    line.touched = True


def _gone(workset: Workset, links: list[Link], asked: int) -> str:
    left = asked
    for link in sorted(links, key=_link_order):
        take = min(left, link.quantity)
        left -= take
        for bucket, quantity in stands(workset, link, workset.receipt_lines[(link.receipt, link.receipt_line)]):
            held = workset.balances.get(bucket)
            if not take or held is None or held >= min(take, quantity):
                continue
            return f"Only {held / 1_000_000:g} is left in {bucket.state}; the rest has moved on."
    return ""


def _link_order(link: Link) -> tuple[tuple[str, ...], str, int]:
    return tuple(link.receipt), link.receipt_line, link.number

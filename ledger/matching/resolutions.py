"""DiscrepancyResolved: a decision about a case, and the postings that clear what it left open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from ledger.events import DiscrepancyResolved, Resolution
from ledger.matching.approvals import APPROVED, decide_approval, refused, stays_open
from ledger.matching.booking import book_movements
from ledger.matching.closing import close_or_open
from ledger.matching.cumulatives import accumulate, decide_case, settle_short
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.holds import REVISION, governing_hold
from ledger.matching.positions import Deltas, add_link, add_notice_line, stands
from ledger.matching.records import Case, Link, NoticeLine, ReceiptKey, ReceiptLine, ShipmentKey
from ledger.matching.rematch import count
from ledger.matching.requirements import add_linked, order_key_of
from ledger.matching.review import live_links
from ledger.matching.superseded import decide_superseded
from ledger.matching.transfer_records import is_transfer
from ledger.matching.waiting import refuse_whole
from ledger.matching.workset import Workset
from ledger.policy import Policy
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

GONE_BACK = ("", "supplier")
"""States of goods that were never there or went back: the cumulative received no longer counts them."""

SHORT_SETTLES: frozenset[Resolution] = frozenset({"accept", "short_close", "credit", "waive"})


def decide_resolved(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Post what the decision means, and give the case its resolution."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, DiscrepancyResolved)  # noqa: S101  the dispatch table says so
    case = workset.cases.get((resolved.book, event.number))
    if case is None:
        refuse_whole(decision, "", f"There is no case {event.number}.")
        return
    if case.status == "closed":
        refuse_whole(decision, "", f"Case {event.number} is closed already ({case.resolution or 'withdrawn'}).")
        return
    if case.status == "resolved":
        refuse_whole(decision, "", f"Case {event.number} is decided ({case.resolution}) and waits for its tasks.")
        return
    asked = case.quantity if event.quantity is None else int(event.quantity * 1_000_000)
    if asked < 0 or (asked > case.quantity) or (asked == 0 and case.quantity):
        refuse_whole(decision, "", f"Case {event.number} has {case.quantity / 1_000_000:g} {case.unit} open.")
        return
    post = _HANDLERS.get(case.code, _post_nothing)
    reason = refused(workset, decision, policy, case)
    reason = reason or post(workset, decision, policy, case, event.resolution, asked, now_us)
    if reason:
        refuse_whole(decision, "", reason)
        return
    stays = stays_open(case, event.resolution)
    decision.resolved_cases.append((case, event.resolution, 0 if stays else asked))
    decision.lines.append(LineDecision("", "posted", movements=len(decision.movements)))
    if not stays:
        decision.released.append(f"case:{event.number}")


def _post_nothing(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """A case about a document: nothing stands in clearing for it."""
    return ""


def _post_short(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D16: settle the short with the supplier, or open the line again for a recount."""
    line = _notice_line(workset, case)
    if line is None:
        return f"The notice line of case {case.case} is gone."
    deltas: Deltas = {}
    add_notice_line(deltas, line, -1)
    if resolution in SHORT_SETTLES:
        line.settled += asked
        settle_short(workset, decision, line, asked)
    elif resolution == "recount":
        days = policy.terms_for(line.key.supplier, case.partner).close_days
        line.closes_at = now_us + int(days * 86_400_000_000)
        for link in live_links(workset.links_of_notice.get((line.key, line.line))):
            receipt_line = workset.receipt_lines[(link.receipt, link.receipt_line)]
            receipt_line.complete, receipt_line.touched = False, True
        close_or_open(workset, policy, line, now_us)
    else:
        return f"What is short cannot be resolved by {resolution}: accept, short_close, credit, waive or recount."
    line.touched = True
    add_notice_line(deltas, line, 1)
    book_movements(workset, decision, movements_for_change(deltas, case.case))
    return ""


def _post_over(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D17: take the excess into stock, or send it back."""
    line = _notice_line(workset, case)
    links = [] if line is None else live_links(workset.links_of_notice.get((line.key, line.line)))
    chosen = [link for link in links if not link.settled and link.source == "clearing"]
    if not chosen:
        return ""
    return _decide_links(workset, decision, case, chosen, OVER, resolution, asked)


def _post_unadvised(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D14: goods with a known order are in stock already; unknown ones are in hold."""
    links = live_links(workset.links_of_receipt.get(_receipt_line_key(case)))
    alone = [link for link in links if not link.settled and link.shipment is None]
    blind = [link for link in alone if link.source == "clearing"]
    if blind:
        return _decide_links(workset, decision, case, blind, OVER, resolution, asked)
    return _decide_links(workset, decision, case, alone, UNADVISED, resolution, asked)


def _post_identified(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D24, D25: the goods were named, or went another way; matching leaves them where they are from now on."""
    for link in live_links(workset.links_of_receipt.get(_receipt_line_key(case))):
        if link.hold_reason == case.code:
            link.settled = link.touched = True
    return ""


def _post_revision(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D05: what is held for its revision is let into stock or sent away; what is still to come follows."""
    line = _notice_line(workset, case) if case.notice_line else None
    receipt_line = workset.receipt_lines.get(_receipt_line_key(case)) if case.receipt_line else None
    holder = line or receipt_line
    if holder is None or holder.hold_reason != REVISION:
        return ""
    if asked != case.quantity:
        return f"Case {case.case} is decided as a whole: leave the quantity out."
    if resolution == "accept":
        actor = decision.resolved.event.actor
        if actor is None or actor.kind != "user" or not REVISION_APPROVERS & set(actor.roles):
            return f"Case {case.case} is decided by: {', '.join(sorted(REVISION_APPROVERS))}."
        if actor.sites and case.site not in actor.sites:
            return f"{actor.id} does not work for site {case.site}."
        holder.hold_reason, holder.touched = "", True
    if line is not None:
        links = live_links(workset.links_of_notice.get((line.key, line.line)))
    else:
        links = live_links(workset.links_of_receipt.get(_receipt_line_key(case)))
    held = [link for link in links if link.state == "quality_hold" and link.hold_reason == REVISION]
    quantity = sum(link.quantity for link in held)
    return _decide_links(workset, decision, case, held, REVISIONS, resolution, quantity)


def _post_damaged(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D20: what stands in quarantine is used, reworked, returned or scrapped."""
    if case.notice_line:
        line = _notice_line(workset, case)
        links = [] if line is None else live_links(workset.links_of_notice.get((line.key, line.line)))
    else:
        links = live_links(workset.links_of_receipt.get(_receipt_line_key(case)))
    chosen = [link for link in links if link.damaged and not link.settled and link.source != "clearing"]
    fates = DAMAGED
    if is_transfer(case.supplier):
        fates = {how: fate for how, fate in DAMAGED.items() if fate.state != "supplier"}
    return _decide_links(workset, decision, case, chosen, fates, resolution, asked)


def _post_transfer(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D39: short, over, or never shipped; as between us and a supplier, but settled between our own sites."""
    if not case.notice_line:
        return _post_unadvised(workset, decision, policy, case, resolution, asked, now_us)
    post = _post_over if case.actual > case.expected else _post_short
    return post(workset, decision, policy, case, resolution, asked, now_us)


def _decide_links(
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
        _settle_line(workset, line)
    book_movements(workset, decision, movements_for_change(deltas, case.case))


def _split(workset: Workset, link: Link, quantity: int) -> Link:
    """Cut a link in two; the given one keeps `quantity`, the other is returned."""
    mine = workset.links_of_receipt[(link.receipt, link.receipt_line)]
    rest = replace(link, quantity=link.quantity - quantity, number=len(mine), touched=True, new=True)
    pieces = quantity // 1_000_000
    rest.serials, link.serials = link.serials[pieces:], link.serials[:pieces]
    link.quantity, link.touched = quantity, True
    workset.add_link(rest)
    return rest


def _settle_line(workset: Workset, line: ReceiptLine) -> None:
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


def _notice_line(workset: Workset, case: Case) -> NoticeLine | None:
    key = ShipmentKey(case.book, case.site, case.supplier, case.shipment_id)
    return workset.notice_lines.get((key, case.notice_line))


def _receipt_line_key(case: Case) -> tuple[ReceiptKey, str]:
    return ReceiptKey(case.book, case.site, case.receipt_provider, case.receipt_id), case.receipt_line


def _post_cumulative(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D11: a figure is agreed on; nothing moves."""
    return decide_case(workset, case, resolution, asked)


_Handler = Callable[[Workset, Decision, Policy, Case, Resolution, int, int], str]

_HANDLERS: dict[str, _Handler] = {
    "D05": _post_revision,
    "D11": _post_cumulative,
    "D14": _post_unadvised,
    "D16": _post_short,
    "D17": _post_over,
    "D20": _post_damaged,
    "D39": _post_transfer,
    "D24": _post_identified,
    "D25": _post_identified,
    "D45": decide_superseded,
    **dict.fromkeys(APPROVED, decide_approval),
}

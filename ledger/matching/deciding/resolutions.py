"""DiscrepancyResolved: a decision about a case, and the postings that clear what it left open."""

from __future__ import annotations

from collections.abc import Callable

from ledger.events import DiscrepancyResolved, Resolution
from ledger.matching.booking import book_movements
from ledger.matching.deciding.approvals import APPROVED, decide_approval, refused, stays_open
from ledger.matching.deciding.fates import (
    DAMAGED,
    LET_IN,
    OVER,
    REVISION_APPROVERS,
    REVISIONS,
    UNADVISED,
    decide_links,
    settle_line,
)
from ledger.matching.deciding.review import live_links
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.notices.holds import HOLDING, decide_held
from ledger.matching.ordering.cumulatives import decide_case, settle_short
from ledger.matching.receiving.apart import OF_THE_DOCK
from ledger.matching.receiving.beyond import held_beyond
from ledger.matching.receiving.closing import close_or_open
from ledger.matching.receiving.holds import REVISION
from ledger.matching.receiving.positions import Deltas, add_notice_line
from ledger.matching.receiving.superseded import decide_superseded
from ledger.matching.records.documents import Case, NoticeLine, OrderKey, ReceiptKey, ShipmentKey
from ledger.matching.records.transfers import is_transfer
from ledger.matching.waiting import refuse_whole
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.stock.change import movements_for_change

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
    return decide_links(workset, decision, case, chosen, OVER, resolution, asked)


def _post_unadvised(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D14: goods with a known order are in stock already; unknown ones are in hold."""
    links = live_links(workset.links_of_receipt.get(_receipt_line_key(case)))
    alone = [link for link in links if not link.settled and link.shipment is None]
    blind = [link for link in alone if link.source == "clearing"]
    if blind:
        return decide_links(workset, decision, case, blind, OVER, resolution, asked)
    return decide_links(workset, decision, case, alone, UNADVISED, resolution, asked)


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
    return decide_links(workset, decision, case, held, REVISIONS, resolution, quantity)


def _post_damaged(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D20: what stands in quarantine is used, reworked, returned or scrapped."""
    if case.notice_line:
        line = _notice_line(workset, case)
        links = [] if line is None else live_links(workset.links_of_notice.get((line.key, line.line)))
    else:
        links = live_links(workset.links_of_receipt.get(_receipt_line_key(case)))
    chosen = [
        link
        for link in links
        if link.damaged and not link.settled and link.source != "clearing" and link.hold_reason not in OF_THE_DOCK
    ]
    fates = DAMAGED
    if is_transfer(case.supplier):
        fates = {how: fate for how, fate in DAMAGED.items() if fate.state != "supplier"}
    return decide_links(workset, decision, case, chosen, fates, resolution, asked)


def _post_transfer(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D39: short, over, or never shipped; as between us and a supplier, but settled between our own sites."""
    if not case.notice_line:
        return _post_unadvised(workset, decision, policy, case, resolution, asked, now_us)
    post = _post_over if case.actual > case.expected else _post_short
    return post(workset, decision, policy, case, resolution, asked, now_us)


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


def _post_beyond(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D18: what is held beyond the order is let in or sent away; what stands in stock already is settled as it is."""
    order = workset.order_lines.get(
        (OrderKey(case.book, case.site, case.supplier, case.order_number), case.order_line)
    )
    if order is None:
        return f"The order line of case {case.case} is gone."
    held = held_beyond(workset, order)
    if held:
        reason = decide_links(workset, decision, case, held, REVISIONS | LET_IN, resolution, asked)
        if reason:
            return reason
    order.settled += asked
    order.touched = True
    return ""


def _post_of_the_dock(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D19, D21, D28: goods that the dock held for what they are; what nobody advised leaves the way it came."""
    links = live_links(workset.links_of_receipt.get(_receipt_line_key(case)))
    chosen = [link for link in links if link.hold_reason == case.code and not link.settled]
    if not chosen:
        return ""
    fates = OVER if chosen[0].source == "clearing" else DAMAGED
    return decide_links(workset, decision, case, chosen, fates, resolution, asked)


def _post_label(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """D23: the label is what it is; the goods stay with the notice that they were matched to."""
    line = workset.receipt_lines.get(_receipt_line_key(case))
    if line is not None:
        settle_line(workset, line)
    return ""


_Handler = Callable[[Workset, Decision, Policy, Case, Resolution, int, int], str]

_HANDLERS: dict[str, _Handler] = {
    "D05": _post_revision,
    "D11": _post_cumulative,
    "D14": _post_unadvised,
    "D16": _post_short,
    "D18": _post_beyond,
    "D19": _post_of_the_dock,
    "D21": _post_of_the_dock,
    "D23": _post_label,
    "D28": _post_of_the_dock,
    "D29": _post_unadvised,
    "D17": _post_over,
    "D20": _post_damaged,
    "D39": _post_transfer,
    "D24": _post_identified,
    "D25": _post_identified,
    "D45": decide_superseded,
    **dict.fromkeys(HOLDING, decide_held),
    **dict.fromkeys(APPROVED, decide_approval),
}

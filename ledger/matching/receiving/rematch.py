"""Match anew: the goods-receipt lines and notice lines that touch each other, as if all had come in order.

The clean path (a receipt that fits its one notice line) never gets here. Everything else does: over, damage said to
be final, goods before their notice, a receipt overtaking an earlier one, a reversal. The result depends on the
facts alone, not on their order of arrival; what moves is only what differs from what was booked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ledger.matching.booking import book_movements, refuse_moved_on
from ledger.matching.deciding.review import live_links, over_action, review_notice_line, review_receipt_line
from ledger.matching.decision import Decision
from ledger.matching.ordering.cumulatives import move_to_supplier
from ledger.matching.ordering.requirements import add_linked, find_receipt_order, order_key_of
from ledger.matching.ordering.windows import check_receiving
from ledger.matching.receiving import beyond
from ledger.matching.receiving.apart import set_apart
from ledger.matching.receiving.closing import close_or_open
from ledger.matching.receiving.found import is_mislabelled
from ledger.matching.receiving.ladder import CONFIDENCE, NAMED, RANK, Rung, candidates
from ledger.matching.receiving.portions import Portion, Source, name_pieces, state_of
from ledger.matching.receiving.positions import Deltas, add_link, add_notice_line
from ledger.matching.records.documents import Link, NoticeLine, OrderKey, ReceiptKey, ReceiptLine, ShipmentKey
from ledger.matching.records.transfers import is_transfer
from ledger.matching.workset import Workset
from ledger.policy import Policy, Terms
from ledger.stock.bucket import MILLION
from ledger.stock.change import movements_for_change

Change = Callable[[], Iterable[NoticeLine]]


@dataclass(slots=True)
class _Freed:
    """A receipt line out of which what may be matched anew was taken."""

    line: ReceiptLine
    supplier: str
    """Whose it was held to be until now."""
    old: list[Link]
    decided: int = 0
    decided_damaged: int = 0


@dataclass(slots=True)
class _Share:
    line: ReceiptLine
    rung: Rung
    notices: list[NoticeLine]
    old: list[Link]
    quantity: int
    damaged: int
    supplier: str
    """Whose it was held to be until now."""
    apart: str = ""
    """Class for which it answers none of the notices that it names."""
    portions: list[Portion] = field(default_factory=list)


def rematch(
    workset: Workset,
    decision: Decision,
    policy: Policy,
    now_us: int,
    notices: Iterable[NoticeLine],
    receipts: Iterable[ReceiptLine],
    event_line: str,
    fresh: Iterable[NoticeLine] = (),
    change: Change | None = None,
) -> int:
    """Match the receipt lines, and all that are linked to the notice lines, over these notice lines anew.

    `fresh` notice lines have not been booked yet. Returns how many movements it made. `change` makes the records say
    something else once what they stood for is taken out of the books, and gives the notice lines to match over then;
    goods that such a change must move have to be there. Raises CannotReread where they are not.
    """
    scope = {(line.key, line.line): line for line in notices}
    new = {(line.key, line.line) for line in fresh}
    pool, mine = _pool(workset, scope, receipts), set(scope)
    deltas: Deltas = {}
    for key, line in scope.items():
        if key not in new:
            add_notice_line(deltas, line, -1)
    freed = [_free(workset, deltas, scope, line) for line in pool.values()]
    if change is not None:
        others = {key: line for key, line in scope.items() if key not in mine}
        scope = {(line.key, line.line): line for line in change()} | others
    shares = [_share_of(workset, policy, scope, one) for one in freed]
    shares.sort(key=lambda share: (RANK[share.rung], *beyond.turn(share.line)))
    for share in shares:
        _fill(workset, share)
    accepted = _accepted_over(workset, policy, shares)
    taken: beyond.Taken = {}
    # Whichever rung it stands on, what came last is what its order has no room for.
    for share in sorted(shares, key=lambda share: beyond.turn(share.line)):
        share.portions = _as_accepted(workset, policy, share, accepted, taken)
    for share in shares:
        _book(workset, decision, policy, share, deltas)
        move_to_supplier(workset, decision, share.line, share.supplier)
    for line in scope.values():
        line.touched = True
        close_or_open(workset, policy, line, now_us)
        add_notice_line(deltas, line, 1)
    movements = movements_for_change(deltas, event_line)
    if change is not None:
        # What was read as one part may be another.
        parts = sorted({bucket.part for bucket in deltas})
        movements = [
            movement
            for part in parts
            for movement in movements_for_change({b: n for b, n in deltas.items() if b.part == part}, event_line)
        ]
        refuse_moved_on(workset, movements)
    book_movements(workset, decision, movements)
    for line in scope.values():
        review_notice_line(workset, decision, policy, line, event_line)
    for share in shares:
        _wait(policy, decision, share.line, now_us)
        review_receipt_line(workset, decision, policy, share.line, event_line, now_us)
    beyond.review_beyond(workset, decision, policy, (share.line for share in shares), event_line)
    return len(movements)


def _pool(
    workset: Workset, scope: dict[tuple[ShipmentKey, str], NoticeLine], receipts: Iterable[ReceiptLine]
) -> dict[tuple[ReceiptKey, str], ReceiptLine]:
    """The receipt lines to be matched: those given, those with an undecided link into the scope, and those that came
    later on an order line without room for all; the scope grows by the notice lines that these answer."""
    pool = {(line.key, line.line): line for line in receipts}
    while True:
        for key in scope:
            for link in live_links(workset.links_of_notice.get(key)):
                line = workset.receipt_lines.get((link.receipt, link.receipt_line))
                if line is not None and not link.settled:
                    pool[(line.key, line.line)] = line
        if not beyond.add_later(workset, scope, pool):
            return pool


def _free(
    workset: Workset, deltas: Deltas, scope: dict[tuple[ShipmentKey, str], NoticeLine], line: ReceiptLine
) -> _Freed:
    """Free what of the line is linked into the scope or to no notice at all; decided links stay."""
    freed = _Freed(line, line.supplier, [])
    for link in live_links(workset.links_of_receipt.get((line.key, line.line))):
        notice = None if link.shipment is None else scope.get((link.shipment, link.notice_line))
        if not link.settled and (link.shipment is None or notice is not None):
            freed.old.append(link)
            add_link(workset, deltas, link, line, -1)
            add_linked(workset, link, -1)
            if notice is not None:
                count(notice, link, -1)
        else:
            freed.decided += link.quantity
            freed.decided_damaged += link.quantity if link.damaged else 0
    return freed


def _share_of(
    workset: Workset, policy: Policy, scope: dict[tuple[ShipmentKey, str], NoticeLine], freed: _Freed
) -> _Share:
    """What of the line is to be matched, and the notice lines that it may answer."""
    line = freed.line
    quantity, damaged = line.quantity - freed.decided, line.damaged - freed.decided_damaged
    rung, named = candidates(workset, line)
    inside = [notice_line for notice_line in named if (notice_line.key, notice_line.line) in scope]
    # A closed line is no candidate on the lower rungs, but a receipt that answers it already stays with it.
    for link in freed.old:
        mine = None if link.shipment is None else scope.get((link.shipment, link.notice_line))
        if mine is None or mine.part != line.part or rung in NAMED:
            continue
        if all(mine is not other for other in inside):
            inside.append(mine)
    if line.status == "reversed":
        quantity = damaged = 0
    apart = set_apart(workset, line)
    terms = policy.terms_for(line.supplier or (inside[0].key.supplier if inside else ""))
    unsure = not apart and CONFIDENCE[rung] < terms.match_confidence
    # Once a person is to say it, that stays so until they do: not every event knows what else there is.
    line.queued = unsure and (bool(named) or line.queued)
    if apart or unsure:
        inside = []
    damaged = 0 if apart else max(0, min(damaged, quantity))
    return _Share(line, rung, inside, freed.old, quantity, damaged, freed.supplier, apart)


def count(notice: NoticeLine, link: Link, sign: int) -> None:
    """Count a link into the running totals of its notice line (`sign` 1), or out of them (-1)."""
    quantity = sign * link.quantity
    if link.source == "notice":
        notice.received += quantity
        if link.damaged:
            notice.damaged += quantity
    elif not link.settled:
        notice.over += quantity


def _fill(workset: Workset, share: _Share) -> None:
    """Fill the candidates in order, damaged pieces first; the rest is over, unadvised or blind.

    Counts into `received` at once, so that the next share sees what is left.
    """
    quantity, damaged = share.quantity, share.damaged
    for notice in share.notices:
        take = max(0, min(quantity, notice.quantity - notice.received - notice.settled))
        broken = min(take, damaged)
        notice.received += take
        _portion(share, notice, "notice", take, broken, keep=share.line.complete and not share.quantity)
        quantity, damaged = quantity - take, damaged - broken
    if quantity <= 0:
        return
    broken = min(quantity, damaged)
    if share.notices and share.rung in NAMED:
        _portion(share, share.notices[-1], "clearing", quantity, broken)
    else:
        known = None if share.apart else find_receipt_order(workset, share.line)
        _portion(share, None, "supplier" if known else "clearing", quantity, broken)


def _portion(
    share: _Share, notice: NoticeLine | None, source: Source, quantity: int, broken: int, keep: bool = False
) -> None:
    """Note good and damaged portions; `keep` notes an empty one too, which says "nothing more will come"."""
    if broken:
        share.portions.append(Portion(notice, source, broken, True))
    if quantity > broken or (keep and not quantity and share.line.status != "reversed"):
        share.portions.append(Portion(notice, source, quantity - broken, False, apart=share.apart))


def _accepted_over(workset: Workset, policy: Policy, shares: list[_Share]) -> set[int]:
    """Ids of notice lines whose excess is let into stock: within tolerance, or a rule only warns."""
    over: dict[int, tuple[NoticeLine, int]] = {}
    for share in shares:
        for portion in share.portions:
            if portion.notice is not None and portion.source == "clearing":
                known = over.get(id(portion.notice), (portion.notice, 0))[1]
                over[id(portion.notice)] = (portion.notice, known + portion.quantity)
    return {
        key for key, (line, quantity) in over.items() if over_action(workset, policy, line, quantity)[0] != "hold"
    }


def _book(workset: Workset, decision: Decision, policy: Policy, share: _Share, deltas: Deltas) -> None:
    """Turn portions into links, keeping the old ones that still say the same."""
    line = share.line
    for portion in share.portions:
        if portion.notice is not None and portion.source == "notice":
            portion.notice.received -= portion.quantity  # counted again with its link
    if not line.supplier and share.notices and share.portions:
        line.supplier = share.notices[0].key.supplier
    terms = policy.terms_for(line.supplier)
    spare = list(share.old)
    matched = left = 0
    for portion in name_pieces(workset, line, share.portions, share.old):
        wanted = new_link(workset, decision, line, portion, share.rung, terms)
        link = next((old for old in spare if _same_place(old, wanted)), None)
        if link is None:
            link = wanted
            workset.add_link(link)
        else:
            spare.remove(link)
            link.quantity, link.rung, link.touched = wanted.quantity, wanted.rung, True
            link.confidence = wanted.confidence
            link.serials = wanted.serials
        add_link(workset, deltas, link, line, 1)
        add_linked(workset, link, 1)
        if portion.notice is not None:
            count(portion.notice, link, 1)
        if link.source == "notice" and link.hold_reason != beyond.CODE:
            matched += link.quantity
        else:
            left += link.quantity
    strange = is_mislabelled(line, [one.notice for one in share.portions if one.notice is not None])
    for link in spare:
        link.reversed = link.touched = True
    line.matched, line.rung, line.touched = matched, share.rung, True
    if line.status != "reversed":
        line.status = "unmatched" if left or strange else "matched"
        if line.status == "unmatched":
            workset.add_unmatched(line)
    line.queued = line.queued and line.status == "unmatched"
    if policy.keeps_requirements:
        check_receiving(workset, decision, policy, line)


def _as_accepted(
    workset: Workset, policy: Policy, share: _Share, accepted: set[int], taken: beyond.Taken
) -> list[Portion]:
    """The portions, those over a notice that are let into stock out of its sender's account; cut where their order
    has no room."""
    of: Source = "adjustment" if is_transfer(share.line.supplier) else "supplier"
    portions = [
        one._replace(source=of)
        if one.notice is not None and one.source == "clearing" and id(one.notice) in accepted
        else one
        for one in share.portions
    ]
    return beyond.split_beyond(workset, policy, share.line, portions, taken)


def _same_place(old: Link, new: Link) -> bool:
    return (
        old.shipment == new.shipment and old.notice_line == new.notice_line and old.source == new.source
        and old.state == new.state and old.hold_reason == new.hold_reason and old.damaged == new.damaged
        and old.order == new.order and old.order_line == new.order_line and old.lot == new.lot
        and old.revision == new.revision and old.owner == new.owner
        and old.handling_unit == new.handling_unit and old.stock_segment == new.stock_segment
    )  # fmt: skip


def new_link(
    workset: Workset, decision: Decision, line: ReceiptLine, portion: Portion, rung: Rung, terms: Terms
) -> Link:
    """The link that a portion becomes, not yet added. Its lot and revision are the receipt's, else the notice's."""
    notice = portion.notice
    order: OrderKey | None = None
    order_line = ""
    if notice is not None and portion.source != "clearing":
        order, order_line = order_key_of(notice), notice.order_line_identity
    elif portion.source == "supplier":
        found = find_receipt_order(workset, line)
        if found is not None:
            order, order_line = found.key, found.line
    lot = line.lot or ("" if notice is None else notice.lot)
    state, hold_reason = state_of(line, portion, terms, lot)
    mine = workset.links_of_receipt.get((line.key, line.line), ())
    link = Link(
        receipt=line.key,
        receipt_line=line.line,
        shipment=None if notice is None else notice.key,
        notice_line="" if notice is None else notice.line,
        order=order,
        order_line=order_line,
        quantity=portion.quantity,
        rung=rung if notice is not None else "",
        confidence=CONFIDENCE[rung] if notice is not None else 0,
        seq=decision.resolved.effective_seq,
        number=len(mine),
        source=portion.source,
        state=state,
        hold_reason=hold_reason,
        damaged=portion.damaged,
        lot=lot,
        revision=line.part_revision or ("" if notice is None else notice.part_revision),
        serials=portion.serials,
        touched=True,
        new=True,
    )
    _put_what_is_known(link, line, notice, terms)
    return link


def _put_what_is_known(link: Link, line: ReceiptLine, notice: NoticeLine | None, terms: Terms) -> None:
    """Whose the goods are; and what was known of them at our site that they came from."""
    if not is_transfer(line.supplier):
        link.owner = line.supplier if terms.title_passes == "consumption" else ""
    elif notice is not None:
        link.owner, link.stock_segment = notice.owner, notice.stock_segment
        if notice.serials and not link.serials and link.quantity == MILLION:
            link.serials = notice.serials
        link.handling_unit = notice.handling_units[0] if notice.handling_units else ""


def _wait(policy: Policy, decision: Decision, line: ReceiptLine, now_us: int) -> None:
    """Goods without a notice wait for it, where the terms say so, counted from their goods receipt's arrival."""
    if line.status != "unmatched":
        line.waits_until = None
        return
    minutes = policy.terms_for(line.supplier).arrival_wait_minutes
    if minutes and line.waits_until is None and line.seq == decision.resolved.effective_seq:
        line.waits_until = now_us + minutes * 60_000_000

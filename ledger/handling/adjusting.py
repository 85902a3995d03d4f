"""InventoryAdjusted: the books are wrong by so much, for a reason. Some reasons say that goods changed their state.

Which is which stands in one table, by the codes of the X12 947. Above a limit somebody else approves.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from ledger.events import AdjustmentLine, HoldPlaced, HoldReleased, ServiceReserved, StockObsoleted
from ledger.handling.counting import kinds_of
from ledger.handling.permissions import unknown_segment
from ledger.handling.places import (
    Place,
    found_at,
    goods_now,
    movements_for_found,
    movements_for_loss,
    place_of,
    serials_of,
    take,
)
from ledger.handling.rules import RULES, Rule
from ledger.matching.booking import book_movements
from ledger.matching.decision import OWN_CASE, Decision, LineDecision
from ledger.matching.discrepancies import d44_adjustment
from ledger.matching.receiving.identities import stands_at
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.waiting import cannot_post
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.policy.words import instead_of
from ledger.stock.bucket import MILLION, QUANTITY_MAX, Movement

CODE = d44_adjustment.CLASS.code


class Reason(NamedTuple):
    """What a reason code means to the books. A `rule` moves goods from state to state, whatever the sign; without
    one they leave or enter the books, and `sign` is the only one that the reason allows (0: both)."""

    text: str
    sign: int = 0
    rule: Rule | None = None
    to_state: str = ""
    instead: str = ""
    """The event that says it, where an adjustment cannot."""


REASONS: dict[str, Reason] = {
    "05": Reason("Product put on hold", rule=RULES[HoldPlaced]),
    "55": Reason("Product taken off hold", rule=RULES[HoldReleased]),
    "AW": Reason("Product recall", rule=RULES[HoldPlaced]),
    "AU": Reason("Damaged in facility", rule=RULES[HoldPlaced], to_state="quarantine"),
    "AV": Reason("Damaged in transit", rule=RULES[HoldPlaced], to_state="quarantine"),
    "AX": Reason("Shelf-life obsolescence", rule=RULES[StockObsoleted]),
    "PC": Reason("Product reserved for customer", rule=RULES[ServiceReserved]),
    "CO": Reason("Consignment", rule=Rule(("available",), ("consigned",))),
    "06": Reason("Book adjustment decrease", -1),
    "07": Reason("Product dumped or destroyed", -1),
    "56": Reason("Book adjustment increase", 1),
    "51": Reason("Unable-to-locate product located", 1),
    "UD": Reason("Unauthorized destruction", -1),
    "CD": Reason("Product donations", -1),
    "CS": Reason("Product samples", -1),
    "AA": Reason("Physical count"),
    "AB": Reason("Accounting error"),
    "AH": Reason("Other"),
    "AI": Reason("Disaster", -1),
    "AJ": Reason("Survey"),
    "AP": Reason("Product or formula evaluation and testing", -1),
    "AR": Reason("Order shipment error"),
    "AY": Reason("Receipt error"),
    "BA": Reason("Operating variance"),
    "BD": Reason("Nonrecoverable", -1),
    "03": Reason("Shipment greater than previously reported", -1),
    "04": Reason("Receipt less than previously reported", -1),
    "53": Reason("Shipment less than previously reported", 1),
    "54": Reason("Receipt greater than previously reported", 1),
    "AG": Reason("Ownership change", instead="a change of owner"),
    "AK": Reason("Transfer", instead="a transfer between the sites"),
    "CR": Reason("Customer returned inventory", instead="CustomerReturnReceived"),
}
"""By code. Source: X12 data element 1 as used in W1901 of the 947; the sign of 05 and 55 is ignored."""


def rule_of(line: ResolvedLine) -> Rule | None:
    """The way from state to state that the line's reason means; None where goods enter or leave the books."""
    reason = REASONS.get(getattr(line.said, "reason", ""))
    return None if reason is None else reason.rule


def as_moved(line: ResolvedLine) -> ResolvedLine:
    """The line as the rule of its reason wants it: no sign, and the reason where goods are held for one."""
    said = line.said
    assert isinstance(said, AdjustmentLine)  # noqa: S101  lines of an adjustment
    reason = REASONS[said.reason]
    line.quantity = abs(line.quantity)
    line.said = msgspec.structs.replace(
        said, quantity=abs(said.quantity), to_state=said.to_state or reason.to_state,
        hold_reason=said.hold_reason or (said.reason if reason.rule is RULES[HoldPlaced] else ""),
    )  # fmt: skip
    return line


def decide_adjusted(workset: Workset, decision: Decision, policy: Policy, line: ResolvedLine) -> LineDecision | None:
    """Decide a line by which goods enter or leave the books; None where the goods that leave are not there."""
    resolved, said = decision.resolved, line.said
    assert isinstance(said, AdjustmentLine)  # noqa: S101  lines of an adjustment
    if (held_back := cannot_post(line)) is not None:
        return held_back
    standing = workset.stock_of.get((resolved.book, resolved.site, line.part), ())
    reason = _mistake(resolved, line, said) or unknown_segment(policy, said.stock_segment, standing)
    if reason:
        return LineDecision(line.line, "refused", reason=reason)
    case = workset.cases.get((resolved.book, resolved.came.removeprefix(OWN_CASE)))
    approved = resolved.came.startswith(OWN_CASE) and case is not None
    if approved and case is not None and case.resolution != "accept":
        return LineDecision(line.line, "refused", code=CODE, reason=f"Case {case.case}: {case.resolution}.")
    place = place_of(line)
    if not approved and _asks(workset, decision, policy, line, place):
        return LineDecision(line.line, "waiting", needs=OWN_CASE)
    movements = _movements(workset, resolved, line, place)
    if isinstance(movements, str):
        return LineDecision(line.line, "refused", reason=movements)
    if movements is None:
        if not approved:
            return None
        reason = "It was accepted, but the goods have moved on since: adjust what is there now."
        return LineDecision(line.line, "refused", code=CODE, reason=reason)
    book_movements(workset, decision, movements)
    return LineDecision(line.line, "posted", len(movements))


def _asks(workset: Workset, decision: Decision, policy: Policy, line: ResolvedLine, place: Place) -> bool:
    """Whether the line is above the limit of who asks for it; then its case is opened."""
    resolved, said = decision.resolved, line.said
    actor = resolved.event.actor
    roles = () if actor is None else actor.roles
    found = policy.limits_of(kinds_of(place, goods_now(workset, resolved, place)))
    limit, rule = min((limits.limit_for(roles), rule) for limits, rule in found)
    limit_millionths = int(limit * MILLION)
    if abs(line.quantity) <= limit_millionths:
        return False
    code = getattr(said, "reason", "")
    finding = d44_adjustment.find(resolved, line, f"{code} {REASONS[code].text}", limit_millionths)
    finding.rule = rule
    decision.findings.append(finding)
    return True


def _mistake(resolved: ResolvedEvent, line: ResolvedLine, said: AdjustmentLine) -> str:
    """What is wrong with the line itself, "" when nothing is."""
    actor, reason = resolved.event.actor, REASONS.get(said.reason)
    if actor is not None and actor.sites and resolved.site not in actor.sites:
        return f"{actor.id} does not work for site {resolved.site}."
    if reason is None:
        return f'There is no reason "{said.reason}": {instead_of(said.reason, REASONS)}'
    if reason.instead:
        return f"{said.reason} ({reason.text}) is no adjustment: send {reason.instead}."
    if line.inexact:
        return f"{said.quantity} {said.unit} is no whole quantity of {line.unit}."
    if not line.quantity or abs(line.quantity) > QUANTITY_MAX:
        return f"The books cannot be wrong by {said.quantity}."
    if reason.sign * line.quantity < 0:
        way = "more" if reason.sign > 0 else "less"
        return f"{said.reason} ({reason.text}) means {way}, and {said.quantity} says the opposite."
    if said.serials and abs(line.quantity) != len(set(said.serials)) * MILLION:
        return f"{len(set(said.serials))} serials are named, and a quantity of {said.quantity}."
    if line.quantity > 0 and not said.location:
        return "Goods that are found need `location`; send the line again with it."
    return ""


def _movements(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, place: Place
) -> list[Movement] | str | None:
    """What puts the books right; a mistake in words, None where goods that leave are not there."""
    goods, serials = goods_now(workset, resolved, place), line.said.serials
    if line.quantity < 0:
        here = serials_of(goods)
        if serials:
            # Goods whose serials were not told apart on arrival may be meant too.
            untold = {bucket: quantity for bucket, quantity in goods.items() if not bucket.serial}
            others = take(untold, MILLION * sum(serial not in here for serial in serials))
            if others is None:
                return None
            taken = [(here[serial], MILLION) for serial in serials if serial in here]
            return movements_for_loss(resolved, taken + others, line.line)
        picked = take(goods, -line.quantity)
        return None if picked is None else movements_for_loss(resolved, picked, line.line)
    if known := next(filter(None, (stands_at(workset, resolved.book, line.part, one) for one in serials)), None):
        return f"Serial {known.serial} stands at {known.location or known.site} already."
    if not serials:
        return movements_for_found(resolved, found_at(resolved, place, goods), line.quantity, line.line)
    targets = [found_at(resolved, place, goods, serial) for serial in serials]
    return [move for target in targets for move in movements_for_found(resolved, target, MILLION, line.line)]

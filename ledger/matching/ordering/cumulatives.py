"""Cumulatives: what was received in all, and, where an agreement keeps them, whether the supplier counts the same.

A supplier's cumulative (SN104) is compared per shipment, part and agreement, never per line, with what we received,
have in transit and have in question in open cases. It is always the cumulative shipped last that is compared, so
the answer does not depend on the order of arrival: a notice that comes late puts the one before it in another light,
and the book decides that one again. Nothing here holds goods back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ledger.events import DiscrepancyResolved, Resolution
from ledger.matching.deciding.review import live_links
from ledger.matching.decision import Decision
from ledger.matching.discrepancies import d11_cumulative, d16_short
from ledger.matching.records.documents import (
    Case,
    Cumulative,
    CumulativeAgreement,
    CumulativeKey,
    GroupKey,
    NoticeLine,
    ReceiptLine,
    Shipment,
    ShipmentKey,
    Told,
)
from ledger.matching.records.transfers import is_transfer
from ledger.matching.resolved import ResolvedLine, microseconds
from ledger.matching.workset import Workset
from ledger.policy import CumulativeTerms, Policy
from ledger.stock.bucket import MILLION

TOLD_MAX = 16
"""Shipments that an agreement remembers: one that is withdrawn gives way to the one before it."""

MINUTE = 60_000_000


class Count(NamedTuple):
    """What we count, in millionths: a range, since what is in question speaks neither for nor against."""

    low: int
    high: int


# --- what was received --------------------------------------------------------------------------------------


def accumulate(workset: Workset, decision: Decision, line: ReceiptLine, quantity: int, supplier: str) -> None:
    """Count goods of a receipt line into the cumulative of its part and supplier, or with a negative quantity out."""
    if is_transfer(supplier):
        return
    key = CumulativeKey(line.key.book, line.key.site, line.part, supplier)
    total = workset.cumulatives.get(key)
    if total is None:
        total = Cumulative(key, new=True)
        workset.add_cumulative(total)
    total.received += quantity
    total.touched = True
    if workset.agreements and key in workset.agreements:
        decision.counted[key] = None


def give_back(workset: Workset, decision: Decision, key: CumulativeKey, quantity: int) -> None:
    """Count goods out that went back to their supplier after they were received; nothing where none ever came."""
    total = workset.cumulatives.get(key)
    if total is None:
        return
    total.received -= quantity
    total.returned += quantity
    total.touched = True
    if workset.agreements and key in workset.agreements:
        decision.counted[key] = None


def move_to_supplier(workset: Workset, decision: Decision, line: ReceiptLine, earlier: str) -> None:
    """A notice or order tells whose the goods of a line are that was counted under no supplier."""
    if earlier != line.supplier and line.status != "reversed":
        accumulate(workset, decision, line, -line.quantity, earlier)
        accumulate(workset, decision, line, line.quantity, line.supplier)


# --- what was told ------------------------------------------------------------------------------------------


def begin(workset: Workset, decision: Decision, policy: Policy) -> None:
    """Open the agreements of a notice's parts before anything of it is posted, or begin them anew at a later start.

    What the books hold by then belongs before the start, but for goods that still look for their notice.
    """
    resolved = decision.resolved
    terms = policy.terms_for(resolved.supplier, resolved.event.partner).cumulative
    if terms is None or resolved.missing:
        return
    start = microseconds(terms.start) or 0
    for part in dict.fromkeys(line.part for line in resolved.lines if line.part):
        key = CumulativeKey(resolved.book, resolved.site, part, resolved.supplier)
        agreement = workset.agreements.get(key)
        if agreement is None:
            agreement = CumulativeAgreement(key, start=start, new=True)
            workset.add_agreement(agreement)
        elif agreement.start == start:
            continue
        total = workset.cumulatives.get(key)
        received = (0 if total is None else total.received) - _in_question(workset, key)
        agreement.start, agreement.partner, agreement.touched = start, resolved.event.partner, True
        agreement.adjusted = int(terms.opening.get(part, 0) * MILLION)
        agreement.received_before = received
        agreement.before = received + _in_transit(workset, key)
        agreement.advised = agreement.difference = 0
        agreement.told = ()


def tell(workset: Workset, decision: Decision, shipment: Shipment, lines: Iterable[ResolvedLine]) -> None:
    """Count the lines of a notice that have posted, and remember what they said; one figure per part."""
    by_part: dict[str, list[ResolvedLine]] = {}
    for line in lines:
        by_part.setdefault(line.part, []).append(line)
    at = _shipped_at(shipment)
    for part, mine in by_part.items():
        agreement = workset.agreements.get(_key(shipment, part))
        if agreement is None:
            continue
        quantity = sum(line.quantity for line in mine)
        decision.counted[agreement.key] = None
        agreement.touched = True
        if at < agreement.start:
            agreement.before += quantity
            continue
        agreement.advised += quantity
        said = max((line for line in mine if line.cum is not None), key=lambda line: line.cum or 0, default=None)
        earlier = next((told for told in agreement.told if told.shipment_id == shipment.key.shipment_id), None)
        told = Told(
            at, shipment.key.shipment_id, shipment.seq, quantity, None if said is None else said.cum,
            "" if said is None else said.line,
        )  # fmt: skip
        if earlier is not None:
            # A line of the same notice that posts later: the greater of its figures is the shipment's.
            greater = max(told, earlier, key=lambda one: -1 if one.cum is None else one.cum)
            told = greater._replace(quantity=earlier.quantity + quantity)
        others = [other for other in agreement.told if other is not earlier]
        agreement.told = tuple(sorted((*others, told), key=_order)[-TOLD_MAX:])


def forget(workset: Workset, decision: Decision, shipment: Shipment, lines: Iterable[NoticeLine]) -> None:
    """Take back what a notice told: it is replaced or cancelled."""
    by_part: dict[str, int] = {}
    for line in lines:
        by_part[line.part] = by_part.get(line.part, 0) + line.quantity
    for part, quantity in by_part.items():
        agreement = workset.agreements.get(_key(shipment, part))
        if agreement is None:
            continue
        decision.counted[agreement.key] = None
        agreement.touched = True
        if _shipped_at(shipment) < agreement.start:
            agreement.before -= quantity
            continue
        agreement.advised -= quantity
        agreement.told = tuple(told for told in agreement.told if told.shipment_id != shipment.key.shipment_id)


def settle_short(workset: Workset, decision: Decision, line: NoticeLine, quantity: int) -> None:
    """A decision writes off what never came; of a shipment from before the start it is no part of the count since."""
    shipment = workset.shipments.get(line.key)
    agreement = None if shipment is None else workset.agreements.get(_key(shipment, line.part))
    if shipment is None or agreement is None:
        return
    decision.counted[agreement.key] = None
    if _shipped_at(shipment) < agreement.start:
        agreement.before -= quantity
        agreement.touched = True


def decide_case(workset: Workset, case: Case, resolution: Resolution, asked: int) -> str:
    """D11: take over the supplier's figure, or leave ours and look at the next notice. "" when it was done."""
    if resolution == "recount":
        return ""
    if resolution not in ("accept", "waive"):
        return f"Case {case.case} cannot be resolved by {resolution}: accept, waive, recount."
    agreement = workset.agreements.get(CumulativeKey(case.book, case.site, case.part, case.supplier))
    if agreement is not None:
        change = asked if case.actual > case.expected else -asked
        agreement.adjusted += change
        agreement.difference -= change
        agreement.touched = True
    return ""


def _key(shipment: Shipment, part: str) -> CumulativeKey:
    return CumulativeKey(shipment.key.book, shipment.key.site, part, shipment.key.supplier)


def _shipped_at(shipment: Shipment) -> int:
    return shipment.notified_at if shipment.shipped_at is None else shipment.shipped_at


def _order(told: Told) -> tuple[int, int, str]:
    """Order of shipping; of shipments that left together the smaller cumulative is the earlier one."""
    return told.at, told.cum or 0, told.shipment_id


# --- the comparison -----------------------------------------------------------------------------------------


def compare(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Compare what this event changed: its own cumulative here, that of an earlier notice by deciding it again.

    What a person decides changes what the next cumulative should be: it is not held against the last.
    """
    for key in decision.counted:
        agreement = workset.agreements[key]
        latest = _latest(agreement)
        if latest is None:
            _agree(decision, agreement, 0, 0)
        elif latest.seq == decision.resolved.seq:
            _compare_own(workset, decision, policy, agreement, latest, now_us)
        elif (terms := _terms(policy, agreement)) is not None:
            difference, _, _ = _difference(workset, decision, policy, agreement, latest, terms)
            if difference == agreement.difference:
                continue
            if difference and isinstance(decision.resolved.event, DiscrepancyResolved):
                agreement.difference, agreement.touched = difference, True
            else:
                decision.compares[latest.seq, key.part] = None


def compare_again(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Compare what an earlier notice told of the named parts, where it is still the last to have told it."""
    resolved = decision.resolved
    for part in resolved.compare:
        agreement = workset.agreements.get(CumulativeKey(resolved.book, resolved.site, part, resolved.supplier))
        latest = None if agreement is None else _latest(agreement)
        if agreement is not None and latest is not None and latest.seq == resolved.seq:
            _compare_own(workset, decision, policy, agreement, latest, now_us)


def _latest(agreement: CumulativeAgreement) -> Told | None:
    """What was shipped last of all that told a cumulative."""
    return next((told for told in reversed(agreement.told) if told.cum is not None), None)


def _compare_own(
    workset: Workset, decision: Decision, policy: Policy, agreement: CumulativeAgreement, latest: Told, now_us: int
) -> None:
    terms = _terms(policy, agreement)
    shipment, line = _where(workset, agreement, latest)
    if terms is None or shipment is None or line is None or latest.cum is None:
        return
    difference, counted, rule = _difference(workset, decision, policy, agreement, latest, terms)
    if not difference:
        _agree(decision, agreement, latest.cum, counted)
        return
    agreement.difference, agreement.touched = difference, True
    until = shipment.notified_at + terms.wait_minutes * MINUTE
    if difference > 0 and now_us < until and _may_have_overtaken(agreement, latest):
        decision.compares_at[agreement.key.part] = until
        return
    decision.findings.append(d11_cumulative.find(agreement.key, latest.cum, counted, shipment, line, rule))


def _agree(decision: Decision, agreement: CumulativeAgreement, said: int, counted: int) -> None:
    if agreement.difference:
        agreement.difference, agreement.touched = 0, True
        decision.findings.append(d11_cumulative.find_settled(agreement.key, said, counted))


def _terms(policy: Policy, agreement: CumulativeAgreement) -> CumulativeTerms | None:
    return policy.terms_for(agreement.key.supplier, agreement.partner).cumulative


def _where(workset: Workset, agreement: CumulativeAgreement, told: Told) -> tuple[Shipment | None, NoticeLine | None]:
    """The shipment that told it and the line that it stood on."""
    book, site, _, supplier = agreement.key
    key = ShipmentKey(book, site, supplier, told.shipment_id)
    return workset.shipments.get(key), workset.notice_lines.get((key, told.line))


def _difference(
    workset: Workset, decision: Decision, policy: Policy, agreement: CumulativeAgreement, latest: Told,
    terms: CumulativeTerms,
) -> tuple[int, int, str]:  # fmt: skip
    """How far the cumulative is from the nearest figure that we can account for, that figure, and the rule that lets
    it pass or not. Shipments after it that told none are left out of our side."""
    low, high = _count(workset, decision, agreement, terms)
    later = sum(told.quantity for told in agreement.told[agreement.told.index(latest) + 1 :])
    counted = max(low - later, min(latest.cum or 0, high - later))
    difference = (latest.cum or 0) - counted
    key = agreement.key
    tolerance, rule = policy.tolerance(d11_cumulative.CLASS.code, site=key.site, supplier=key.supplier, part=key.part)
    action = tolerance.action or d11_cumulative.CLASS.action
    if action == "ignore" or tolerance.allows(abs(difference), counted):
        difference = 0
    return difference, counted, rule


def _may_have_overtaken(agreement: CumulativeAgreement, latest: Told) -> bool:
    """Whether the sequence has a gap before it: the cumulative told before it, and what was shipped since, is less.

    Without a gap the difference is an old one, and no notice on its way will explain it.
    """
    between = latest.quantity
    for told in reversed(agreement.told[: agreement.told.index(latest)]):
        if told.cum is not None:
            return (latest.cum or 0) > told.cum + between
        between += told.quantity
    return True


# --- our side -----------------------------------------------------------------------------------------------


def _count(workset: Workset, decision: Decision, agreement: CumulativeAgreement, terms: CumulativeTerms) -> Count:
    """What we count since the start, with everything that this event posted."""
    key = agreement.key
    if terms.counts == "advised":
        total = agreement.advised + agreement.adjusted
        return Count(total, total)
    received = workset.cumulatives.get(key)
    sure = (0 if received is None else received.received) + _in_transit(workset, key)
    sure += agreement.adjusted - agreement.before
    return Count(sure - _in_question(workset, key), sure + _short(workset, decision, key))


def advised_of(workset: Workset, decision: Decision, key: CumulativeKey) -> int:
    """What was advised in all since the agreed start, as far as the goods came, are on their way or in question."""
    received, agreement = workset.cumulatives.get(key), workset.agreements.get(key)
    total = (0 if received is None else received.received) + _in_transit(workset, key)
    total += _short(workset, decision, key) - _in_question(workset, key)
    return total if agreement is None else total + agreement.adjusted - agreement.before


def _in_transit(workset: Workset, key: CumulativeKey) -> int:
    return sum(
        line.quantity - line.received - line.cleared
        for line in workset.notice_lines_of_group.get(GroupKey(*key[:3]), ())
        if line.status == "open" and line.key.supplier == key.supplier
    )


def _in_question(workset: Workset, key: CumulativeKey) -> int:
    """Received and not advised: nobody has said yet whether the supplier counts it (D14, D17)."""
    return sum(
        link.quantity
        for line in workset.unmatched_of_group.get(GroupKey(*key[:3]), ())
        if line.supplier == key.supplier
        for link in live_links(workset.links_of_receipt.get((line.key, line.line)))
        if link.source != "notice" and not link.settled
    )


def _short(workset: Workset, decision: Decision, key: CumulativeKey) -> int:
    """Advised and not received, in cases that are open (D16) or that this event opens, changes or closes."""
    code = d16_short.CLASS.code
    short = {
        (case.shipment_id, case.notice_line): case.quantity
        for case in workset.open_cases_of_part.get(GroupKey(*key[:3]), ())
        if case.code == code and case.supplier == key.supplier
    }
    for finding in decision.findings:
        if finding.code == code and finding.part == key.part and finding.supplier == key.supplier:
            short[finding.shipment_id, finding.notice_line] = 0 if finding.settles else finding.quantity
    for case, _, asked in decision.resolved_cases:
        if (case.shipment_id, case.notice_line) in short and case.code == code:
            short[case.shipment_id, case.notice_line] -= asked
    return sum(short.values())

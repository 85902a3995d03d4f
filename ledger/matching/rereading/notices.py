"""A ship notice read again: withdrawn and posted anew, or, once goods came for it, put right under what came.

Goods receipts stay where they are. They are matched to the lines as they are read now; what moves is what differs.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.events import ShipmentNotified, ShipmentReplaced
from ledger.matching.booking import CannotReread
from ledger.matching.deciding.allowances import give_back
from ledger.matching.deciding.review import live_links, review_order_line
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.notices.checks import Verdict, check_late, check_whole, judge, unknown_orders
from ledger.matching.notices.holds import put_holds
from ledger.matching.notices.labels import review_labels
from ledger.matching.notices.notices import post_notice, withdraw_notice
from ledger.matching.notices.posting import put_notice_line, put_shipment
from ledger.matching.ordering.cumulatives import forget, tell
from ledger.matching.ordering.requirements import add_advised, order_line_of
from ledger.matching.receiving.rematch import rematch
from ledger.matching.receiving.shorts import is_confirmed_short
from ledger.matching.records.documents import GroupKey, NoticeLine, Shipment, ShipmentKey
from ledger.matching.resolved import ResolvedEvent
from ledger.matching.waiting import grade_of, withdraw
from ledger.matching.workset import Workset
from ledger.policy import Policy

POSTED = ("open", "closed")


def reread_notice(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """The notice as it is read now takes the place of what it said before, if that is still in force."""
    resolved = decision.resolved
    before = resolved.before
    assert before is not None  # noqa: S101  only a re-reading gets here
    give_back(workset, resolved)
    shipment = workset.shipments.get(_key(before))
    if shipment is not None and shipment.seq != before.seq:
        raise CannotReread(
            f"Shipment {before.event.number} was noticed again since (event {shipment.seq}): read that document anew."
        )
    if shipment is not None and shipment.status == "cancelled":
        raise CannotReread(
            f"Shipment {before.event.number} was cancelled by its sender: there is nothing to put right."
        )
    key = _key(resolved)
    if shipment is not None and _goods_came(workset, shipment):
        if resolved.event.retracted or key != shipment.key:
            raise CannotReread(
                f"Goods of shipment {shipment.key.shipment_id} were received: reverse their receipts first."
            )
        _reread_received(workset, decision, policy, now_us, shipment)
        return
    if shipment is not None:
        withdraw_notice(workset, decision, policy, shipment, "replaced")
        shipment.status, shipment.touched = "refused", True
    withdraw(workset, decision)
    if resolved.event.retracted:
        decision.lines.append(LineDecision("", "posted", movements=len(decision.movements)))
        return
    _refuse_other(workset, resolved, key)
    post_notice(workset, decision, policy, now_us, key)


def _key(resolved: ResolvedEvent) -> ShipmentKey:
    return ShipmentKey(resolved.book, resolved.site, resolved.supplier, resolved.event.number)


def _refuse_other(workset: Workset, resolved: ResolvedEvent, key: ShipmentKey) -> None:
    """Raises CannotReread where the name under which it is read now is another notice's."""
    other = workset.shipments.get(key)
    if other is not None and other.status in ("advised", "waiting"):
        raise CannotReread(f"Shipment {key.shipment_id} of {key.supplier} is noticed already (event {other.seq}).")


def _goods_came(workset: Workset, shipment: Shipment) -> bool:
    return shipment.first_received_at is not None or is_confirmed_short(workset, shipment)


def _reread_received(workset: Workset, decision: Decision, policy: Policy, now_us: int, shipment: Shipment) -> None:
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, ShipmentNotified | ShipmentReplaced)  # noqa: S101  the dispatch table says so
    terms = policy.terms_for(resolved.supplier, event.partner)
    unknown = unknown_orders(workset, resolved, shipment.key)
    verdicts = [judge(workset, resolved, line, shipment.key, policy, terms, unknown) for line in resolved.lines]
    for verdict in verdicts:
        for finding in verdict.findings:
            finding.grade = grade_of(terms, finding)
            if finding.grade == "fatal":
                raise CannotReread(
                    f"Goods of it were received, and read so the notice would be refused: {finding.text}"
                )
            decision.findings.append(finding)
    whole = check_whole(event, resolved, policy, terms)
    decision.findings.extend(whole)
    put_holds(policy, verdicts, whole)
    lines = workset.lines_of_shipment[shipment.key]
    old = [line for _, line in sorted(lines.items()) if line.status in POSTED]
    _refuse_decided(workset, old)
    if workset.agreements:
        forget(workset, decision, shipment, old)
    withdraw(workset, decision)
    _put_right(workset, decision, policy, now_us, shipment, old, verdicts)
    check_late(decision, policy, workset.shipments[shipment.key], terms)
    review_labels(workset, decision, policy, shipment.key)
    if workset.agreements:
        posted = [one.line for one in verdicts if not (one.needs or one.refused)]
        tell(workset, decision, workset.shipments[shipment.key], posted)
    decision.released.append(f"shipment:{event.number}")


def _refuse_decided(workset: Workset, lines: Iterable[NoticeLine]) -> None:
    for line in lines:
        links = live_links(workset.links_of_notice.get((line.key, line.line)))
        if line.settled or any(link.settled for link in links):
            raise CannotReread(f"Line {line.line} of it was decided in a case: what was decided stands.")


def _put_right(
    workset: Workset, decision: Decision, policy: Policy, now_us: int, shipment: Shipment, old: list[NoticeLine],
    verdicts: list[Verdict],
) -> None:  # fmt: skip
    """One matching over the lines as they were and as they are."""
    resolved, first = decision.resolved, shipment.first_received_at
    owner = "" if policy.terms_for(resolved.supplier, resolved.event.partner).title_passes == "shipment" else (
        resolved.supplier
    )  # fmt: skip
    closes = {line.line: line.closes_at for line in old}
    latest = max((at for at in closes.values() if at is not None), default=None)
    reviewed = []
    for line in old:
        ordered = order_line_of(workset, line)
        if ordered is not None:
            add_advised(workset, ordered, -line.quantity)
            reviewed.append(ordered)

    def change() -> list[NoticeLine]:
        said = {verdict.line.line for verdict in verdicts}
        for line in old:
            if line.line not in said:
                line.status, line.touched = "replaced", True
        put_shipment(workset, resolved, shipment.key, "advised", now_us).first_received_at = first
        records = []
        for verdict in verdicts:
            record = put_notice_line(workset, resolved, shipment, verdict, owner)
            record.closes_at = closes.get(record.line, latest)
            decision.lines.append(_decided(verdict))
            if verdict.needs or verdict.refused:
                continue
            records.append(record)
            if verdict.order_line is not None:
                add_advised(workset, verdict.order_line, record.quantity)
                reviewed.append(verdict.order_line)
        return records

    parts = {line.part for line in old} | {verdict.line.part for verdict in verdicts if verdict.line.part}
    early = [
        line for part in sorted(parts) for line in workset.unmatched(GroupKey(resolved.book, resolved.site, part))
    ]
    name = resolved.lines[0].line if resolved.lines else ""
    made = rematch(workset, decision, policy, now_us, old, early, name, change=change)
    for entry in decision.lines[:1]:
        entry.movements = made
    for line in workset.lines_of_shipment[shipment.key].values():
        if line.status in POSTED:
            line.posted = max(0, line.quantity - line.received)
    for ordered in {id(one): one for one in reviewed}.values():
        review_order_line(decision, policy, ordered, "")


def _decided(verdict: Verdict) -> LineDecision:
    name = verdict.line.line
    if verdict.needs:
        return LineDecision(name, "waiting", needs=verdict.needs)
    if verdict.refused:
        return LineDecision(name, "refused", code=verdict.refused, reason=verdict.findings[0].text)
    return LineDecision(name, "posted")

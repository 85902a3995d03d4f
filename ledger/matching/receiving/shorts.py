"""ReceiptShortConfirmed: no more will come of a notice line, says the dock; what is short goes to clearing now."""

from __future__ import annotations

from ledger.events import ShortLine
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.receiving.ladder import candidates
from ledger.matching.receiving.rematch import rematch
from ledger.matching.records.documents import NoticeLine, ReceiptKey, ReceiptLine, Shipment
from ledger.matching.resolved import ResolvedLine
from ledger.matching.waiting import lacks_master_data, waits_for_place, withdraw
from ledger.matching.workset import Workset
from ledger.policy import Policy


def decide_short(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Close the named notice lines at once, as their close time would; goods that come later leave clearing again."""
    resolved = decision.resolved
    if waits_for_place(decision):
        return
    terms = policy.terms_for(resolved.supplier, resolved.event.partner)
    for line in resolved.lines:
        if not lacks_master_data(decision, line, terms):
            decision.lines.append(_decide_line(workset, decision, policy, line, now_us))
    if resolved.cause:
        withdraw(workset, decision, {line.line for line in resolved.lines})


def is_confirmed_short(workset: Workset, shipment: Shipment) -> bool:
    """Whether the dock spoke of a line of the shipment: then its sender cannot change the notice any more."""
    lines = workset.lines_of_shipment.get(shipment.key, {})
    return any(line.closes_at is not None and line.status in ("open", "closed") for line in lines.values())


def _decide_line(
    workset: Workset, decision: Decision, policy: Policy, line: ResolvedLine, now_us: int
) -> LineDecision:
    said = line.said
    assert isinstance(said, ShortLine)  # noqa: S101  lines of a confirmation
    if line.standing == "other":
        return LineDecision(line.line, "conflict", reason=f"Line {line.line} was recorded with other content.")
    named = _named(workset, decision, line, said)
    if not named:
        if _is_advised(workset, decision, line, said):
            reason = f"Shipment {said.shipment_id} advised no {line.part} that could be short."
            return LineDecision(line.line, "refused", reason=reason)
        return LineDecision(line.line, "waiting", needs=f"shipment:{said.shipment_id}")
    before = len(decision.movements)
    for notice in named:
        # From now on its time is over, whatever comes: goods that do come are matched to a closed line.
        notice.closes_at = now_us if notice.closes_at is None else min(notice.closes_at, now_us)
    rematch(workset, decision, policy, now_us, named, (), line.line)
    return LineDecision(line.line, "posted", movements=len(decision.movements) - before)


def _named(workset: Workset, decision: Decision, line: ResolvedLine, said: ShortLine) -> list[NoticeLine]:
    """The notice lines that a goods receipt of the same words would answer."""
    _, found = candidates(workset, _as_receipt(decision, line, said))
    return found


def _is_advised(workset: Workset, decision: Decision, line: ResolvedLine, said: ShortLine) -> bool:
    resolved = decision.resolved
    supplier = line.supplier or resolved.supplier
    return any(
        shipment.status == "advised" and (not supplier or shipment.key.supplier == supplier)
        for shipment in workset.shipments_of_reference.get((resolved.book, resolved.site, said.shipment_id), ())
    )


def _as_receipt(decision: Decision, line: ResolvedLine, said: ShortLine) -> ReceiptLine:
    resolved = decision.resolved
    return ReceiptLine(
        key=ReceiptKey(resolved.book, resolved.site, resolved.event.partner, resolved.event.number),
        line=line.line,
        part=line.part,
        part_number=said.part_number,
        part_revision=line.revision,
        unit=line.unit,
        supplier=line.supplier or resolved.supplier,
        quantity=0,
        damaged=0,
        seq=resolved.effective_seq,
        lot=said.lot,
        serials=said.serials,
        handling_unit=said.handling_unit,
        shipment_id=said.shipment_id,
        order_number=said.order_number,
        order_line=said.order_line,
    )

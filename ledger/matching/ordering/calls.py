"""Calls from the line: asked for, served by what comes to stand there, missed when their time goes by before that.

A call moves nothing. What has come before it was recorded is not counted towards it.
"""

from __future__ import annotations

from ledger.events import ReplenishmentRequested, StockLine
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.discrepancies import d47_exception
from ledger.matching.records.calls import CallKey, LineCall
from ledger.matching.records.documents import GroupKey
from ledger.matching.resolved import ResolvedLine, microseconds
from ledger.matching.waiting import refuse_whole, wait_whole
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.stock.bucket import QUANTITY_MAX, Movement

MINUTE = 60_000_000

SIGNAL = "line_side_miss"


def cause_of(call: LineCall) -> str:
    """What tells the miss of one line of a call from every other."""
    return f"call:{call.key.partner}/{call.key.number}/{call.line}"


def decide_requested(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """The call is open from now on."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, ReplenishmentRequested)  # noqa: S101  the dispatch table says so
    if resolved.missing:
        wait_whole(decision, resolved.missing)
        return
    if not event.lines:
        refuse_whole(decision, "", f"Call {event.number} has no line: it asks for nothing.")
        return
    asked_at = microseconds(event.occurred_at) or now_us
    due_at = microseconds(event.needed_at) or asked_at + policy.replenishment.answer_minutes * MINUTE
    key = CallKey(resolved.book, resolved.site, event.partner, event.number)
    for line in resolved.lines:
        decision.lines.append(_take(workset, decision, key, line, asked_at, due_at))


def decide_withdrawn(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Nothing more is wanted by the call."""
    resolved = decision.resolved
    if resolved.missing:
        wait_whole(decision, resolved.missing)
        return
    key = CallKey(resolved.book, resolved.site, resolved.event.partner, resolved.event.number)
    calls = [call for (of, _), call in workset.calls.items() if of == key]
    if not calls:
        refuse_whole(decision, "", f"There is no call {resolved.event.number} of {resolved.event.partner or 'ours'}.")
        return
    for call in calls:
        if call.status == "open":
            call.status, call.touched = "withdrawn", True
            _clear(decision, call)
    decision.lines.append(LineDecision("", "posted"))


def serve(workset: Workset, decision: Decision, now_us: int) -> None:
    """Count what came to stand at the line towards the calls that wait for it there."""
    if not workset.calls:
        return
    named = {line.line: _demand(line) for line in decision.resolved.lines}
    for movement in decision.movements:
        if _comes_to_the_line(movement):
            target, rest = movement.target, movement.quantity
            calls = workset.calls_of_part.get(GroupKey(target.book, target.site, target.part), [])
            demand = named.get(movement.line, "")
            for call in sorted(calls, key=lambda one: (one.key.number != demand, one.due_at, one.seq, one.line)):
                if rest and call.status == "open" and call.location == target.location:
                    taken = min(rest, call.quantity - call.served)
                    rest -= taken
                    _count(decision, call, taken, now_us)


def find_missed(workset: Workset, decision: Decision, now_us: int) -> None:
    """Every open call of the book whose time is over by now and that was not looked at before."""
    book = decision.resolved.book
    for call in sorted(workset.calls.values(), key=lambda one: (one.due_at, one.seq, one.line)):
        if call.key.book == book and call.status == "open" and not call.looked and call.due_at <= now_us:
            call.looked = call.missed = call.touched = True
            decision.missed.append(call)


def _take(
    workset: Workset, decision: Decision, key: CallKey, line: ResolvedLine, asked_at: int, due_at: int
) -> LineDecision:
    said = line.said
    assert isinstance(said, StockLine)  # noqa: S101  lines of a call
    if line.standing == "other":
        return LineDecision(line.line, "conflict", reason=f"Line {line.line} was recorded with other content.")
    if line.missing:
        return LineDecision(line.line, "waiting", needs=line.missing)
    if not said.to_location:
        return LineDecision(line.line, "refused", reason="A call needs `to_location`: where the goods are wanted.")
    if not 0 < line.quantity <= QUANTITY_MAX:
        return LineDecision(line.line, "refused", reason=f"A quantity of {said.quantity} cannot be called for.")
    workset.add_call(
        LineCall(
            key=key, line=line.line, part=line.part, location=said.to_location, unit=line.unit,
            quantity=line.quantity, asked_at=asked_at, due_at=due_at, seq=decision.resolved.seq, touched=True,
            new=True,
        )
    )  # fmt: skip
    return LineDecision(line.line, "posted")


def _comes_to_the_line(movement: Movement) -> bool:
    source, target = movement.source, movement.target
    return target.state == "line_side" and (source.state, source.location) != (target.state, target.location)


def _demand(line: ResolvedLine) -> str:
    return line.said.demand if isinstance(line.said, StockLine) else ""


def _count(decision: Decision, call: LineCall, taken: int, now_us: int) -> None:
    call.served += taken
    call.touched = True
    if call.served >= call.quantity:
        call.status, call.served_at = "served", now_us
        _clear(decision, call)


def _clear(decision: Decision, call: LineCall) -> None:
    """Where it was missed its case, if one was opened, is over."""
    if call.missed:
        cause = f"{SIGNAL}:{cause_of(call)}"
        decision.findings.append(d47_exception.find_over(call.key.site, call.part, cause))

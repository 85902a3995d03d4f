"""ScheduleReleased: files what each part of a release says; what of it is in force is read by its dates."""

from __future__ import annotations

from datetime import datetime, timedelta

from ledger.events import Requirement, ScheduleLine, ScheduleReleased
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.papers.filed import Authorized, Required, ScheduledLine
from ledger.matching.records.documents import CumulativeKey, GroupKey
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, document_of, microseconds
from ledger.matching.waiting import lacks_master_data, refuse_whole, waits_for_place, withdraw
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.stock.bucket import QUANTITY_MAX

DAY, WEEK = timedelta(days=1), timedelta(days=7)


def decide_released(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """File every line whose part is known; the others wait for it."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, ScheduleReleased)  # noqa: S101  the dispatch table says so
    if waits_for_place(decision):
        return
    if not event.lines:
        reason = f"Schedule {event.number} has no line: it says nothing of any part. Send it with its lines."
        refuse_whole(decision, "", reason)
        return
    terms = policy.terms_for(resolved.supplier, event.partner)
    for line in resolved.lines:
        if lacks_master_data(decision, line, terms):
            continue
        reason = _mistake(event, line)
        if reason:
            decision.lines.append(LineDecision(line.line, "refused", reason=reason))
            continue
        filed = _filed(resolved, event, line, now_us)
        workset.filed.append(filed)
        known = workset.scheduled.get(CumulativeKey(resolved.book, resolved.site, line.part, resolved.supplier))
        if known is not None:
            known[:] = [*(one for one in known if one.seq not in workset.unfiled), filed]
        decision.lines.append(LineDecision(line.line, "posted"))
    if resolved.cause:
        withdraw(workset, decision, {line.line for line in resolved.lines})
    if policy.reads_schedules:
        _look_at_notices(workset, decision)


def _look_at_notices(workset: Workset, decision: Decision) -> None:
    """Notices that are under way may be judged otherwise by what this release requires."""
    resolved = decision.resolved
    for part in dict.fromkeys(line.part for line in resolved.lines if line.part):
        for line in workset.notice_lines_of_group.get(GroupKey(resolved.book, resolved.site, part), ()):
            if line.status == "open" and line.key.supplier == resolved.supplier:
                decision.compares[line.seq, part] = None


def _mistake(event: ScheduleReleased, line: ResolvedLine) -> str:
    """What is wrong with the line itself, "" when nothing is."""
    said = line.said
    assert isinstance(said, ScheduleLine)  # noqa: S101  lines of a schedule
    if any(abs(amount) > QUANTITY_MAX for amount in line.amounts):
        return "A quantity is beyond what can be counted."
    if event.quantities != "net_change" and any(one.quantity < 0 for one in said.requirements):
        return "A requirement is below zero, and only net changes may be. Say `net_change`, or correct it."
    for one in said.requirements:
        if one.until is not None and one.until < one.due_at:
            return f"A bucket ends ({one.until.isoformat()}) before it begins ({one.due_at.isoformat()})."
    if event.purpose == "cancel" and said.requirements:
        return "A cancelled release requires nothing. Send the line without requirements."
    return ""


def _filed(resolved: ResolvedEvent, event: ScheduleReleased, line: ResolvedLine, now_us: int) -> ScheduledLine:
    said = line.said
    assert isinstance(said, ScheduleLine)  # noqa: S101
    wanted, allowed = len(said.requirements), len(said.authorizations)
    required, authorized, cums = line.amounts[:wanted], line.amounts[wanted : wanted + allowed], line.amounts[-2:]
    demand = event.direction == "demand"
    issued = microseconds(event.issued_at or event.created_at or event.recorded_at)
    message, document = document_of(event)
    return ScheduledLine(
        book=resolved.book,
        site=resolved.site,
        part=line.part,
        direction="demand" if demand else "supply",
        counterparty=(event.customer or event.partner) if demand else resolved.supplier,
        schedule=event.schedule,
        issued_at=now_us if issued is None else issued,
        seq=resolved.seq,
        line=line.line,
        number=event.number,
        release=event.release,
        purpose=event.purpose,
        quantities=event.quantities,
        replaces=event.purpose in ("original", "replace") and event.quantities != "net_change",
        basis=event.basis,
        ship_to=event.ship_to if demand else "",
        order_number=said.order_number or event.order_number,
        order_line=said.order_line,
        unit=line.unit,
        horizon_start=microseconds(event.horizon_start),
        horizon_end=microseconds(_end_of(event.horizon_end)),
        created_at=microseconds(event.created_at),
        cum_required=None if said.cum_required is None else cums[0],
        cum_received=None if said.cum_received is None else cums[1],
        requirements=tuple(_required(*one) for one in zip(said.requirements, required, strict=True)),
        authorizations=tuple(
            Authorized(one.kind, quantity, microseconds(one.until), microseconds(one.since))
            for one, quantity in zip(said.authorizations, authorized, strict=True)
        ),
        message=message,
        document=document,
        segment=said.segment,
    )


def _required(said: Requirement, quantity: int) -> Required:
    until = _end_of(said.until)
    if until is None and said.timing == "weekly":
        until = _end_of(said.due_at + WEEK - DAY)
    elif until is None and said.timing == "monthly":
        until = _end_of(_month_after(said.due_at) - DAY)
    return Required(
        quantity, microseconds(said.due_at) or 0, microseconds(until), said.certainty, said.reference,
        said.reference_kind, said.sequence,
    )  # fmt: skip


def _end_of(day: datetime | None) -> datetime | None:
    """The first moment after a day, for what began as a date; a moment with a time of its own is its own end."""
    if day is None or (day.hour, day.minute, day.second) != (0, 0, 0):
        return day
    return day + DAY


def _month_after(day: datetime) -> datetime:
    """The same day of the next month, or the month's last."""
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    for back in range(4):
        try:
            return day.replace(year=year, month=month, day=day.day - back)
        except ValueError:
            continue
    raise AssertionError(day)

"""Periods: who may close one and open it again, and what is late for a closed one.

Nothing is locked by refusing goods: they were moved, whatever the calendar says. What is recorded late posts in the
open period and is flagged, so that the figures that were signed off never change.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.events import PeriodClosed, PeriodReopened
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.resolved import ResolvedEvent, microseconds, moment
from ledger.matching.waiting import conflict_whole, refuse_whole, wait_whole
from ledger.matching.workset import Workset
from ledger.outcomes import Late
from ledger.policy import Policy
from ledger.stock.period import Period


def decide(workset: Workset, resolved: ResolvedEvent, policy: Policy, now_us: int) -> Decision:
    """Decide one sign-off or its withdrawal; as `ledger.matching.decide`, and never raises for bad data."""
    decision = Decision(resolved)
    event = resolved.event
    if resolved.missing:
        wait_whole(decision, resolved.missing)
        return decision
    if resolved.repeats:
        conflict_whole(decision, "", f"{event.number} was recorded with other content; use another number.")
        return decision
    assert isinstance(event, PeriodClosed | PeriodReopened)  # noqa: S101  the dispatch table says so
    periods = workset.periods.setdefault((resolved.book, resolved.site), {})
    reason = _forbidden(resolved, policy)
    if not reason:
        reason = (
            _close(periods, resolved, event, now_us) if isinstance(event, PeriodClosed)
            else _reopen(periods, resolved, event)
        )  # fmt: skip
    if reason:
        refuse_whole(decision, "", reason)
    else:
        decision.lines.append(LineDecision("", "posted"))
    return decision


def late_of(periods: Iterable[Period], resolved: ResolvedEvent) -> Late | None:
    """The flag of an event that happened in a period of its site that is closed; None when it is in time."""
    last = _last(periods)
    if last is None or not resolved.occurred_at or resolved.occurred_at >= last.ends_at:
        return None
    return Late(period=last.period, ends_at=moment(last.ends_at))


def _close(periods: dict[str, Period], resolved: ResolvedEvent, event: PeriodClosed, now_us: int) -> str:
    """Closes it; gives back why not, "" where it was closed."""
    ends_at, last, known = microseconds(event.ends_at), _last(periods.values()), periods.get(event.period)
    if not event.period:
        return "A period needs a name; send it again with `period`."
    if ends_at is None or ends_at > now_us:
        return f"Period {event.period} ends at {event.ends_at.isoformat()} and is not over."
    if known is not None and known.status == "closed":
        return f"Period {event.period} of {resolved.site} was closed by {known.closed_by or 'a system'} before."
    if last is not None and ends_at <= last.ends_at:
        return f"Period {event.period} ends no later than {last.period}, which is closed."
    periods[event.period] = Period(
        book=resolved.book, site=resolved.site, period=event.period, status="closed", ends_at=ends_at,
        closed_seq=resolved.effective_seq, closed_at=now_us, closed_by=event.actor.id if event.actor else "",
        comment=event.comment, new=known is None, touched=True,
    )  # fmt: skip
    return ""


def _reopen(periods: dict[str, Period], resolved: ResolvedEvent, event: PeriodReopened) -> str:
    last = _last(periods.values())
    if not event.reason:
        return "A period is opened again only with a reason; send it again with `reason`."
    if last is None or last.period != event.period:
        return (
            f"Only the last closed period of {resolved.site} is opened again: "
            f"{'none is closed' if last is None else last.period}."
        )
    last.status, last.reopened_seq, last.reason, last.touched = "reopened", resolved.effective_seq, event.reason, True
    return ""


def _forbidden(resolved: ResolvedEvent, policy: Policy) -> str:
    actor, closers = resolved.event.actor, policy.periods.closers
    if actor is None or actor.kind in ("partner", "system"):
        return ""
    if actor.kind != "user" or not set(closers) & set(actor.roles):
        return f"Periods are signed off by: {', '.join(closers)}."
    if actor.sites and resolved.site not in actor.sites:
        return f"{actor.id} does not work for site {resolved.site}."
    return ""


def _last(periods: Iterable[Period]) -> Period | None:
    closed = [period for period in periods if period.status == "closed"]
    return max(closed, key=lambda period: period.ends_at, default=None)

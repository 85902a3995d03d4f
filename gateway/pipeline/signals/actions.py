"""The actions themselves: a case, a containment, a webhook, a document. What is of the books is a recorded event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from gateway.messages import from_microseconds
from gateway.pipeline.answering.decide import Answers
from gateway.pipeline.context import Context
from gateway.pipeline.posting.batch import follow
from gateway.signals import Action, Hold, Notify, OpenCase, Send, Signal
from gateway.store.outbox import NewAnswer, put_answers
from gateway.store.signals import Due
from gateway.store.subscriptions import Subscription, list_subscriptions
from ledger.advices import (
    AdvisedFault,
    AdvisedItem,
    AnyAdvice,
    ApplicationAdvice,
    ReceivedLine,
    ReceivingAdvice,
    Variance,
)
from ledger.events import Actor, ContainmentOpened, Event, ExceptionRaised
from ledger.outcomes import CaseOpened, Conflict, Recorded, Refused
from ledger.signals import BY_NAME

OURSELVES = Actor(kind="system", id="crossdock")

_json = msgspec.json.Encoder(decimal_format="string")


class Done(NamedTuple):
    """It is done: in words, and what it made."""

    result: str
    reference: tuple[str, ...] = ()


class Failed(NamedTuple):
    """It could not be done, and why; it is tried again."""

    reason: str


Result = Done | Failed


class SignalHook(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a webhook about a signal; `type` is its kind. Source: Standard Webhooks, payload structure."""

    type: str
    timestamp: str
    data: Fired


class Fired(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One signal as a webhook tells it."""

    id: str
    rule: str
    signal: Signal


# --- a case -----------------------------------------------------------------------------------------------------


def open_case(connection: Connection, signal: Signal, due: Due, context: Context) -> Result:
    """Record that an exception is raised, unless a case of a class of its own is open about it."""
    action = due.action
    assert isinstance(action, OpenCase)  # noqa: S101  the dispatch table says so
    if signal.case:
        return Done(f"case {signal.case} is open about it", (signal.case,))
    kind = BY_NAME[signal.signal]
    event = ExceptionRaised(
        number=_number(due),
        book=_book(signal),
        partner=signal.partner,
        actor=OURSELVES,
        signal=signal.signal,
        cause=f"{signal.signal}:{signal.cause}",
        place=signal.site,
        supplier=signal.supplier,
        part=signal.part,
        quantity=signal.quantity,
        unit=signal.unit,
        text=" ".join(part for part in (action.text, signal.text) if part),
        owner=action.owner or kind.owner,
        answer_hours=_hours(action.answer_hours or kind.answer_hours),
        order_number=signal.number if kind.numbers == "order" else "",
        order_line=signal.number_line if kind.numbers == "order" else "",
    )
    recorded = _record(connection, event, context)
    opened = [one.case for one in recorded.outcomes if isinstance(one, CaseOpened)]
    if opened:
        return Done(f"opened {opened[0]}", (opened[0],))
    if reason := _why_not(recorded):
        return Failed(reason)
    return Done("a case is open about it")


# --- a hold -----------------------------------------------------------------------------------------------------


def hold(connection: Connection, signal: Signal, due: Due, context: Context) -> Result:
    """Open a containment over what the signal names."""
    action = due.action
    assert isinstance(action, Hold)  # noqa: S101  the dispatch table says so
    by: dict[str, Any] = {}
    for name in action.by:
        value = getattr(signal, name)
        if value:
            by |= {"supplier": value} if name == "supplier" else {f"{name}s": (value,)}
    if not {"parts", "lots", "supplier"} & set(by):
        return Failed("the signal names no part, lot or supplier whose goods could be held")
    event = ContainmentOpened(
        number=_number(due),
        book=_book(signal),
        actor=OURSELVES,
        to_state=action.to_state,
        reason=action.reason,
        reference=f"S{due.seq}",
        remarks=signal.text,
        **by,
    )
    recorded = _record(connection, event, context)
    if reason := _why_not(recorded):
        return Failed(reason)
    return Done(f"opened containment {event.number}", (event.number,))


# --- a webhook --------------------------------------------------------------------------------------------------


def notify(connection: Connection, signal: Signal, due: Due, context: Context) -> Result:
    """Queue it for every subscription that hears of it; how it is delivered is the outbox's to know."""
    action = due.action
    assert isinstance(action, Notify)  # noqa: S101  the dispatch table says so
    subscriptions = list_subscriptions(connection)
    hearing = [one for one in subscriptions if _hears(one, signal, action.webhook)]
    if action.webhook and not hearing:
        return Failed(f"there is no webhook subscription {action.webhook} in force")
    if not hearing:
        return Failed(f"no webhook subscription hears of {signal.signal}") if due.rule else Done("nobody subscribed")
    fired = Fired(id=f"S{due.seq}", rule=due.rule, signal=signal)
    body = _json.encode(SignalHook(type=signal.signal, timestamp=context.now.isoformat(), data=fired))
    answers = [
        NewAnswer(
            id=context.new_id(),
            destination=f"hook:{one.id}",
            partner=signal.partner,
            kind="webhook",
            data=body,
            media_type="application/json",
            answers=signal.message,
            book=signal.book,
            created_at=context.at,
            dedupe=f"signal:{due.seq}:{due.n}:{one.id}",
        )
        for one in hearing
    ]
    queued = put_answers(connection, answers)
    return Done(f"queued for {len(hearing)} webhook{'' if len(hearing) == 1 else 's'}", tuple(sorted(queued)))


def _hears(one: Subscription, signal: Signal, webhook: str) -> bool:
    if webhook:
        return one.id == webhook
    about = one.partner in ("", signal.partner)
    return about and one.format == "recorded" and (not one.kinds or signal.signal in one.kinds)


# --- a document -------------------------------------------------------------------------------------------------


def send(connection: Connection, signal: Signal, due: Due, context: Context) -> Result:
    """Queue an 824 or 861 for the signal's partner; its map writes it like every other."""
    action = due.action
    assert isinstance(action, Send)  # noqa: S101  the dispatch table says so
    if not signal.partner:
        return Failed("the signal names no partner to send a document to")
    partner = context.configuration.partners.get(signal.partner)
    if partner is None or partner.sends(action.document) is None:
        return Failed(f"the agreement with {signal.partner} sends no {action.document}")
    if action.document == "861" and not signal.part:
        return Failed("an 861 speaks of goods, and the signal names no part")
    make = _application_advice if action.document == "824" else _receiving_advice
    answers = Answers(connection, context, ())
    answers.advise(make(signal, due, action, from_microseconds(context.at)), signal.message)
    answers.save()
    return Done(f"{action.document} {_number(due)} to {signal.partner}", (_number(due),))


def _head(signal: Signal, due: Due, now: datetime) -> dict[str, Any]:
    """What an 824 and an 861 say alike."""
    return {
        "number": _number(due), "partner": signal.partner, "book": signal.book, "site": signal.site,
        "created_at": now, "shipment_id": signal.number if signal.signal == "asn_overdue" else "",
    }  # fmt: skip


def _application_advice(signal: Signal, due: Due, action: Send, now: datetime) -> AnyAdvice:
    fault = AdvisedFault(code=action.code or "ZZZ", text=action.text or signal.text)
    return ApplicationAdvice(
        **_head(signal, due, now),
        original_number=signal.number,
        original_message=signal.message,
        original_document=signal.document,
        items=(AdvisedItem(verdict="TE", part_number=signal.part, faults=(fault,)),),
    )


def _receiving_advice(signal: Signal, due: Due, action: Send, now: datetime) -> AnyAdvice:
    condition = action.code or ("08" if signal.signal == "inspection_failed" else "02")
    differing = Variance(quantity=signal.quantity, unit=signal.unit, condition=condition)
    line = ReceivedLine(
        part_number=signal.part, line="1", lot=signal.lot, unit=signal.unit, quantity=signal.quantity,
        variances=(differing,),
    )  # fmt: skip
    return ReceivingAdvice(
        **_head(signal, due, now),
        received_at=now,
        lines=(line,),
    )


# --- what they share --------------------------------------------------------------------------------------------


def _hours(hours: float) -> Decimal | None:
    return Decimal(str(hours)) if hours else None


def _number(due: Due) -> str:
    """The business number of what an action makes; what was refused before is said anew under another one."""
    again = f"-{due.attempts}" if due.attempts else ""
    return f"S{due.seq}.{due.n}{again}"


def _book(signal: Signal) -> Any:
    return signal.book


def _record(connection: Connection, event: Event, context: Context) -> Recorded:
    recorded = context.ledger.record(connection, [event], context.policy, context.now)
    follow(connection, recorded, [event], context)
    return recorded[0]


def _why_not(recorded: Recorded) -> str:
    """Why the ledger took nothing of it; "" where it did."""
    for outcome in recorded.outcomes:
        if isinstance(outcome, Refused | Conflict):
            return outcome.reason
    return ""


Act = Callable[[Connection, Signal, Due, Context], Result]

ACTS: dict[type[Action], Act] = {OpenCase: open_case, Hold: hold, Notify: notify, Send: send}

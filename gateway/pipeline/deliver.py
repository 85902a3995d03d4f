"""Deliver: send what the outbox holds, per destination in order, retried by kind of trouble and parked past a limit.

Mailboxes are not sent to: their partners fetch, and the fetch is their delivery. The overdue clock of what must be
acknowledged starts with the 2xx or the fetch.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import structlog
import tenacity
from sqlalchemy import Connection

from gateway.errors import OperatorMistake
from gateway.messages import microseconds
from gateway.partners import Partner
from gateway.pipeline.context import Context
from gateway.settings import resolve_secret
from gateway.store import outbox
from gateway.store.alerts import Alert, put_alerts
from gateway.store.database import Database
from gateway.store.evidence import load_evidence
from gateway.store.outbox import Due, Waiting
from gateway.store.subscriptions import list_subscriptions
from gateway.store.writer import Writer
from gateway.transports.http import Destination, Outcome, Sender

log = structlog.get_logger(__name__)

DESTINATIONS_MAX = 16
MESSAGES_MAX = 50
"""Sent to one destination under one lease."""
ATTEMPTS_MAX = 12
"""About a day with the waits below; then the message is parked and what follows it may go."""
ACK_DUE_MINUTES = 240
"""Within how long a partner acknowledges what it got, unless its terms say otherwise (`ack_due_minutes`)."""

_wait = tenacity.wait_exponential_jitter(multiplier=15, max=3 * 3600, exp_base=2.5, jitter=10)


class Delivered(NamedTuple):
    sent: int = 0
    failed: int = 0
    parked: int = 0


def deliver_due(database: Database, writer: Writer, sender: Sender, context: Context) -> Delivered:
    """Send what is due now to every destination that has something; returns when each was tried once."""
    pushed = [partner.id for partner in context.configuration.partners if partner.deliver.to == "http"]
    due = (
        writer.run(
            lambda connection: outbox.claim_destinations(
                connection, now=context.at, most=DESTINATIONS_MAX, pushed=pushed
            )
        )
        if _has_ready(database, context, pushed)
        else []
    )
    total = Delivered()
    for one in due:
        done = _deliver_to(database, writer, sender, context, one)
        total = Delivered(*(a + b for a, b in zip(total, done, strict=True)))
    return total


def fetch(connection: Connection, id: str, partner: Partner | None, context: Context) -> None:
    """A partner took a message out of its mailbox."""
    outbox.mark_sent(connection, [id], at=context.at, status="fetched")
    outbox.start_clock(connection, id, at=context.at, due_at=_due_at(partner, context))


def _has_ready(database: Database, context: Context, pushed: list[str]) -> bool:
    """Asked of a snapshot first: an idle gateway takes no write lock."""
    with database.read() as connection:
        return outbox.has_due(connection, now=context.at, pushed=pushed)


def _deliver_to(database: Database, writer: Writer, sender: Sender, context: Context, due: Due) -> Delivered:
    with database.read() as connection:
        waiting = outbox.load_waiting(connection, due.id, most=MESSAGES_MAX)
        evidence = load_evidence(connection, [one.id for one in waiting])
        try:
            destination = _find_destination(connection, due, context)
        except OperatorMistake as mistake:
            return _give_up(writer, context, due, waiting, str(mistake))
    sent: list[str] = []
    outcome = Outcome("arrived")
    failed: Waiting | None = None
    for one in waiting:
        outcome = sender.post(
            destination, evidence.get(one.id, b""), id=one.id, media_type=one.media_type, now=context.now
        )
        if outcome.result != "arrived":
            failed = one
            break
        sent.append(one.id)
        log.info("message.sent", outbox_id=one.id, kind=one.kind, destination=due.id)
    return _settle(writer, context, due, sent, failed, outcome)


def _settle(
    writer: Writer, context: Context, due: Due, sent: list[str], failed: Waiting | None, outcome: Outcome
) -> Delivered:
    partner = context.configuration.partners.get(due.id)
    attempts = 0 if failed is None else failed.attempts + 1
    park = failed is not None and (outcome.result == "never" or attempts >= ATTEMPTS_MAX)
    wait = 0.0 if failed is None or park else _seconds_to_wait(attempts, outcome)

    def job(connection: Connection) -> None:
        if not outbox.holds_destination(connection, due):
            return
        outbox.mark_sent(connection, sent, at=context.at)
        for id in sent:
            outbox.start_clock(connection, id, at=context.at, due_at=_due_at(partner, context))
        if failed is not None:
            outbox.mark_failed(connection, failed.id, reason=outcome.reason, park=park)
            if park:
                put_alerts(connection, [_alert(failed, due, outcome.reason, context)])
        next_attempt = microseconds(context.now + timedelta(seconds=wait))
        outbox.release_destination(connection, due, next_attempt=next_attempt, attempts=attempts)

    writer.run(job)
    if failed is not None:
        log.warning("delivery.failed", outbox_id=failed.id, destination=due.id, reason=outcome.reason, parked=park)
    return Delivered(len(sent), int(failed is not None and not park), int(park))


def _give_up(writer: Writer, context: Context, due: Due, waiting: list[Waiting], reason: str) -> Delivered:
    """Our own mistake (no address, no secret): tried again in an hour, told at once, nothing lost."""

    def job(connection: Connection) -> None:
        if waiting:
            outbox.mark_failed(connection, waiting[0].id, reason=reason, park=False)
            if waiting[0].attempts == 0:
                put_alerts(connection, [_alert(waiting[0], due, reason, context)])
        next_attempt = microseconds(context.now + timedelta(hours=1))
        outbox.release_destination(connection, due, next_attempt=next_attempt, attempts=due.attempts + 1)

    writer.run(job)
    log.error("delivery.impossible", destination=due.id, reason=reason)
    return Delivered(failed=1)


def _find_destination(connection: Connection, due: Due, context: Context) -> Destination:
    if due.id.startswith("hook:"):
        for subscription in list_subscriptions(connection, ended=True):
            if f"hook:{subscription.id}" == due.id:
                return Destination(subscription.url, _secret(subscription.secret))
        raise OperatorMistake(f"the subscription {due.id} is gone")
    partner = context.configuration.partners.get(due.id)
    if partner is None or not partner.deliver.url:
        raise OperatorMistake(f"partner {due.id} has no address to deliver to", mend="deliver in its partner.yaml")
    return Destination(partner.deliver.url, _secret(partner.deliver.secret))


def _secret(reference: str) -> str:
    return resolve_secret(reference) if reference else ""


def _seconds_to_wait(attempts: int, outcome: Outcome) -> float:
    """Exponential with jitter, and never sooner than the receiver asked for."""
    state = tenacity.RetryCallState(tenacity.Retrying(), None, (), {})
    state.attempt_number = attempts
    return max(_wait(state), outcome.retry_after_s or 0.0)


def _due_at(partner: Partner | None, context: Context) -> int:
    minutes = ACK_DUE_MINUTES
    if partner is not None:
        stated = str(partner.terms.other.get("ack_due_minutes", ""))
        minutes = int(stated) if stated.isdigit() else ACK_DUE_MINUTES
    return microseconds(context.now + timedelta(minutes=minutes))


def _alert(one: Waiting, due: Due, reason: str, context: Context) -> Alert:
    text = f"{one.kind} {one.id} cannot be delivered to {due.id}: {reason}"
    return Alert(kind="delivery_failed", text=text, partner=one.partner, message=one.id, at=context.at)

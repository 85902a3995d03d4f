"""Deliver: send what the outbox holds, per destination in order, retried by kind of trouble and parked past a limit.

Mailboxes are not sent to: their partners fetch, and the fetch is their delivery. The overdue clock of what must be
acknowledged starts with the MDN, the 2xx or the fetch.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import NamedTuple

import structlog
import tenacity
from sqlalchemy import Connection

from gateway.errors import OperatorMistake, Unavailable
from gateway.messages import microseconds
from gateway.partners import Partner
from gateway.pipeline.context import Context
from gateway.pipeline.delivering import PUSHED, Carrier, Outcome, Tools, find_carrier
from gateway.pipeline.due import ack_due_at
from gateway.store import outbox
from gateway.store.alerts import Alert, put_alerts
from gateway.store.database import Database
from gateway.store.evidence import load_evidence
from gateway.store.outbox import Due, Waiting
from gateway.store.writer import Writer

log = structlog.get_logger(__name__)

DESTINATIONS_MAX = 16
AT_ONCE_MAX = 4
"""Destinations that are sent to at once: who answers slowly, or not at all, holds up fewer others."""
MESSAGES_MAX = 50
"""Sent to one destination under one lease."""
ATTEMPTS_MAX = 12
"""About a day with the waits below; then the message is parked and what follows it may go."""

BROKEN = "an unforeseen error on our side, see the log (delivery.broken)"

PERSON_SECONDS = 3600.0
"""The least pause where a person must mend something, theirs or ours: sooner tries would only use up the limit."""
WAIT_SECONDS_MAX = 24 * 3600.0
"""The longest pause that a receiver may ask for."""

_wait = tenacity.wait_exponential_jitter(multiplier=15, max=3 * 3600, exp_base=2.5, jitter=10)


class Delivered(NamedTuple):
    sent: int = 0
    failed: int = 0
    parked: int = 0


def deliver_due(database: Database, tools: Tools, context: Context) -> Delivered:
    """Send what is due now to every destination that has something; returns when each was tried once."""
    pushed = [partner.id for partner in context.configuration.partners if partner.deliver.to in PUSHED]
    due = (
        tools.writer.run(
            lambda connection: outbox.claim_destinations(
                connection, now=context.at, most=DESTINATIONS_MAX, pushed=pushed
            )
        )
        if _has_ready(database, context, pushed)
        else []
    )
    if not due:
        return Delivered()
    with ThreadPoolExecutor(min(len(due), AT_ONCE_MAX), thread_name_prefix="deliver") as pool:
        done = list(pool.map(lambda one: _deliver_guarded(database, tools, context, one), due))
    return Delivered(*(sum(counts) for counts in zip(*done, strict=True)))


def fetch(connection: Connection, id: str, partner: Partner | None, context: Context) -> None:
    """A partner took a message out of its mailbox."""
    outbox.mark_sent(connection, [id], at=context.at, status="fetched")
    outbox.start_clock(connection, id, at=context.at, due_at=ack_due_at(partner, context.now))


def _has_ready(database: Database, context: Context, pushed: list[str]) -> bool:
    """Asked of a snapshot first: an idle gateway takes no write lock."""
    with database.read() as connection:
        return outbox.has_due(connection, now=context.at, pushed=pushed)


def _deliver_guarded(database: Database, tools: Tools, context: Context, due: Due) -> Delivered:
    """Whatever goes wrong with one destination: it is given back with a pause, and the others are served."""
    try:
        return _deliver_to(database, tools, context, due)
    except Unavailable:
        # Nothing can be stored now, for no destination.
        raise
    except Exception:
        log.exception("delivery.broken", destination=due.id)
        attempts = due.attempts + 1
        next_attempt = microseconds(context.now + timedelta(seconds=_seconds_to_wait(attempts, Outcome("later"))))
        tools.writer.run(
            lambda connection: outbox.release_destination(
                connection, due, next_attempt=next_attempt, attempts=attempts
            )
        )
        return Delivered(failed=1)


def _deliver_to(database: Database, tools: Tools, context: Context, due: Due) -> Delivered:
    carrier: Carrier | None = None
    with database.read() as connection:
        waiting = outbox.load_waiting(connection, due.id, most=MESSAGES_MAX)
        evidence = load_evidence(connection, [one.id for one in waiting])
        try:
            carrier = find_carrier(connection, due, context, tools)
        except OperatorMistake as mistake:
            return _give_up(tools.writer, context, due, waiting, str(mistake))
    done: list[tuple[Waiting, Outcome]] = []
    with contextlib.closing(carrier):
        for one in waiting:
            try:
                outcome = carrier.send(one, evidence.get(one.id, b""))
            except OperatorMistake as mistake:
                sent = _settle(tools.writer, context, due, done) if done else Delivered()
                failed = _give_up(tools.writer, context, due, waiting[len(done) :], str(mistake))
                return Delivered(*(a + b for a, b in zip(sent, failed, strict=True)))
            except Unavailable:
                raise
            except Exception:
                # Counted as a try: one message that always breaks must not hold up the others for ever.
                log.exception("delivery.broken", destination=due.id, outbox_id=one.id)
                outcome = Outcome("later", BROKEN)
            done.append((one, outcome))
            if outcome.result in ("later", "never"):
                break
            log.info("message.sent", outbox_id=one.id, kind=one.kind, destination=due.id, result=outcome.result)
        # Before the carrier is closed: nothing that can break stands between what was reached and its being kept.
        return _settle(tools.writer, context, due, done)


def _settle(writer: Writer, context: Context, due: Due, done: list[tuple[Waiting, Outcome]]) -> Delivered:
    """Store what became of each message; only the last can have failed."""
    partner = context.configuration.partners.get(due.id)
    failed, outcome = done[-1] if done and done[-1][1].result in ("later", "never") else (None, Outcome("arrived"))
    attempts = 0 if failed is None else failed.attempts + 1
    park = failed is not None and (outcome.result == "never" or attempts >= ATTEMPTS_MAX)
    wait = 0.0 if failed is None or park else _seconds_to_wait(attempts, outcome)
    arrived = [one.id for one, each in done if each.result == "arrived"]

    def job(connection: Connection) -> None:
        if not outbox.holds_destination(connection, due):
            return
        for _, each in done:
            if each.keep is not None:
                each.keep(connection)
        outbox.mark_awaiting(connection, [one.id for one, each in done if each.result == "awaiting"])
        outbox.mark_sent(connection, arrived, at=context.at)
        for id in arrived:
            outbox.start_clock(connection, id, at=context.at, due_at=ack_due_at(partner, context.now))
        if failed is not None:
            is_news = outbox.reason_of(connection, failed.id) != outcome.reason
            is_marked = outbox.mark_failed(connection, failed.id, reason=outcome.reason, park=park)
            if is_marked and (park or (outcome.needs_person and is_news)):
                put_alerts(connection, [_alert(failed, due, outcome.reason, context)])
        next_attempt = microseconds(context.now + timedelta(seconds=wait))
        outbox.release_destination(connection, due, next_attempt=next_attempt, attempts=attempts)

    writer.run(job)
    if failed is not None:
        log.warning("delivery.failed", outbox_id=failed.id, destination=due.id, reason=outcome.reason, parked=park)
    return Delivered(len(done) - int(failed is not None), int(failed is not None and not park), int(park))


def _give_up(writer: Writer, context: Context, due: Due, waiting: list[Waiting], reason: str) -> Delivered:
    """Our own mistake (no address, no secret): tried again in an hour, told at once, nothing lost.

    It uses up no tries: a message that waited a day for its secret must not be parked by the first 503 after it.
    """

    def job(connection: Connection) -> None:
        if waiting and outbox.mark_held(connection, waiting[0].id, reason=reason):
            put_alerts(connection, [_alert(waiting[0], due, reason, context)])
        next_attempt = microseconds(context.now + timedelta(seconds=PERSON_SECONDS))
        outbox.release_destination(connection, due, next_attempt=next_attempt, attempts=due.attempts + 1)

    writer.run(job)
    log.error("delivery.impossible", destination=due.id, reason=reason)
    return Delivered(failed=1)


def _seconds_to_wait(attempts: int, outcome: Outcome) -> float:
    """Exponential with jitter, and not sooner than the receiver asked for, up to a day."""
    state = tenacity.RetryCallState(tenacity.Retrying(), None, (), {})
    state.attempt_number = attempts
    least = PERSON_SECONDS if outcome.needs_person else 0.0
    return max(_wait(state), least, min(outcome.retry_after_s or 0.0, WAIT_SECONDS_MAX))


def _alert(one: Waiting, due: Due, reason: str, context: Context) -> Alert:
    text = f"{one.kind} {one.id} cannot be delivered to {due.id}: {reason}"
    return Alert(kind="delivery_failed", text=text, partner=one.partner, message=one.id, at=context.at)

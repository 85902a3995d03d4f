"""Acting: what is due of the actions of signals is done, each in a database transaction of its own.

What fails is told, kept with its reason and tried again, ever later; past the last try a person decides.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import Connection

from gateway.errors import Unavailable
from gateway.messages import microseconds
from gateway.pipeline.context import Context
from gateway.pipeline.signals.actions import ACTS, Failed
from gateway.signals import Signal
from gateway.store.alerts import Alert, put_alerts
from gateway.store.database import Database
from gateway.store.signals import Due, find_due, is_due, load_signal, settle_action
from gateway.store.writer import Writer

log = structlog.get_logger(__name__)

ATTEMPTS_MAX = 8
FIRST_WAIT = timedelta(minutes=2)
"""Before the second try; each further wait is three times as long, so that the last is about a day later."""
BROKEN = "an unforeseen error on our side, see the log (signal.broken)"


def act(database: Database, writer: Writer, context: Context) -> int:
    """Do what is due at `context.now`; how many actions were tried. A gateway without signals takes no write lock."""
    with database.read() as connection:
        due = find_due(connection, now=context.at)
    for one in due:
        try:
            writer.run(lambda connection, one=one: _do(connection, one, context))  # type: ignore[misc]
        except Unavailable:
            raise
        except Exception:
            log.exception("signal.broken", signal=one.seq, action=one.n)
            writer.run(lambda connection, one=one: _fail(connection, one, BROKEN, context))  # type: ignore[misc]
    return len(due)


def _do(connection: Connection, due: Due, context: Context) -> None:
    signal = load_signal(connection, due.seq)
    if signal is None or not is_due(connection, due):
        return
    done = ACTS[type(due.action)](connection, signal, due, context)
    if isinstance(done, Failed):
        _fail(connection, due, done.reason, context, signal)
        return
    settle_action(
        connection, due, status="done", result=done.result, reference=" ".join(done.reference), at=context.at
    )


def _fail(connection: Connection, due: Due, reason: str, context: Context, signal: Signal | None = None) -> None:
    """Tried again, or stopped; told the first time and the last."""
    attempts = due.attempts + 1
    is_last = attempts >= ATTEMPTS_MAX
    # People may try what was stopped as often as they like: the wait ends growing with the tries of our own.
    wait = FIRST_WAIT * 3 ** min(due.attempts, ATTEMPTS_MAX)
    settle_action(
        connection,
        due,
        status="stopped" if is_last else "failed",
        result=reason,
        next_at=0 if is_last else microseconds(context.now + wait),
        at=context.at,
    )
    if attempts == 1 or is_last:
        ends = "; it is tried no more" if is_last else ""
        name = due.action.__struct_config__.tag
        text = f"{name} of signal S{due.seq} failed: {reason}{ends}"
        partner = signal.partner if signal is not None else ""
        put_alerts(connection, [Alert(kind="signal_action_failed", text=text, partner=partner, at=context.at)])

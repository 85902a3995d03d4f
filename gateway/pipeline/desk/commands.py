"""The writing commands by name: arguments and results as values. The same ones run here and in `serve`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from gateway.messages import Accepted, microseconds
from gateway.pipeline.accept import Delivery
from gateway.pipeline.desk import Desk
from gateway.pipeline.desk.replays import compare_maps, replay_message
from gateway.pipeline.desk.results import Defined, Progress, Replay
from gateway.pipeline.pickup.values import Begin, Begun, Commit, End, Note, Noted, Renew, Taken
from gateway.pipeline.reconciling.reports import record as record_reports
from gateway.pipeline.replaying.comparing import MapComparison
from gateway.pipeline.replaying.values import Which
from gateway.pipeline.resend import review
from gateway.store.gathering import release
from gateway.store.keys import ApiKey, put_key, revoke_key
from gateway.store.subscriptions import Format, end_subscription, put_subscription
from ledger.events import Actor, AnyEvent
from ledger.outcomes import Recorded


class Nothing(msgspec.Struct, frozen=True, kw_only=True):
    """Arguments of a command that takes only the desk and the time."""


class RunUntilIdle(msgspec.Struct, frozen=True, kw_only=True):
    deliver: bool


class ReplayOf(msgspec.Struct, frozen=True, kw_only=True):
    """`confirm`: also replace what is recorded; `dry_run`: do nothing, and say what would come of it."""

    id: str
    confirm: bool = False
    dry_run: bool = False
    which: Which = "current"
    by: str = ""


class MapsOf(msgspec.Struct, frozen=True, kw_only=True):
    """`before` and `after`: files by virtual path, laid over those in force; none is what is in force."""

    path: str
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    partner: str = ""
    most: int = 100
    with_books: bool = True


class Resend(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    anew: bool = False
    by: str = ""


class Release(msgspec.Struct, frozen=True, kw_only=True):
    partner: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    events: tuple[AnyEvent, ...]
    actor: Actor


class Define(msgspec.Struct, frozen=True, kw_only=True):
    events: tuple[AnyEvent, ...]
    actor: Actor
    rehearse: bool = False


class Fetch(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    partner: str


class PutKey(msgspec.Struct, frozen=True, kw_only=True):
    key: ApiKey
    sha256: str


class RevokeKey(msgspec.Struct, frozen=True, kw_only=True):
    name: str


class Subscribe(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    url: str
    secret: str
    kinds: tuple[str, ...]
    partner: str
    format: Format = "recorded"


class Unsubscribe(msgspec.Struct, frozen=True, kw_only=True):
    id: str


class Review(msgspec.Struct, frozen=True, kw_only=True):
    message: str
    n: int
    comment: str
    by: str


class RetrySignal(msgspec.Struct, frozen=True, kw_only=True):
    seq: int


class Command(NamedTuple):
    """`run` is a plain function; `arguments` and `result` say how both cross the socket."""

    run: Callable[[Desk, Any, datetime], Any]
    arguments: Any
    result: Any


def _put_key(desk: Desk, given: PutKey, now: datetime) -> None:
    desk.writer.run(lambda connection: put_key(connection, now, given.key, given.sha256))


def _revoke_key(desk: Desk, given: RevokeKey, now: datetime) -> bool:
    return desk.writer.run(lambda connection: revoke_key(connection, now, name=given.name))


def _subscribe(desk: Desk, given: Subscribe, now: datetime) -> None:
    desk.writer.run(
        lambda connection: put_subscription(
            connection,
            now,
            id=given.id,
            url=given.url,
            secret=given.secret,
            kinds=given.kinds,
            partner=given.partner,
            format=given.format,
        )
    )


def _unsubscribe(desk: Desk, given: Unsubscribe, now: datetime) -> bool:
    return desk.writer.run(lambda connection: end_subscription(connection, now, id=given.id))


def _review(desk: Desk, given: Review, now: datetime) -> int:
    context = desk.context(now)

    def job(connection: Connection) -> int:
        count, told = review(
            connection, given.message, given.n, comment=given.comment, by=given.by, at=microseconds(now)
        )
        record_reports(connection, told, context)
        return count

    return desk.writer.run(job)


def _release(desk: Desk, given: Release, now: datetime) -> int:
    released = desk.writer.run(lambda connection: release(connection, given.partner, at=microseconds(now)))
    desk.process(now)
    return released


COMMANDS: dict[str, Command] = {
    "accept": Command(lambda desk, given, now: desk.accept(given, now), Delivery, Accepted),
    "run_until_idle": Command(
        lambda desk, given, now: desk.run_until_idle(given.deliver, now), RunUntilIdle, Progress
    ),
    "run_due": Command(lambda desk, given, now: desk.run_due(now), Nothing, Progress),
    "replay": Command(replay_message, ReplayOf, Replay),
    "compare_maps": Command(compare_maps, MapsOf, MapComparison),
    "resend": Command(lambda desk, given, now: desk.resend(given.id, given.anew, given.by, now), Resend, str),
    "record_events": Command(
        lambda desk, given, now: desk.record_events(given.events, given.actor, now), Record, list[Recorded]
    ),
    "define": Command(
        lambda desk, given, now: desk.define(given.events, given.actor, given.rehearse, now), Define, Defined
    ),
    "fetch": Command(lambda desk, given, now: desk.fetch(given.id, given.partner, now), Fetch, bytes),
    "configure": Command(lambda desk, given, now: desk.configure(now), Nothing, bool),
    "pickup_begin": Command(lambda desk, given, now: desk.register(lambda: now).begin(given), Begin, Begun),
    "pickup_renew": Command(lambda desk, given, now: desk.register(lambda: now).renew(given), Renew, bool),
    "pickup_note": Command(lambda desk, given, now: desk.register(lambda: now).note(given), Note, Noted),
    "pickup_commit": Command(
        lambda desk, given, now: desk.register(lambda: now).commit(given), Commit, tuple[Taken, ...]
    ),
    "pickup_end": Command(lambda desk, given, now: desk.register(lambda: now).end(given), End, bool),
    "put_key": Command(_put_key, PutKey, type(None)),
    "revoke_key": Command(_revoke_key, RevokeKey, bool),
    "subscribe": Command(_subscribe, Subscribe, type(None)),
    "unsubscribe": Command(_unsubscribe, Unsubscribe, bool),
    "review": Command(_review, Review, int),
    "retry_signal": Command(lambda desk, given, now: desk.retry_signal(given.seq, now), RetrySignal, int),
    "release": Command(_release, Release, int),
}


def run_command(desk: Desk, name: str, arguments: bytes, now: datetime) -> Any:
    """Run one by its name and the JSON of its arguments. Raises KeyError for an unknown name."""
    command = COMMANDS[name]
    return command.run(desk, msgspec.json.decode(arguments, type=command.arguments), now)

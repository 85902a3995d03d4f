"""The façade that command line, REST, worker, demo and tests open. Short: each step lives in its own module.

Where this process holds `run/writer.lock`, writing methods run here; where `serve` holds it, they are sent to
`run/control.sock` and run there. Either way they return the same values.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from sqlalchemy import Connection

from gateway.errors import OperatorMistake
from gateway.governance import Governance, read_governance
from gateway.mapping import Configuration
from gateway.messages import Accepted, Answer
from gateway.partners import Partners
from gateway.pipeline.accept import Delivery
from gateway.pipeline.as2 import Again, As2Answer, As2Request
from gateway.pipeline.asking import show
from gateway.pipeline.desk import Desk, commands, control
from gateway.pipeline.desk.configure import Signature, build_policy, open_configuration, roots_of, sign_files
from gateway.pipeline.desk.results import Defined, Progress, Replay
from gateway.pipeline.opening import check, prepare
from gateway.pipeline.parties import policy_now
from gateway.pipeline.pickup.asking import RemoteRegister
from gateway.pipeline.pickup.schedule import Pickups
from gateway.pipeline.replaying.comparing import MapComparison
from gateway.pipeline.replaying.values import Which
from gateway.settings import Settings
from gateway.signals import SignalRules, read_signal_rules
from gateway.store.database import Database
from gateway.store.home import Home
from gateway.store.keys import ApiKey
from gateway.store.lock import WriterLock
from gateway.store.subscriptions import Format, Subscription, list_subscriptions
from gateway.store.writer import Writer
from ledger import queries
from ledger.events import Actor, AnyEvent
from ledger.outcomes import Recorded
from ledger.policy import Policy

Clock = Callable[[], datetime]

OURSELVES = Actor(kind="system", id="crossdock")
"""Who acts where nobody is named: the program itself, which decides nothing that asks for a person."""
LOCK_WAIT_SECONDS = 10.0
"""How long a command waits for another command; `serve` is recognised by its socket and never waited for."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Street:
    """`with Street.open(home) as street:`; see the module for who writes."""

    def __init__(self, home: Home, database: Database, clock: Clock, desk: Desk | None, lock: WriterLock) -> None:
        self.home, self.clock, self.desk = home, clock, desk
        self._database, self._lock = database, lock
        self._roots: Sequence[Path] | None = None
        self._configuration: Configuration | None = None
        self._signature: Signature = ()

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        clock: Clock = utc_now,
        children: int = 0,
        roots: Sequence[Path] | None = None,
        create: bool = True,
        settings: Settings | None = None,
    ) -> Self:
        """Open, upgrade an empty database, load and publish the configuration.

        `children`: processes for large backlogs (`serve` and benchmarks give cores - 1); 0 works inline. `roots`:
        package folders of mappings and partners, None for the shipped ones. `settings`: our AS2 name and the
        passphrase of our keys, None for the defaults. Raises OperatorMistake for faulty
        configuration, an older database, or (with `create=False`) a home that does not exist.
        """
        place = Home(home)
        if not create and not place.database.is_file():
            raise OperatorMistake(f"there is no crossdock home in {home}", mend=f"crossdock init --home {home}")
        place.create()
        lock = WriterLock(place.lock)
        holds = _take_lock(lock, place)
        database = Database(place.database)
        try:
            if holds:
                prepare(database)
            else:
                with database.read() as connection:
                    check(connection)
            stated = Settings(home=home) if settings is None else settings
            desk = (
                Desk(place, database, roots=roots, children=children, settings=stated, now=clock()) if holds else None
            )
        except BaseException:
            database.close()
            lock.release()
            raise
        street = cls(place, database, clock, desk, lock)
        street._roots = roots
        return street

    def close(self) -> None:
        if self.desk is not None:
            self.desk.close()
        self._database.close(wrote=self.desk is not None)
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_writer(self) -> bool:
        """This process holds the lock; False: commands go to `serve`."""
        return self.desk is not None

    @property
    def writer(self) -> Writer:
        """The one writer. Raises OperatorMistake where another process has it."""
        return self._own_desk().writer

    def _own_desk(self) -> Desk:
        if self.desk is None:
            raise OperatorMistake("another process writes to this home", mend="use the street's commands")
        return self.desk

    @property
    def configuration(self) -> Configuration:
        """What is in force here: a process that does not write reads the files itself."""
        if self.desk is not None:
            return self.desk.in_force.configuration
        if self._configuration is None:
            found = open_configuration(self.home, self._roots, self._database, None, now=0)
            self._configuration = found.configuration
        return self._configuration

    @property
    def mistake(self) -> str:
        """Why edited files were not taken, and what was before them stays in force; "" when nothing is wrong."""
        return self.desk.in_force.mistake if self.desk is not None else ""

    @property
    def roots(self) -> tuple[Path, ...]:
        """Where maps and partners are looked for, strongest first."""
        return roots_of(self.home, self._roots)

    @property
    def governance(self) -> Governance:
        """Our people and the rules of the house in force."""
        if self.desk is not None:
            return self.desk.in_force.governance
        return read_governance(self.configuration.files)

    @property
    def signal_rules(self) -> SignalRules:
        """What is done about signals."""
        if self.desk is not None:
            return self.desk.in_force.signals
        return read_signal_rules(self.configuration.files, self.governance.roles)

    @property
    def policy(self) -> Policy:
        """The ledger's terms in force, as the agreements state them for the suppliers of master data."""
        if self.desk is not None:
            return self.desk.context(self.clock()).policy
        with self.read() as connection:
            masterdata = queries.masterdata(connection)
        return policy_now(build_policy(self.configuration), self.configuration.partners, masterdata)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only snapshot of store and ledger."""
        with self._database.read() as connection:
            yield connection

    # --- commands ---

    def accept(
        self,
        data: bytes,
        *,
        partner: str,
        channel: str = "rest",
        name: str = "",
        key: str = "",
        media_type: str = "",
        test: bool = False,
        actor: Actor | None = None,
    ) -> Accepted:
        """Keep the bytes durably and say under which id. `partner` is the partner of the transport identity.

        `key` is the transport's own key (Message-ID, Idempotency-Key, endpoint+name+digest+mtime), "" for none; the
        same key with the same bytes gives the first answer, with other bytes PartnerMistake("idempotency_mismatch").
        `actor`: who hands it in, where not the partner itself; canonical events are then that person's word.
        """
        delivery = Delivery(
            data=data, partner=partner, channel=channel, name=name, key=key, media_type=media_type, test=test,
            actor=actor,
        )  # fmt: skip
        return self._do("accept", delivery)  # type: ignore[no-any-return]

    def hand_over_as2(self, request: As2Request) -> Future[As2Answer | Again | None] | None:
        """`receive_as2` without blocking, for a thread that must not wait: our opener's process opens the POST.

        None, at once or as the result: nothing was done, ask `receive_as2`. Raises as it does.
        """
        return self._own_desk().hand_over_as2(request, self.clock())

    def receive_as2(self, request: As2Request) -> Future[As2Answer | Again]:
        """Open one POST to /as2 in the caller's thread, and queue it with its MDN; the future is answered once all of
        it is durable. `Again` is handed to `receive_as2_again`, not in the writer's thread.

        Only where this process writes. Raises Unavailable where our own keys cannot be opened.
        """
        return self._own_desk().receive_as2(request, self.clock())

    def receive_as2_again(self, again: Again) -> Future[As2Answer | Again]:
        """Sign the other MDN that the database asked for, and keep the message with it."""
        return self._own_desk().receive_as2_again(again, self.clock())

    def receive(self, data: bytes, partner: str, channel: str = "rest", name: str = "", key: str = "") -> str:
        """`accept`, giving only the message id."""
        return self.accept(data, partner=partner, channel=channel, name=name, key=key).id

    def run_until_idle(self, *, deliver: bool = True) -> Progress:
        """Process all that is in the inbox and, with `deliver`, send what is due; returns when nothing is left."""
        return self._do("run_until_idle", commands.RunUntilIdle(deliver=deliver))  # type: ignore[no-any-return]

    def run_due(self, now: datetime | None = None) -> Progress:
        """Everything due at `now` (default: the clock): waits end, overdue facts show, deliveries go."""
        return self._do("run_due", commands.Nothing(), now)  # type: ignore[no-any-return]

    def pickups(self) -> Pickups:
        """The folders of partners' SFTP servers, polled by this process; close it.

        What it takes goes to whoever writes, so that several processes may poll at once, and any of them may die.
        """
        if self.desk is not None:
            return self.desk.pickups(self.clock)
        register = RemoteRegister(self._do)
        holder = f"{os.getpid()}-{secrets.token_hex(4)}"
        return Pickups(register, self._read_partners, holder=holder, clock=self.clock)

    def replay(
        self, id: str, *, confirm: bool = False, dry_run: bool = False, which: Which = "current", by: str = ""
    ) -> Replay:
        """Read a message or document again with the map now in force, or the one that read it first; see Replay.

        What is recorded is replaced only with `confirm`; with `dry_run` nothing is done at all.
        """
        given = commands.ReplayOf(id=id, confirm=confirm, dry_run=dry_run, which=which, by=by)
        return self._do("replay", given)  # type: ignore[no-any-return]

    def compare_maps(self, given: commands.MapsOf) -> MapComparison:
        """Stored documents read by two versions of a map, and what the newer would do to the books: all undone."""
        return self._do("compare_maps", given)  # type: ignore[no-any-return]

    def resend(self, id: str, *, anew: bool = False, by: str = "") -> str:
        """Queue an outgoing message again, with identical bytes and numbers; the id that goes out.

        `anew` writes what was refused or never answered once more, by the map now in force and with new numbers.
        """
        return self._do("resend", commands.Resend(id=id, anew=anew, by=by))  # type: ignore[no-any-return]

    def record_events(self, events: Iterable[AnyEvent], *, actor: Actor = OURSELVES) -> list[Recorded]:
        """Hand finished events (master data, decisions of people) to the ledger, and send what follows.

        `actor` stands for events that name nobody.
        """
        return self._do("record_events", commands.Record(events=tuple(events), actor=actor))  # type: ignore[no-any-return]

    def define(self, events: Iterable[AnyEvent], *, actor: Actor = OURSELVES, rehearse: bool = False) -> Defined:
        """`record_events` for master data: with the documents that went on because of it, in every book.

        `rehearse` records nothing and says what would come of it.
        """
        given = commands.Define(events=tuple(events), actor=actor, rehearse=rehearse)
        return self._do("define", given)  # type: ignore[no-any-return]

    def fetch(self, id: str, partner: str = "") -> bytes:
        """The bytes of a message; a partner fetching from its mailbox starts the overdue clock of what it carries."""
        return self._do("fetch", commands.Fetch(id=id, partner=partner))  # type: ignore[no-any-return]

    def configure(self) -> bool:
        """Take up edited files now; True when something changed."""
        return self._do("configure", commands.Nothing())  # type: ignore[no-any-return]

    def review(self, message: str, n: int, comment: str, *, by: str = "") -> int:
        """A person settles sent documents that nobody answered or that were refused, all of a message where `n` is 0;
        how many there were."""
        given = commands.Review(message=message, n=n, comment=comment, by=by)
        return self._do("review", given)  # type: ignore[no-any-return]

    def release(self, partner: str) -> int:
        """What is collected for a partner leaves now, before its time; how many documents do."""
        return self._do("release", commands.Release(partner=partner))  # type: ignore[no-any-return]

    def retry_signal(self, seq: int) -> int:
        """Try what failed or was stopped of a signal's actions again, now; how many there were."""
        return self._do("retry_signal", commands.RetrySignal(seq=seq))  # type: ignore[no-any-return]

    def put_key(self, key: ApiKey, sha256: str) -> None:
        """Keep a new API key by its digest; see `gateway.store.keys.put_key`, which raises OperatorMistake."""
        self._do("put_key", commands.PutKey(key=key, sha256=sha256))

    def revoke_key(self, *, name: str) -> bool:
        """End an API key; False when it had been ended before. Raises OperatorMistake when there is none."""
        return self._do("revoke_key", commands.RevokeKey(name=name))  # type: ignore[no-any-return]

    def subscribe(
        self, id: str, *, url: str, secret: str, kinds: Sequence[str], partner: str, format: Format = "recorded"
    ) -> None:
        """Begin a webhook subscription; `secret` is a reference. See `gateway.store.subscriptions`."""
        given = commands.Subscribe(id=id, url=url, secret=secret, kinds=tuple(kinds), partner=partner, format=format)
        self._do("subscribe", given)

    def unsubscribe(self, id: str) -> bool:
        """End one; False when there is none in force."""
        return self._do("unsubscribe", commands.Unsubscribe(id=id))  # type: ignore[no-any-return]

    # --- reading ---

    def subscriptions(self) -> list[Subscription]:
        """Webhook subscriptions in force."""
        with self.read() as connection:
            return list_subscriptions(connection)

    def message(self, id: str, *, provenance: bool = False) -> dict[str, Any]:
        """All that is known of one message, in or out: facts, documents with faults and results, answers.

        `provenance` adds where each canonical value stands, read again from the bytes. Raises KeyError for none.
        """
        with self.read() as connection:
            shown = show.show_message(connection, id)
            if provenance:
                shown["provenance"] = show.show_provenance(connection, id, self.configuration)
        return shown

    def messages(
        self, *, direction: str = "in", partner: str = "", status: str = "", after: str = "", limit: int = 100
    ) -> list[dict[str, Any]]:
        """Newest last, after the id `after`; direction `out` gives answers in the shape of `Answer`."""
        with self.read() as connection:
            return show.list_messages(
                connection, direction=direction, partner=partner, status=status, after=after, limit=limit
            )

    def answers(self, id: str) -> tuple[Answer, ...]:
        """What answers one received message, in the order it was queued."""
        with self.read() as connection:
            return show.load_answers(connection, id)

    def _read_partners(self) -> Partners:
        """Partners as their files say now, in a process that stays and does not write."""
        signature = sign_files(self.home, self._roots)
        if signature != self._signature:
            self._signature, self._configuration = signature, None
        return self.configuration.partners

    def _do(self, name: str, arguments: object, now: datetime | None = None) -> Any:
        command = commands.COMMANDS[name]
        moment = now or self.clock()
        if self.desk is not None:
            return command.run(self.desk, arguments, moment)
        return msgspec.json.decode(control.call(self.home.socket, name, arguments, moment), type=command.result)


def _take_lock(lock: WriterLock, home: Home) -> bool:
    """True: this process writes. False: `serve` does. Raises OperatorMistake when neither comes about."""
    until = time.monotonic() + LOCK_WAIT_SECONDS
    while not lock.take():
        if control.answers(home.socket):
            return False
        if time.monotonic() > until:
            raise OperatorMistake(f"another command writes to {home.path}", mend="try again when it has ended")
        time.sleep(0.05)
    return True

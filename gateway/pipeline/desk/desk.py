"""The desk: everything the holder of the writer's lock owns, and its commands. One per process that writes.

Each command is `(desk, arguments, now)` written as a method; `control` runs the same ones for other processes. Only
here do the steps of the street meet.
"""

from __future__ import annotations

import contextlib
import gc
import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import Connection, select

from gateway.errors import OperatorMistake, PartnerMistake
from gateway.messages import ENTROPY_BYTES, Accepted, message_id, microseconds
from gateway.pipeline import deliver, resend
from gateway.pipeline.accept import Delivery, accept
from gateway.pipeline.answering.drafts import Drafting
from gateway.pipeline.answering.writers import load_writers
from gateway.pipeline.as2 import (
    Again,
    As2Answer,
    As2Request,
    Opener,
    Receiver,
    Stations,
    open_stations,
    sign_keys,
)
from gateway.pipeline.as2.stations import KeysSignature
from gateway.pipeline.asking.trust import EndWatch
from gateway.pipeline.context import Context
from gateway.pipeline.delivering import Tools
from gateway.pipeline.desk import defining
from gateway.pipeline.desk.configure import InForce, load, open_configuration, publish_configuration, sign_files
from gateway.pipeline.desk.on_demand import OnDemand
from gateway.pipeline.desk.results import Defined, Progress
from gateway.pipeline.desk.stamping import stamp
from gateway.pipeline.elapse import elapse
from gateway.pipeline.parties import Parties
from gateway.pipeline.pickup.asking import OwnRegister
from gateway.pipeline.pickup.poller import running_from
from gateway.pipeline.pickup.schedule import DESK, Pickups
from gateway.pipeline.posting.batch import follow
from gateway.pipeline.process import Processor
from gateway.pipeline.reading.children import Children
from gateway.pipeline.reading.references import Referring
from gateway.pipeline.reading.zones import Zones
from gateway.pipeline.reconciling.reports import record as record_reports
from gateway.pipeline.scorecards import freeze_due
from gateway.pipeline.signals.acting import act
from gateway.settings import Settings
from gateway.store import inbox, outbox, pickups
from gateway.store.alerts import Alert, put_alerts
from gateway.store.database import Database
from gateway.store.evidence import load_evidence
from gateway.store.home import Home
from gateway.store.signals import try_again
from gateway.store.tables import outbox as outbox_table
from gateway.store.writer import Writer
from gateway.transports import as2, http
from ledger.book import Ledger
from ledger.events import Actor, AnyEvent
from ledger.masterdata import MasterData
from ledger.outcomes import Recorded

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Desk:
    """Made by the street once the lock is held and the tables are right."""

    def __init__(
        self,
        home: Home,
        database: Database,
        *,
        roots: Sequence[Path] | None,
        children: int,
        settings: Settings,
        now: datetime,
    ) -> None:
        self.home = home
        self._settings = settings
        self._writers = load_writers(settings.advice_writers)
        self.database = database
        self._roots = roots
        # Before any thread exists: a child must not inherit half of a lock.
        self._children = Children(children) if children else None
        self._opener = Opener() if children else None
        self.writer = Writer(database.writing)
        self.ledger = Ledger()
        self.rehearsing = Ledger()
        """For what is taken back again: what it remembers of books must not be the other's memory."""
        self.rehearsing.snapshots = self.ledger.snapshots
        self._http_sender, self._as2_sender = OnDemand(http.Sender), OnDemand(as2.Sender)
        self._tools = Tools(
            database=database,
            writer=self.writer,
            http=self._http_sender,
            as2=self._as2_sender,
            stations=lambda: self._stations,
        )
        self._stations = Stations()
        self._keys: KeysSignature = ()
        self._receiver = Receiver(database, self.writer, lambda: self._stations, _new_id, self._opener)
        self.arrived = threading.Event()
        """Set when something waits in the inbox; the worker clears it."""
        self._processing, self._delivering = threading.Lock(), threading.Lock()
        self._ends = EndWatch()
        self._zones = Zones()
        self._referring = Referring()
        self._parties = Parties()
        self._drafting = Drafting(database, self.writer, self._children)
        self._processor = Processor(database, self.writer, self._children, self._drafting)
        try:
            self.in_force: InForce = open_configuration(home, roots, database, self.writer, now=microseconds(now))
            self._open_stations(now)
            self.writer.run(_release_leases)
        except BaseException:
            self.close()
            raise
        if children:
            _collect_seldom()

    def close(self) -> None:
        if self._opener is not None:
            self._opener.close()
        self._drafting.close()
        if self._children is not None:
            self._children.close()
        self._http_sender.close()
        self._as2_sender.close()
        self._tools.sftp.close()
        self.writer.close()

    def context(self, now: datetime) -> Context:
        """Configuration and master data as they stand, held together for one round of work."""
        in_force = self.in_force
        with self.database.read() as connection:
            zones, masterdata = self._zones.current(connection)
        return Context(
            configuration=in_force.configuration,
            policy=self._parties.policy(in_force.policy, in_force.configuration.partners, masterdata),
            ledger=self.ledger,
            now=now,
            new_id=lambda: _new_id(now),
            zones=zones,
            referring=self._referring_to(masterdata),
            signals=in_force.signals,
            writers=self._writers,
            names_base=self._settings.names_base,
        )

    def _referring_to(self, masterdata: MasterData) -> Referring:
        """What identifiers mean, remembered as long as the master data is the same."""
        referring = self._referring
        if referring.masterdata is not masterdata:
            referring = self._referring = Referring(masterdata)
        return referring

    # --- commands ---

    def accept(self, delivery: Delivery, now: datetime) -> Accepted:
        accepted = accept(self.writer, delivery, id=_new_id(now), received_at=microseconds(now)).result()
        self.arrived.set()
        return accepted

    def hand_over_as2(self, request: As2Request, now: datetime) -> Future[As2Answer | Again | None] | None:
        answer = self._receiver.hand_over(request, now)
        return None if answer is None else self._announce(answer)

    def receive_as2(self, request: As2Request, now: datetime) -> Future[As2Answer | Again]:
        return self._announce(self._receiver.receive(request, now))

    def receive_as2_again(self, again: Again, now: datetime) -> Future[As2Answer | Again]:
        return self._announce(self._receiver.again(again, now))

    def _announce(self, answer: Future[T]) -> Future[T]:
        answer.add_done_callback(lambda _: self.arrived.set())
        return answer

    def process(self, now: datetime) -> Progress:
        """One round: what was claimed is posted, and its drafts are written; of a backlog, while the next is."""
        with self._processing:
            context = self.context(now)
            posted, is_cut_short = self._processor.run(context)
            act(self.database, self.writer, context)
            if not is_cut_short:
                self._drafting.finish(context)
        return Progress(messages=posted.messages, documents=posted.documents, parked=posted.parked)

    def act(self, context: Context) -> None:
        """Do what signals lead to, and write what is to be sent."""
        act(self.database, self.writer, context)
        self.write_drafts(context)

    def write_drafts(self, context: Context) -> None:
        self._drafting.write_all(context)

    def deliver(self, now: datetime) -> Progress:
        """Every destination with something due is tried once."""
        with self._delivering:
            done = deliver.deliver_due(self.database, self._tools, self.context(now))
        return Progress(sent=done.sent, parked=done.parked)

    def run_until_idle(self, send: bool, now: datetime) -> Progress:
        total = Progress()
        while (done := self.process(now)).messages:
            total = total.plus(done)
        while send and (done := self.deliver(now)).sent:
            total = total.plus(done)
        return total

    def elapse(self, now: datetime) -> Progress:
        context = self.context(now)
        done = elapse(self.database, self.writer, context)
        self._receiver.tell_not_kept(now)
        freeze_due(self.database, self.writer, context)
        self._ends.look(context, self.home.keys, self.writer)
        self.act(context)
        return Progress(elapsed=done.events + done.overdue)

    def register(self, clock: Callable[[], datetime]) -> OwnRegister:
        """Where pollers take leases and commit, whichever process they run in."""
        return OwnRegister(self.writer, clock, self.arrived.set)

    def pickups(self, clock: Callable[[], datetime]) -> Pickups:
        """The folders that this process polls; close it."""
        return Pickups(
            self.register(clock),
            lambda: self.in_force.configuration.partners,
            holder=DESK,
            clock=clock,
            sessions=self._tools.sftp,
        )

    def run_due(self, now: datetime) -> Progress:
        with contextlib.closing(self.pickups(running_from(now))) as folders:
            folders.poll()
        first = self.run_until_idle(False, now)
        return first.plus(self.elapse(now)).plus(self.run_until_idle(True, now))

    def resend(self, id: str, anew: bool, by: str, now: datetime) -> str:
        """Queue a message again, or with `anew` what it was written from; the id that then goes out."""
        with self.database.read() as connection:
            if outbox.left_with_answer(connection, id):
                raise PartnerMistake(
                    "not_supported",
                    f"{id} was the answer to its message: its sender gets it anew by sending that message again",
                )
            if carrier := outbox.carrier_of(connection, id):
                raise PartnerMistake("not_supported", f"{id} went out in {carrier}: resend that")
        at, new_id = microseconds(now), _new_id(now) if anew else id

        def job(connection: Connection) -> bool:
            if not anew:
                return resend.send_same(connection, id, by=by, at=at)
            told = resend.write_anew(connection, id, new_id, lambda: _new_id(now), by=by, at=at)
            record_reports(connection, told, self.context(now))
            return True

        if not self.writer.run(job):
            raise PartnerMistake("not_found", f"we sent no message {id}")
        self.write_drafts(self.context(now))
        return new_id

    def record_events(self, events: Sequence[AnyEvent], actor: Actor, now: datetime) -> list[Recorded]:
        stamped = stamp(events, actor)
        context = self.context(now)

        def job(connection: Connection) -> list[Recorded]:
            recorded = self.ledger.record(connection, stamped, context.policy, now)
            follow(connection, recorded, stamped, context)
            return recorded[: len(stamped)]

        recorded = self.writer.run(job)
        self.act(context)
        return recorded

    def define(self, events: Sequence[AnyEvent], actor: Actor, rehearse: bool, now: datetime) -> Defined:
        stamped = stamp(events, actor)
        context = self.context(now)
        if rehearse:
            return defining.rehearse(self.writer, stamped, context, now)
        defined = defining.record(self.writer, stamped, context, now)
        if defined.again:
            self.arrived.set()
        self.act(context)
        return defined

    def retry_signal(self, seq: int, now: datetime) -> int:
        """What failed or was stopped of a signal is done now; how many actions."""
        again = self.writer.run(lambda connection: try_again(connection, seq, at=microseconds(now)))
        self.act(self.context(now))
        return again

    def fetch(self, id: str, partner: str, now: datetime) -> bytes:
        with self.database.read() as connection:
            data = load_evidence(connection, [id]).get(id)
            columns = outbox_table.c.status, outbox_table.c.destination
            row = connection.execute(select(*columns).where(outbox_table.c.id == id)).first()
        if data is None:
            raise PartnerMistake("not_found", f"there is no message {id}, or it is not written yet")
        # An MDN that is to be posted is not in the mailbox: looking at it is no delivery.
        if partner and row is not None and (row.status, row.destination) == ("ready", partner):
            context = self.context(now)
            agreed = self.in_force.configuration.partners.get(partner)
            self.writer.run(lambda connection: deliver.fetch(connection, id, agreed, context))
        return data

    def write(self, job: Callable[[Connection], object]) -> object:
        return self.writer.run(job)

    def configure(self, now: datetime) -> bool:
        """Take up edited files, all or none; True when a new configuration is in force.

        Faulty files leave the old ones in force, are told once, and are tried again when they change.
        """
        signature = sign_files(self.home, self._roots)
        if signature == self.in_force.signature:
            if sign_keys(self.home.keys) != self._keys or now >= self._stations.until:
                self._open_stations(now)
            return False
        old = self.in_force
        try:
            loaded = load(
                self.home, self._roots, known=old.configuration.hash, checked=lambda: old.configuration.files
            )
        except OperatorMistake as mistake:
            self.in_force = replace(old, signature=signature, mistake=str(mistake))
            alert = Alert(kind="configuration_kept", text=str(mistake), at=microseconds(now))
            self.writer.run(lambda connection: put_alerts(connection, [alert]))
            return False
        changed = publish_configuration(self.writer, loaded, now=microseconds(now))
        self.in_force = loaded
        self._open_stations(now)
        return changed

    def _open_stations(self, now: datetime) -> None:
        """Parse keys and certificates anew; trouble with our keys is told once, and stops AS2 alone."""
        self._keys = sign_keys(self.home.keys)
        before = self._stations.mistake
        self._stations = open_stations(self.in_force.configuration.partners, self.home.keys, self._settings, now=now)
        if self._opener is not None:
            self._opener.configure(self.in_force.configuration.files, self.home.keys, self._settings, now)
        if self._stations.mistake and self._stations.mistake != before:
            log.error("as2.stopped", reason=self._stations.mistake)
            alert = Alert(kind="as2_stopped", text=self._stations.mistake, at=microseconds(now))
            self.writer.run(lambda connection: put_alerts(connection, [alert]))


def _collect_seldom() -> None:
    """For a process that drains backlogs: what stays is not walked again, and garbage is looked for less often.

    A batch makes some ten thousand records that live until it is written and form no cycles; at Python's own
    thresholds the collector walked them, the guides and the master data at every turn, for a tenth of all CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def _release_leases(connection: Connection) -> None:
    """Nobody else writes: what a killed process had leased is free at once, not after its lease."""
    inbox.release_leases(connection)
    outbox.release_all(connection)
    pickups.release_places(connection, DESK)


def _new_id(now: datetime) -> str:
    return message_id(now, secrets.token_bytes(ENTROPY_BYTES))

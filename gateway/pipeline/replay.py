"""Replay: read a message again, with the map now in force or the one that read it first.

What was parked, held or rejected is simply processed again. What is recorded is rehearsed first, and its difference
shown: in events, movements, cases and answers. It is replaced by a new revision only when a person has confirmed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
from sqlalchemy import Connection, select

from gateway.errors import PartnerMistake
from gateway.mapping import Configuration
from gateway.messages import REPLAYABLE, split_document_id
from gateway.pipeline.context import Context
from gateway.pipeline.replaying.doing import redo, rehearse_first, rehearsing
from gateway.pipeline.replaying.reading import Rereading, read_again
from gateway.pipeline.replaying.values import DocumentReplay, Which
from gateway.store.database import Database
from gateway.store.documents import DocumentRow, load_documents
from gateway.store.evidence import load_evidence
from gateway.store.inbox import as_received, queue_again
from gateway.store.published import load_files
from gateway.store.replays import first_configuration
from gateway.store.tables import inbox
from gateway.store.writer import Writer
from ledger.book import Ledger


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay of one id would touch. `whole`: the message itself is parked and is read as if never before."""

    message: str
    whole: bool
    documents: tuple[int, ...]
    compared: tuple[DocumentRow, ...]


def plan_replay(connection: Connection, id: str) -> Plan:
    """Raises PartnerMistake("not_found") for an unknown id and ("busy") for one that is being processed."""
    message, number = split_document_id(id)
    row = connection.execute(select(inbox.c.status).where(inbox.c.id == message)).first()
    if row is None:
        raise PartnerMistake("not_found", f"there is no message {message}")
    if row.status in ("new", "leased"):
        raise PartnerMistake("busy", f"{message} is being processed")
    rows = [one for one in load_documents(connection, message) if number in (None, one.n)]
    if row.status == "parked" and not load_evidence(connection, [message]):
        raise PartnerMistake("not_opened", f"{message} could not be opened, so its sender must send it again")
    if number is not None and not rows:
        raise PartnerMistake("not_found", f"there is no document {id}")
    return Plan(
        message=message,
        whole=row.status == "parked" and not rows,
        documents=tuple(one.n for one in rows if one.status in REPLAYABLE),
        compared=tuple(
            one for one in rows if one.status not in REPLAYABLE and (one.result or one.status == "passed")
        ),
    )


def queue_replay(connection: Connection, plan: Plan) -> None:
    """Put it back into the inbox, all of it or only the documents that may be touched."""
    if plan.whole:
        queue_again(connection, plan.message, None)
    elif plan.documents:
        queue_again(connection, plan.message, plan.documents)


class _Undone(Exception):
    """Carries what a rehearsal found out of the database transaction that is taken back by it."""

    def __init__(self, found: list[DocumentReplay]) -> None:
        self.found = found


class Replayer:
    """Rehearses and does replays at one moment. `ledger` is one for rehearsals: its memory is thrown away."""

    def __init__(self, database: Database, writer: Writer, context: Context, ledger: Ledger) -> None:
        self._database, self._writer, self._context = database, writer, context
        self._rehearsal = rehearsing(context, ledger)

    def rehearse(
        self, plan: Plan, *, which: Which = "current", configuration: Configuration | None = None
    ) -> list[DocumentReplay]:
        """What a replay of the plan would do, every document after the one before it; nothing is kept.

        `configuration` reads the documents in place of what is in force, for maps that are not.
        """
        readings, data = self._read(plan, which, configuration)

        def job(connection: Connection) -> None:
            found = [redo(connection, one, self._rehearsal, by="") for one in readings]
            if plan.whole or plan.documents:
                only = None if plan.whole else plan.documents
                found += rehearse_first(connection, plan.message, only, data, self._rehearsal)
            raise _Undone(found)

        return self._undone(job)

    def redo(self, plan: Plan, *, which: Which, by: str) -> list[DocumentReplay]:
        """Put the new reading of every recorded document of the plan in place of the old one, all or none.

        Raises PartnerMistake("not_possible") with the reason of the first that cannot be read anew.
        """
        readings, _ = self._read(plan, which, None)
        return self._writer.run(partial(self._redo, readings=readings, by=by))

    def _redo(self, connection: Connection, readings: list[Rereading], by: str) -> list[DocumentReplay]:
        found = []
        for one in readings:
            now = {row.n: row for row in load_documents(connection, one.row.message)}.get(one.row.n)
            if now != one.row:
                raise PartnerMistake("busy", f"{one.row.id} was replayed meanwhile: look at it again")
            found.append(redo(connection, one, self._context, by=by))
            if found[-1].refused and one.difference:
                raise PartnerMistake("not_possible", f"{one.row.id} cannot be read anew: {found[-1].refused}")
        return found

    def _read(self, plan: Plan, which: Which, configuration: Configuration | None) -> tuple[list[Rereading], bytes]:
        with self._database.read() as connection:
            claimed = as_received(connection, plan.message)
            assert claimed is not None  # noqa: S101  it was planned
            data = load_evidence(connection, [plan.message]).get(plan.message, b"")
            by_configuration: dict[Configuration, list[DocumentRow]] = {}
            for row in plan.compared:
                read_by = configuration or self._configuration(connection, row, which)
                by_configuration.setdefault(read_by, []).append(row)
            readings = [
                one
                for read_by, rows in by_configuration.items()
                for one in read_again(connection, claimed, data, rows, read_by, self._context)
            ]
        return sorted(readings, key=lambda one: one.row.n), data

    def _configuration(self, connection: Connection, row: DocumentRow, which: Which) -> Configuration:
        in_force = self._context.configuration
        if which == "current":
            return in_force
        hash = first_configuration(connection, row.message, row.n) or row.configuration
        if hash == in_force.hash:
            return in_force
        files = load_files(connection, hash)
        if not files:
            raise PartnerMistake("not_found", f"what read {row.id} first is not kept any more")
        return Configuration.from_files(files, check=False)

    def _undone(self, job: Callable[[Connection], None]) -> list[DocumentReplay]:
        try:
            self._writer.run(job)
        except _Undone as done:
            return done.found
        raise AssertionError("a rehearsal always ends by being undone")

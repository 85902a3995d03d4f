"""By SFTP: into the partner's folder, under a temporary name and then its own; a lost answer makes no duplicate.

Before a message is sent again the partner's folder is looked at. Where the answer to the last rename was lost and
neither the temporary nor the final name is there any more, the partner has taken the file away: it had arrived.
"""

from __future__ import annotations

import random
import time
from typing import Any

import structlog
from sqlalchemy import Connection

from gateway.errors import OperatorMistake
from gateway.messages import microseconds
from gateway.partners import Partner
from gateway.partners.sftp import Push, SftpTerms
from gateway.pipeline.context import Context
from gateway.pipeline.delivering.outcome import Outcome
from gateway.pipeline.pickup.files import line_facts
from gateway.pipeline.pickup.register import judge
from gateway.pipeline.pickup.sessions import Sessions
from gateway.pipeline.pickup.telling import Stopped
from gateway.pipeline.pickup.values import Met, terms_of
from gateway.store.circuits import Circuit, load_circuit
from gateway.store.database import Database
from gateway.store.outbox import Waiting
from gateway.store.transports import Facts, load_facts, replace_facts
from gateway.transports.sftp import Listing, Pushed, Session, Trouble, name_hex
from gateway.transports.sftp.names import shown

log = structlog.get_logger(__name__)

OF_ONE_FILE = ("exists", "hostile_name", "too_large")
"""Troubles that no time mends and that concern one message alone: it is parked, and what follows it may go."""
PERSON_SECONDS = 1800.0
"""What a person at either side must mend is tried again every half hour, and no message is given up for it soon."""


class SftpCarrier:
    """To one partner's folder, over one session that is opened with the first message."""

    def __init__(
        self,
        database: Database,
        sessions: Sessions,
        partner: Partner,
        terms: SftpTerms,
        push: Push,
        circuit: Circuit,
        context: Context,
    ) -> None:
        self._database, self._sessions = database, sessions
        self._partner, self._terms, self._push = partner, terms, push
        self._circuit, self._context = circuit, context
        self._session: Session | None = None

    def send(self, one: Waiting, data: bytes) -> Outcome:
        left = (self._circuit.next_at - self._context.at) / 1_000_000
        if self._circuit.kind == "never" and left > 0:
            # Another try would be another failed login; the pickup or an earlier push has told a person.
            return Outcome("later", self._circuit.trouble, left)
        session = self._reach()
        if isinstance(session, Trouble):
            return self._failed(one, session, "")
        began = time.monotonic()
        name = one.name or self._push.name.format(kind=one.kind, id=one.id, partner=self._partner.id)
        with self._database.read() as connection:
            is_unsure = one.attempts > 0 and _was_unsure(connection, one)
        if is_unsure:
            gone = self._has_been_taken(session, one, name)
            if isinstance(gone, Trouble):
                return self._failed(one, gone, session.facts.host_key)
            if gone:
                log.info("push.taken_away", outbox_id=one.id, partner=self._partner.id)
                return self._arrived(one, session, {"taken_away": True, "size": len(data)}, name, began)
        pushed = session.push(
            self._push.folder,
            name,
            data,
            token=one.id,
            clash=self._push.clash,
            # A name with the message's id in it is this message's alone, whoever began to bring it.
            is_again=one.attempts > 0 or one.id in name,
            done_name=f"{name}.done" if self._push.done else "",
        )
        if isinstance(pushed, Trouble):
            return self._failed(one, pushed, session.facts.host_key, name=name)
        return self._arrived(one, session, _pushed(pushed), name, began)

    def close(self) -> None:
        if self._session is not None:
            self._sessions.give_back(self._terms, self._session)
            self._session = None

    def _reach(self) -> Session | Trouble:
        if self._session is None or not self._session.is_alive:
            session, was_kept = self._sessions.borrow(self._terms)
            if isinstance(session, Session) and was_kept and isinstance(session.stat(self._push.folder), Trouble):
                session.close()
                session = self._sessions.open(self._terms)
            if isinstance(session, Trouble):
                return session
            self._session = session
        return self._session

    def _has_been_taken(self, session: Session, one: Waiting, name: str) -> bool | Trouble:
        """True if nothing of a message lies there any more, whose temporary file had been whole and was renamed."""
        listing = session.list(self._push.folder)
        if not isinstance(listing, Listing):
            return listing
        return listing.is_whole and not any(one.id in entry.name or entry.name == name for entry in listing.entries)

    def _arrived(self, one: Waiting, session: Session, more: dict[str, Any], name: str, began: float) -> Outcome:
        line = session.facts
        facts = {
            "endpoint": line.address,
            "folder": shown(self._push.folder),
            "name": shown(name),
            "name_hex": name_hex(name),
            **more,
            **line_facts(line, push=time.monotonic() - began),
        }

        def keep(connection: Connection) -> None:
            replace_facts(connection, self._facts(one, facts, name))
            self._judge(connection, None, line.host_key)

        return Outcome("arrived", keep=keep)

    def _failed(self, one: Waiting, failed: Trouble, host_key: str, *, name: str = "") -> Outcome:
        if failed.code in OF_ONE_FILE:
            return Outcome("never", str(failed))

        def keep(connection: Connection) -> None:
            # A try that surely failed ends the doubt of an earlier one: it may have removed what lay there itself.
            if failed.is_unsure or (name and _was_unsure(connection, one)):
                known = {"endpoint": self._terms.host, "folder": shown(self._push.folder), "name": shown(name)}
                replace_facts(connection, self._facts(one, {**known, "unsure": failed.is_unsure}, name))
            self._judge(connection, Stopped(failed).met, host_key)

        return Outcome("later", str(failed), PERSON_SECONDS if failed.kind == "never" else None, keep)

    def _facts(self, one: Waiting, facts: dict[str, Any], name: str) -> Facts:
        return Facts(
            message=one.id,
            direction="out",
            channel="sftp",
            partner=self._partner.id,
            key=f"{self._partner.id}|{self._push.folder.rstrip('/')}|{name_hex(name)}",
            at=microseconds(self._context.now),
            facts=facts,
        )

    def _judge(self, connection: Connection, met: Met | None, host_key: str) -> None:
        judge(
            connection,
            partner=self._partner.id,
            place=f"{self._partner.id}:push:{self._push.folder.rstrip('/')}",
            terms=terms_of(self._terms),
            met=met,
            host_key=host_key,
            jitter=random.random(),  # noqa: S311 (spreads retries; guards nothing)
            at=self._context.at,
        )


def sftp_of_partner(
    connection: Connection, database: Database, sessions: Sessions, partner: Partner, context: Context
) -> SftpCarrier:
    """Raises OperatorMistake where the partner's file does not say where to push."""
    if partner.sftp is None or partner.sftp.push is None:
        raise OperatorMistake(
            f"partner {partner.id} has no folder to deliver to", mend="sftp.push in its partner.yaml"
        )
    circuit = load_circuit(connection, partner.id, terms=terms_of(partner.sftp))
    return SftpCarrier(database, sessions, partner, partner.sftp, partner.sftp.push, circuit, context)


def _was_unsure(connection: Connection, one: Waiting) -> bool:
    """Whether the answer to the rename of the last try was lost."""
    known = load_facts(connection, one.id)
    return known is not None and bool(known.facts.get("unsure"))


def _pushed(pushed: Pushed) -> dict[str, Any]:
    return {
        "path": shown(pushed.path),
        "size": pushed.size,
        "sha256": pushed.sha256,
        "was_there": pushed.was_there,
    }

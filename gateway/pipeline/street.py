"""The façade that command line, REST, worker, demo and tests open. Short: each step lives in its own module.

Where this process holds `run/writer.lock`, writing methods run here; where `serve` holds it, they are sent to
`run/control.sock` and run there. Either way they return plain JSON values or the structs named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from sqlalchemy import Connection

from gateway.messages import Accepted, Answer
from ledger.events import AnyEvent
from ledger.outcomes import Recorded

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What one call moved: messages taken up, documents among them, outbox rows sent, events by time, parked rows."""

    messages: int = 0
    documents: int = 0
    sent: int = 0
    elapsed: int = 0
    parked: int = 0


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay did. `difference` holds `(document, path, before, after)` where a recorded one reads differently
    with the map now in force; nothing is changed for those unless `confirm` was given."""

    id: str
    status: str
    replayed: tuple[str, ...] = ()
    difference: tuple[tuple[str, str, str, str], ...] = ()


class Street:
    """`with Street.open(home) as street:`; see the module for who writes."""

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        clock: Clock = utc_now,
        children: int = 0,
        roots: Sequence[Path] | None = None,
        create: bool = True,
    ) -> Self:
        """Open, upgrade an empty database, load and publish the configuration.

        `children`: processes for large backlogs (`serve` and benchmarks give cores - 1); 0 works inline. `roots`:
        package folders of mappings and partners, None for the shipped ones. Raises OperatorMistake for faulty
        configuration, an older database, or (with `create=False`) a home that does not exist.
        """
        raise NotImplementedError

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_writer(self) -> bool:
        """This process holds the lock; False: commands go to `serve`."""
        raise NotImplementedError

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only snapshot of store and ledger."""
        raise NotImplementedError

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
    ) -> Accepted:
        """Keep the bytes durably and say under which id. `partner` is the partner of the transport identity.

        `key` is the transport's own key (Message-ID, Idempotency-Key, endpoint+name+digest+mtime), "" for none; the
        same key with the same bytes gives the first answer, with other bytes PartnerMistake("idempotency_mismatch").
        """
        raise NotImplementedError

    def receive(self, data: bytes, partner: str, channel: str = "rest", name: str = "", key: str = "") -> str:
        """`accept`, giving only the message id."""
        return self.accept(data, partner=partner, channel=channel, name=name, key=key).id

    def run_until_idle(self, *, deliver: bool = True) -> Progress:
        """Process all that is in the inbox and, with `deliver`, send what is due; returns when nothing is left."""
        raise NotImplementedError

    def run_due(self, now: datetime | None = None) -> Progress:
        """Everything due at `now` (default: the clock): waits end, overdue facts show, deliveries go."""
        raise NotImplementedError

    def replay(self, id: str, *, confirm: bool = False) -> Replay:
        """Read a message or document again with the map now in force; see Replay."""
        raise NotImplementedError

    def resend(self, id: str) -> str:
        """Queue an outgoing message again, with identical bytes and numbers."""
        raise NotImplementedError

    def record_events(self, events: Iterable[AnyEvent], *, actor: str = "system") -> list[Recorded]:
        """Hand finished events (master data, decisions of people) to the ledger, and send what follows."""
        raise NotImplementedError

    def fetch(self, id: str, partner: str = "") -> bytes:
        """The bytes of a message; a partner fetching from its mailbox starts the overdue clock of what it carries."""
        raise NotImplementedError

    def message(self, id: str) -> dict[str, Any]:
        """All that is known of one message, in or out: facts, documents with faults and results, answers.

        Raises KeyError when there is none.
        """
        raise NotImplementedError

    def messages(
        self, *, direction: str = "in", partner: str = "", status: str = "", after: str = "", limit: int = 100
    ) -> list[dict[str, Any]]:
        """Newest last, after the id `after`; direction `out` gives answers in the shape of `Answer`."""
        raise NotImplementedError

    def answers(self, id: str) -> tuple[Answer, ...]:
        """What answers one received message, in the order it was queued."""
        raise NotImplementedError

    def put_key(self, *, name: str, sha256: str, partner: str, scopes: Sequence[str]) -> None:
        """Keep a new API key by its digest; see `gateway.store.keys.put_key`, which raises OperatorMistake."""
        raise NotImplementedError

    def revoke_key(self, *, name: str) -> bool:
        """End an API key; False when it had been ended before. Raises OperatorMistake when there is none."""
        raise NotImplementedError

    def subscribe(self, id: str, *, url: str, secret: str, kinds: Sequence[str], partner: str) -> None:
        """Begin a webhook subscription; `secret` is a reference. See `gateway.store.subscriptions`."""
        raise NotImplementedError

    def unsubscribe(self, id: str) -> bool:
        """End one; False when there is none in force."""
        raise NotImplementedError

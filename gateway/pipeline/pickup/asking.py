"""How a poller asks the register: by name, whether it is kept in this process or behind the control socket."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol

import structlog

from gateway.errors import CrossdockError
from gateway.messages import ENTROPY_BYTES, message_id
from gateway.pipeline.pickup import register
from gateway.pipeline.pickup.values import Begin, Begun, Commit, End, Note, Noted, Renew, Taken
from gateway.store.writer import Writer

log = structlog.get_logger(__name__)

Call = Callable[[str, Any], Any]
"""Runs a command of the desk by its name and arguments, now; see `gateway.pipeline.desk.commands`."""


class Register(Protocol):
    """Each method is one database transaction of `gateway.pipeline.pickup.register`, and raises what the desk raises:
    Unavailable where the process that writes is gone."""

    def begin(self, given: Begin) -> Begun: ...

    def renew(self, given: Renew) -> bool: ...

    def note(self, given: Note) -> Noted: ...

    def commit(self, given: Commit) -> tuple[Taken, ...]: ...

    def end(self, given: End) -> bool: ...


class OwnRegister:
    """Kept in this process, which writes. `arrived` is called when something new waits in the inbox."""

    def __init__(self, writer: Writer, clock: Callable[[], datetime], arrived: Callable[[], None]) -> None:
        self._writer, self._clock, self._arrived = writer, clock, arrived

    def begin(self, given: Begin) -> Begun:
        return register.begin(self._writer, given, self._clock())

    def renew(self, given: Renew) -> bool:
        return register.renew(self._writer, given, self._clock())

    def note(self, given: Note) -> Noted:
        return register.note(self._writer, given, self._clock())

    def commit(self, given: Commit) -> tuple[Taken, ...]:
        now = self._clock()
        taken = register.commit(
            self._writer, given, now, new_id=lambda: message_id(now, secrets.token_bytes(ENTROPY_BYTES))
        )
        self._arrived()
        return taken

    def end(self, given: End) -> bool:
        return register.end(self._writer, given, self._clock())


class RemoteRegister:
    """Kept by another process, behind its control socket."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def begin(self, given: Begin) -> Begun:
        return self._call("pickup_begin", given)  # type: ignore[no-any-return]

    def renew(self, given: Renew) -> bool:
        return self._call("pickup_renew", given)  # type: ignore[no-any-return]

    def note(self, given: Note) -> Noted:
        return self._call("pickup_note", given)  # type: ignore[no-any-return]

    def commit(self, given: Commit) -> tuple[Taken, ...]:
        return self._call("pickup_commit", given)  # type: ignore[no-any-return]

    def end(self, given: End) -> bool:
        return self._call("pickup_end", given)  # type: ignore[no-any-return]


class Heartbeat:
    """Lengthens a lease three times as often as it would end, for as long as the turn lasts.

    A poller that is stopped or killed beats no more: so a lease may be short, and a large file may still take long.
    """

    def __init__(self, register: Register, renew: Renew) -> None:
        self._register, self._renew = register, renew
        self._over = threading.Event()
        self.is_lost = False
        """True once another has the lease: whatever is begun after that would be refused."""
        self._thread = threading.Thread(target=self._beat, name="sftp-lease", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._renew.lease_seconds / 3):
            try:
                self.is_lost = not self._register.renew(self._renew)
            except CrossdockError as error:
                # The next beat may succeed; if none does, the lease ends and the commits are refused.
                log.warning("pickup.lease_not_renewed", place=self._renew.place, reason=str(error))
            if self.is_lost:
                return

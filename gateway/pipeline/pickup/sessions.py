"""Open sessions with partners' servers, kept a while between polls, one a partner: connecting costs ten listings.

Resolves the references to keys and passwords at the moment of connecting, and keeps none of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from gateway.errors import OperatorMistake
from gateway.partners.sftp import SftpTerms
from gateway.pipeline.pickup.values import terms_of
from gateway.settings import resolve_secret
from gateway.transports.sftp import Endpoint, Session, Trouble, connect

IDLE_SECONDS = 60.0

Connect = Callable[[Endpoint], Session | Trouble]


def endpoint_of(terms: SftpTerms) -> Endpoint:
    """What is agreed, with the secrets behind its references. Raises OperatorMistake when one leads nowhere."""
    return Endpoint(
        host=terms.host,
        port=terms.port,
        user=terms.user,
        host_keys=terms.host_keys,
        key=resolve_secret(terms.key).encode() if terms.key else b"",
        passphrase=resolve_secret(terms.key_passphrase) if terms.key_passphrase else "",
        password=resolve_secret(terms.password) if terms.password else "",
    )


class Sessions:
    """For one thread a partner at a time; see `borrow`."""

    def __init__(self, connect: Connect = connect, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._connect, self._monotonic = connect, monotonic
        self._kept: dict[str, tuple[Session, float]] = {}
        self._lock = threading.Lock()

    def borrow(self, terms: SftpTerms) -> tuple[Session | Trouble, bool]:
        """A session, and whether it was kept from before: such a one may have died since without our knowing.

        `give_back` it, alive or not.
        """
        with self._lock:
            session, since = self._kept.pop(terms_of(terms), (None, 0.0))
        if session is not None:
            if session.is_alive and self._monotonic() - since < IDLE_SECONDS:
                return session, True
            session.close()
        return self.open(terms), False

    def open(self, terms: SftpTerms) -> Session | Trouble:
        """A new session. A secret that cannot be found is a Trouble that a person must mend."""
        try:
            endpoint = endpoint_of(terms)
        except OperatorMistake as mistake:
            return Trouble("never", "key_unreadable", mistake.text, mistake.mend)
        return self._connect(endpoint)

    def give_back(self, terms: SftpTerms, session: Session) -> None:
        if not session.is_alive:
            session.close()
            return
        with self._lock:
            other = self._kept.pop(terms_of(terms), None)
            self._kept[terms_of(terms)] = (session, self._monotonic())
        if other is not None:
            other[0].close()

    def sweep(self) -> None:
        """Close what was idle for too long."""
        with self._lock:
            old = [key for key, (_, since) in self._kept.items() if self._monotonic() - since >= IDLE_SECONDS]
            sessions = [self._kept.pop(key)[0] for key in old]
        for session in sessions:
            session.close()

    def close(self) -> None:
        with self._lock:
            kept, self._kept = list(self._kept.values()), {}
        for session, _ in kept:
            session.close()

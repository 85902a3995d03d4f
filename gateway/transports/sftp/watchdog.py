"""The end of waits with no other bound: what has gone on for too long is ended by closing the line."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

LOOKS = 8
"""How often a watchdog looks within its patience."""


class Watchdog:
    """While it is entered: `hang_up` is called, once, when what `since` began has gone on for `patience_s`."""

    def __init__(
        self,
        patience_s: float,
        since: Callable[[], float | None],
        hang_up: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`since` answers with the time of `clock` at which the wait began, or None while nothing waits."""
        self._patience_s = patience_s
        self._since = since
        self._hang_up = hang_up
        self._clock = clock
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sftp-watchdog", daemon=True)
        self.has_bitten = False

    def _watch(self) -> None:
        while not self._is_over.wait(self._patience_s / LOOKS):
            began = self._since()
            if began is not None and self._clock() - began >= self._patience_s:
                self.has_bitten = True
                self._hang_up()
                return

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()

"""The end of waits with no other bound: after so many seconds the line is closed, and that wakes them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType


class Watchdog:
    """While it is entered, `hang_up` is called once `seconds` are over."""

    def __init__(self, seconds: float, hang_up: Callable[[], None]) -> None:
        self._timer = threading.Timer(seconds, self._bite)
        self._timer.daemon = True
        self._hang_up = hang_up
        self.has_bitten = False

    def _bite(self) -> None:
        self.has_bitten = True
        self._hang_up()

    def __enter__(self) -> Watchdog:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

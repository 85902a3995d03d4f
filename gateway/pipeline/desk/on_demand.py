"""Something that most commands never need: made when it is first asked for, and closed if it was."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=Closable)


class OnDemand(Generic[T]):
    """Calling it gives the one that was made; threads may share it."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make, self._making = make, threading.Lock()
        self._made: T | None = None

    def __call__(self) -> T:
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made

    def close(self) -> None:
        with self._making:
            if self._made is not None:
                self._made.close()

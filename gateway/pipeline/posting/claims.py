"""Which messages are worked on next: groups under lease, each asked for while the one before is worked on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future

from gateway.store.inbox import Claimed, claim
from gateway.store.writer import Writer

CLAIM_MAX = 500
RUN_SECONDS = 5.0
"""After so long the time, the configuration and the master data of a backlog's processing are taken anew."""


class Claims:
    """Groups of waiting messages, oldest first: one, or with `goes_on` all that are begun within RUN_SECONDS."""

    def __init__(self, writer: Writer, at: int, *, goes_on: bool) -> None:
        self._writer, self._at, self._goes_on = writer, at, goes_on
        self.is_cut_short = False
        """More may wait than was claimed."""

    def __iter__(self) -> Iterator[list[Claimed]]:
        until = time.monotonic() + RUN_SECONDS
        coming = self._claim()
        while claimed := coming.result():
            is_whole = len(claimed) == CLAIM_MAX
            again = is_whole and self._goes_on and time.monotonic() < until
            if again:
                coming = self._claim()
            yield claimed
            if not again:
                self.is_cut_short = is_whole and self._goes_on
                return

    def _claim(self) -> Future[list[Claimed]]:
        return self._writer.submit(lambda connection: claim(connection, now=self._at, most=CLAIM_MAX))

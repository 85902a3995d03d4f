"""What is kept of messages that prove nothing: anybody can post them, so they must not be able to fill the disk.

All limits on them stand here. One thread at a time: the writer's. Kept in memory, so a restart begins anew.
"""

from __future__ import annotations

from collections import deque

from gateway.store.alerts import Alert
from gateway.transports import as2

STRANGERS_BYTES_MAX = 64 * 1024
"""Kept of a request whose sender nobody knows: enough to see what it was, too little to fill a disk with."""
UNPROVEN_BYTES_MAX = 1024 * 1024
"""Kept of a request under a partner's names that neither decrypted nor verified: names are no secret. Most real
messages fit in whole, so that what went wrong with them can be studied."""
KEPT_AN_HOUR_MAX = 60
"""Of all senders together, and they may come at once. A partner's wrong certificate shows in the first few; at worst
it is 1.5 GB a day, which leaves a person days to react to the alert."""
HOUR = 3600 * 1_000_000


def is_proven(opened: as2.Opened) -> bool:
    """Whether the sender showed more than names: it was accepted, a signature verified, or it was encrypted to us."""
    return opened.accepted or bool(opened.signer) or bool(opened.recipient)


def bytes_kept(opened: as2.Opened) -> int | None:
    """Bytes that may be kept of the raw request; None for all."""
    if is_proven(opened):
        return None
    return STRANGERS_BYTES_MAX if opened.station is None else UNPROVEN_BYTES_MAX


class Quota:
    """How many unproven messages are kept. Times are microseconds, as everywhere in the store."""

    def __init__(self) -> None:
        self._kept: deque[int] = deque()
        self._not_kept = 0
        self._told_at: int | None = None

    def take(self, at: int) -> bool:
        """Whether one more may be kept now; it then counts."""
        # A clock that was set back must not leave the quota used up for longer than an hour.
        while self._kept and not 0 <= at - self._kept[0] < HOUR:
            self._kept.popleft()
        if len(self._kept) < KEPT_AN_HOUR_MAX:
            self._kept.append(at)
            return True
        self._not_kept += 1
        return False

    def has_news(self, at: int) -> bool:
        """Whether some were not kept since the last alert, which is at least an hour old."""
        return self._not_kept > 0 and (self._told_at is None or not 0 <= at - self._told_at < HOUR)

    def tell(self, at: int) -> list[Alert]:
        """The alert that is due, if one is: at the first that is not kept, then once an hour with their number."""
        if not self.has_news(at):
            return []
        text = (
            f"AS2 messages that prove no sender: {self._not_kept} answered and not kept since the last such alert "
            f"(at most {KEPT_AN_HOUR_MAX} an hour are kept)"
        )
        self._not_kept, self._told_at = 0, at
        return [Alert(kind="as2_not_kept", text=text, at=at)]

"""What a round has to tell the register, gathered and told together; and the two ways in which a round ends early."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gateway.messages import microseconds
from gateway.pipeline.pickup.asking import Register
from gateway.pipeline.pickup.values import Delay, Met, Note, Spot
from gateway.store.alerts import Alert
from gateway.store.pickups import Cleanup, Entry
from gateway.transports.sftp import Trouble

OF_ONE_PLACE = ("list_denied", "folder_missing", "failed")
"""Troubles that say nothing about the server's other folders."""


class Fenced(Exception):
    """Another poller has the lease."""


class Stopped(Exception):
    """The round cannot go on: the server, or the place, is in trouble."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.text)
        of = "place" if trouble.code in OF_ONE_PLACE else "server"
        self.met = Met(of=of, kind=trouble.kind, code=trouble.code, text=str(trouble))  # type: ignore[arg-type]


class Telling:
    """Of one turn. What was gathered goes with the next word, at the latest with `rest` when the turn ends."""

    def __init__(self, spot: Spot, token: int, register: Register, clock: Callable[[], datetime]) -> None:
        self._spot, self._token, self._register, self._clock = spot, token, register, clock
        self._alerts: list[Alert] = []
        self._seen: list[Entry] = []
        self._cleaned: list[int] = []
        self._delayed: list[Delay] = []

    @property
    def now(self) -> datetime:
        return self._clock()

    @property
    def at(self) -> int:
        """This moment in microseconds."""
        return microseconds(self._clock())

    @property
    def has_news(self) -> bool:
        return bool(self._alerts or self._seen)

    def alert(self, kind: str, text: str, message: str = "") -> None:
        self._alerts.append(Alert(kind=kind, text=text, partner=self._spot.partner, message=message, at=self.at))

    def remember(self, *entries: Entry) -> None:
        self._seen.extend(entries)

    def cleaned(self, number: int) -> None:
        self._cleaned.append(number)

    def delayed(self, number: int, *, next_at: int, reason: str) -> None:
        self._delayed.append(Delay(seq=number, next_at=next_at, reason=reason))

    def note(
        self, *, gone: tuple[str, ...] = (), owed: tuple[Cleanup, ...] = (), claims_refused: bool = False
    ) -> tuple[int, ...]:
        """Tell everything now; the numbers of what is owed. Raises Fenced."""
        noted = self._register.note(self._gather(gone, owed, claims_refused))
        if not noted.is_kept:
            raise Fenced
        return noted.cleanups

    def take_cleaned(self) -> tuple[int, ...]:
        """The clean-ups done, for whoever tells of them by the way."""
        cleaned, self._cleaned = tuple(self._cleaned), []
        return cleaned

    def rest(self) -> Note:
        """What is still to be told when the turn ends."""
        return self._gather((), (), False)

    def _gather(self, gone: tuple[str, ...], owed: tuple[Cleanup, ...], claims_refused: bool) -> Note:
        note = Note(
            place=self._spot.place,
            token=self._token,
            seen=tuple(self._seen),
            gone=gone,
            owed=owed,
            cleaned=self.take_cleaned(),
            delayed=tuple(self._delayed),
            claims_refused=claims_refused,
            alerts=tuple(self._alerts),
        )
        self._seen, self._delayed, self._alerts = [], [], []
        return note

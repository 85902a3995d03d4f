"""Which places are due, in one process: `serve` polls them on threads, a command polls them once.

At most one session a partner: its places are polled one after the other, different partners side by side.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

import structlog

from gateway.errors import CrossdockError
from gateway.messages import microseconds
from gateway.partners import Partner
from gateway.pipeline.pickup.asking import Register
from gateway.pipeline.pickup.poller import Poller
from gateway.pipeline.pickup.sessions import Sessions
from gateway.pipeline.pickup.values import Polled, Spot, spots_of

log = structlog.get_logger(__name__)

PARTNERS_MAX = 8
"""Partners polled side by side."""
TROUBLE_SECONDS = 5.0
"""Pause of a partner's polls after a failure of ours."""

DESK = "desk"
"""Holder of the leases of the process that writes: at its start nobody else can have them."""


class Pickups:
    """`partners` gives those in force at each look. `close` lets each poll finish the files it has in hand."""

    def __init__(
        self,
        register: Register,
        partners: Callable[[], Iterable[Partner]],
        *,
        holder: str,
        clock: Callable[[], datetime],
        sessions: Sessions | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._partners, self._monotonic = partners, monotonic
        self._is_closing = False
        self._poller = Poller(
            register, holder=holder, clock=clock, sessions=sessions, is_over=lambda: self._is_closing
        )
        self._clock = clock
        self._pool: ThreadPoolExecutor | None = None
        self._running: dict[str, Future[None]] = {}
        # By place and terms: what a person edits is looked at at once.
        self._asked_next: dict[tuple[str, str], float] = {}

    def poll(self, partner: str = "", *, forced: bool = False) -> list[Polled]:
        """Every place (of one partner) once, if it is due or `forced`; returns when all are done."""
        return [
            self._poller.poll(spot, forced=forced)
            for one in self._partners()
            if partner in ("", one.id)
            for spot in spots_of(one)
        ]

    def start_due(self) -> None:
        """Begin polling what is due, on threads of its own, and return at once."""
        self._poller.sweep()
        for partner in self._partners():
            due = [spot for spot in spots_of(partner) if self._is_due(spot)]
            running = self._running.get(partner.id)
            if due and (running is None or running.done()):
                self._running[partner.id] = self._threads().submit(self._poll_due, due)

    def close(self) -> None:
        self._is_closing = True
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._poller.close()

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(PARTNERS_MAX, thread_name_prefix="pickup")
        return self._pool

    def _is_due(self, spot: Spot) -> bool:
        return self._monotonic() >= self._asked_next.get((spot.place, spot.terms), 0.0)

    def _poll_due(self, spots: list[Spot]) -> None:
        for spot in spots:
            if self._is_closing:
                return
            wait = TROUBLE_SECONDS
            try:
                polled = self._poller.poll(spot)
                wait = self._seconds_until_next(spot, polled)
            except CrossdockError as error:
                log.error("pickup.stopped", place=spot.place, reason=str(error))
            except Exception:
                log.exception("pickup.failed", place=spot.place)
            self._asked_next[spot.place, spot.terms] = self._monotonic() + wait

    def _seconds_until_next(self, spot: Spot, polled: Polled) -> float:
        """When the register is asked again; whether the place is due then is its word."""
        if polled.more:
            return 0.0
        if polled.until:
            left = (polled.until - microseconds(self._clock())) / 1_000_000
            return min(max(left, 0.1), float(spot.pickup.every_seconds))
        return float(spot.pickup.every_seconds)

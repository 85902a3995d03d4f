"""The worker: drains inbox and outbox and lets time pass, on threads beside whatever else the process does.

It only calls the desk's commands; what they do, and in which order, is the street's business.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import structlog

from gateway.errors import CrossdockError
from gateway.pipeline.desk import Desk

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0
"""How long the inbox is left alone when nothing announces itself."""
OUTBOX_SECONDS = 0.5
DUE_SECONDS = 5.0
PICKUP_SECONDS = 0.5
"""How often it is looked which folders are due; their polls run on threads of their own."""
FILES_SECONDS = 2.0
TROUBLE_SECONDS = 5.0
"""Pause after a failure of ours (a full disk, say), so that it is neither silent nor a flood."""


class Worker:
    """Starts its threads at once; `close` lets each finish what it does."""

    def __init__(self, desk: Desk, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._clock = clock
        self._closing = threading.Event()
        self._pickups = desk.pickups(clock)
        self._threads = [
            threading.Thread(target=self._run, args=(step,), name=step.__name__.strip("_"), daemon=True)
            for step in (self._process, self._deliver, self._elapse, self._pick_up, self._configure)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._closing.set()
        self._desk.arrived.set()
        for thread in self._threads:
            thread.join()
        self._pickups.close()

    def _run(self, step: Callable[[], float]) -> None:
        """Repeat a step; it says how long to wait until the next."""
        while not self._closing.is_set():
            try:
                pause = step()
            except CrossdockError as error:
                log.error("worker.stopped", step=step.__name__.strip("_"), reason=str(error))
                pause = TROUBLE_SECONDS
            except Exception:
                log.exception("worker.failed", step=step.__name__.strip("_"))
                pause = TROUBLE_SECONDS
            if pause:
                self._closing.wait(pause)

    def _process(self) -> float:
        self._desk.arrived.wait(IDLE_SECONDS)
        # Cleared before the look: what arrives during it sets it again.
        self._desk.arrived.clear()
        while not self._closing.is_set() and self._desk.process(self._clock()).messages:
            pass
        return 0.0

    def _deliver(self) -> float:
        return 0.0 if self._desk.deliver(self._clock()).sent else OUTBOX_SECONDS

    def _elapse(self) -> float:
        self._desk.elapse(self._clock())
        return DUE_SECONDS

    def _pick_up(self) -> float:
        self._pickups.start_due()
        return PICKUP_SECONDS

    def _configure(self) -> float:
        self._desk.configure(self._clock())
        return FILES_SECONDS

"""The poller: takes the lease of a place, reaches its server, does one round and gives the lease back."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
import structlog

from gateway.pipeline.pickup.asking import Heartbeat, Register
from gateway.pipeline.pickup.round import Round
from gateway.pipeline.pickup.sessions import Sessions
from gateway.pipeline.pickup.telling import Fenced
from gateway.pipeline.pickup.values import Begin, End, Met, Note, Polled, Renew, Spot, Turn
from gateway.transports.sftp import Session, Trouble

log = structlog.get_logger(__name__)

LEASE_SECONDS_MIN, LEASE_SECONDS_MAX = 5.0, 60.0
"""A lease lasts three polls within these bounds; it is renewed while its holder lives."""
QUIET = len(("place", "state"))
"""What a poll says that found nothing to do."""


def running_from(now: datetime) -> Callable[[], datetime]:
    """A clock that shows `now` at this moment and goes on from there: leases must end though a command's time is
    given."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)


class Poller:
    """One for a process. `holder` names it in leases; `jitter` gives numbers from 0 to 1."""

    def __init__(
        self,
        register: Register,
        *,
        holder: str,
        clock: Callable[[], datetime],
        sessions: Sessions | None = None,
        jitter: Callable[[], float] = random.random,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        self._register, self._holder, self._clock = register, holder, clock
        self._sessions = sessions or Sessions()
        self._jitter, self._is_over = jitter, is_over

    def close(self) -> None:
        self._sessions.close()

    def sweep(self) -> None:
        """Close sessions that nobody needed for a while."""
        self._sessions.sweep()

    def poll(self, spot: Spot, *, forced: bool = False) -> Polled:
        """One round at one place, if it is due (or `forced`) and nobody else has the lease.

        Raises what the register raises: Unavailable where the process that writes is gone. The lease ends by itself
        then, and nothing is lost.
        """
        lease_seconds = min(max(3.0 * spot.pickup.every_seconds, LEASE_SECONDS_MIN), LEASE_SECONDS_MAX)
        begun = self._register.begin(
            Begin(
                place=spot.place,
                partner=spot.partner,
                folder=spot.pickup.folder,
                holder=self._holder,
                terms=spot.terms,
                lease_seconds=lease_seconds,
                forced=forced,
            )
        )
        if begun.state == "leased" or begun.state == "waiting":
            return Polled(place=spot.place, state=begun.state, until=begun.until)
        if begun.turn is None:
            raise AssertionError("a lease without what is known of the place")
        renew = Renew(place=spot.place, token=begun.turn.token, lease_seconds=lease_seconds)
        try:
            with Heartbeat(self._register, renew) as beat:
                polled, end = self._turn(spot, begun.turn, beat, lease_seconds)
                is_kept = self._register.end(end)
        except Fenced:
            is_kept = False
            polled = Polled(place=spot.place, state="fenced")
        if not is_kept:
            log.warning("pickup.lease_lost", place=spot.place)
            return msgspec.structs.replace(polled, state="fenced")
        said = {name: value for name, value in msgspec.structs.asdict(polled).items() if value}
        # An empty folder is looked at every minute for years.
        (log.info if len(said) > QUIET else log.debug)("pickup.polled", **said)
        return polled

    def _turn(self, spot: Spot, turn: Turn, beat: Heartbeat, lease_seconds: float) -> tuple[Polled, End]:
        session, was_kept = self._sessions.borrow(spot.sftp)
        if isinstance(session, Trouble):
            return self._not_reached(spot, turn, session)
        try:
            work = self._round(spot, turn, session, beat, lease_seconds)
            met = work.run()
            if was_kept and not session.is_alive and not work.has_begun:
                # It had died while nobody looked: no trouble of the server's.
                session = self._sessions.open(spot.sftp)
                if isinstance(session, Trouble):
                    return self._not_reached(spot, turn, session)
                work = self._round(spot, turn, session, beat, lease_seconds)
                met = work.run()
        except BaseException:
            if isinstance(session, Session):
                session.close()
            raise
        self._sessions.give_back(spot.sftp, session)
        tally = work.tally
        polled = Polled(
            place=spot.place,
            state="done" if met is None else "trouble",
            new=tally.new,
            repeated=tally.repeated,
            skipped=tally.skipped,
            refused=tally.refused,
            cleaned=tally.cleaned,
            owed=tally.owed,
            waiting=tally.waiting,
            trouble=met.text if met else "",
            more=tally.more and met is None,
        )
        host_key = session.facts.host_key
        return polled, self._end(spot, turn, work.rest(), met, host_key=host_key, more=polled.more)

    def _round(self, spot: Spot, turn: Turn, session: Session, beat: Heartbeat, lease_seconds: float) -> Round:
        return Round(
            spot,
            turn,
            session,
            self._register,
            beat,
            clock=self._clock,
            lease_seconds=lease_seconds,
            is_over=self._is_over,
        )

    def _not_reached(self, spot: Spot, turn: Turn, trouble: Trouble) -> tuple[Polled, End]:
        met = Met(of="server", kind=trouble.kind, code=trouble.code, text=str(trouble))
        note = Note(place=spot.place, token=turn.token)
        log.warning("pickup.not_reached", place=spot.place, code=trouble.code)
        polled = Polled(place=spot.place, state="trouble", trouble=met.text)
        return polled, self._end(spot, turn, note, met)

    def _end(
        self, spot: Spot, turn: Turn, note: Note, met: Met | None, *, host_key: str = "", more: bool = False
    ) -> End:
        return End(
            place=spot.place,
            partner=spot.partner,
            token=turn.token,
            terms=spot.terms,
            every_seconds=spot.pickup.every_seconds,
            jitter=self._jitter(),
            more=more,
            met=met,
            host_key=host_key,
            note=note,
        )

"""Receive: one POST becomes a message and its MDN, both durable before either is answered.

Opening and signing happen in the opener's process or in the caller's thread; the writer's thread only looks up and
inserts. Whatever came is kept: a message that cannot be opened is parked with its reason, answered by an error MDN,
and never blocks its retry. Only what proves no sender at all is kept within limits (`unproven`).
Source: RFC 4130 section 7, and sections 5.4 and 5.5 of its revision (draft-ietf-ediint-rfc4130bis).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime

import structlog
from sqlalchemy import Connection

from gateway.errors import Unavailable
from gateway.messages import microseconds
from gateway.pipeline.as2.keeping import keep_message
from gateway.pipeline.as2.opener import Opener
from gateway.pipeline.as2.opening import open_request
from gateway.pipeline.as2.receipts import expected_of, settle_mdn, tell_unread
from gateway.pipeline.as2.stations import Partnership, Stations
from gateway.pipeline.as2.unproven import Quota
from gateway.pipeline.as2.values import PLAIN, Again, As2Answer, As2Request, Work
from gateway.store import transports
from gateway.store.alerts import put_alerts
from gateway.store.database import Database
from gateway.store.writer import Writer
from gateway.transports import as2

log = structlog.get_logger(__name__)


class Receiver:
    """Threads may share it. `new_id` gives message ids; `stations` is asked once for each message."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        stations: Callable[[], Stations],
        new_id: Callable[[datetime], str],
        opener: Opener | None = None,
    ) -> None:
        self._database, self._writer, self._stations, self._new_id = database, writer, stations, new_id
        self._opener = opener
        self._quota = Quota()

    def hand_over(self, request: As2Request, now: datetime) -> Future[As2Answer | Again | None] | None:
        """Let the opener open it and queue what it makes; never blocks. None, at once or as the result: nothing was
        done, `receive` does it. Raises as `receive` does."""
        if self._opener is None:
            return None
        self._working_stations()
        opening = self._opener.open(self._new_id(now), request, now)
        if opening is None:
            return None
        answer: Future[As2Answer | Again | None] = Future()

        def keep(done: Future[Work | None]) -> None:
            try:
                work = done.result()
                if work is None:
                    answer.set_result(None)
                else:
                    _pass_on(self._keep(request, work), answer)
            except BaseException as error:
                answer.set_exception(error)

        opening.add_done_callback(keep)
        return answer

    def receive(self, request: As2Request, now: datetime) -> Future[As2Answer | Again]:
        """Open one message and queue all of it; answered once it is durable. Never raises for what was sent.

        Raises Unavailable where our own keys cannot be opened: time mends it, and the partner comes again.
        """
        stations = self._working_stations()
        if as2.is_mdn(request.headers, request.body):
            return self._receive_mdn(request, stations, now)
        return self._keep(request, open_request(request, stations, id=self._new_id(now), now=now))

    def again(self, again: Again, now: datetime) -> Future[As2Answer | Again]:
        """Keep a message whose MDN had to be another one: parked, whatever its payload says."""
        request, override = again
        work = open_request(request, self._stations(), id=self._new_id(now), now=now, override=override)
        return self._keep(request, work)

    def _working_stations(self) -> Stations:
        stations = self._stations()
        if stations.mistake:
            raise Unavailable(f"AS2 cannot work: {stations.mistake}")
        return stations

    def _keep(self, request: As2Request, work: Work) -> Future[As2Answer | Again]:
        return self._writer.submit(
            lambda connection: keep_message(connection, request, work, self._quota), lane="accept"
        )

    def tell_not_kept(self, now: datetime) -> None:
        """Put the hourly alert about messages that were not kept, where no further one comes to bring it."""
        at = microseconds(now)
        if self._quota.has_news(at):
            self._writer.run(lambda connection: put_alerts(connection, self._quota.tell(at)))

    def _receive_mdn(self, request: As2Request, stations: Stations, now: datetime) -> Future[As2Answer | Again]:
        """An MDN about a message of ours, posted to us on its own. It is answered, and never receipted itself."""
        key = as2.peek_original_message_id(request.headers, request.body)
        with self._database.read() as connection:
            sent = transports.find_sent(connection, key) if key else []
        for facts in sent:
            known = stations.of_partner(facts.partner)
            station = known.station_towards(facts.facts.get("as2_to", "")) if known is not None else None
            if known is not None and station is not None:
                reading = as2.read_mdn(request.headers, request.body, expected_of(facts), station, now=now)
                job = _settling(request, facts.message, reading, known, now)
                return self._writer.submit(job, lane="accept")
        answer = As2Answer(status=400, headers=PLAIN, body=b"no message of ours awaits this MDN\n")
        log.warning("as2.mdn_unread", original_message_id=key, messages=[facts.message for facts in sent])
        if sent:
            # What the partner says of it cannot be read any more, and nothing else would show that it answered.
            return self._writer.submit(_telling([facts.message for facts in sent], answer, now), lane="accept")
        done: Future[As2Answer | Again] = Future()
        done.set_result(answer)
        return done


def _settling(
    request: As2Request, message: str, reading: as2.MdnReading, known: Partnership, now: datetime
) -> Callable[[Connection], As2Answer | Again]:
    def job(connection: Connection) -> As2Answer | Again:
        # Loaded here: two copies of one MDN may be under way at once.
        facts = transports.load_facts(connection, message)
        if facts is not None:
            settle_mdn(connection, facts, reading, request.headers, request.body, partner=known.partner, now=now)
        if reading.result == "untrusted":
            return As2Answer(status=400, headers=PLAIN, body=b"the MDN is not believed\n", message=message)
        return As2Answer(status=204, message=message)

    return job


def _telling(messages: list[str], answer: As2Answer, now: datetime) -> Callable[[Connection], As2Answer | Again]:
    def job(connection: Connection) -> As2Answer | Again:
        for message in messages:
            tell_unread(connection, message, now)
        return answer

    return job


def _pass_on(kept: Future[As2Answer | Again], answer: Future[As2Answer | Again | None]) -> None:
    def pass_on(done: Future[As2Answer | Again]) -> None:
        error = done.exception()
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(done.result())

    kept.add_done_callback(pass_on)

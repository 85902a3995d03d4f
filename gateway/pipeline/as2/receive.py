"""Receive: one POST becomes a message and its MDN, both durable before either is answered.

Opening and signing happen in the caller's thread; the writer's thread only looks up and inserts. Whatever came is
kept: a message that cannot be opened is parked with its reason, answered by an error MDN, and never blocks its retry.
Only what proves no sender at all is kept within limits (`unproven`).
Source: RFC 4130 section 7, and sections 5.4 and 5.5 of its revision (draft-ietf-ediint-rfc4130bis).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from gateway.errors import Unavailable
from gateway.messages import microseconds
from gateway.pipeline.as2.keeping import keep_message
from gateway.pipeline.as2.receipts import expected_of, settle_mdn, tell_unread
from gateway.pipeline.as2.stations import Partnership, Stations
from gateway.pipeline.as2.unproven import Quota, bytes_kept
from gateway.pipeline.as2.values import PLAIN, Again, As2Answer, As2Request, Verdict, Work
from gateway.store import transports
from gateway.store.alerts import put_alerts
from gateway.store.database import Database
from gateway.store.evidence import chunk_rows
from gateway.store.transports import join_raw, mdn_of, request_of
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
    ) -> None:
        self._database, self._writer, self._stations, self._new_id = database, writer, stations, new_id
        self._quota = Quota()

    def receive(self, request: As2Request, now: datetime) -> Future[As2Answer | Again]:
        """Open one message and queue all of it; answered once it is durable. Never raises for what was sent.

        Raises Unavailable where our own keys cannot be opened: time mends it, and the partner comes again.
        """
        stations = self._stations()
        if stations.mistake:
            raise Unavailable(f"AS2 cannot work: {stations.mistake}")
        if as2.is_mdn(request.headers, request.body):
            return self._receive_mdn(request, stations, now)
        started = time.perf_counter()
        opened = as2.open_message(request.headers, request.body, stations.find, now=now)
        milliseconds = (time.perf_counter() - started) * 1000
        code = "" if opened.accepted else _code(opened.disposition)
        return self._submit(request, Verdict(opened, code, opened.reason, opened_ms=milliseconds), stations, now)

    def again(self, again: Again, now: datetime) -> Future[As2Answer | Again]:
        """Keep a message whose MDN had to be another one: parked, whatever its payload says."""
        return self._submit(again.request, again.verdict, self._stations(), now)

    def _submit(
        self, request: As2Request, verdict: Verdict, stations: Stations, now: datetime
    ) -> Future[As2Answer | Again]:
        work = self._prepare(request, verdict, stations, now)
        return self._writer.submit(lambda connection: keep_message(connection, work, self._quota), lane="accept")

    def tell_not_kept(self, now: datetime) -> None:
        """Put the hourly alert about messages that were not kept, where no further one comes to bring it."""
        at = microseconds(now)
        if self._quota.has_news(at):
            self._writer.run(lambda connection: put_alerts(connection, self._quota.tell(at)))

    def _prepare(self, request: As2Request, verdict: Verdict, stations: Stations, now: datetime) -> Work:
        opened, id, started = verdict.opened, self._new_id(now), time.perf_counter()
        mdn, raw_mdn = None, b""
        if opened.mdn.wanted:
            mdn = as2.write_mdn(opened, message_id=_name_mdn(id, opened), now=now, disposition=verdict.disposition)
            raw_mdn = join_raw(mdn.headers, mdn.body)
        mdn_ms = (time.perf_counter() - started) * 1000
        partner = stations.partner_id(opened.station)
        known = stations.of_partner(partner)
        raw = join_raw(request.headers, request.body)
        evidence = list(chunk_rows(request_of(id), raw[: bytes_kept(opened)]))
        if opened.payload or not verdict.code:
            evidence += chunk_rows(id, opened.payload)
        if mdn is not None:
            evidence += chunk_rows(mdn_of(id), raw_mdn)
        facts = _facts(request, opened, mdn)
        facts["timings_ms"] = {"open": round(verdict.opened_ms, 3), "mdn": round(mdn_ms, 3)}
        return Work(
            id=id,
            partner=partner,
            request=request,
            verdict=verdict,
            mdn=mdn,
            raw_mdn=raw_mdn,
            facts=facts,
            evidence=evidence,
            refuses_replays=known is not None and known.terms.replay == "park",
            at=microseconds(now),
        )

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


def _facts(request: As2Request, opened: as2.Opened, mdn: as2.Mdn | None) -> dict[str, Any]:
    """Plain JSON values, as the message view shows them."""
    facts: dict[str, Any] = {
        "as2_from": opened.as2_from,
        "as2_to": opened.as2_to,
        "filename": opened.filename,
        "content_type": opened.content_type,
        "layers": list(opened.layers),
        "signed_by": opened.signer,
        "signature_digest": opened.signature_digest,
        "encrypted_to": opened.recipient,
        "cipher": opened.cipher,
        "disposition": str(opened.disposition),
        "remote": request.remote,
        "request_sha256": hashlib.sha256(request.body).hexdigest(),
    }
    if mdn is not None:
        facts["mdn"] = {
            "message_id": mdn.message_id,
            "mode": "async" if opened.mdn.url else "sync",
            "url": opened.mdn.url,
            "disposition": str(mdn.disposition),
            "signed": mdn.signed,
            "signed_by": mdn.signer,
        }
    return facts


def _name_mdn(id: str, opened: as2.Opened) -> str:
    """Message-ID of an MDN, without brackets; what would need quoting in our name becomes a hyphen."""
    ours = "".join(letter if letter.isalnum() or letter in ".-_" else "-" for letter in opened.as2_to[:64])
    return f"{id}.mdn@{ours or 'unknown'}"


def _code(disposition: as2.Disposition) -> str:
    return (disposition.text or "refused").replace("-", "_").replace(" ", "_")

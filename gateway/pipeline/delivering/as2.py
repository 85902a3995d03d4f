"""By AS2: a message is built once and kept, so that every retry is the same bytes under the same Message-ID.

Also posts the asynchronous MDNs that partners ask for. What an MDN means is decided in `gateway.pipeline.as2`.
"""

from __future__ import annotations

import time
from typing import Any

import msgspec
from sqlalchemy import Connection

from gateway.errors import OperatorMistake
from gateway.pipeline.as2.receipts import keep_mdn, mdn_due_at
from gateway.pipeline.as2.stations import Partnership, Stations
from gateway.pipeline.context import Context
from gateway.pipeline.delivering.outcome import Outcome
from gateway.settings import resolve_secret
from gateway.store import outbox, transports
from gateway.store.database import Database
from gateway.store.evidence import chunk_rows, load_evidence, put_evidence
from gateway.store.outbox import Waiting
from gateway.store.transports import Facts, join_raw, request_of, split_raw
from gateway.store.writer import Writer
from gateway.transports import as2

FILE_ENDINGS = {"application/edi-x12": "edi", "application/json": "json", "text/csv": "csv", "application/xml": "xml"}


class As2Carrier:
    """To one partner, under its first AS2 name."""

    def __init__(
        self, database: Database, writer: Writer, sender: as2.Sender, known: Partnership, context: Context
    ) -> None:
        self._database, self._writer, self._sender = database, writer, sender
        self._known, self._station, self._context = known, known.stations[0], context
        terms = known.terms
        password = resolve_secret(terms.password) if terms.user else ""
        self._endpoint = as2.Endpoint(url=terms.url, user=terms.user, password=password, chunked=terms.chunked)

    def send(self, one: Waiting, data: bytes) -> Outcome:
        facts, built = self._built(one, data)
        started = time.perf_counter()
        sent = self._sender.post(self._endpoint, built, self._station, now=self._context.now)
        seconds = time.perf_counter() - started
        more = {"http_status": sent.status, "timings_ms": {"answer": round(seconds * 1000, 3)}}

        def keep(connection: Connection) -> None:
            # Loaded again: an asynchronous MDN may have come while its message was still being answered.
            now = transports.load_facts(connection, facts.message) or facts
            if sent.result == "awaiting":
                if outbox.is_open(connection, one.id):
                    due_at = mdn_due_at(self._known.terms.mdn_timeout_minutes, self._context.now)
                    waiting = msgspec.structs.replace(now, due_at=due_at, facts={**now.facts, **more})
                    transports.replace_facts(connection, waiting)
                return
            raw = join_raw(sent.headers, sent.body) if sent.mdn is not None else b""
            keep_mdn(connection, now, sent.mdn, raw, mode="sync", now=self._context.now, more=more)

        return Outcome(sent.result, sent.reason, sent.retry_after_s, keep, sent.needs_person)

    def close(self) -> None:
        pass

    def _built(self, one: Waiting, data: bytes) -> tuple[Facts, as2.Built]:
        """The request as it was built the first time; built and made durable now if it never was."""
        with self._database.read() as connection:
            facts = transports.load_facts(connection, one.id)
            request = facts.facts.get("evidence", {}).get("request", "") if facts is not None else ""
            raw = load_evidence(connection, [request]).get(request) if request else None
        if facts is not None and raw is not None:
            return facts, _read_built(facts, raw)
        return self._build(one, data, facts)

    def _build(self, one: Waiting, data: bytes, before: Facts | None) -> tuple[Facts, as2.Built]:
        name = one.name or f"{one.kind}-{one.id}.{FILE_ENDINGS.get(one.media_type, 'dat')}"
        # Fixed once: a message that is built anew, after a partner changed its certificate, keeps its name.
        message_id = before.key.strip("<>") if before is not None else f"{one.id}@{_id_right(self._station.our_name)}"
        built = as2.build_message(
            data,
            self._station,
            message_id=message_id,
            filename=name,
            content_type=one.media_type,
            now=self._context.now,
        )
        builds = before.facts.get("builds", 0) + 1 if before is not None else 1
        request = request_of(one.id) if builds == 1 else f"{request_of(one.id)}.{builds}"
        known: dict[str, Any] = dict(before.facts) if before is not None else {}
        facts = Facts(
            message=one.id,
            direction="out",
            channel="as2",
            partner=self._known.partner.id,
            key=f"<{message_id}>",
            mic=f"{built.mic}, {built.mic_algorithm}",
            at=self._context.at,
            facts=known
            | {
                "as2_from": self._station.our_name,
                "as2_to": self._station.their_name,
                "url": self._endpoint.url,
                "filename": name,
                "content_type": one.media_type,
                "layers": list(built.layers),
                "signed_by": built.signer,
                "encrypted_to": built.recipient,
                "cipher": built.cipher,
                "mdn_asked": self._known.terms.mdn,
                "builds": builds,
                "evidence": {**known.get("evidence", {}), "request": request},
            },
        )

        def job(connection: Connection) -> None:
            put_evidence(connection, chunk_rows(request, join_raw(built.headers, built.body)))
            transports.replace_facts(connection, facts)

        self._writer.run(job)
        return facts, built


class MdnCarrier:
    """Asynchronous MDNs to one partner, each to the place that its message asked for and the agreement allows."""

    def __init__(self, database: Database, sender: as2.Sender, known: Partnership) -> None:
        self._database, self._sender, self._known = database, sender, known

    def send(self, one: Waiting, data: bytes) -> Outcome:
        message = one.id.partition(":")[0]
        with self._database.read() as connection:
            facts = transports.load_facts(connection, message)
        asked = facts.facts.get("mdn", {}) if facts is not None else {}
        station = self._known.station_towards(facts.facts.get("as2_from", "")) if facts is not None else None
        if not asked or station is None:
            return Outcome("never", "what is known of its message names no place for the MDN")
        headers, body = split_raw(data)
        mdn = as2.Mdn(
            message_id=asked["message_id"],
            headers=tuple(headers),
            body=body,
            disposition=as2.Disposition("processed"),
            signed=asked["signed"],
        )
        sent = self._sender.post_mdn(asked["url"], mdn, station)
        return Outcome(sent.result, sent.reason, sent.retry_after_s, needs_person=sent.needs_person)

    def close(self) -> None:
        pass


def as2_of_partner(
    database: Database, writer: Writer, sender: as2.Sender, stations: Stations, partner: str, context: Context
) -> As2Carrier:
    """Raises OperatorMistake where our keys cannot be opened, or the agreement has no address or name."""
    known = _known(stations, partner)
    if not known.terms.url:
        raise OperatorMistake(f"partner {partner} has no AS2 address", mend="as2.url in its partner.yaml")
    return As2Carrier(database, writer, sender, known, context)


def mdn_of_partner(database: Database, sender: as2.Sender, stations: Stations, partner: str) -> MdnCarrier:
    """Raises OperatorMistake where the partner speaks AS2 no longer."""
    return MdnCarrier(database, sender, _known(stations, partner))


def _known(stations: Stations, partner: str) -> Partnership:
    if stations.mistake:
        raise OperatorMistake(f"AS2 cannot work: {stations.mistake}")
    known = stations.of_partner(partner)
    if known is None or not known.stations:
        mend = "as2 and identities.as2 in its partner.yaml"
        raise OperatorMistake(f"partner {partner} does not speak AS2", mend=mend)
    return known


def _read_built(facts: Facts, raw: bytes) -> as2.Built:
    headers, body = split_raw(raw)
    mic, _, algorithm = facts.mic.partition(", ")
    return as2.Built(
        message_id=facts.key,
        headers=tuple(headers),
        body=body,
        layers=tuple(facts.facts.get("layers", ())),
        mic=mic,
        mic_algorithm=algorithm,
        signer=facts.facts.get("signed_by", ""),
        recipient=facts.facts.get("encrypted_to", ""),
        cipher=facts.facts.get("cipher", ""),
    )


def _id_right(name: str) -> str:
    """Our name as the right side of a Message-ID: what would need quoting there becomes a hyphen."""
    return "".join(letter if letter.isalnum() or letter in ".-_" else "-" for letter in name)[:64]

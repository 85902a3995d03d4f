"""Accept: keep the bytes durably, then answer. The first step of the street, and the only one a sender waits for.

Looks into nothing: whatever came is evidence, readable or not.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Future

import msgspec
from sqlalchemy import Connection

from gateway.errors import PartnerMistake
from gateway.messages import Accepted
from gateway.store.evidence import chunk_rows, put_evidence
from gateway.store.inbox import NewMessage, find_delivery, put_message
from gateway.store.writer import Writer
from ledger.events import Actor


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes and what the transport knows of them. `partner` is the partner of the identity that brought them.

    `key` is the transport's own key (Message-ID, Idempotency-Key, endpoint+name+digest+mtime), "" where it has none.
    """

    data: bytes
    partner: str
    channel: str = "rest"
    name: str = ""
    key: str = ""
    media_type: str = ""
    test: bool = False
    actor: Actor | None = None
    """Who hands it in, where not the partner itself: canonical events are then that person's word."""


def accept(writer: Writer, delivery: Delivery, *, id: str, received_at: int) -> Future[Accepted]:
    """Queue it; the future is answered once it is durable, together with everything accepted at the same moment.

    The future raises PartnerMistake("idempotency_mismatch") when the key had come with other bytes.
    """
    digest = hashlib.sha256(delivery.data).hexdigest()
    message = NewMessage(
        id=id,
        partner=delivery.partner,
        channel=delivery.channel,
        name=delivery.name,
        transport_key=delivery.key or None,
        media_type=delivery.media_type,
        digest=digest,
        size=len(delivery.data),
        received_at=received_at,
        test=delivery.test,
        actor=msgspec.json.encode(delivery.actor).decode() if delivery.actor else "",
    )
    rows = list(chunk_rows(id, delivery.data))

    def job(connection: Connection) -> Accepted:
        if delivery.key:
            earlier = find_delivery(connection, delivery.channel, delivery.partner, delivery.key)
            if earlier is not None:
                if earlier.digest != digest:
                    text = f"this key was used for message {earlier.id}, whose bytes are others"
                    raise PartnerMistake("idempotency_mismatch", text)
                return Accepted(id=earlier.id, status=earlier.status, repeated=True)
        put_message(connection, message)
        put_evidence(connection, rows)
        return Accepted(id=id, status="new")

    return writer.submit(job, lane="accept")

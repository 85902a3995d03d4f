"""Keeping: what the writer does with one received AS2 message, in the same commit as everything else that came.

A Message-ID that is known gets its stored MDN, byte for byte. Runs in the writer's thread: nothing is signed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection

from gateway.pipeline.as2.unproven import Quota
from gateway.pipeline.as2.values import Again, As2Answer, As2Request, Override, Receipt, Work
from gateway.store import outbox, transports
from gateway.store.alerts import Alert, put_alerts
from gateway.store.evidence import chunk_rows, load_evidence, put_evidence
from gateway.store.inbox import Earlier, find_delivery, put_message
from gateway.store.outbox import NewAnswer
from gateway.store.transports import Facts, join_raw, mdn_of, request_of, split_raw
from gateway.transports.as2.dispositions import DUPLICATE, UNEXPECTED_PROCESSING_ERROR

CHANNEL: Final = "as2"
REUSED = "message_id_reused"
REPLAYED = "replayed"


def keep_message(connection: Connection, request: As2Request, work: Work, quota: Quota) -> As2Answer | Again:
    """Store a new message with all that belongs to it, or find the answer that it had before.

    One that proves nothing is only answered where `quota` is used up.
    """
    if work.message_id and work.partner and work.code != REUSED:
        earlier = find_delivery(connection, CHANNEL, work.partner, work.message_id)
        known = _answer_again(connection, earlier, request, work) if earlier is not None else None
        if known is not None:
            return known
    if not work.is_proven and not quota.take(work.at):
        put_alerts(connection, quota.tell(work.at))
        return _answer_unkept(work)
    alerts: list[Alert] = []
    if not work.code and work.mic and work.partner:
        twin = transports.find_same_content(connection, partner=work.partner, mic=work.mic, but_key=work.message_id)
        if twin:
            text = f"the content of {twin} came again under another Message-ID"
            if work.refuses_replays:
                return Again(request, Override(REPLAYED, text, DUPLICATE))
            work.facts["same_content_as"] = twin
            alerts.append(_alert("as2_replay", text, work))
    put_message(connection, work.message)
    raw_mdn = join_raw(work.receipt.headers, work.receipt.body) if work.receipt is not None else b""
    put_evidence(connection, _evidence(request, work, raw_mdn))
    transports.put_facts(connection, _facts(work))
    answer = _answer(connection, work, raw_mdn)
    if work.code:
        alerts.append(_alert("as2_refused", f"an AS2 message was not taken: {work.message.reason}", work))
    put_alerts(connection, alerts)
    return answer


def _answer_again(
    connection: Connection, earlier: Earlier, request: As2Request, work: Work
) -> As2Answer | Again | None:
    """What a Message-ID that is known gets: its stored MDN, or a refusal where the content is another.

    None: what came cannot be opened and is not what came then, so it is a failure of its own.
    """
    kept = transports.load_facts(connection, earlier.id)
    is_same_request = kept is not None and kept.facts.get("request_sha256") == work.facts["request_sha256"]
    if not is_same_request:
        if work.code:
            return None
        if kept is None or kept.mic != work.mic:
            text = f"this Message-ID belongs to {earlier.id}, whose content is another"
            return Again(request, Override(REUSED, text, UNEXPECTED_PROCESSING_ERROR))
    if work.receipt is None:
        return As2Answer(status=204, message=earlier.id, repeated=True)
    name = mdn_of(earlier.id)
    stored = load_evidence(connection, [name]).get(name, b"")
    if not stored:
        # The first time no MDN was asked for; now one is.
        stored = join_raw(work.receipt.headers, work.receipt.body)
        put_evidence(connection, chunk_rows(name, stored))
        _put_receipt(connection, work, work.receipt, stored, earlier.id)
    elif work.is_async:
        outbox.queue_receipt_again(connection, name)
    if work.is_async:
        return As2Answer(status=204, message=earlier.id, repeated=True)
    headers, body = split_raw(stored)
    return As2Answer(status=200, headers=tuple(headers), body=body, message=earlier.id, repeated=True)


def _answer(connection: Connection, work: Work, raw_mdn: bytes) -> As2Answer:
    if work.receipt is None:
        # Nobody reads a disposition here, so the HTTP status has to tell.
        return As2Answer(status=400 if work.code else 204, message=work.id)
    _put_receipt(connection, work, work.receipt, raw_mdn, work.id)
    if work.is_async:
        return As2Answer(status=204, message=work.id)
    return As2Answer(status=200, headers=work.receipt.headers, body=work.receipt.body, message=work.id)


def _answer_unkept(work: Work) -> As2Answer:
    """The error MDN if it goes with the answer itself; one that is queued would have to be kept."""
    if work.receipt is None or work.is_async:
        return As2Answer(status=400)
    return As2Answer(status=200, headers=work.receipt.headers, body=work.receipt.body)


def _put_receipt(connection: Connection, work: Work, mdn: Receipt, raw_mdn: bytes, message: str) -> None:
    """Keep the MDN as an answer: sent with the HTTP answer itself, or queued for a place that the agreement lists."""
    receipt = NewAnswer(
        id=mdn_of(message),
        destination=f"mdn:{work.partner}" if mdn.url else work.partner,
        partner=work.partner,
        kind="mdn",
        data=raw_mdn,
        media_type="multipart/signed" if mdn.signed else "multipart/report",
        answers=message,
        created_at=work.at,
        status="ready" if mdn.url else "sent",
    )
    outbox.put_receipt(connection, receipt, sent_at=0 if mdn.url else work.at)


def _evidence(request: As2Request, work: Work, raw_mdn: bytes) -> Iterator[dict[str, object]]:
    """The raw request, the payload, the MDN: as they came, and as it goes."""
    raw = join_raw(request.headers, request.body)
    yield from chunk_rows(request_of(work.id), raw[: work.request_bytes_kept])
    if work.payload is not None:
        yield from chunk_rows(work.id, work.payload)
    if work.receipt is not None:
        yield from chunk_rows(mdn_of(work.id), raw_mdn)


def _facts(work: Work) -> Facts:
    return Facts(
        message=work.id,
        direction="in",
        channel=CHANNEL,
        partner=work.partner,
        key=work.message_id,
        # What was refused must not make its own retry a replay.
        mic="" if work.code else work.mic,
        at=work.at,
        facts=work.facts,
    )


def _alert(kind: str, text: str, work: Work) -> Alert:
    return Alert(kind=kind, text=text, partner=work.partner, message=work.id, at=work.at)

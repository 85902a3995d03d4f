"""Opening: one request becomes all that is to be stored and answered of it. Pure work on values, for any process.

Opens, signs the MDN and gathers the facts; knows no database and no duplicates (`keeping` does).
"""

from __future__ import annotations

import hashlib
import time
from datetime import datetime
from typing import Any

from gateway.messages import microseconds
from gateway.pipeline.as2.stations import Stations
from gateway.pipeline.as2.unproven import bytes_kept, is_proven
from gateway.pipeline.as2.values import As2Request, Override, Receipt, Work
from gateway.store.inbox import NewMessage
from gateway.transports import as2

CHANNEL = "as2"


def open_request(
    request: As2Request, stations: Stations, *, id: str, now: datetime, override: Override | None = None
) -> Work:
    """Open a message and sign its MDN; `id` is what it is called in the inbox. Never raises for what was sent."""
    started = time.perf_counter()
    opened = as2.open_message(request.headers, request.body, stations.find, now=now)
    ended = time.perf_counter()
    code, reason = ("", "") if opened.accepted else (_code(opened.disposition), opened.reason)
    disposition = None
    if override is not None:
        code, reason, disposition = override.code, override.reason, override.disposition
    mdn = None
    if opened.mdn.wanted:
        mdn = as2.write_mdn(opened, message_id=_name_mdn(id, opened), now=now, disposition=disposition)
    facts = _facts(request, opened, mdn)
    facts["timings_ms"] = {
        "open": round((ended - started) * 1000, 3), "mdn": round((time.perf_counter() - ended) * 1000, 3)
    }  # fmt: skip
    partner = stations.partner_id(opened.station)
    known = stations.of_partner(partner)
    payload = opened.payload if opened.payload or not code else None
    content = request.body if payload is None else payload
    return Work(
        message=NewMessage(
            id=id,
            partner=partner,
            channel=CHANNEL,
            name=opened.filename,
            # What was refused leaves its Message-ID free: the partner mends it and sends it again under the same.
            transport_key=None if code else opened.message_id,
            media_type=opened.content_type,
            digest=hashlib.sha256(content).hexdigest(),
            size=len(content),
            received_at=microseconds(now),
            test=False,
            status="parked" if code else "new",
            reason_code=code,
            reason=reason,
        ),
        message_id=opened.message_id,
        mic=f"{opened.mic}, {opened.mic_algorithm}" if opened.mic else "",
        facts=facts,
        payload=payload,
        receipt=None if mdn is None else Receipt(mdn.headers, mdn.body, mdn.signed, opened.mdn.url),
        is_proven=is_proven(opened),
        request_bytes_kept=bytes_kept(opened),
        refuses_replays=known is not None and known.terms.replay == "park",
    )


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

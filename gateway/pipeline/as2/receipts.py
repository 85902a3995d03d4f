"""Receipts: what an MDN says about a message that we sent, settled once, whether it came with the answer or later.

Only a verified MDN changes anything. The overdue clock of what was sent starts here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection

from gateway.messages import microseconds
from gateway.partners import Partner
from gateway.pipeline.due import ack_due_at
from gateway.store import outbox, transports
from gateway.store.alerts import Alert, put_alerts
from gateway.store.evidence import chunk_rows, put_evidence
from gateway.store.transports import Facts, join_raw, mdn_of
from gateway.transports import as2

MDN_ATTEMPTS_MAX = 4
"""Sendings of one message that may stay without their asynchronous MDN; then it is parked."""


def expected_of(facts: Facts) -> as2.Expected:
    """What the MDN of a sent message must say."""
    mic, _, algorithm = facts.mic.partition(", ")
    return as2.Expected(message_id=facts.key, mic=mic, mic_algorithm=algorithm)


def keep_mdn(
    connection: Connection,
    facts: Facts,
    reading: as2.MdnReading | None,
    raw: bytes,
    *,
    mode: str,
    now: datetime,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Keep an MDN about a sent message, its bytes as evidence and what it says among the facts; nobody waits now."""
    known = dict(facts.facts)
    evidence = dict(known.get("evidence", {}))
    if reading is not None:
        count = known.get("mdns", 0) + 1
        evidence["mdn"] = mdn_of(facts.message) if count == 1 else f"{mdn_of(facts.message)}.{count}"
        put_evidence(connection, chunk_rows(evidence["mdn"], raw))
        known |= {
            "mdns": count,
            "evidence": evidence,
            "mdn": {
                "mode": mode,
                "result": reading.result,
                "disposition": str(reading.disposition) if reading.disposition is not None else "",
                "mic": f"{reading.mic}, {reading.mic_algorithm}" if reading.mic else "",
                "signed_by": reading.signer,
                "reason": reading.reason,
                "text": reading.text,
                "sha256": hashlib.sha256(raw).hexdigest(),
                "received_at": now.isoformat(),
            },
        }
    transports.replace_facts(connection, msgspec.structs.replace(facts, due_at=0, facts=known | dict(more or {})))


def settle_mdn(
    connection: Connection,
    facts: Facts,
    reading: as2.MdnReading,
    headers: as2.Headers,
    body: bytes,
    *,
    partner: Partner,
    now: datetime,
) -> None:
    """Settle a message by an MDN that came on its own. A verdict stands: what contradicts it later is only told.

    One that says once more that it arrived counts once more: the message may have been sent again since.
    """
    raw, at = join_raw(headers, body), microseconds(now)
    before = facts.facts.get("mdn", {})
    is_repeated = before.get("sha256") == hashlib.sha256(raw).hexdigest()
    if is_repeated and reading.result != "delivered":
        return
    if reading.result == "untrusted":
        _tell(connection, "mdn_untrusted", f"an MDN is not believed: {reading.reason}", facts, at)
        return
    if before.get("result") == "delivered" and reading.result != "delivered":
        _tell(connection, "mdn_contradicts", f"a later MDN contradicts the first: {reading.reason}", facts, at)
        return
    if before.get("result") == "delivered":
        transports.set_due(connection, facts.message, 0)
    else:
        keep_mdn(connection, facts, reading, raw, mode="async", now=now)
    if reading.result == "delivered":
        outbox.mark_confirmed(connection, facts.message, at=at)
        outbox.start_clock(connection, facts.message, at=at, due_at=ack_due_at(partner, now))
    elif outbox.mark_refused(connection, facts.message, reason=reading.reason):
        _tell(connection, "mdn_refuses", f"the partner's MDN refuses it: {reading.reason}", facts, at)


def tell_unread(connection: Connection, message: str, now: datetime) -> None:
    """An MDN came for a message whose partner speaks no AS2 any more, or not under that name: told once a message."""
    facts = transports.load_facts(connection, message)
    if facts is None or "mdn_unread_at" in facts.facts:
        return
    known = {**facts.facts, "mdn_unread_at": now.isoformat()}
    transports.replace_facts(connection, msgspec.structs.replace(facts, facts=known))
    text = "an MDN came that cannot be checked: its partner speaks AS2 no longer, or not under that name"
    _tell(connection, "mdn_unread", text, facts, microseconds(now))


def give_up_or_send_again(connection: Connection, facts: Facts, at: int) -> Alert | None:
    """The MDN did not come in time: the same bytes go again under the same Message-ID, a few times."""
    transports.set_due(connection, facts.message, 0)
    attempts = outbox.send_again(connection, facts.message)
    if attempts is None or attempts < MDN_ATTEMPTS_MAX:
        return None
    reason = f"no MDN came, although it was sent {attempts} times"
    outbox.mark_refused(connection, facts.message, reason=reason)
    return Alert(kind="mdn_overdue", text=reason, partner=facts.partner, message=facts.message, at=at)


def forget_request(connection: Connection, message: str) -> None:
    """Before a person's resend: what was given up is built anew, since a key or a certificate may be what was mended.

    It stays the same message, under the same Message-ID; what arrived or waits goes again as the same bytes.
    """
    facts = transports.load_facts(connection, message)
    if facts is None or facts.channel != "as2" or not outbox.is_parked(connection, message):
        return
    evidence = {name: id for name, id in facts.facts.get("evidence", {}).items() if name != "request"}
    transports.replace_facts(connection, msgspec.structs.replace(facts, facts={**facts.facts, "evidence": evidence}))


def mdn_due_at(terms_minutes: int, now: datetime) -> int:
    """Until when an asynchronous MDN is awaited."""
    return microseconds(now + timedelta(minutes=terms_minutes))


def _tell(connection: Connection, kind: str, text: str, facts: Facts, at: int) -> None:
    put_alerts(connection, [Alert(kind=kind, text=text, partner=facts.partner, message=facts.message, at=at)])

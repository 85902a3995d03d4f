"""Two companies that exchange AS2: keys made once, stations for any policy, and what one of them sends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from gateway.transports.as2 import (
    Built,
    Expected,
    Key,
    Mdn,
    MdnReading,
    Opened,
    Policy,
    Station,
    build_message,
    create_key,
    open_message,
    read_mdn,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PAYLOAD = b"ISA*00*          *00*          *ZZ*ACME~GS*SH*A*B~\nST*856*0001~\r\nSE*1*0001~"


@cache
def key(name: str, from_days: int = -10, to_days: int = 300) -> Key:
    return create_key(name, valid_from=NOW + timedelta(days=from_days), valid_to=NOW + timedelta(days=to_days))


def policy(**terms: Any) -> Policy:
    """A policy that asks of them what it does itself, where the test says no more."""
    policy = Policy(**{name: value for name, value in terms.items() if not name.startswith("require")})
    return msgspec.structs.replace(
        policy,
        require_signed=terms.get("require_signed", policy.sign != "none"),
        require_encrypted=terms.get("require_encrypted", policy.encrypt != "none"),
    )


def acme(**terms: Any) -> Station:
    """The partner's side: ACME, that sends to CROSSDOCK."""
    return Station(
        our_name="ACME",
        their_name="CROSSDOCK",
        our_keys=(key("ACME"),),
        their_signing=(key("CROSSDOCK").certificate,),
        their_encryption=(key("CROSSDOCK").certificate,),
        policy=policy(**terms),
    )


def crossdock(**terms: Any) -> Station:
    """Our side of the same partnership."""
    return Station(
        our_name="CROSSDOCK",
        their_name="ACME",
        our_keys=(key("CROSSDOCK"),),
        their_signing=(key("ACME").certificate,),
        their_encryption=(key("ACME").certificate,),
        policy=policy(**terms),
    )


def sent(payload: bytes = PAYLOAD, *, filename: str = "asn.edi", **terms: Any) -> Built:
    """A message that ACME sends to CROSSDOCK."""
    return build_message(
        payload,
        acme(**terms),
        message_id="m-1@acme.example",
        filename=filename,
        content_type="application/EDI-X12",
        now=NOW,
    )


def headers_with(built: Built, **changed: str | None) -> tuple[tuple[str, str], ...]:
    """The headers with some of them changed, added, or (None) left out; `_` stands for `-`."""
    names = {name.replace("_", "-").lower(): value for name, value in changed.items()}
    kept = [(name, value) for name, value in built.headers if name.lower() not in names]
    return (*kept, *((name, value) for name, value in names.items() if value is not None))


def opened(
    built: Built, body: bytes | None = None, *, headers: Any = None, station: Station | None = None, **terms: Any
) -> Opened:
    """The message as CROSSDOCK opens it."""
    ours = station or crossdock(**terms)
    return open_message(
        built.headers if headers is None else headers,
        built.body if body is None else body,
        lambda as2_from, as2_to: ours if (as2_from, as2_to) == (ours.their_name, ours.our_name) else None,
        now=NOW,
    )


def expected(built: Built) -> Expected:
    return Expected(message_id=built.message_id, mic=built.mic, mic_algorithm=built.mic_algorithm)


def read(mdn: Mdn, built: Built, body: bytes | None = None, **terms: Any) -> MdnReading:
    """The MDN as ACME reads it."""
    return read_mdn(mdn.headers, mdn.body if body is None else body, expected(built), acme(**terms), now=NOW)

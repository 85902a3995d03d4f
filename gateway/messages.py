"""Messages: bytes plus transport facts, their identities and the closed lists of where they may stand.

Values only: nothing here stores, sends or reads a message.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

Channel = Literal["as2", "sftp", "rest", "cli"]

InboxStatus = Literal["new", "leased", "done", "parked"]
"""`parked` waits for a person: the whole message, with its reason. Parked documents of a `done` message are rows
of their own."""

DocumentStatus = Literal[
    "recorded", "waiting", "refused", "repeated", "conflict", "rejected", "held", "parked", "reconciled", "passed"
]
"""What became of a document. `rejected`: its 997 says R; `held`: the same control numbers with other content;
`reconciled`: an answer to what we sent; `passed`: read, and the agreement asks for nothing."""

OutboxStatus = Literal["draft", "collected", "bundled", "ready", "awaiting", "sent", "fetched", "parked"]
"""`draft`: decided with the ledger's effect, and still to be written by the partner's map. `collected`: a draft that
waits for its time. `bundled`: written into the interchange of another message. `awaiting`: it left, and an
asynchronous MDN will tell whether it arrived."""

REPLAYABLE: tuple[DocumentStatus, ...] = ("parked", "held", "rejected")

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ENTROPY_BYTES = 8


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The durable answer to a delivery. `repeated`: the same delivery had come before, this is its first answer."""

    id: str
    status: str
    repeated: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One message that we sent or will send: MDN, TA1, 997, 824, 861, 850, webhook.

    `segments` is the answer's own body in X12 (TA1, or ST...SE), empty in other formats; `sent` is None until the
    partner has it.
    """

    id: str
    kind: str
    to: str
    partner: str
    message: str
    """The message that it answers, "" where it answers none."""
    segments: tuple[tuple[str, ...], ...] = ()
    sent: datetime | None = None
    status: str = "ready"
    reason: str = ""
    test: bool = False
    created_at: datetime | None = None


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 UTC of an aware time, exact (no float)."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


def message_id(now: datetime, entropy: bytes) -> str:
    """`m_` and a UUIDv7 in 26 Crockford characters; ids of one process sort by time, down to a quarter microsecond.

    `entropy` is `ENTROPY_BYTES` random bytes, of which 62 bits are used. Source: RFC 9562 section 5.7 (method 3).
    """
    value = microseconds(now)
    milliseconds, rest = divmod(value, 1000)
    fraction = (rest << 12) // 1000
    random = int.from_bytes(entropy[:ENTROPY_BYTES], "big") & ((1 << 62) - 1)
    number = (milliseconds & ((1 << 48) - 1)) << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random
    digits = []
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits.append(_CROCKFORD[digit])
    return "m_" + "".join(reversed(digits))


def document_id(message: str, number: int) -> str:
    """`<message>.<n>`, n from 1 in the order of the message."""
    return f"{message}.{number}"


def split_document_id(value: str) -> tuple[str, int | None]:
    """Message id, and the number of the document when one is named."""
    message, dot, number = value.partition(".")
    return message, int(number) if dot and number.isdigit() else None

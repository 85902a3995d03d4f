"""When a message that a partner has must have been acknowledged by it."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.messages import microseconds
from gateway.partners import Partner

ACK_DUE_MINUTES = 240
"""Within how long a partner acknowledges what it got, unless its terms say otherwise (`ack_due_minutes`)."""


def ack_due_at(partner: Partner | None, now: datetime) -> int:
    """Microseconds; the clock runs from `now`, when the partner first had the message."""
    minutes = ACK_DUE_MINUTES
    if partner is not None:
        stated = str(partner.terms.other.get("ack_due_minutes", ""))
        minutes = int(stated) if stated.isdigit() else ACK_DUE_MINUTES
    return microseconds(now + timedelta(minutes=minutes))

"""When something is due: the acknowledgment of what a partner has, and our collected ones to it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from gateway.messages import microseconds
from gateway.partners import Collecting, Partner

ACK_DUE_MINUTES = 240
"""Within how long a partner acknowledges what it got, unless its terms say otherwise (`ack_due_minutes`)."""


ACK_RESENDS_MAX = 5

RESENT_BY_AGREEMENT = "agreement"
"""Who sent again what nobody had acknowledged in time."""


def ack_due_at(partner: Partner | None, now: datetime) -> int:
    """Microseconds; the clock runs from `now`, when the partner first had the message."""
    minutes = ACK_DUE_MINUTES
    if partner is not None:
        stated = str(partner.terms.other.get("ack_due_minutes", ""))
        minutes = int(stated) if stated.isdigit() else ACK_DUE_MINUTES
    return microseconds(now + timedelta(minutes=minutes))


def resends_agreed(partner: Partner | None) -> int:
    """How often what was not acknowledged in time goes again by itself (`ack_resends`); 0 unless agreed."""
    stated = str(partner.terms.other.get("ack_resends", "")) if partner is not None else ""
    return min(int(stated), ACK_RESENDS_MAX) if stated.isdigit() else 0


def collect_due_at(partner: Partner, collecting: Collecting, now: datetime) -> int:
    """Microseconds; when an answer that was collected at `now` leaves at the latest: the first that comes of the
    agreed times of day, in the partner's zone, and the agreed minutes."""
    local = now.astimezone(partner.zone)
    found = [now + timedelta(minutes=collecting.minutes)] if collecting.minutes else []
    for stated in collecting.at:
        at = datetime.combine(local.date(), time.fromisoformat(stated), partner.zone)
        if at <= local:
            at = datetime.combine(local.date() + timedelta(days=1), at.time(), partner.zone)
        found.append(at.astimezone(UTC))
    return microseconds(min(found, default=now))

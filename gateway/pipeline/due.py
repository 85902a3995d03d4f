"""When something is due: the acknowledgment of what a partner has, and what we collect for it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from gateway.messages import microseconds
from gateway.partners import DAYS, Collecting, Partner

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
    """Microseconds; when a document that was collected at `now` leaves at the latest: the first that comes of the
    agreed times of day and minutes of the clock, in the partner's zone, and the agreed minutes from now."""
    found = [now + timedelta(minutes=collecting.minutes)] if collecting.minutes else []
    if collecting.at or collecting.every:
        found += _next_on_clock(now.astimezone(partner.zone), collecting)
    return microseconds(min(found, default=now))


def _next_on_clock(local: datetime, collecting: Collecting) -> list[datetime]:
    """The first time of the first day that has one, after `local`; within a week, since a day of it is agreed."""
    for ahead in range(8):
        day = local.date() + timedelta(days=ahead)
        if collecting.days and DAYS[day.weekday()] not in collecting.days:
            continue
        midnight = datetime.combine(day, time(), local.tzinfo)
        times = [datetime.combine(day, time.fromisoformat(stated), local.tzinfo) for stated in collecting.at]
        if collecting.every:
            gone = (local - midnight) // timedelta(minutes=collecting.every) + 1 if ahead == 0 else 0
            times.append(midnight + timedelta(minutes=gone * collecting.every))
        later = [one.astimezone(UTC) for one in times if one > local and one.date() == day]
        if later:
            return [min(later)]
    return []

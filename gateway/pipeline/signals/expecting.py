"""Expecting: documents that partners send by certain times, and those that did not come.

Each time is looked at once, when its grace is over, also after a day on which nothing ran.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from gateway.messages import from_microseconds, microseconds
from gateway.partners import DAYS, Expected, Partner
from gateway.pipeline.context import Context
from gateway.signals import Signal
from gateway.store.expected import has_come, load_checked, put_checked
from ledger.masterdata import Calendar

DAYS_MAX = 31
"""How far back times are looked at after a long pause."""


def is_any_to_check(connection: Connection, context: Context) -> bool:
    """Whether the time of some expectation has come, or an agreement names a new one. Asked of a snapshot."""
    agreed = _agreed(context)
    if not agreed:
        return False
    checked, calendars = load_checked(connection), _calendars(connection, context)
    return any(
        id not in checked or next(_due(partner, one, calendars, checked[id], context), None) is not None
        for id, (partner, one) in agreed.items()
    )


def find_absent(connection: Connection, context: Context) -> list[Signal]:
    """What did not come by a time whose grace is over; what is agreed first now counts from now."""
    agreed, checked = _agreed(context), load_checked(connection)
    if not agreed and not checked:
        return []
    calendars = _calendars(connection, context)
    now: dict[str, int] = {}
    found: list[Signal] = []
    for id, (partner, one) in agreed.items():
        if id not in checked:
            now[id] = context.at
            continue
        for by in _due(partner, one, calendars, checked[id], context):
            now[id] = microseconds(by)
            after = _opens(partner, one, calendars, by)
            until = by + timedelta(minutes=one.grace_minutes)
            is_test = partner.test is True
            if not has_come(
                connection, partner=partner.id, type=one.document, after=after, until=until, test=is_test
            ):
                found.append(_absent(partner, one, by))
    put_checked(connection, now, gone=checked.keys() - agreed.keys())
    return found


def times_of(
    expected: Expected, zone: ZoneInfo, calendar: Calendar | None, after: datetime, until: datetime
) -> Iterator[datetime]:
    """The times in (after, until] by which it is expected, in order, in UTC."""
    day, last = after.astimezone(zone).date(), until.astimezone(zone).date()
    while day <= last:
        if _is_expected_on(day, expected, calendar):
            for one in _times_on(day, expected, zone):
                if after < one <= until:
                    yield one
        day += timedelta(days=1)


def _is_expected_on(day: date, expected: Expected, calendar: Calendar | None) -> bool:
    if expected.days and DAYS[day.weekday()] not in expected.days:
        return False
    return calendar is None or (day.isoweekday() in calendar.weekdays and day not in calendar.holidays)


def _times_on(day: date, expected: Expected, zone: ZoneInfo) -> list[datetime]:
    minutes = {int(at[:2]) * 60 + int(at[3:]) for at in expected.at}
    if expected.every:
        minutes.update(range(0, 1_440, expected.every))
    # By the clock on the wall; one that the change to summer time leaves out comes an hour later.
    walls = [datetime.combine(day, time(minute // 60, minute % 60), zone) for minute in minutes]
    return sorted({wall.astimezone(UTC) for wall in walls})


def _due(
    partner: Partner, one: Expected, calendars: dict[str, Calendar], checked: int, context: Context
) -> Iterator[datetime]:
    until = context.now - timedelta(minutes=one.grace_minutes)
    after = max(from_microseconds(checked), until - timedelta(days=DAYS_MAX))
    return times_of(one, partner.zone, calendars.get(one.calendar), after, until)


def _opens(partner: Partner, one: Expected, calendars: dict[str, Calendar], by: datetime) -> datetime:
    """From when on a document counts for the time: as agreed, else since the time before and its grace."""
    if one.early_minutes:
        return by - timedelta(minutes=one.early_minutes)
    calendar = calendars.get(one.calendar)
    before = by - timedelta(days=DAYS_MAX)
    earlier = list(times_of(one, partner.zone, calendar, before, by - timedelta(microseconds=1)))
    return min(earlier[-1] + timedelta(minutes=one.grace_minutes), by) if earlier else before


def _absent(partner: Partner, one: Expected, by: datetime) -> Signal:
    wall = by.astimezone(partner.zone)
    text = f"{partner.id} sent no {one.document} by {wall:%a %Y-%m-%d %H:%M} ({partner.time_zone})."
    return Signal(
        signal="document_absent",
        cause=f"{partner.id}/{one.document}/{by:%Y-%m-%dT%H:%MZ}",
        book="test" if partner.test is True else "live",
        partner=partner.id,
        type=one.document,
        number=f"{wall:%Y-%m-%dT%H:%M}",
        text=text,
    )


def _agreed(context: Context) -> dict[str, tuple[Partner, Expected]]:
    return {
        f"{partner.id}:{one.document}:{hashlib.sha256(msgspec.json.encode(one)).hexdigest()[:12]}": (partner, one)
        for partner in context.configuration.partners
        for one in partner.expect
    }


def _calendars(connection: Connection, context: Context) -> dict[str, Calendar]:
    return dict(context.ledger.masterdata(connection).calendars)

"""Working time of a place: when so many working hours or days have gone by. Must not know what they are counted for.

A calendar says which days are worked, in the zone of its place; what part of them, whoever counts says. Without a
calendar Monday to Friday are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from ledger.masterdata.snapshot import Calendar, MasterData

DAYS_MAX = 3_660
"""Days looked ahead for one that is worked: ten years. A calendar without any counts every day."""
HOURS_MAX = 24 * DAYS_MAX
"""Nothing takes longer: whoever asks for more gets ten years."""
USUAL_DAYS = (1, 2, 3, 4, 5)
MIDNIGHT = "24:00"


def after_hours(masterdata: MasterData, place: str, since: int, hours: float, begins: str, ends: str) -> int:
    """When so many working hours have gone by at a place; microseconds, as `since`.

    `begins` and `ends` are the hours of a day that count there (`06:00`, `22:00`; `24:00` is midnight).
    """
    hours = min(hours, HOURS_MAX)
    left = timedelta(hours=hours)
    zone, calendar = _zone(masterdata, place), masterdata.calendars.get(place)
    now = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=since)
    for day in _worked_days(calendar, now.astimezone(zone).date()):
        start, end = max(now, _at(day, begins, zone)), _at(day, ends, zone)
        if end <= start:
            continue
        if start + left <= end:
            return _microseconds(start + left)
        left -= end - start
    return since + int(hours * 3_600_000_000)


def after_days(masterdata: MasterData, place: str, since: int, days: int) -> int:
    """The end of the last of so many working days after the day of `since`, at a place; microseconds."""
    zone, calendar = _zone(masterdata, place), masterdata.calendars.get(place)
    now = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=since)
    first = now.astimezone(zone).date() + timedelta(days=1)
    for n, day in enumerate(_worked_days(calendar, first), 1):
        if n >= days:
            return _microseconds(_at(day, MIDNIGHT, zone))
    return since + min(days, DAYS_MAX) * 86_400_000_000


def _worked_days(calendar: Calendar | None, first: date) -> Iterator[date]:
    weekdays = USUAL_DAYS if calendar is None else calendar.weekdays or (1, 2, 3, 4, 5, 6, 7)
    holidays = () if calendar is None else calendar.holidays
    for ahead in range(DAYS_MAX):
        day = first + timedelta(days=ahead)
        if day.isoweekday() in weekdays and day not in holidays:
            yield day


def _zone(masterdata: MasterData, place: str) -> tzinfo:
    site = masterdata.sites.get(place)
    return UTC if site is None else ZoneInfo(site.time_zone)


def _at(day: date, clock: str, zone: tzinfo) -> datetime:
    if clock == MIDNIGHT:
        return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)


def _microseconds(moment: datetime) -> int:
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)

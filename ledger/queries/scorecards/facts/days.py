"""Days at a site: which one a moment falls on, and which of them are worked on.

Days are ordinals of the calendar. A site works on the days of the calendar of its own name, else Monday to Friday.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from ledger.book.storage import bulk
from ledger.events import CalendarDefined, SiteDefined
from ledger.matching.resolved import microseconds, moment

_MARGIN_DAYS = 150
"""Around the period: further moments are converted one by one."""
_DEFINED = "SELECT kind, number, body FROM masterdata WHERE book = ? AND kind IN ('SiteDefined', 'CalendarDefined')"


class Days:
    """The calendar of one site around a period."""

    def __init__(
        self, zone: str, weekdays: tuple[int, ...], holidays: tuple[date, ...], since: int, until: int
    ) -> None:
        self.zone = ZoneInfo(zone)
        self._weekdays = frozenset(day - 1 for day in weekdays) or frozenset(range(7))
        self._holidays = frozenset(day.toordinal() for day in holidays)
        first = self._convert(since) - _MARGIN_DAYS
        last = self._convert(until) + _MARGIN_DAYS
        self._first = first
        self._midnights: list[int] = []
        self._midnights = [self.starts(day) for day in range(first, last + 1)]

    def of(self, at: int) -> int:
        """The day on which a moment falls."""
        place = bisect_right(self._midnights, at)
        if 0 < place < len(self._midnights):
            return self._first + place - 1
        return self._convert(at)

    def starts(self, day: int) -> int:
        """The first moment of a day."""
        place = day - self._first
        if 0 <= place < len(self._midnights):
            return self._midnights[place]
        return microseconds(datetime.combine(date.fromordinal(day), time(), self.zone)) or 0

    def works(self, day: int) -> bool:
        """Whether it is a working day."""
        return (day - 1) % 7 in self._weekdays and day not in self._holidays

    def add_working(self, day: int, days: int) -> int:
        """So many working days later, or earlier below zero; a year without any ends the search."""
        step = 1 if days > 0 else -1
        left, looked = abs(days), 0
        while left and looked < 366:
            day += step
            looked += 1
            if self.works(day):
                left -= 1
        return day

    def after_working_hours(self, at: int, hours: float) -> int:
        """A moment so many hours later, of which those of days off do not count."""
        left = int(hours * 3_600_000_000)
        for _ in range(366):
            day = self.of(at)
            end = self.starts(day + 1)
            if not self.works(day):
                at = end
                continue
            if at + left <= end:
                break
            left, at = left - (end - at), end
        return at + left

    def _convert(self, at: int) -> int:
        return moment(at).astimezone(self.zone).date().toordinal()


def days_of_sites(conn: Connection, book: str, since: int, until: int) -> dict[str, Days]:
    """The calendar of every site, in the order of their ids."""
    sites: dict[str, str] = {}
    calendars: dict[str, CalendarDefined] = {}
    for kind, number, body in bulk.ask(conn, _DEFINED, (book,)):
        if kind == "SiteDefined":
            sites[number] = _SITE(body).time_zone
        else:
            calendars[number] = _CALENDAR(body)
    usual = CalendarDefined(number="")
    found: dict[str, Days] = {}
    for site, zone in sorted(sites.items()):
        calendar = calendars.get(site, usual)
        found[site] = Days(zone, calendar.weekdays, calendar.holidays, since, until)
    return found


_SITE = msgspec.json.Decoder(SiteDefined).decode
_CALENDAR = msgspec.json.Decoder(CalendarDefined).decode

"""Days as a plant counts them: from its own midnight, and only those on which it works. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.masterdata import Calendar
from ledger.matching.resolved import ResolvedEvent, microseconds, moment
from ledger.policy import RequirementTerms

DAY = timedelta(days=1)
DAYS_MAX = 400
"""Further apart than that nobody counts working days: what is over is counted as it is."""


class Plant(NamedTuple):
    """Whose days they are."""

    zone: str
    calendar: Calendar | None

    def day_of(self, at_us: int) -> date:
        """The plant's day at a moment."""
        return _day_of(at_us, self.zone)

    def between(self, required: date, day: date) -> int:
        """Working days from the required day to the other one: below zero where that is earlier."""
        sign = 1 if day >= required else -1
        distance = abs((day - required).days)
        near = min(distance, DAYS_MAX)
        start = min(day, required) if sign > 0 else max(day, required)
        worked = sum(self.works(start + sign * n * DAY) for n in range(1, near + 1))
        return sign * (worked + distance - near)

    def moved(self, day: date, days: int) -> date:
        """So many working days later, or earlier where they are below zero."""
        step, left = (DAY, days) if days > 0 else (-DAY, -days)
        for _ in range(DAYS_MAX):
            if left <= 0:
                break
            day += step
            left -= self.works(day)
        return day

    def end_of(self, day: date) -> int:
        """The first moment after the day, in microseconds."""
        end = datetime.combine(day + DAY, time(), ZoneInfo(self.zone))
        return microseconds(end) or 0

    def works(self, day: date) -> bool:
        """Whether the plant works on that day."""
        calendar = self.calendar
        return calendar is None or (day.isoweekday() in calendar.weekdays and day not in calendar.holidays)


def plant_of(resolved: ResolvedEvent, terms: RequirementTerms) -> Plant:
    """The plant that the event is for, by the calendar that was agreed, else by its own."""
    return Plant(resolved.zone, resolved.calendars.get(terms.calendar or resolved.site))


@lru_cache(maxsize=4096)
def _day_of(at_us: int, zone: str) -> date:
    return moment(at_us).astimezone(ZoneInfo(zone)).date()

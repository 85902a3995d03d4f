"""Working time of a place: hours and days that its calendar and its zone count."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ledger.events import CalendarDefined, SiteDefined
from ledger.masterdata import MasterData
from ledger.masterdata.working_time import after_days, after_hours
from ledger.matching.resolved import microseconds, moment

DETROIT = SiteDefined(number="P1", time_zone="America/Detroit")
SIX_DAYS = CalendarDefined(number="P1", weekdays=(1, 2, 3, 4, 5, 6), holidays=(date(2026, 11, 26),))
PLANT = MasterData().changed_by((DETROIT, SIX_DAYS))


def at(text: str) -> int:
    found = microseconds(datetime.fromisoformat(text).astimezone(UTC))
    assert found is not None
    return found


def shown(us: int) -> str:
    return f"{moment(us):%a %d %H:%M}"


@pytest.mark.parametrize(
    ("since", "hours", "until"),
    [
        ("2026-11-23T08:00:00-05:00", 4, "Mon 23 17:00"),
        ("2026-11-23T20:00:00-05:00", 4, "Tue 24 13:00"),
        ("2026-11-23T03:00:00-05:00", 1, "Mon 23 12:00"),
        ("2026-11-25T21:00:00-05:00", 2, "Fri 27 12:00"),
        ("2026-11-28T21:00:00-05:00", 2, "Mon 30 12:00"),
        ("2026-11-23T08:00:00-05:00", 32, "Wed 25 13:00"),
    ],
)
def test_hours_count_between_the_bells_of_days_that_are_worked(since: str, hours: float, until: str) -> None:
    assert shown(after_hours(PLANT, "P1", at(since), hours, "06:00", "22:00")) == until


def test_without_a_calendar_monday_to_friday_count_around_the_clock() -> None:
    friday = at("2026-11-20T12:00:00+00:00")

    assert shown(after_hours(MasterData(), "P9", friday, 24, "00:00", "24:00")) == "Mon 23 12:00"


@pytest.mark.parametrize(("days", "until"), [(1, "Wed 25 05:00"), (2, "Thu 26 05:00"), (3, "Sat 28 05:00")])
def test_days_end_at_midnight_of_the_place_and_holidays_are_none(days: int, until: str) -> None:
    assert shown(after_days(PLANT, "P1", at("2026-11-23T09:00:00-05:00"), days)) == until


def test_a_day_of_summer_time_has_the_hours_that_its_clock_shows() -> None:
    # Clocks go back in the night to 1 November 2026, a Sunday: on Monday the bells are an hour later in UTC.
    saturday = at("2026-10-31T21:00:00-04:00")

    assert shown(after_hours(PLANT, "P1", saturday, 2, "06:00", "22:00")) == "Mon 02 12:00"


def test_a_calendar_without_any_day_counts_every_day() -> None:
    idle = MasterData().changed_by((DETROIT, CalendarDefined(number="P1", weekdays=())))

    assert shown(after_days(idle, "P1", at("2026-11-27T09:00:00-05:00"), 1)) == "Sun 29 05:00"

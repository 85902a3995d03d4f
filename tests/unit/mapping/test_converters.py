"""Converters are pairs: what they read they write, and what they cannot read they name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from gateway.mapping.converting import convert, moments
from gateway.mapping.converting.convert import Context, Unreadable
from gateway.mapping.converting.zones import SEASONAL, ZONES, code_for

DETROIT = Context(zone=ZoneInfo("America/Detroit"))


@pytest.mark.parametrize("text", ["10.125", "5000.250", "0", "-4", ".5", "240"])
def test_decimals_keep_their_digits(text: str) -> None:
    value = convert.read_decimal(text, DETROIT)

    assert (value, convert.write_decimal(value, DETROIT)) == (Decimal(text), text if text != ".5" else "0.5")


@pytest.mark.parametrize("text", ["1O.125", "1e5", "NaN", "Infinity", "1,5", "--1", "", "1" * 31, "٣", "1_000", " 1"])
def test_what_is_no_decimal_is_named_and_never_raised_as_anything_else(text: str) -> None:
    with pytest.raises(Unreadable, match="not a decimal"):
        convert.read_decimal(text, DETROIT)


def test_implied_decimals_go_both_ways_and_refuse_what_does_not_fit() -> None:
    read, write = convert.implied(2)

    assert (read("1234", DETROIT), write(Decimal("12.34"), DETROIT)) == (Decimal("12.34"), "1234")
    with pytest.raises(Unreadable):
        read("12.34", DETROIT)
    with pytest.raises(Unreadable, match="more than 2 decimals"):
        write(Decimal("12.345"), DETROIT)


@pytest.mark.parametrize(
    ("text", "day"),
    [("20261122", (2026, 11, 22)), ("261122", (2026, 11, 22)), ("791231", (2079, 12, 31)), ("800101", (1980, 1, 1))],
)
def test_six_digit_dates_lie_in_the_century_window(text: str, day: tuple[int, int, int]) -> None:
    assert moments.read_date(text, DETROIT) == date(*day)


@pytest.mark.parametrize(
    ("parts", "year"),
    [(("261122", "", "", "20"), 2026), (("851122", "", "", "20"), 2085), (("851122", "", "", ""), 1985)],
)
def test_century_of_a_date_goes_before_the_window(parts: tuple[str, ...], year: int) -> None:
    assert moments.read_moment(parts, Context()) == datetime(year, 11, 22, tzinfo=UTC)


def test_century_beside_eight_digits_adds_nothing() -> None:
    assert moments.read_moment(("20261122", "", "", "19"), Context()) == datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("release", "written"),
    [
        ("", ("20261122", "113045", "UT")),
        ("002040", ("261122", "1130", "UT")),
        ("003060", ("261122", "113045", "UT")),
        ("004010", ("20261122", "113045", "UT")),
    ],
)
def test_each_release_writes_its_own_dates_and_times(release: str, written: tuple[str, ...]) -> None:
    moment = datetime(2026, 11, 22, 11, 30, 45, tzinfo=UTC)

    assert moments.write_moment(moment, Context(release=release), 3) == written
    assert moments.write_date(moment.date(), Context(release=release)) == written[0]


def test_century_is_written_where_the_map_has_a_place_for_it() -> None:
    moment = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)

    assert moments.write_moment(moment, Context(release="003060"), 4) == ("261122", "1130", "UT", "20")


@pytest.mark.parametrize("text", ["20261131", "2026112", "2026-11-22", "00000000", "20260229", "abcdefgh"])
def test_days_that_do_not_exist_are_named(text: str) -> None:
    with pytest.raises(Unreadable):
        moments.read_date(text, DETROIT)


@pytest.mark.parametrize(
    ("parts", "moment"),
    [
        (("20260701", "1200", "ET"), datetime(2026, 7, 1, 16, tzinfo=UTC)),
        (("20261201", "1200", "ET"), datetime(2026, 12, 1, 17, tzinfo=UTC)),
        (("20260701", "1200", "ES"), datetime(2026, 7, 1, 17, tzinfo=UTC)),
        (("20261201", "1200", "ED"), datetime(2026, 12, 1, 16, tzinfo=UTC)),
        (("20261201", "120030", "UT"), datetime(2026, 12, 1, 12, 0, 30, tzinfo=UTC)),
        (("20261201", "12003050", "UT"), datetime(2026, 12, 1, 12, 0, 30, 500_000, tzinfo=UTC)),
        (("20261201", "1200", "01"), datetime(2026, 12, 1, 11, tzinfo=UTC)),
        (("20261201", "1200", "24"), datetime(2026, 12, 1, 13, tzinfo=UTC)),
        (("20261201", "1200", "13"), datetime(2026, 12, 2, 0, tzinfo=UTC)),
        (("20261201", "1200"), datetime(2026, 12, 1, 17, tzinfo=UTC)),
        (("20261201", "1200", "LT"), datetime(2026, 12, 1, 17, tzinfo=UTC)),
        (("20261201",), datetime(2026, 12, 1, 5, tzinfo=UTC)),
    ],
)
def test_times_are_told_by_their_code_else_by_the_zone_of_the_partner(
    parts: tuple[str, ...], moment: datetime
) -> None:
    assert moments.read_moment(parts, DETROIT) == moment


@pytest.mark.parametrize(
    ("parts", "at"), [(("20261301",), 0), (("20261201", "2460"), 1), (("20261201", "1200", "QQ"), 2)]
)
def test_the_part_of_a_time_that_is_wrong_is_told(parts: tuple[str, ...], at: int) -> None:
    with pytest.raises(Unreadable) as caught:
        moments.read_moment(parts, DETROIT)

    assert caught.value.part == at


@pytest.mark.parametrize("code", sorted(ZONES))
def test_every_zone_code_is_written_as_one_that_means_the_same_moment(code: str) -> None:
    moment = moments.read_moment(("20260701", "1200", code), DETROIT)

    written = moments.write_moment(moment, Context(zone=ZONES[code]), 3)

    assert written[2]
    assert moments.read_moment(written, DETROIT) == moment


def test_zones_that_tell_the_same_time_share_their_code() -> None:
    assert code_for(datetime(2026, 7, 1, tzinfo=UTC), ZoneInfo("America/Detroit")) == "ET"
    assert code_for(datetime(2026, 7, 1, tzinfo=UTC), ZoneInfo("Europe/Berlin")) == "02"
    assert code_for(datetime(2026, 7, 1, tzinfo=UTC), ZoneInfo("Asia/Kolkata")) == ""
    assert set(SEASONAL) <= set(ZONES)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T08:55:00-05:00", datetime(2026, 11, 23, 13, 55, tzinfo=UTC)),
        ("2026-11-23T08:55:00Z", datetime(2026, 11, 23, 8, 55, tzinfo=UTC)),
        ("2026-11-23 08:55", datetime(2026, 11, 23, 13, 55, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 23, 5, tzinfo=UTC)),
        ("20261123T085500.250+0530", datetime(2026, 11, 23, 3, 25, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_iso_times_need_no_offset_but_take_it(text: str, moment: datetime) -> None:
    assert moments.read_iso(text, DETROIT) == moment


def test_iso_times_come_back_as_written() -> None:
    value = datetime(2026, 11, 23, 8, 55, tzinfo=timezone(timedelta(hours=-5)))

    assert moments.read_iso(moments.write_iso(value, DETROIT), DETROIT) == value


@pytest.mark.parametrize("text", ["23.11.2026", "2026-11-31", "2026-11-23T25:00", "2026-11-23T08:55+99:00", "now"])
def test_what_is_no_iso_time_is_named(text: str) -> None:
    with pytest.raises(Unreadable, match=r"not a time|no such"):
        moments.read_iso(text, DETROIT)


def test_a_zone_without_a_code_is_told_in_universal_time() -> None:
    moment = datetime(2026, 7, 1, 12, tzinfo=UTC)

    assert moments.write_moment(moment, Context(zone=ZoneInfo("Asia/Kolkata")), 3) == ("20260701", "1200", "UT")

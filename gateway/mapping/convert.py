"""Converters, each a pair: text of a document to a canonical value, and that value back to text.

A reader raises `Unreadable` with a stable code and words; nothing passes through float. What a converter needs to
know (zones) comes in the `Context`, so that every pair is pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from gateway.mapping.zones import ZONES, code_for
from gateway.x12.codes import LONG_DATES_FROM

DECIMAL_DIGITS_MAX = 30
CENTURY_WINDOW_PAST = 50
"""A six-digit date lies at most this many years back and 49 ahead of the year that the context names."""
SECONDS_FROM = "003000"
"""Releases before this one have times of four digits."""

DATE_CHARACTERS = len("2026-11-23")

_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)\Z")
_COMMA_DECIMAL = re.compile(r"[-+]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]*)(?:,[0-9]*)?\Z")
_INT = re.compile(r"[-+]?[0-9]{1,18}\Z")
_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?)?\Z",
    re.ASCII,
)


class Unreadable(ValueError):
    """The text is not what the rule says; `code` is stable, the message is for a person."""

    def __init__(self, code: str, words: str, part: int = 0) -> None:
        super().__init__(words)
        self.code, self.words, self.part = code, words, part


class Context:
    """What reading or writing one document knows: the partner's zone, zones of places, the century window's year."""

    __slots__ = ("component", "event", "place", "release", "year", "zone", "zone_of")

    def __init__(
        self,
        zone: tzinfo = UTC,
        zone_of: Callable[[str], tzinfo | None] | None = None,
        year: int = 2030,
        component: str = ">",
        release: str = "",
    ) -> None:
        self.zone, self.zone_of, self.year, self.component = zone, zone_of, year, component
        self.release = release
        """Of X12, by which dates and times are written: six digits before 004010, no seconds in 002040; "" newest."""
        self.place: tzinfo | None = None
        self.event: Mapping[str, Any] = {}
        """Fields of the event, as far as they are known."""


Read = Callable[[str, Context], Any]
Write = Callable[[Any, Context], str]


# --- numbers -------------------------------------------------------------------------------------------------


is_decimal = re.compile(rf"(?=.{{1,{DECIMAL_DIGITS_MAX}}}\Z){_DECIMAL.pattern}").match
"""What `read_decimal` can read, told in one step."""


def read_decimal(text: str, _: Context) -> Decimal:
    """X12 type R and N0 without exponent; digits capped, so that no number is a trap."""
    if len(text) > DECIMAL_DIGITS_MAX or _DECIMAL.match(text) is None:
        raise Unreadable("not_a_decimal", "not a decimal")
    return Decimal(text)


def write_decimal(value: Decimal, _: Context) -> str:
    return format(value, "f")


def read_comma_decimal(text: str, context: Context) -> Decimal:
    """A number with a comma before its decimals, points between its thousands: `1.234,5`."""
    if len(text) > DECIMAL_DIGITS_MAX or _COMMA_DECIMAL.match(text) is None:
        raise Unreadable("not_a_decimal", "not a decimal, as 1.234,5 with a comma")
    return read_decimal(text.replace(".", "").replace(",", "."), context)


def write_comma_decimal(value: Decimal, context: Context) -> str:
    return write_decimal(value, context).replace(".", ",")


def implied(places: int) -> tuple[Read, Write]:
    """Implied decimals, X12 type Nn: `1234` with two places is 12.34; a written point is refused."""

    def read(text: str, _: Context) -> Decimal:
        if _INT.match(text) is None:
            raise Unreadable("not_an_integer", f"not a whole number with {places} implied decimals")
        return Decimal(text).scaleb(-places)

    def write(value: Decimal, _: Context) -> str:
        scaled = value.scaleb(places)
        if scaled != scaled.to_integral_value():
            raise Unreadable("not_exact", f"has more than {places} decimals")
        return format(scaled.to_integral_value(), "f")

    return read, write


def read_int(text: str, _: Context) -> int:
    if _INT.match(text) is None:
        raise Unreadable("not_an_integer", "not a whole number")
    return int(text)


def write_int(value: int, _: Context) -> str:
    return str(value)


def flag(true: str, false: str) -> tuple[Read, Write]:
    """Boolean, as two texts of the map."""

    def read(text: str, _: Context) -> bool:
        if text == true:
            return True
        if text == false:
            return False
        raise Unreadable("not_a_flag", f'neither "{true}" nor "{false}"')

    def write(value: bool, _: Context) -> str:
        return true if value else false

    return read, write


# --- dates ---------------------------------------------------------------------------------------------------


def parse_date(text: str, year: int) -> tuple[int, int, int]:
    """`CCYYMMDD`, or `YYMMDD` in the century window. Raises Unreadable."""
    if not (text.isascii() and text.isdigit()) or len(text) not in (6, 8):
        raise Unreadable("not_a_date", "not a date, as CCYYMMDD or YYMMDD")
    if len(text) == 6:
        first = year - CENTURY_WINDOW_PAST
        yy = int(text[:2])
        text = f"{first + (yy - first) % 100}{text[2:]}"
    parts = int(text[:4]), int(text[4:6]), int(text[6:8])
    try:
        date(*parts)
    except ValueError as error:
        raise Unreadable("not_a_date", "no such day") from error
    return parts


def parse_time(text: str) -> tuple[int, int, int, int]:
    """`HHMM`, `HHMMSS` or with hundredths, as hour, minute, second, microsecond. Raises Unreadable, part 1."""
    if not (text.isascii() and text.isdigit()) or len(text) not in (4, 6, 7, 8):
        raise Unreadable("not_a_time", "not a time, as HHMM or HHMMSS", 1)
    hour, minute, second = int(text[:2]), int(text[2:4]), int(text[4:6] or "0")
    if hour > 23 or minute > 59 or second > 59:
        raise Unreadable("not_a_time", "no such time of day", 1)
    return hour, minute, second, int(text[6:].ljust(2, "0") or "0") * 10_000


def read_moment(parts: tuple[str, ...], context: Context) -> datetime:
    """Date, then if there time, zone code and century, as an aware time; a day alone is midnight in the place's zone.

    Source: X12 DTM02, DTM03, DTM04 (data elements 373, 337, 623); the century is DTM05 (624) before 004010.
    """
    century = parts[3] if len(parts) > 3 and len(parts[0]) == 6 else ""
    day = parse_date(century + parts[0], context.year)
    time = parse_time(parts[1]) if len(parts) > 1 and parts[1] else (0, 0, 0, 0)
    zone = context.place or context.zone
    if len(parts) > 2 and parts[2] and parts[2] != "LT":
        known = ZONES.get(parts[2])
        if known is None:
            raise Unreadable("unknown_zone", "no time zone code", 2)
        zone = known
    return datetime(*day, *time, tzinfo=zone)


def write_moment(value: datetime, context: Context, parts: int) -> tuple[str, ...]:
    """The counterpart of `read_moment`, told in the place's zone; always `parts` texts, the last ones may be ""."""
    zone = context.place or context.zone
    code = code_for(value, zone) if parts > 2 else ""
    if parts > 2 and not code:
        # A zone without a code of its own would be read back as another: such a time is told in universal time.
        zone, code = UTC, "UT"
    local = value.astimezone(zone)
    if parts == 1:
        return (_day(local, context),)
    clock = f"{local:%H%M}"
    if (local.second or local.microsecond) and not "" < context.release < SECONDS_FROM:
        clock += f"{local:%S}"
        if local.microsecond:
            clock += f"{local.microsecond // 10_000:02d}"
    return (_day(local, context), clock, code, f"{local:%Y}"[:2])[:parts]


def _day(value: date, context: Context) -> str:
    return f"{value:%y%m%d}" if "" < context.release < LONG_DATES_FROM else f"{value:%Y%m%d}"


def write_moment_or_day(value: datetime, context: Context, parts: int) -> tuple[str, ...]:
    """As `write_moment`, but midnight where it happens is the day alone, as it was most likely said."""
    local = value.astimezone(context.place or context.zone)
    midnight = not (local.hour or local.minute or local.second or local.microsecond)
    return write_moment(value, context, 1) if midnight else write_moment(value, context, parts)


def read_date(text: str, context: Context) -> date:
    return date(*parse_date(text, context.year))


def write_date(value: date, context: Context) -> str:
    return _day(value, context)


def read_iso(text: str, context: Context) -> datetime:
    """ISO 8601 date and time; without an offset it is told in the place's zone, a date alone is its midnight."""
    match = _ISO.match(text.strip())
    if match is None:
        raise Unreadable("not_a_time", "not a time, as 2026-11-23T08:55:00-05:00")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    zone = context.place or context.zone
    if offset in ("Z", "z"):
        zone = UTC
    elif offset:
        sign = -1 if offset[0] == "-" else 1
        digits = offset[1:].replace(":", "").ljust(4, "0")
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        zone = _offset(sign * minutes)
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        return datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), microsecond, zone
        )
    except ValueError as error:
        raise Unreadable("not_a_time", "no such time") from error


def _offset(minutes: int) -> tzinfo:
    from datetime import timezone

    if abs(minutes) >= 24 * 60:
        raise Unreadable("not_a_time", "no such offset")
    return timezone(timedelta(minutes=minutes))


def write_iso(value: datetime, _: Context) -> str:
    return value.isoformat()


def read_iso_parts(parts: tuple[str, ...], context: Context) -> datetime:
    """A date and its time of day in two places, as XML Schema tells them apart; either may name the offset."""
    day, clock = parts[0].strip(), parts[1].strip() if len(parts) > 1 else ""
    if len(day) > DATE_CHARACTERS and not clock:
        clock = "00:00" + day[DATE_CHARACTERS:]
    return read_iso(f"{day[:DATE_CHARACTERS]}T{clock}" if clock else day, context)


def write_iso_parts(value: datetime, _: Context) -> tuple[str, ...]:
    day, _mark, clock = value.isoformat().partition("T")
    return day, clock


def read_iso_date(text: str, context: Context) -> date:
    return read_iso(text, context).date()


def write_iso_date(value: date, _: Context) -> str:
    return value.isoformat()


CONVERTERS: dict[str, tuple[str, Read, Write]] = {
    "decimal": ("decimal", read_decimal, write_decimal),
    "int": ("int", read_int, write_int),
    "date": ("date", read_date, write_date),
    "iso": ("datetime", read_iso, write_iso),
    "isodate": ("date", read_iso_date, write_iso_date),
}
"""By name in the map: the shape made, and the pair. The other names take options."""
NAMES = ("text", "implied", "boolean", "datetime", "party", *CONVERTERS)

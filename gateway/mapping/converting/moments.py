"""Converters of dates and times: X12's own forms, ISO 8601, and forms that a map spells out. All are pairs.

A time that names no zone is told in that of its place, else the partner's; a day alone is midnight there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any

from gateway.mapping.converting.convert import Context, Read, Unreadable, Write
from gateway.mapping.converting.zones import ZONES, code_for
from gateway.x12.codes import LONG_DATES_FROM

CENTURY_WINDOW_PAST = 50
"""A six-digit date lies at most this many years back and 49 ahead of the year that the context names."""
SECONDS_FROM = "003000"
"""Releases before this one have times of four digits."""
DATE_CHARACTERS = len("2026-11-23")
TIMES_KEPT = 2_048
"""Days, and times of day, that are remembered as read: notices of a week name the same ones again and again."""
TEXT_MAX = 64
"""Characters of a time; nothing longer is looked at."""

_ISO = re.compile(
    r"(\d{4})(?:-?(\d\d)-?(\d\d)|-?W(\d\d)-?(\d)|-?(\d{3}))"
    r"(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?\s?(Z|z|[+-]\d\d(?::?\d\d)?)?)?\Z",
    re.ASCII,
)


@lru_cache(maxsize=TIMES_KEPT)
def parse_date(text: str, year: int) -> tuple[int, int, int]:
    """`CCYYMMDD`, or `YYMMDD` in the century window. Raises Unreadable."""
    if not (text.isascii() and text.isdigit()) or len(text) not in (6, 8):
        raise Unreadable("not_a_date", "not a date, as CCYYMMDD or YYMMDD")
    if len(text) == 6:
        text = f"{_with_century(int(text[:2]), year)}{text[2:]}"
    parts = int(text[:4]), int(text[4:6]), int(text[6:8])
    try:
        date(*parts)
    except ValueError as error:
        raise Unreadable("not_a_date", "no such day") from error
    return parts


def _with_century(yy: int, year: int) -> int:
    first = year - CENTURY_WINDOW_PAST
    return first + (yy - first) % 100


@lru_cache(maxsize=TIMES_KEPT)
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
    return _reachable(datetime(*day, *time, tzinfo=zone))


def _reachable(value: datetime) -> datetime:
    """The time itself, unless it is so near the ends of the calendar that no other zone can tell it."""
    if value.year in (1, 9999):
        try:
            value.astimezone(UTC)
        except OverflowError as error:
            raise Unreadable("not_a_date", "beyond the calendar") from error
    return value


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


# --- a period: format and text (X12 1250, 1251) -----------------------------------------------------------

PERIODS: dict[str, tuple[str, ...]] = {
    "D8": ("CCYYMMDD",), "D6": ("YYMMDD",), "DB": ("MMDDCCYY",), "DT": ("CCYYMMDDhhmm",), "RTS": ("CCYYMMDDhhmmss",),
    "CM": ("CCYYMM",), "CY": ("CCYY",), "YM": ("YYMM",), "RD8": ("CCYYMMDD", "CCYYMMDD"),
    "RD6": ("YYMMDD", "YYMMDD"), "RD": ("MMDDCCYY", "MMDDCCYY"), "RD5": ("CCYYMM", "CCYYMM"), "RD4": ("CCYY", "CCYY"),
    "RDT": ("CCYYMMDDhhmm", "CCYYMMDDhhmm"), "DTS": ("CCYYMMDDhhmmss", "CCYYMMDDhhmmss"),
}  # fmt: skip
"""X12 data element 1250 -> the form of the text beside it: one moment, or two with a hyphen between."""


def period(edge: str) -> tuple[Callable[[Any, Context], Any], Callable[[Any, Context], tuple[str, ...]]]:
    """A moment told by a format and a text (DTM05 and DTM06), or the `start` or `end` of a range.

    A range is written as its one edge. Source: X12 data elements 1250 and 1251.
    """

    def read(parts: Any, context: Context) -> datetime:
        forms = PERIODS.get(parts[0])
        if forms is None:
            raise Unreadable("unknown_period", f"is no format of a period that is known: {', '.join(PERIODS)}")
        texts = parts[1].split("-", 1)
        if len(texts) != len(forms):
            raise Unreadable("not_a_date", f"not a period of the format {parts[0]}", 1)
        at = -1 if edge == "end" else 0
        try:
            found: datetime = _form(forms[at])[0](texts[at], context)
            return found
        except Unreadable as error:
            raise Unreadable(error.code, error.words, 1) from error

    def write(value: datetime, context: Context) -> tuple[str, ...]:
        local = value.astimezone(context.place or context.zone)
        midnight = not (local.hour or local.minute or local.second)
        name = "D8" if midnight else "RTS" if local.second else "DT"
        return name, _form(PERIODS[name][0])[1](value, context)

    return read, write


# --- forms that a map spells out -----------------------------------------------------------------------------

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_TOKENS = {
    "CCYY": r"(?P<year>\d{4})", "YYYY": r"(?P<year>\d{4})", "YY": r"(?P<yy>\d{2})",
    "MMM": r"(?P<name>[A-Za-z]{3})", "MM": r"(?P<month>\d{2})", "DDD": r"(?P<ordinal>\d{3})",
    "DD": r"(?P<day>\d{2})", "hh": r"(?P<hour>\d{2})", "mm": r"(?P<minute>\d{2})", "ss": r"(?P<second>\d{2})",
}  # fmt: skip
_TOKEN = re.compile("|".join(_TOKENS))
_FORMS: dict[str, tuple[Read, Write]] = {}


class BadForm(ValueError):
    """The form of a date cannot be read back; says why."""


def form_of(form: str) -> tuple[Read, Write]:
    """Times in a form of `CCYY YY MM MMM DD DDD hh mm ss` with marks between: `DD.MM.CCYY hh:mm`. Raises BadForm."""
    if len(form) > TEXT_MAX:
        raise BadForm(f"longer than {TEXT_MAX} characters")
    tokens = _TOKEN.findall(form)
    if len(set(tokens)) != len(tokens) or {"CCYY", "YYYY"} <= set(tokens):
        raise BadForm("names a part twice")
    if not {"CCYY", "YYYY", "YY"} & set(tokens):
        raise BadForm("names no year")
    literal = _TOKEN.split(form)
    if any(c.isalnum() for text in literal for c in text if c != "T"):
        raise BadForm("is made of CCYY YY MM MMM DD DDD hh mm ss and marks between them")
    pattern = "".join(re.escape(text) + _TOKENS.get(token, "") for text, token in _with_next(literal, tokens))
    return _reader_of(re.compile(pattern + r"\Z", re.ASCII), form), _writer_of(literal, tokens)


def _form(form: str) -> tuple[Read, Write]:
    if form not in _FORMS:
        _FORMS[form] = form_of(form)
    return _FORMS[form]


def _with_next(literal: Sequence[str], tokens: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(literal, [*tokens, ""], strict=True))


def _reader_of(shape: re.Pattern[str], form: str) -> Read:
    def read(text: str, context: Context) -> datetime:
        match = shape.match(text) if len(text) <= TEXT_MAX else None
        if match is None:
            raise Unreadable("not_a_time", f"not a time, as {form}")
        said = match.groupdict()
        year = int(said["year"]) if "year" in said else _with_century(int(said["yy"]), context.year)
        month = int(said.get("month") or 1)
        if "name" in said:
            name = said["name"].upper()
            if name not in MONTHS:
                raise Unreadable("not_a_date", "no such month")
            month = MONTHS.index(name) + 1
        hour, minute, second = (int(said.get(part) or 0) for part in ("hour", "minute", "second"))
        zone = context.place or context.zone
        try:
            found = datetime(year, month, int(said.get("day") or 1), hour, minute, second, tzinfo=zone)
            if "ordinal" in said:
                first = found.replace(month=1, day=1)
                found = first + timedelta(days=int(said["ordinal"]) - 1)
                if found.year != year:
                    raise Unreadable("not_a_date", "no such day")
        except (ValueError, OverflowError) as error:
            raise Unreadable("not_a_date", "no such day or time") from error
        return _reachable(found)

    return read


def _writer_of(literal: Sequence[str], tokens: Sequence[str]) -> Write:
    def write(value: datetime, context: Context) -> str:
        local = value.astimezone(context.place or context.zone)
        told = {
            "CCYY": f"{local:%Y}".zfill(4), "YYYY": f"{local:%Y}".zfill(4), "YY": f"{local:%y}",
            "MMM": MONTHS[local.month - 1], "MM": f"{local:%m}", "DDD": f"{local:%j}", "DD": f"{local:%d}",
            "hh": f"{local:%H}", "mm": f"{local:%M}", "ss": f"{local:%S}", "": "",
        }  # fmt: skip
        return "".join(text + told[token] for text, token in _with_next(literal, tokens))

    return write


# --- ISO 8601 ------------------------------------------------------------------------------------------------


def read_iso(text: str, context: Context) -> datetime:
    """ISO 8601 date and time: calendar (`2026-11-23`), week (`2026-W48-1`) or ordinal (`2026-327`), hyphens or not.

    Without an offset it is told in the place's zone, a date alone is its midnight; `24:00` is the next midnight.
    """
    match = _ISO.match(text.strip()) if len(text) <= TEXT_MAX else None
    if match is None:
        raise Unreadable("not_a_time", "not a time, as 2026-11-23T08:55:00-05:00")
    hour, minute, second, fraction, offset = match.groups()[6:]
    zone = context.place or context.zone
    if offset in ("Z", "z"):
        zone = UTC
    elif offset:
        zone = _offset(offset)
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    midnight = hour == "24" and not int(minute or 0) and not int(second or 0) and not microsecond
    try:
        day = _iso_day(match) + timedelta(days=1 if midnight else 0)
        return _reachable(
            datetime(
                day.year, day.month, day.day, 0 if midnight else int(hour or 0), int(minute or 0), int(second or 0),
                microsecond, zone,
            )
        )  # fmt: skip
    except (ValueError, OverflowError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("not_a_time", "no such time") from error


def _iso_day(match: re.Match[str]) -> date:
    year, month, day, week, weekday, ordinal = match.groups()[:6]
    if week:
        return date.fromisocalendar(int(year), int(week), int(weekday))
    if ordinal:
        found = date(int(year), 1, 1) + timedelta(days=int(ordinal) - 1)
        if found.year != int(year):
            raise ValueError("no such day of the year")
        return found
    return date(int(year), int(month), int(day))


def _offset(text: str) -> tzinfo:
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes >= 24 * 60 or int(digits[2:]) > 59:
        raise Unreadable("not_a_time", "no such offset")
    return timezone(timedelta(minutes=sign * minutes))


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

"""Durations: ISO 8601 (`P1DT12H`), or a number beside a unit (X12 data element 355), as a pair.

Only what has one length: a month or a year of a duration has none, and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from gateway.mapping.converting.convert import Context, Unreadable, read_decimal

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400, "weeks": 604_800}
"""Unit in a map -> how many seconds it has."""
CODES = {"03": "seconds", "MJ": "minutes", "HR": "hours", "DA": "days", "WK": "weeks"}
"""X12 data element 355 -> unit."""
TEXT_MAX = 40
SECONDS_MAX = 10_000 * 366 * 86_400

_ISO = re.compile(
    r"(-?)P(?=[0-9T])(?:([0-9]{1,9})W|(?:([0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9}(?:[.,][0-9]{1,6})?)S)?)?)\Z"
)

Parts = Callable[[Any, Context], Any]


def duration(shape: str, unit: str, parts: int) -> tuple[Parts, Callable[[Any, Context], tuple[str, ...]]]:
    """The pair for a field of a shape: a number of `unit`, a duration, or text in its ISO form."""

    def read(texts: Any, _: Context) -> Any:
        seconds = _with_unit(texts[0], texts[1], unit) if parts == 2 else _from_iso(texts[0])
        if abs(seconds) > SECONDS_MAX:
            raise Unreadable("not_a_duration", "beyond the calendar")
        return _as_shape(seconds, shape, unit)

    def write(value: Any, _: Context) -> tuple[str, ...]:
        seconds = _seconds_of(value, unit)
        if parts == 1:
            return (_iso(seconds),)
        return _plain(seconds / SECONDS[unit]), next(code for code, name in CODES.items() if name == unit)

    return read, write


def _from_iso(text: str) -> Decimal:
    match = _ISO.match(text) if len(text) <= TEXT_MAX else None
    if match is None:
        raise Unreadable("not_a_duration", "not a duration of weeks, days, hours, minutes and seconds, as P1DT12H")
    sign, weeks, days, hours, minutes, seconds = match.groups()
    total = Decimal((seconds or "0").replace(",", "."))
    for number, name in ((weeks, "weeks"), (days, "days"), (hours, "hours"), (minutes, "minutes")):
        total += int(number or 0) * SECONDS[name]
    return -total if sign else total


def _with_unit(text: str, code: str, unit: str) -> Decimal:
    name = CODES.get(code) if code else unit
    if name is None:
        raise Unreadable("unknown_code", f"is no unit of time that is known: {', '.join(CODES)}", 1)
    return read_decimal(text, Context()) * SECONDS[name]


def _as_shape(seconds: Decimal, shape: str, unit: str) -> Any:
    if shape == "duration":
        return timedelta(microseconds=int(seconds * 1_000_000))
    if shape == "text":
        return _iso(seconds)
    number = seconds / SECONDS[unit]
    if number * SECONDS[unit] != seconds:
        raise Unreadable("not_exact", f"cannot be told exactly in {unit}")
    if shape == "int":
        if number != number.to_integral_value():
            raise Unreadable("not_exact", f"is no whole number of {unit}")
        return int(number)
    return Decimal(_plain(number))


def _seconds_of(value: Any, unit: str) -> Decimal:
    if isinstance(value, timedelta):
        return Decimal(value // timedelta(microseconds=1)) / 1_000_000
    if isinstance(value, str):
        return _from_iso(value)
    return Decimal(value) * SECONDS[unit]


def _iso(seconds: Decimal) -> str:
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    days, rest = divmod(rest, SECONDS["days"])
    hours, rest = divmod(rest, SECONDS["hours"])
    minutes, rest = divmod(rest, SECONDS["minutes"])
    clock = "".join(f"{_plain(n)}{mark}" for n, mark in ((hours, "H"), (minutes, "M"), (rest, "S")) if n)
    day = f"{_plain(days)}D" if days or not clock else ""
    return f"{sign}P{day}" + (f"T{clock}" if clock else "")


def _plain(number: Decimal) -> str:
    """Without exponent and without zeros at the end of a fraction."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

"""Converters of numbers, flags and text, each a pair: text of a document to a canonical value, and back.

A reader raises `Unreadable` with a stable code and words; nothing passes through float. What a converter needs to
know (zones) comes in the `Context`, so that every pair is pure. What is written is read back as the same value, or
refused. Times are in `moments.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, tzinfo
from decimal import Decimal
from typing import Any

DECIMAL_DIGITS_MAX = 30

is_decimal = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)\Z").match
"""Whether a text is a decimal, but for its length."""
_INT = re.compile(r"[-+]?[0-9]{1,18}\Z")


class Unreadable(ValueError):
    """The text is not what the rule says; `code` is stable, the message is for a person."""

    def __init__(self, code: str, words: str, part: int = 0) -> None:
        super().__init__(words)
        self.code, self.words, self.part = code, words, part
        self.reference = ""
        """Of an identifier that nobody knows, its kind and itself."""


class Context:
    """What reading or writing one document knows: the partner's zone, zones of places, the century window's year."""

    __slots__ = (
        "component", "day", "event", "place", "references", "release", "via", "year", "zone", "zone_of",
    )  # fmt: skip

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
        self.references: Any = None
        """`referring.References`: what identifiers mean, None where nobody brought any."""
        self.day: date | None = None
        """Day of the document where the event does not tell it yet."""
        self.via = ""
        """What said what the last identifier means, for provenance."""


Read = Callable[[str, Context], Any]
Write = Callable[[Any, Context], str]


# --- numbers -------------------------------------------------------------------------------------------------


def read_decimal(text: str, _: Context) -> Decimal:
    """X12 type R and N0 without exponent; digits capped, so that no number is a trap."""
    if len(text) > DECIMAL_DIGITS_MAX or is_decimal(text) is None:
        raise Unreadable("not_a_decimal", "not a decimal")
    return Decimal(text)


def write_decimal(value: Decimal, _: Context) -> str:
    return format(value, "f")


def decimal_of(point: str, group: str, sign_last: bool) -> tuple[Read, Write]:
    """Decimals as a region writes them: `1.234,50` (`point: ","`, `group: "."`), `100-` (`sign: last`)."""
    digits = rf"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}}){{1,10}}|[0-9]+" if group else "[0-9]+"
    shape = re.compile(rf"([-+]?)({digits})(?:{re.escape(point)}([0-9]*))?([-+]?)\Z", re.ASCII)

    def read(text: str, _: Context) -> Decimal:
        match = shape.match(text) if len(text) <= DECIMAL_DIGITS_MAX + 10 else None
        if match is None or match[1 if sign_last else 4]:
            raise Unreadable("not_a_decimal", "not a decimal")
        whole = match[2].replace(group, "") if group else match[2]
        if len(whole) + len(match[3] or "") > DECIMAL_DIGITS_MAX:
            raise Unreadable("not_a_decimal", "not a decimal")
        return Decimal(f"{match[4 if sign_last else 1]}{whole}.{match[3] or '0'}" if match[3] else
                       f"{match[4 if sign_last else 1]}{whole}")  # fmt: skip

    def write(value: Decimal, _: Context) -> str:
        text = format(abs(value), "f").replace(".", point)
        minus = "-" if value < 0 else ""
        return text + minus if sign_last else minus + text

    return read, write


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


def flag(true: Sequence[str], false: Sequence[str]) -> tuple[Read, Write]:
    """Boolean, as texts of the map; of several the first is written."""

    def read(text: str, _: Context) -> bool:
        if text in true:
            return True
        if text in false:
            return False
        listed = ", ".join(f'"{one}"' for one in (*true, *false))
        raise Unreadable("not_a_flag", f"is none of {listed}")

    def write(value: bool, _: Context) -> str:
        return true[0] if value else false[0]

    return read, write


# --- text ----------------------------------------------------------------------------------------------------


def zero_filled(width: int) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Digits written with leading zeros up to a width, and read without; what is not all digits stays as it is."""

    def read(text: str) -> str:
        return (text.lstrip("0") or "0") if text.isascii() and text.isdigit() else text

    def write(text: str) -> str:
        if not (text.isascii() and text.isdigit()):
            return text
        if len(text) > 1 and text[0] == "0":
            raise Unreadable("not_exact", "has leading zeros, which are not read back")
        return text.zfill(width)

    return read, write


def padded(width: int, fill: str, left: bool) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Text written with a fill up to a width, and read without it."""

    def read(text: str) -> str:
        return text.lstrip(fill) if left else text.rstrip(fill)

    def write(text: str) -> str:
        if read(text) != text:
            raise Unreadable("not_exact", f'{"begins" if left else "ends"} with "{fill}", which is not read back')
        return text.rjust(width, fill) if left else text.ljust(width, fill)

    return read, write


def cased(upper: bool) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Text in one case both ways, so that `ea` and `EA` are the same."""
    change = str.upper if upper else str.lower
    return change, change

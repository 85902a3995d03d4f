"""The functions of the tiny language of expressions: total, over Decimal, text and times, bounded in what they make.

A value that a function cannot take gives null. Nothing here reaches beyond its arguments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, NamedTuple

PAD_MAX = 100
DECIMALS_MAX = 20
DAYS_MAX = 100_000

DECIMALS = Context(prec=40, Emax=999, Emin=-999, traps=[InvalidOperation, DivisionByZero, Overflow])
"""Arithmetic of expressions: more digits than any quantity has, and no number so long that it takes time."""

_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,20})?\Z")
_ZERO = Decimal(0)


class Function(NamedTuple):
    """Fewest and most values, the work, and for people: how it is written and what it gives."""

    least: int
    most: int
    work: Callable[..., Any]
    shown: str
    words: str


def _text(function: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: function(value) if isinstance(value, str) else None


def _length(value: Any) -> Any:
    return Decimal(len(value)) if isinstance(value, str | tuple | list) else None


def _part(value: Any, start: Any, count: Any) -> Any:
    if not isinstance(value, str) or not isinstance(start, Decimal) or not isinstance(count, Decimal):
        return None
    first = int(start) - 1
    return value[first : first + int(count)] if first >= 0 and count >= 0 else None


def _extreme(pick: Callable[[Any], Any]) -> Callable[..., Any]:
    def run(*values: Any) -> Any:
        numbers = [value for value in values if isinstance(value, Decimal)]
        return pick(numbers) if len(numbers) == len(values) and numbers else None

    return run


def _minutes(later: Any, earlier: Any) -> Any:
    if not isinstance(later, datetime) or not isinstance(earlier, datetime):
        return None
    try:
        return Decimal(int((later - earlier).total_seconds())) / 60
    except (TypeError, OverflowError):
        return None


def _sum(values: Iterable[Any]) -> Any:
    total = Decimal(0)
    for value in values:
        if isinstance(value, Decimal):
            try:
                total = DECIMALS.add(total, value)
            except ArithmeticError:
                return None
    return total


def _added(before: Any, after: Any) -> Any:
    return None if before is None or after is None else _sum((before, after))


def _are_texts(*values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def _pad(value: Any, width: Any, fill: Any) -> Any:
    if not _are_texts(value, fill) or len(fill) != 1 or not isinstance(width, Decimal) or not 0 <= width <= PAD_MAX:
        return None
    return value.rjust(int(width), fill)


def _beside(side: int) -> Callable[[Any, Any], Any]:
    def run(value: Any, mark: Any) -> Any:
        if not _are_texts(value, mark) or not mark:
            return None
        return value.partition(mark)[side] if mark in value else value if side == 0 else ""

    return run


def _as_text(value: Any) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value if isinstance(value, str) else None


def _as_number(value: Any) -> Any:
    if not isinstance(value, str) or _NUMBER.match(value) is None:
        return value if isinstance(value, Decimal) else None
    return Decimal(value)


def _round(value: Any, places: Any = _ZERO) -> Any:
    if not isinstance(value, Decimal) or not isinstance(places, Decimal) or not 0 <= places <= DECIMALS_MAX:
        return None
    try:
        return value.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP, DECIMALS)
    except ArithmeticError:
        return None


def _divided(value: Any, by: int) -> Any:
    return value / by if isinstance(value, Decimal) else None


def _plus_days(value: Any, days: Any) -> Any:
    if not isinstance(value, datetime) or not isinstance(days, Decimal) or abs(days) > DAYS_MAX:
        return None
    try:
        return value + timedelta(days=int(days))
    except OverflowError:
        return None


FUNCTIONS: dict[str, Function] = {
    "len": Function(1, 1, _length, "len(lines)", "how many characters or entries"),
    "abs": Function(
        1, 1, lambda value: abs(value) if isinstance(value, Decimal) else None, "abs(quantity)", "without its sign"
    ),
    "min": Function(1, 8, _extreme(min), "min(a, b)", "the smallest"),
    "max": Function(1, 8, _extreme(max), "max(a, b)", "the greatest"),
    "trim": Function(1, 1, _text(str.strip), "trim(lot)", "without blanks around it"),
    "upper": Function(1, 1, _text(str.upper), "upper(lot)", "in upper case"),
    "lower": Function(1, 1, _text(str.lower), "lower(lot)", "in lower case"),
    "part": Function(3, 3, _part, 'part("ABC", 2, 1)', "so many characters from a place on, 1 being the first: `B`"),
    "pad": Function(3, 3, _pad, 'pad("7", 3, "0")', "with a character before it up to a length: `007`"),
    "before": Function(
        2, 2, _beside(0), 'before(number, "-")', "what stands before the first mark; all of it without one"
    ),
    "after": Function(
        2, 2, _beside(2), 'after(number, "-")', "what stands after the first mark; nothing without one"
    ),
    "starts": Function(
        2,
        2,
        lambda value, start: value.startswith(start) if _are_texts(value, start) else None,
        'starts(lot, "A")',
        "whether it begins so",
    ),
    "text": Function(1, 1, _as_text, "text(quantity)", "a number as text"),
    "number": Function(1, 1, _as_number, 'number("7.5")', "text as a number"),
    "round": Function(1, 2, _round, "round(price, 2)", "to so many decimals, halves away from zero"),
    "if": Function(
        3,
        3,
        lambda test, one, other: one if test is True else other,
        "if(a > b, a, b)",
        "the second value where the first is true, else the third",
    ),
    "minutes": Function(2, 2, _minutes, "minutes(later, earlier)", "the minutes from one time to another"),
    "days": Function(
        2,
        2,
        lambda later, earlier: _divided(_minutes(later, earlier), 1440),
        "days(later, earlier)",
        "the days, and parts of a day, from one time to another",
    ),
    "plus_days": Function(2, 2, _plus_days, "plus_days(due_at, -2)", "the time so many days later"),
}
"""By name; all total."""

OVER_ITEMS: dict[str, tuple[Callable[[Iterable[Any]], Any], Callable[[Any, Any], Any], str, str]] = {
    "sum": (_sum, _added, "sum(lines, quantity)", "the sum over the entries; what is no number counts nothing"),
    "any": (
        lambda values: any(value is True for value in values),
        lambda before, after: before or after,
        "any(lines, quantity > 2)",
        "whether it holds for one",
    ),
    "all": (
        lambda values: all(value is not False for value in values),
        lambda before, after: before and after,
        "all(lines, quantity > 0)",
        "whether it fails for none",
    ),
}
"""Name -> the work over what the second part gives for each entry of the list, how the work over two parts of a list
is one, and how it is written."""

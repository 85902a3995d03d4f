"""One cell of a master data CSV: text to value, or ValueError in words that follow the cell's place and value."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.events import PartRevision

LIST_SEPARATOR = ";"
"""Between several values in one cell."""


def read_text(cell: str) -> str:
    if not cell.isprintable():
        raise ValueError("has control characters")
    return cell


def read_id(cell: str) -> str:
    if "/" in cell or not cell.isprintable():
        raise ValueError("must be printable and without a slash")
    return cell


def read_number(cell: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", cell) or int(cell) == 0:
        raise ValueError("must be a whole number above zero")
    return int(cell)


def read_weight(cell: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", cell):
        raise ValueError("must be kilograms such as 0.85")
    return Decimal(cell)


def read_countries(cell: str) -> tuple[str, ...]:
    countries = read_list(cell)
    if not all(re.fullmatch("[A-Z]{2}", country) for country in countries):
        raise ValueError("must be countries of two letters such as DE;US")
    return countries


def read_flag(cell: str) -> bool:
    if cell.upper() not in ("Y", "N"):
        raise ValueError("must be Y or N")
    return cell.upper() == "Y"


def read_date(cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError("must be a date like 2026-11-22") from None


def read_zone(cell: str) -> str:
    try:
        ZoneInfo(cell)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no IANA time zone such as America/Detroit") from None
    return cell


def read_list(cell: str) -> tuple[str, ...]:
    return tuple(read_text(part.strip()) for part in cell.split(LIST_SEPARATOR) if part.strip())


def read_identifiers(cell: str) -> tuple[str, ...]:
    for part in read_list(cell):
        if not all(part.partition(":")[::2]):
            raise ValueError(f"{part} is not qualifier:value such as 92:PLT07")
    return read_list(cell)


def read_one_of(*allowed: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if cell not in allowed:
            raise ValueError("must be one of " + ", ".join(allowed))
        return cell

    return read


def read_revisions(cell: str) -> tuple[PartRevision, ...]:
    """`A@2025-01-01..2026-06-30;B@2026-07-01..`: days are inclusive, and either end may be open."""
    found = []
    for part in read_list(cell):
        name, _, days = part.partition("@")
        start, dots, end = days.partition("..")
        if not name or (days and not dots):
            raise ValueError(f"{part} is not revision@from..to")
        found.append(
            PartRevision(
                revision=name,
                effective_from=read_date(start) if start else None,
                effective_to=read_date(end) if end else None,
            )
        )
    return tuple(found)


def read_weekdays(cell: str) -> tuple[int, ...]:
    days = read_list(cell)
    if any(not re.fullmatch("[1-7]", day) for day in days):
        raise ValueError("must be numbers 1 (Monday) to 7, separated by semicolons")
    return tuple(sorted({int(day) for day in days}))


def read_dates(cell: str) -> tuple[date, ...]:
    return tuple(read_date(part) for part in read_list(cell))

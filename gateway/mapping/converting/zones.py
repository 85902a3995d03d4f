"""X12 time codes and zones: which moment a date, a time and a zone code name, and how to write one back.

Source: X12 data element 623. `ET` is summer or winter as dated; `ES` and `ED` are fixed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

SEASONAL = {
    "AT": "America/Anchorage", "CT": "America/Chicago", "ET": "America/New_York", "HT": "Pacific/Honolulu",
    "MT": "America/Denver", "NT": "America/St_Johns", "PT": "America/Los_Angeles", "TT": "America/Halifax",
}  # fmt: skip

_FIXED_MINUTES = {
    "AS": -540, "AD": -480, "CS": -360, "CD": -300, "ES": -300, "ED": -240, "HS": -600, "HD": -540, "MS": -420,
    "MD": -360, "NS": -210, "ND": -150, "PS": -480, "PD": -420, "TS": -240, "TD": -180,
}  # fmt: skip


def _fixed() -> dict[str, tzinfo]:
    zones: dict[str, tzinfo] = {"UT": UTC, "GM": UTC}
    zones |= {code: timezone(timedelta(minutes=minutes)) for code, minutes in _FIXED_MINUTES.items()}
    for hours in range(1, 13):
        zones[f"{hours:02d}"] = timezone(timedelta(hours=hours))
        zones[f"{25 - hours:02d}"] = timezone(timedelta(hours=-hours))
    return zones


ZONES: dict[str, tzinfo] = _fixed() | {code: ZoneInfo(name) for code, name in SEASONAL.items()}
"""Every code but `LT`, which means the zone of the place."""


@cache
def _seasonal_code(zone: ZoneInfo) -> str:
    """The seasonal code that tells the same time as this zone all through a year; "" if none does."""
    for code, name in SEASONAL.items():
        other = ZoneInfo(name)
        moments = [datetime(2026, month, 1, 12, tzinfo=UTC) for month in range(1, 13)]
        if all(m.astimezone(zone).utcoffset() == m.astimezone(other).utcoffset() for m in moments):
            return code
    return ""


def code_for(moment: datetime, zone: tzinfo) -> str:
    """The code to write beside `moment` told in `zone`: seasonal where one fits, else its offset, else ""."""
    if isinstance(zone, ZoneInfo) and (code := _seasonal_code(zone)):
        return code
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    if not offset:
        return "UT"
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    if rest or not -12 <= hours <= 12:
        return {-210: "NS", -150: "ND"}.get(minutes, "")
    return f"{hours:02d}" if hours > 0 else f"{25 + hours:02d}"

"""What is legal in a partner's certificates and yet will bite: gaps, ends that come near, uses that nobody covers.

Pure: the dates that stand inside a certificate are handed in by who can read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from gateway.partners.values import Partner

ALERT_DAYS = (30, 7, 1)
"""Days before its end at which a certificate is spoken of; at most one alert for each."""

BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Window(NamedTuple):
    """When one certificate or key may be used, by the list and its own dates. `end` is the first moment past it."""

    name: str
    start: datetime
    end: datetime


class Concern(NamedTuple):
    """`severity` is `fail` when traffic stands still now, `warn` when it will."""

    severity: Literal["warn", "fail"]
    text: str
    mend: str = ""


def window_of(
    name: str,
    listed: tuple[datetime | None, datetime | None],
    own: tuple[datetime, datetime] | None = None,
) -> Window:
    """The narrower of the dates in the list and those inside the certificate, where they are known."""
    start, end = listed[0] or BEGINNING, listed[1] or END
    return Window(name, max(start, own[0]), min(end, own[1])) if own else Window(name, start, end)


def concerns_of_windows(what: str, windows: Sequence[Window], now: datetime, mend: str = "") -> list[Concern]:
    """What is wrong, now or later, with the windows that cover one use (`acme: certificates to verify with`)."""
    left = sorted((window for window in windows if window.end > now), key=lambda window: window.start)
    if not left:
        return [Concern("fail", f"{what}: {'all have ended' if windows else 'none'}", mend)]
    found: list[Concern] = []
    covered = now
    if left[0].start > now:
        found.append(Concern("fail", f"{what}: the first begins on {_day(left[0].start)}", mend))
        covered = left[0].start
    for window in left:
        if window.start > covered:
            found.append(Concern("warn", f"{what}: none from {_day(covered)} to {_day(window.start)}", mend))
        covered = max(covered, window.end)
    days = days_left(covered, now)
    if days <= ALERT_DAYS[0]:
        found.append(Concern("warn", f"{what}: the last ends on {_day(covered)}, in {_count(days)}", mend))
    return found


def concerns_about(partner: Partner, windows: Iterable[tuple[str, Window]], now: datetime) -> list[Concern]:
    """Warnings about one partner's ways. `windows` are its certificates' by use (`sign`, `encrypt`)."""
    found: list[Concern] = []
    listed = list(windows)
    mend = f"crossdock partner keys add {partner.id} FILE"
    if partner.as2 is not None:
        for use, needed, doing in (
            ("sign", partner.as2.require.signed or partner.as2.mdn != "none", "verify what they sign"),
            ("encrypt", partner.as2.encrypt != "none" and partner.as2.url != "", "encrypt to them"),
        ):
            if needed:
                chosen = [window for of, window in listed if of == use]
                found += concerns_of_windows(f"{partner.id}: certificates to {doing}", chosen, now, mend)
        if partner.as2.sign == "none" or partner.as2.encrypt == "none":
            left_out = " and ".join(word for word in ("sign", "encrypt") if getattr(partner.as2, word) == "none")
            found.append(Concern("warn", f"{partner.id}: what we send is not protected ({left_out}: none)"))
    if partner.sftp is not None and not partner.sftp.host_keys:
        text = f"{partner.id}: no host key of {partner.sftp.host} is pinned, so nothing connects to it"
        found.append(Concern("fail", text, f"crossdock partner test {partner.id} shows its fingerprint; compare it"))
    return found


def days_left(end: datetime, now: datetime) -> int:
    """Whole days until then, rounded down; negative once it is past."""
    return (end - now) // timedelta(days=1)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _count(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"

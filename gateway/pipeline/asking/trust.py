"""Whom we trust and for how long: our keys and the partners' certificates with their dates, and who runs out when.

Reads what it is given; opens no private key. Gaps and ends are spoken of before they stop traffic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from gateway.errors import OperatorMistake
from gateway.messages import microseconds
from gateway.partners import OwnKeys, Partner, read_own_keys
from gateway.partners.trust import ALERT_DAYS, Concern, Window, concerns_about, concerns_of_windows, days_left
from gateway.pipeline.context import Context
from gateway.pipeline.signals.ending import end_others
from gateway.pipeline.signals.firing import fire
from gateway.resources import Mistake
from gateway.signals import Signal
from gateway.store.alerts import Alert, put_alerts
from gateway.store.tables import alert
from gateway.store.writer import Writer
from gateway.transports.as2 import read_certificate

ALERT_KIND = "certificate_ends"


class Trusted(msgspec.Struct, frozen=True, kw_only=True):
    """One certificate: of ours (`partner` is "") or of theirs."""

    partner: str
    name: str
    """The key's name for ours, the file in the partner's folder for theirs."""
    use: tuple[str, ...]
    state: Literal["in force", "to come", "ended", "unreadable"]
    fingerprint: str = ""
    """SHA-256 over the DER bytes, lower-case hexadecimal."""
    subject: str = ""
    valid_from: datetime | None = None
    """The later of the list's date and the certificate's own; None when it cannot be read."""
    valid_to: datetime | None = None
    days_left: int | None = None
    trouble: str = ""


def list_trusted(partners: Iterable[Partner], own: OwnKeys, now: datetime) -> tuple[Trusted, ...]:
    """All certificates, ours first, each owner's in the order of its file."""
    ours = [_trusted("", key.name, key.use, key.certificate, key.valid_from, key.valid_to, now) for key in own.keys]
    theirs = [
        _trusted(partner.id, one.file, one.use, one.pem, one.valid_from, one.valid_to, now)
        for partner in partners
        if partner.as2 is not None
        for one in partner.as2.certificates
    ]
    return (*ours, *theirs)


def mistakes_in_certificates(partners: Iterable[Partner]) -> list[Mistake]:
    """Certificates that cannot be read or never count: refused with their partner's file, before anybody needs them.

    One of them found later would stop AS2 with every partner.
    """
    found = []
    for partner in partners:
        for one in partner.as2.certificates if partner.as2 is not None else ():
            try:
                own = read_certificate(one.pem)
            except OperatorMistake as mistake:
                found.append(Mistake(f"partners/{partner.id}/{one.file}", None, mistake.text, mistake.mend))
                continue
            start, end = max(own.valid_from, one.valid_from or own.valid_from), one.valid_to or own.valid_to
            if start >= min(end, own.valid_to):
                dates = f"{own.valid_from.date()} to {own.valid_to.date()}"
                text = f"the dates listed for {one.file} lie outside its own, {dates}"
                found.append(Mistake(f"partners/{partner.id}/partner.yaml", None, text, "correct from and to"))
    return found


def list_concerns(partners: Iterable[Partner], own: OwnKeys, now: datetime) -> list[Concern]:
    """What is missing, has a gap, or ends within 30 days: ours where a partner speaks AS2, then each partner's."""
    partners = list(partners)
    trusted = list_trusted(partners, own, now)
    found = [
        Concern("fail", f"{one.partner or 'ours'}: {one.name}: {one.trouble}", "replace it")
        for one in trusted
        if one.state == "unreadable"
    ]
    if any(partner.as2 is not None for partner in partners):
        for use, doing in (("sign", "sign with"), ("encrypt", "open with")):
            windows = [window for of, window in _windows(trusted, "") if of == use]
            found += concerns_of_windows(f"ours: keys to {doing}", windows, now, "crossdock partner keys new")
    for partner in partners:
        found += concerns_about(partner, _windows(trusted, partner.id), now)
    return found


class End(NamedTuple):
    """The last certificate of an owner for a use ends soon, or has ended. `owner` is "" for ours."""

    owner: str
    use: str
    name: str
    stage: int
    """Days within which it ends, of those that are told."""
    text: str
    """The same from day to day while the stage is the same."""


def find_ends(partners: Iterable[Partner], own: OwnKeys, now: datetime) -> list[End]:
    """Each owner and use whose last certificate ends within 30, 7 or 1 days, or has ended."""
    partners = list(partners)
    trusted = list_trusted(partners, own, now)
    found: list[End] = []
    for owner in ("", *(partner.id for partner in partners if partner.as2 is not None)):
        for use in ("sign", "encrypt"):
            windows = [window for of, window in _windows(trusted, owner) if of == use]
            if not windows:
                continue
            last = max(windows, key=lambda window: window.end)
            left = days_left(last.end, now)
            stage = next((days for days in reversed(ALERT_DAYS) if left <= days), None)
            if stage is not None:
                text = _told_of_end(last, owner, use, left, stage)
                found.append(End(owner, use, last.name, stage if left >= 0 else -1, text))
    return found


def _alert(end: End, now: datetime) -> Alert:
    return Alert(kind=ALERT_KIND, text=end.text, partner=end.owner, at=microseconds(now))


def _told_of_end(last: Window, owner: str, use: str, left: int, stage: int) -> str:
    day = last.end.date().isoformat()
    when = f"ends on {day}, within {stage} day{'' if stage == 1 else 's'}" if left >= 0 else f"ended on {day}"
    return f"{last.name}, the last {f'certificate of {owner}' if owner else 'key of ours'} to {use}, {when}"


class EndWatch:
    """Looks once a day whether a certificate or key ends soon, and tells each stage once."""

    def __init__(self) -> None:
        self._looked_on: date | None = None

    def look(self, context: Context, keys: Path, writer: Writer) -> None:
        """`keys` is HOME/keys. What cannot be read there is told elsewhere, as AS2 stops."""
        now = context.now
        if self._looked_on == now.date():
            return
        self._looked_on = now.date()
        try:
            ends = find_ends(context.configuration.partners, read_own_keys(keys), now)
        except OperatorMistake:
            return

        def job(connection: Connection) -> None:
            put_new_alerts(connection, [_alert(end, now) for end in ends])
            signals = [_signal(end) for end in ends]
            fire(connection, signals, context)
            end_others(connection, "certificate_expiry", {one.cause for one in signals}, context)

        writer.run(job)


def _signal(end: End) -> Signal:
    cause = f"{end.owner or 'ours'}/{end.use}/{end.name}/{end.stage}"
    return Signal(signal="certificate_expiry", cause=cause, partner=end.owner, number=end.name, text=f"{end.text}.")


def put_new_alerts(connection: Connection, alerts: list[Alert]) -> int:
    """Keep those that have not been told before; how many there were."""
    query = select(alert.c.text).where(alert.c.kind == ALERT_KIND, alert.c.text.in_([one.text for one in alerts]))
    told = {row.text for row in connection.execute(query)}
    new = [one for one in alerts if one.text not in told]
    put_alerts(connection, new)
    return len(new)


def _windows(trusted: Iterable[Trusted], owner: str) -> Iterator[tuple[str, Window]]:
    for one in trusted:
        if one.partner == owner and one.valid_from is not None and one.valid_to is not None:
            yield from ((use, Window(one.name, one.valid_from, one.valid_to)) for use in one.use)


def _trusted(
    partner: str,
    name: str,
    use: tuple[str, ...],
    pem: bytes,
    valid_from: datetime | None,
    valid_to: datetime | None,
    now: datetime,
) -> Trusted:
    try:
        certificate = read_certificate(pem, valid_from=valid_from, valid_to=valid_to, file=name)
    except OperatorMistake as mistake:
        return Trusted(partner=partner, name=name, use=use, state="unreadable", trouble=mistake.text)
    state: Literal["in force", "to come", "ended"] = "in force"
    if not certificate.is_valid_at(now):
        state = "to come" if now < certificate.valid_from else "ended"
    return Trusted(
        partner=partner,
        name=name,
        use=use,
        state=state,
        fingerprint=certificate.fingerprint,
        subject=certificate.subject,
        valid_from=certificate.valid_from,
        valid_to=certificate.valid_to,
        days_left=days_left(certificate.valid_to, now),
    )

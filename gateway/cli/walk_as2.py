"""Walk the way to a partner's AS2 server: name, TCP, TLS, certificates and keys; with `send` one test message.

Without `send` nothing reaches the partner but a connection that says nothing.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from gateway.cli.walk_steps import Step
from gateway.errors import OperatorMistake
from gateway.partners import As2Terms, Partner, read_own_keys
from gateway.pipeline.as2 import open_stations
from gateway.pipeline.asking.trust import list_concerns
from gateway.settings import Settings, resolve_secret
from gateway.transports import as2

CONNECT_S = 10.0
TEST_CONTENT = b"This is a test message of an AS2 connection. It carries no business and may be deleted.\r\n"


def walk_as2(
    partner: Partner, terms: As2Terms, settings: Settings, keys: Path, *, now: datetime, send: bool, message_id: str
) -> Iterator[Step]:
    """Every step; sending only when nothing before it failed."""
    failed = False
    for step in _before_sending(partner, terms, settings, keys, now):
        failed = failed or step.state == "failed"
        yield step
    if not send:
        yield Step("test message", "skipped", "nothing was sent", "--send sends one and reads its MDN")
    elif not terms.url:
        yield Step("test message", "skipped", "there is no url to send to")
    elif failed:
        yield Step("test message", "skipped", "not sent, since a step before it failed")
    else:
        yield _send(partner, terms, settings, keys, now, message_id)


def _before_sending(
    partner: Partner, terms: As2Terms, settings: Settings, keys: Path, now: datetime
) -> Iterator[Step]:
    if terms.url:
        yield from _reach(terms.url)
    yield from _trust(partner, keys, now)
    yield _open_keys(partner, keys, settings, now)
    if terms.password:
        yield _find_secret(terms.password)
    if terms.mdn == "async" and not settings.as2_url:
        yield Step("async MDN", "failed", "the setting as2_url is empty: they cannot send their MDN", "set as2_url")


def _reach(url: str) -> Iterator[Step]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = sorted({str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    except OSError as error:
        yield Step(
            "name", "failed", f"{host} is not found: {error.strerror or error}", "check as2.url and our resolver"
        )
        return
    yield Step("name", "ok", f"{host} is {' '.join(found)}")
    try:
        opened = socket.create_connection((host, port), CONNECT_S)
    except OSError as error:
        mend = "check as2.url and the firewalls between us"
        yield Step("tcp", "failed", f"{host} port {port} cannot be reached: {error.strerror or error}", mend)
        return
    with opened:
        yield Step("tcp", "ok", f"{host} port {port}")
        if parts.scheme == "https":
            yield _handshake(opened, host)
        else:
            yield Step("tls", "skipped", "as2.url is http: the HTTP headers and the password go in clear")


def _handshake(opened: socket.socket, host: str) -> Step:
    try:
        with ssl.create_default_context().wrap_socket(opened, server_hostname=host) as wrapped:
            ends = ssl.cert_time_to_seconds(str((wrapped.getpeercert() or {}).get("notAfter")))
            day = datetime.fromtimestamp(ends, UTC).date()
            return Step("tls", "ok", f"{wrapped.version()}, their server certificate ends on {day}")
    except ssl.SSLCertVerificationError as error:
        mend = "they mend their server certificate, or its authority is added to this machine's trust"
        return Step("tls", "failed", f"{host} is not trusted: {error.verify_message}", mend)
    except (OSError, ValueError) as error:
        return Step("tls", "failed", f"no TLS with {host}: {error}", "check that as2.url should be https")


def _trust(partner: Partner, keys: Path, now: datetime) -> Iterator[Step]:
    try:
        # Of AS2 alone: the host key of their SFTP server has a walk of its own.
        concerns = list_concerns([msgspec.structs.replace(partner, sftp=None)], read_own_keys(keys), now)
    except OperatorMistake as mistake:
        yield Step("certificates", "failed", str(mistake), mistake.mend)
        return
    for concern in concerns:
        yield Step("certificates", "failed" if concern.severity == "fail" else "ok", concern.text, concern.mend)
    if not concerns:
        yield Step("certificates", "ok", "ours and theirs are in force for longer than 30 days")


def _open_keys(partner: Partner, keys: Path, settings: Settings, now: datetime) -> Step:
    stations = open_stations([partner], keys, settings, now=now)
    if stations.mistake:
        return Step("our keys", "failed", stations.mistake, "crossdock partner keys lists them")
    return Step("our keys", "ok", "the passphrase opens them")


def _find_secret(reference: str) -> Step:
    try:
        resolve_secret(reference)
    except OperatorMistake as mistake:
        return Step("password", "failed", mistake.text, mistake.mend)
    return Step("password", "ok", f"{reference} is there")


def _send(partner: Partner, terms: As2Terms, settings: Settings, keys: Path, now: datetime, message_id: str) -> Step:
    """One message, protected as agreed; its MDN is asked for at once, whatever is agreed, so that this can wait."""
    partnership = open_stations([partner], keys, settings, now=now).of_partner(partner.id)
    if partnership is None:
        return Step("test message", "failed", "there is no AS2 partnership", "identities: {as2: [THEIR-NAME]}")
    station = partnership.stations[0]
    station = msgspec.structs.replace(station, policy=msgspec.structs.replace(station.policy, mdn="sync"))
    try:
        built = as2.build_message(
            TEST_CONTENT,
            station,
            message_id=message_id,
            filename="crossdock-test.txt",
            content_type="text/plain",
            now=now,
            subject="Test of an AS2 connection",
        )
        password = resolve_secret(terms.password) if terms.password else ""
    except OperatorMistake as mistake:
        return Step("test message", "failed", mistake.text, mistake.mend)
    endpoint = as2.Endpoint(url=terms.url, user=terms.user, password=password, chunked=terms.chunked)
    sender = as2.Sender()
    try:
        sent = sender.post(endpoint, built, station, now=now)
    finally:
        sender.close()
    if sent.result == "arrived":
        mic = f", MIC {sent.mdn.mic} {sent.mdn.mic_algorithm}" if sent.mdn is not None else ""
        return Step("test message", "ok", f"{built.message_id} arrived: their signed MDN says so{mic}")
    seen = f"HTTP {sent.status}, " if sent.status is not None else ""
    told = f": {sent.mdn.reason or sent.mdn.text}" if sent.mdn is not None else ""
    return Step("test message", "failed", f"{built.message_id}: {seen}{sent.reason or sent.result}{told}",
                "show the partner the Message-ID")  # fmt: skip

"""Connecting: TCP, key exchange, the host key compared with what is pinned, and only then who we are.

No trust on first use, no known_hosts file, no agent, no configuration of the machine's user. Each step has its own
Trouble and its own end in time.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

import paramiko

from gateway.transports.sftp import wire
from gateway.transports.sftp.credentials import read_private_key
from gateway.transports.sftp.endpoint import Endpoint
from gateway.transports.sftp.exchange import Exchange
from gateway.transports.sftp.names import shown
from gateway.transports.sftp.refusals import SAID_CHARACTERS_MAX, not_sftp
from gateway.transports.sftp.session import Session, SessionFacts
from gateway.transports.sftp.trouble import Stopped, Trouble, trouble
from gateway.transports.sftp.watchdog import Watchdog

Dial = Callable[[str, int, float], socket.socket]

WEAK: dict[str, list[str]] = {
    "ciphers": ["3des-cbc", "aes128-cbc", "aes192-cbc", "aes256-cbc"],
    "macs": ["hmac-sha1", "hmac-md5", "hmac-sha1-96", "hmac-md5-96"],
}
"""Offered by paramiko 5.1 for old peers, and never by us."""

_SSH_LOG = logging.getLogger(__name__ + ".ssh")
# Paramiko logs each broken line with a traceback; here it is a Trouble, logged once by whoever works with it.
_SSH_LOG.disabled = True


class _Transport(paramiko.Transport):  # type: ignore[misc]
    """Remembers that the server said goodbye: after a refused login that is its answer, and no broken line."""

    has_said_goodbye = False

    def _parse_disconnect(self, message: Any) -> None:
        self.has_said_goodbye = True
        super()._parse_disconnect(message)


def dial(host: str, port: int, timeout_s: float) -> socket.socket:
    """A TCP connection that sends small packets at once: waiting to fill them makes listings four times slower."""
    opened = socket.create_connection((host, port), timeout_s)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def connect(endpoint: Endpoint, *, dial: Dial = dial) -> Session | Trouble:
    """A session, or why there is none. Nothing is left open then, and no login was tried before the host key fitted.

    `refused`, `dns`, `unreachable`, `timeout`, `silent`, `cut`, `stalled`, `algorithms`, `host_key_changed`,
    `host_key_unknown`, `key_unreadable`, `credentials`, `no_sftp`, `protocol`.
    """
    began = time.monotonic()
    try:
        key = read_private_key(endpoint.key, endpoint.passphrase) if endpoint.key else None
        transport = _reach(endpoint, dial)
    except Stopped as stopped:
        return stopped.trouble
    timeouts = endpoint.timeouts
    login_began = time.monotonic()
    watchdog = Watchdog(2 * (timeouts.auth_s + timeouts.channel_s), lambda: login_began, transport.close)
    try:
        with watchdog:
            _log_in(transport, endpoint, key)
            exchange = _open_sftp(transport, endpoint, watchdog)
    except Stopped as stopped:
        transport.close()
        return stopped.trouble
    except wire.NotSftp as error:
        transport.close()
        return not_sftp(error)
    transport.set_keepalive(timeouts.keepalive_s)
    host_key = transport.get_remote_server_key()
    facts = SessionFacts(
        address=endpoint.address,
        host_key=host_key.fingerprint,
        host_key_kind=host_key.get_name(),
        server=transport.remote_version,
        cipher=transport.remote_cipher,
        mac=transport.remote_mac,
        connect_s=time.monotonic() - began,
    )
    return Session(exchange, endpoint, facts, transport.close)


def _reach(endpoint: Endpoint, dial: Dial) -> _Transport:
    """A transport whose server has proved a pinned host key.

    A server has one key of each kind and shows the kind that suits us best, which need not be the pinned one: after a
    key that does not fit, the other kinds are asked for before it is an alarm.
    """
    presented: list[str] = []
    without: list[str] = []
    while True:
        try:
            transport = _negotiate(endpoint, dial, without)
        except Stopped as stopped:
            if presented and stopped.trouble.code == "algorithms":
                break
            raise
        proved = transport.get_remote_server_key()
        if proved.fingerprint in endpoint.host_keys:
            return transport
        transport.close()
        presented.append(proved.fingerprint)
        kinds = ["rsa-sha2-512", "rsa-sha2-256"] if proved.get_name() == "ssh-rsa" else [proved.get_name()]
        if set(kinds) <= set(without):
            break
        without += kinds
    raise Stopped(_wrong_host_key(endpoint, tuple(dict.fromkeys(presented))))


def _wrong_host_key(endpoint: Endpoint, presented: tuple[str, ...]) -> Trouble:
    now = ", ".join(presented)
    if not endpoint.host_keys:
        text = f"{endpoint.address} shows a host key that nobody has vouched for: {now}; nothing was sent"
        return trouble("host_key_unknown", text, presented=presented)
    pinned = ", ".join(endpoint.host_keys)
    text = f"{endpoint.address} shows another host key: {now}; pinned: {pinned}; nothing was sent"
    return trouble("host_key_changed", text, presented=presented, pinned=endpoint.host_keys)


def _negotiate(endpoint: Endpoint, dial: Dial, without: list[str]) -> _Transport:
    """TCP and key exchange. `without` are kinds of host key not to ask for. Raises Stopped."""
    address, timeouts = endpoint.address, endpoint.timeouts
    opened = _dial(endpoint, dial)
    transport = _Transport(opened, disabled_algorithms={**WEAK, "keys": without})
    transport.daemon = True
    transport.set_log_channel(_SSH_LOG.name)
    transport.banner_timeout = timeouts.banner_s
    transport.handshake_timeout = timeouts.banner_s
    transport.auth_timeout = timeouts.auth_s
    transport.channel_timeout = timeouts.channel_s
    transport.clear_to_send_timeout = timeouts.channel_s
    began = time.monotonic()
    try:
        transport.start_client(timeout=2 * timeouts.banner_s)
        # Without a key in time nothing is raised: the key itself is the proof.
        transport.get_remote_server_key()
        return transport
    except paramiko.ssh_exception.IncompatiblePeer as error:
        transport.close()
        text = f"{address} offers no algorithm that is still safe, perhaps SHA-1 only: {error}"
        raise Stopped(trouble("algorithms", text)) from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        transport.close()
        waited = time.monotonic() - began
        if waited >= timeouts.banner_s:
            raise Stopped(trouble("silent", f"{address} did not speak SSH within {waited:.1f} s")) from error
        raise Stopped(trouble("cut", f"{address} closed the connection before any login")) from error


def _dial(endpoint: Endpoint, dial: Dial) -> socket.socket:
    address = endpoint.address
    try:
        return dial(endpoint.host, endpoint.port, endpoint.timeouts.connect_s)
    except ConnectionRefusedError as error:
        raise Stopped(trouble("refused", f"{address} refuses connections")) from error
    except TimeoutError as error:
        text = f"{address} did not answer within {endpoint.timeouts.connect_s:g} s"
        raise Stopped(trouble("timeout", text)) from error
    except socket.gaierror as error:
        raise Stopped(trouble("dns", f"the host name of {address} is not found: {error.strerror}")) from error
    except UnicodeError as error:
        # A host such as `acme..example`, which no look-up can be asked for.
        raise Stopped(trouble("dns", f"the host name of {address} is none: {error}")) from error
    except OSError as error:
        raise Stopped(trouble("unreachable", f"{address} cannot be reached: {error.strerror or error}")) from error


def _log_in(transport: _Transport, endpoint: Endpoint, key: paramiko.PKey | None) -> None:
    """One try with the key, then one with the password if that is wanted too. Raises Stopped."""
    address = endpoint.address
    began = time.monotonic()
    try:
        wanted: list[str] = []
        if key is not None:
            wanted = transport.auth_publickey(endpoint.user, key)
        if endpoint.password and not transport.is_authenticated():
            wanted = transport.auth_password(endpoint.user, endpoint.password)
        if not transport.is_authenticated():
            asked = f"; it asks for {_said(wanted)} as well" if wanted else ": neither key nor password is given"
            raise Stopped(trouble("credentials", f"{address} does not let us in{asked}"))
    except paramiko.BadAuthenticationType as error:
        text = f"{address} does not take this kind of login; it takes {_said(error.allowed_types)}"
        raise Stopped(trouble("credentials", text)) from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        if time.monotonic() - began >= endpoint.timeouts.auth_s:
            text = f"{address} did not answer the login within {endpoint.timeouts.auth_s:g} s"
            raise Stopped(trouble("stalled", text)) from error
        is_answer = transport.is_active() or transport.has_said_goodbye
        if isinstance(error, paramiko.AuthenticationException) and is_answer:
            raise Stopped(trouble("credentials", f"{address} refuses user, key or password")) from error
        raise Stopped(trouble("cut", f"{address} closed the connection during the login")) from error


def _said(kinds: Sequence[str]) -> str:
    """Kinds of login as the server names them: its text, so escaped and short."""
    return shown(", ".join(kinds))[:SAID_CHARACTERS_MAX]


def _open_sftp(transport: _Transport, endpoint: Endpoint, watchdog: Watchdog) -> Exchange:
    address, patience_s = endpoint.address, endpoint.timeouts.channel_s
    try:
        channel = transport.open_session(timeout=patience_s)
        channel.invoke_subsystem("sftp")
    except (paramiko.SSHException, OSError, EOFError) as error:
        if watchdog.has_bitten:
            raise Stopped(trouble("stalled", f"{address} let us in and then stopped answering")) from error
        if transport.is_active():
            raise Stopped(trouble("no_sftp", f"{address} let us in but gives no SFTP")) from error
        raise Stopped(trouble("cut", f"{address} closed the connection after the login")) from error
    exchange = Exchange(channel, address, patience_s)
    exchange.greet()
    return exchange

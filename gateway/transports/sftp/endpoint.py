"""Where a partner's server is, how we show who we are, and how patient we are with it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds. Every wait on the partner has one: a peer that stalls without closing must not hold a thread."""

    connect_s: float = 10.0
    banner_s: float = 15.0
    auth_s: float = 15.0
    channel_s: float = 30.0
    """Without a byte from the server, within any request."""
    keepalive_s: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What we take at most, so that a partner's mistake stays the partner's."""

    file_bytes_max: int = 512 * 1024 * 1024
    entries_max: int = 50_000
    """Names of one listing."""
    rate_min_bytes_s: int = 1024
    """A transfer slower than this in all, after `channel_s` of grace, is given up as `slow`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One account on one server. Secrets are the values themselves, already read from their references."""

    host: str
    port: int = 22
    user: str
    host_keys: tuple[str, ...]
    """SHA-256 fingerprints as `ssh-keygen -l` prints them (`SHA256:...`): one, or two while a key rolls over."""
    key: bytes = field(default=b"", repr=False)
    """Private key, OpenSSH or PEM; empty for a password alone."""
    passphrase: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    timeouts: Timeouts = Timeouts()
    limits: Limits = Limits()

    @property
    def address(self) -> str:
        """`user@host:port`, for messages and for the unique key of what was taken from here."""
        return f"{self.user}@{self.host}:{self.port}"

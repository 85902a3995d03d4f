"""What can go wrong with a partner's SFTP server, as a closed list of values that say who mends it.

Codes are stable: the circuit breaker, alerts and `partner test` decide by them, never by text. A server's own text is
no evidence either: disk full, quota and "exists" all arrive as the same bare failure.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["later", "never"]

Code = Literal[
    "refused", "dns", "unreachable", "timeout", "silent", "cut", "stalled", "slow",
    "host_key_changed", "host_key_unknown", "algorithms", "credentials", "key_unreadable", "no_sftp",
    "list_denied", "read_denied", "rename_denied", "delete_denied", "write_denied",
    "folder_missing", "vanished", "grew", "changed", "too_large", "not_a_file", "hostile_name", "exists",
    "not_stored", "failed", "protocol", "disk_full_here", "local_file",
]  # fmt: skip

KINDS: dict[Code, Kind] = {
    # The way there.
    "refused": "later", "dns": "later", "unreachable": "later", "timeout": "later", "silent": "later",
    "cut": "later", "stalled": "later", "slow": "later",
    # Trust, and being let in. Trying again would lock the account, or hide an attack in a retry storm.
    "host_key_changed": "never", "host_key_unknown": "never", "algorithms": "never", "credentials": "never",
    "key_unreadable": "never", "no_sftp": "never",
    # What we may do there: a person at the partner's has to grant it.
    "list_denied": "never", "read_denied": "never", "rename_denied": "never", "delete_denied": "never",
    "write_denied": "never", "folder_missing": "never",
    # One file.
    "vanished": "later", "grew": "later", "changed": "later", "too_large": "never", "not_a_file": "never",
    "hostile_name": "never", "exists": "never", "not_stored": "later", "failed": "later",
    # The server talks nonsense, and our own side.
    "protocol": "later", "disk_full_here": "later", "local_file": "later",
}  # fmt: skip
"""Whether time may mend it (`later`: try again with growing pauses) or a person must (`never`: stop and alert)."""

BREAKING: frozenset[Code] = frozenset({"cut", "stalled", "slow", "protocol"})
"""After these the line cannot be used any more: the session is closed."""

MENDS: dict[Code, str] = {
    "refused": "nobody listens there; check host and port if it lasts",
    "dns": "check the host name, and our own resolver",
    "unreachable": "check the network and the firewalls between us",
    "timeout": "check the firewalls between us if it lasts",
    "silent": "something listens but does not speak SSH in time; check the port if it lasts",
    "cut": "tried again; ask the partner if it lasts",
    "stalled": "tried again; ask the partner if it lasts",
    "slow": "tried again; raise the deadline or ask the partner if it lasts",
    "host_key_changed": "ask the partner by another way whether the key was changed, then list the new one "
    "beside the old under sftp.host_keys; until then nothing is sent",
    "host_key_unknown": "ask the partner by another way for the fingerprint and list it under sftp.host_keys",
    "algorithms": "the partner's server must offer an algorithm in use today: ed25519, ECDSA or RSA with SHA-2",
    "credentials": "check user, key and password with the partner; further tries may lock the account",
    "key_unreadable": "check the private key and its passphrase: an OpenSSH or PEM key, ed25519, ECDSA or RSA",
    "no_sftp": "the account may log in but not use SFTP; ask the partner to allow it",
    "list_denied": "ask the partner for the right to list this folder",
    "read_denied": "ask the partner for the right to read this file",
    "rename_denied": "ask the partner for the right to rename here, or set claim: lease",
    "delete_denied": "ask the partner for the right to delete here, or choose another `after`",
    "write_denied": "ask the partner for the right to write into this folder",
    "folder_missing": "check the folder's name, or ask the partner to make it",
    "vanished": "somebody else took it; nothing to do",
    "grew": "it is still being written; taken once it rests",
    "changed": "it was truncated or replaced while we read; taken once it rests",
    "too_large": "raise the limit, or ask the partner to send less at once",
    "not_a_file": "only regular files are taken",
    "hostile_name": "ask the partner for names without slashes, backslashes and NUL",
    "exists": "rename one of the two, or choose clash: version or overwrite",
    "not_stored": "ask the partner whether the disk or a quota is full",
    "failed": "the server gives no reason; ask the partner if it lasts",
    "protocol": "ask the partner which server this is; its answers are not SFTP",
    "disk_full_here": "make room on our own disk",
    "local_file": "check our own working folder",
}


class Trouble(NamedTuple):
    """`text` says what happened, where; `mend` who does what about it. Neither holds contents or secrets."""

    kind: Kind
    code: Code
    text: str
    mend: str
    presented: tuple[str, ...] = ()
    """Fingerprints that the server showed, of `host_key_changed` and `host_key_unknown`."""
    pinned: tuple[str, ...] = ()
    """Fingerprints that we hold of it."""
    is_unsure: bool = False
    """True if the server may have done what was asked before the answer was lost: look before doing it again."""

    def __str__(self) -> str:
        return f"{self.text} ({self.mend})"


def trouble(code: Code, text: str, *, presented: tuple[str, ...] = (), pinned: tuple[str, ...] = ()) -> Trouble:
    """A Trouble with the kind and mend of its code."""
    return Trouble(KINDS[code], code, text, MENDS[code], presented, pinned)


class Stopped(Exception):
    """How a Trouble travels inside this package. Every public function turns it back into the value."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.text)
        self.trouble = trouble

"""What two stations agreed on, and the bounds within which a stranger's bytes are read. Values only."""

from __future__ import annotations

from typing import Literal

import msgspec

from gateway.transports.as2.cms.certificates import Certificate, Key

Digest = Literal["sha-1", "sha-256", "sha-384", "sha-512"]
Sign = Literal["none", "sha-256", "sha-384", "sha-512"]
Encrypt = Literal["none", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc"]
Compress = Literal["none", "before-sign", "after-sign"]
MdnWish = Literal["sync", "async", "none"]
Legacy = Literal["sha-1", "3des"]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What must be there in what they send, and how we write to them."""

    require_signed: bool = True
    require_encrypted: bool = True
    legacy: frozenset[Legacy] = frozenset()
    """Weak algorithms that this partner may still use towards us; we never write them."""
    sign: Sign = "sha-256"
    encrypt: Encrypt = "aes-256-cbc"
    compress: Compress = "none"
    mdn: MdnWish = "sync"
    """What we ask for; when anything is asked, a signed one is."""
    mdn_return_url: str = ""
    """Where they post asynchronous MDNs to us; needed if `mdn` is async."""
    mdn_urls: tuple[str, ...] = ()
    """Where we may post asynchronous MDNs to them: scheme, host and port (`https://acme.example:4080`). Entries that
    are networks (`10.1.0.0/16`) permit private addresses behind a listed host name."""


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """Both ends of one partnership: names, our keys, their certificates with their validity, and the policy.

    Build it once for each published configuration: keys and certificates hold parsed key objects.
    """

    our_name: str
    their_name: str
    our_keys: tuple[Key, ...]
    """Every key with which they may still encrypt to us; the newest that is valid signs."""
    their_signing: tuple[Certificate, ...] = ()
    """Certificates whose signatures we believe, each within its validity; several overlap during a roll-over."""
    their_encryption: tuple[Certificate, ...] = ()
    """Certificates to encrypt to; the newest that is valid is taken."""
    policy: Policy = Policy()


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on what is read. The size of a body is the HTTP layer's to bound."""

    inflated_bytes_max: int = 100 * 1024 * 1024
    header_bytes_max: int = 16 * 1024
    headers_max: int = 64
    parts_max: int = 16
    layers_max: int = 3
    """Sign, encrypt and compress, each once."""


DEFAULT_LIMITS = Limits()

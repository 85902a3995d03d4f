"""API keys: who may call the REST interface, for which partner, and how far.

Only the SHA-256 of a key is kept; the key itself is shown once, when it is made. A key is 256 random bits, so a plain
digest is enough: there is nothing to guess, and a lookup must cost no more than one index probe.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, insert, select, update

from gateway.errors import OperatorMistake
from gateway.messages import from_microseconds, microseconds
from gateway.resources import did_you_mean
from gateway.store.scopes import SCOPES, Scope
from gateway.store.tables import api_key

ActsAs = Literal["", "model"]
KEY_PREFIX = "crossdock_"
"""Lets secret scanners and people recognise a key."""
KEY_ENTROPY_BYTES = 32


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it may be shown. `partner` "" is an administrator: bound to nobody, speaks for anybody."""

    name: str
    partner: str = ""
    scopes: tuple[str, ...] = ()
    created_at: datetime | None = None
    revoked_at: datetime | None = None
    """None while it is in force."""
    roles: tuple[str, ...] = ()
    """What whoever acts by it may decide; `ledger.policy.ROLES` and what policy.yaml adds."""
    sites: tuple[str, ...] = ()
    """Our sites where they may act; empty is every site."""
    person: str = ""
    """Who acts by it, "" being the key's own name: two keys of one person are one person."""
    acts_as: ActsAs = ""
    """`model`: a program that proposes and never decides."""

    @property
    def names_somebody(self) -> bool:
        """Whether it was made for somebody: an internal partner's key that was not is that system's own."""
        return bool(self.roles or self.sites or self.person)

    def allows(self, scope: Scope) -> bool:
        """True if it has the scope; `admin` has them all."""
        return scope in self.scopes or "admin" in self.scopes


def make_key(entropy: bytes) -> str:
    """A new key from KEY_ENTROPY_BYTES random bytes; to be shown once."""
    return KEY_PREFIX + base64.urlsafe_b64encode(entropy).decode().rstrip("=")


def digest_of(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def put_key(conn: Connection, now: datetime, key: ApiKey, sha256: str) -> None:
    """Keep a new key. Raises OperatorMistake for a name in use, an unknown scope, and what contradicts itself.

    Whether partner, roles and sites exist is the caller's to know.
    """
    for scope in key.scopes:
        if scope not in SCOPES:
            raise OperatorMistake(f'unknown scope "{scope}"', mend=did_you_mean(scope, SCOPES))
    if not key.scopes:
        raise OperatorMistake("a key without scopes can do nothing", mend="name one of: " + ", ".join(SCOPES))
    if key.partner and "admin" in key.scopes:
        raise OperatorMistake("a key of a partner cannot be an administrator", mend="leave out --partner or admin")
    if key.acts_as == "model" and key.roles:
        raise OperatorMistake("a model decides nothing, so it has no roles", mend="leave out --role or --model")
    if key.acts_as == "model" and "admin" in key.scopes:
        raise OperatorMistake("a model cannot be an administrator", mend="name its scopes: --scope ledger:read")
    for text in (key.name, key.person, *key.roles, *key.sites):
        if text != "".join(text.split()):
            raise OperatorMistake(f'"{text}" holds blanks', mend="write it in one word")
    if conn.execute(select(api_key.c.name).where(api_key.c.name == key.name)).first():
        raise OperatorMistake(
            f'there is already a key "{key.name}"', mend="choose another name; names are never reused"
        )
    conn.execute(
        insert(api_key).values(
            name=key.name, sha256=sha256, partner=key.partner, scopes=" ".join(key.scopes),
            created_at=microseconds(now), roles=" ".join(key.roles), sites=" ".join(key.sites), person=key.person,
            acts_as=key.acts_as,
        )
    )  # fmt: skip


def revoke_key(conn: Connection, now: datetime, *, name: str) -> bool:
    """End a key at once; False when it had been ended before. Raises OperatorMistake when there is none."""
    row = conn.execute(select(api_key.c.revoked_at).where(api_key.c.name == name)).first()
    if row is None:
        raise OperatorMistake(f'there is no key "{name}"', mend="crossdock key list")
    if row.revoked_at:
        return False
    conn.execute(update(api_key).where(api_key.c.name == name).values(revoked_at=microseconds(now)))
    return True


def find_key(conn: Connection, key: str) -> ApiKey | None:
    """The key in force behind what a caller sent; None when unknown or revoked."""
    row = conn.execute(select(api_key).where(api_key.c.sha256 == digest_of(key), api_key.c.revoked_at == 0)).first()
    return None if row is None else _read(row)


def list_keys(conn: Connection) -> list[ApiKey]:
    """All keys, revoked ones included, by name."""
    return [_read(row) for row in conn.execute(select(api_key).order_by(api_key.c.name))]


def _read(row: Any) -> ApiKey:
    return ApiKey(
        name=row.name,
        partner=row.partner,
        scopes=tuple(row.scopes.split()),
        created_at=from_microseconds(row.created_at),
        revoked_at=from_microseconds(row.revoked_at) if row.revoked_at else None,
        roles=tuple(row.roles.split()),
        sites=tuple(row.sites.split()),
        person=row.person,
        acts_as=row.acts_as,
    )

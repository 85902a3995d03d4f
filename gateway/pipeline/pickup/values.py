"""What a poller and the register tell each other. Values only; they cross the control socket as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from gateway.partners import Partner
from gateway.partners.sftp import Pickup, SftpTerms
from gateway.pipeline.accept import Delivery
from gateway.store.alerts import Alert
from gateway.store.pickups import Cleanup, Entry


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """One pickup of one partner, as agreed. `terms` is the digest of what was agreed about the server and the folder:
    when a person changes it, what went wrong before no longer counts."""

    partner: str
    sftp: SftpTerms
    pickup: Pickup
    terms: str

    @property
    def place(self) -> str:
        """Its id in the store; the names are part of it only where they do not mean all."""
        return place_of(self.partner, self.pickup)


class Begin(msgspec.Struct, frozen=True, kw_only=True):
    """May I poll this place? `forced` asks although it is not due; a lease that another holds still counts."""

    place: str
    partner: str
    folder: str
    holder: str
    terms: str
    lease_seconds: float
    forced: bool = False


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """The lease of one place, and everything that was known of it. `token` fences every later word of the poller."""

    token: int
    tag: str
    entries: tuple[Entry, ...] = ()
    cleanups: tuple[Cleanup, ...] = ()
    claims_refused: bool = False


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """`leased`: another polls it until then; `waiting`: it is not due before then."""

    state: Literal["yours", "leased", "waiting"]
    until: int = 0
    turn: Turn | None = None


class Renew(msgspec.Struct, frozen=True, kw_only=True):
    """Still at it. Answered False once somebody else has the lease."""

    place: str
    token: int
    lease_seconds: float


class Delay(msgspec.Struct, frozen=True, kw_only=True):
    """A clean-up failed once more."""

    seq: int
    next_at: int
    reason: str


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What the poller saw and did beside taking files."""

    place: str
    token: int
    seen: tuple[Entry, ...] = ()
    gone: tuple[str, ...] = ()
    owed: tuple[Cleanup, ...] = ()
    """Clean-ups of files that no message came of."""
    cleaned: tuple[int, ...] = ()
    delayed: tuple[Delay, ...] = ()
    claims_refused: bool = False
    alerts: tuple[Alert, ...] = ()


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """`is_kept` False: the lease is another's, and nothing was kept. `cleanups` are the numbers of what is owed."""

    is_kept: bool
    cleanups: tuple[int, ...] = ()


class NewFile(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file with its facts, and what the server is owed for it. `delivery.key` is the file's own identity;
    `content` names its bytes; `entry` is what is remembered of the name."""

    delivery: Delivery
    remote: str
    """Partner, folder and name, for the transport facts."""
    content: str
    facts: Mapping[str, Any]
    entry: Entry
    cleanups: tuple[Cleanup, ...] = ()


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """Files that become messages in one database transaction, bytes, facts and clean-ups owed together.

    `repeated` says what happens to content that the partner had brought under another name.
    """

    place: str
    token: int
    lease_seconds: float
    files: tuple[NewFile, ...]
    cleaned: tuple[int, ...] = ()
    repeated: Literal["accept", "flag", "skip"] = "accept"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file. `repeated`: we had this very file; `skipped`: we had its content, and the agreement
    says to leave it. `cleanups` are the numbers of what is owed."""

    state: Literal["new", "repeated", "skipped"]
    message: str = ""
    same_as: str = ""
    cleanups: tuple[int, ...] = ()


class Met(msgspec.Struct, frozen=True, kw_only=True):
    """A trouble with the server, or with one folder of it."""

    of: Literal["server", "place"]
    kind: Literal["later", "never"]
    code: str
    text: str


class End(msgspec.Struct, frozen=True, kw_only=True):
    """The poller gives the lease back. `jitter` from 0 to 1 spreads pollers apart; `more`: there is more to take."""

    place: str
    partner: str
    token: int
    terms: str
    every_seconds: float
    jitter: float
    more: bool = False
    met: Met | None = None
    host_key: str = ""
    note: Note


class Polled(msgspec.Struct, frozen=True, kw_only=True):
    """What one poll did."""

    place: str
    state: Literal["done", "leased", "waiting", "trouble", "fenced"]
    new: int = 0
    repeated: int = 0
    skipped: int = 0
    refused: int = 0
    cleaned: int = 0
    owed: int = 0
    """Clean-ups that still wait."""
    waiting: int = 0
    """Files seen that are not ready."""
    trouble: str = ""
    more: bool = False
    """There is more to take: the place is due again at once."""
    until: int = 0
    """When a place that is leased or waiting may be asked for again, in microseconds."""


def place_of(partner: str, pickup: Pickup) -> str:
    names = "" if pickup.include == ("*",) else f":{','.join(pickup.include)}"
    return f"{partner}:{pickup.folder.rstrip('/') or '/'}{names}"


def spots_of(partner: Partner) -> tuple[Spot, ...]:
    """Its pickups; none for an example, or where no host key is pinned: nobody connects there."""
    if partner.sftp is None or partner.id.startswith("_"):
        return ()
    return tuple(
        Spot(partner=partner.id, sftp=partner.sftp, pickup=pickup, terms=terms_of(partner.sftp))
        for pickup in partner.sftp.pickup
    )


def terms_of(sftp: SftpTerms) -> str:
    """Digest of what was agreed about a server; references only, so no secret goes into it."""
    return hashlib.sha256(msgspec.json.encode(sftp)).hexdigest()[:16]

"""Folders that we fetch from over SFTP: who polls, what was seen there, and what is still to be cleaned up.

A place is one folder of one partner. Whoever polls it holds a lease with a fencing token; each write asks
`holds_place` in its own database transaction, so a poller that slept through its lease changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from gateway.store.tables import sftp_cleanup, sftp_entry, sftp_place


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One folder as the store keeps it. `tag` marks the names that we claim there; nobody else uses it."""

    id: str
    partner: str
    folder: str
    tag: str
    holder: str = ""
    lease_until: int = 0
    token: int = 0
    next_at: int = 0
    polled_at: int = 0
    claims_refused: int = 0
    """1 once the server refused to rename for a claim: told once, and claims are then ours alone."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A remote name as last seen.

    `state`: `seen` (not ready), `claimed` (being fetched without a rename), `taken` (we have it, and it may stay
    where it is), `refused` (we will not take it).
    """

    name: str
    """Hexadecimal: a partner's bytes need not be text."""
    size: int
    mtime: int
    state: str = "seen"
    first_at: int = 0
    """Our time of the first listing that showed the name."""
    same_at: int = 0
    """Our time of the first listing that showed it with this size and mtime."""
    attempts: int = 0
    reason: str = ""
    token: int = 0
    warned: int = 0


class Cleanup(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the server still has to be told about a file that is ours already. Paths in hexadecimal, `target` "" to
    delete. The file is only touched while it has this size and mtime."""

    source: str
    target: str
    size: int
    mtime: int
    message: str = ""
    seq: int = 0
    attempts: int = 0
    next_at: int = 0
    reason: str = ""


def open_place(connection: Connection, id: str, *, partner: str, folder: str, tag: str) -> Place:
    """The place, made with this tag when it is new."""
    row = connection.execute(select(sftp_place).where(sftp_place.c.id == id)).first()
    if row is not None:
        return Place(**row._mapping)
    place = Place(id=id, partner=partner, folder=folder, tag=tag)
    connection.execute(insert(sftp_place).values(msgspec.structs.asdict(place)))
    return place


def list_places(connection: Connection) -> list[Place]:
    """Every folder ever polled, by id."""
    return [Place(**row._mapping) for row in connection.execute(select(sftp_place).order_by(sftp_place.c.id))]


def lease_place(connection: Connection, place: Place, *, holder: str, until: int) -> int:
    """Take the lease, whoever had it; the new fencing token."""
    token = place.token + 1
    connection.execute(
        update(sftp_place).where(sftp_place.c.id == place.id).values(holder=holder, lease_until=until, token=token)
    )
    return token


def holds_place(connection: Connection, id: str, token: int) -> bool:
    """Whether nobody has taken the lease since."""
    row = connection.execute(select(sftp_place.c.token).where(sftp_place.c.id == id)).first()
    return row is not None and row.token == token


def renew_place(connection: Connection, id: str, *, until: int) -> None:
    connection.execute(update(sftp_place).where(sftp_place.c.id == id).values(lease_until=until))


def release_place(connection: Connection, id: str, *, next_at: int, polled_at: int) -> None:
    """End the lease; the place is due again at `next_at`."""
    connection.execute(
        update(sftp_place)
        .where(sftp_place.c.id == id)
        .values(holder="", lease_until=0, next_at=next_at, polled_at=polled_at)
    )


def release_places(connection: Connection, holder: str) -> None:
    """Give back every lease of one holder, at its own start."""
    connection.execute(update(sftp_place).where(sftp_place.c.holder == holder).values(holder="", lease_until=0))


def hasten_places(connection: Connection, partner: str) -> None:
    """Its terms were changed: every folder of a partner is due at once, and claims may be tried again."""
    connection.execute(update(sftp_place).where(sftp_place.c.partner == partner).values(next_at=0, claims_refused=0))


def refuse_claims(connection: Connection, id: str) -> None:
    connection.execute(update(sftp_place).where(sftp_place.c.id == id).values(claims_refused=1))


def load_entries(connection: Connection, place: str) -> list[Entry]:
    """Every name that is remembered of a place."""
    columns = [sftp_entry.c[name] for name in Entry.__struct_fields__]
    rows = connection.execute(select(*columns).where(sftp_entry.c.place == place))
    return [Entry(**row._mapping) for row in rows]


_put_entry = sqlite_insert(sftp_entry)
_put_entry = _put_entry.on_conflict_do_update(
    index_elements=["place", "name"],
    set_={name: _put_entry.excluded[name] for name in Entry.__struct_fields__ if name != "name"},
)
_forget = delete(sftp_entry).where(
    sftp_entry.c.place == bindparam("b_place"), sftp_entry.c.name == bindparam("b_name")
)


def put_entries(connection: Connection, place: str, entries: Sequence[Entry]) -> None:
    """Remember names as they are now, in place of what was known of them."""
    if entries:
        rows = [{"place": place} | {f: getattr(one, f) for f in Entry.__struct_fields__} for one in entries]
        connection.execute(_put_entry, rows)


def forget_entries(connection: Connection, place: str, names: Iterable[str]) -> None:
    rows = [{"b_place": place, "b_name": name} for name in names]
    if rows:
        connection.execute(_forget, rows)


def put_cleanup(connection: Connection, place: str, cleanup: Cleanup, *, at: int) -> int:
    """Queue it; its number."""
    values = {name: getattr(cleanup, name) for name in Cleanup.__struct_fields__ if name != "seq"}
    done = connection.execute(insert(sftp_cleanup).values(place=place, at=at, **values).returning(sftp_cleanup.c.seq))
    return int(done.scalar_one())


def load_cleanups(connection: Connection, place: str) -> list[Cleanup]:
    """What is still to be done at a place, oldest first, due or not."""
    columns = [sftp_cleanup.c[name] for name in Cleanup.__struct_fields__]
    rows = connection.execute(select(*columns).where(sftp_cleanup.c.place == place).order_by(sftp_cleanup.c.seq))
    return [Cleanup(**row._mapping) for row in rows]


def find_cleanup(connection: Connection, place: str, source: str) -> int:
    """The number of what is queued for a path, 0 for nothing."""
    row = connection.execute(
        select(sftp_cleanup.c.seq).where(sftp_cleanup.c.place == place, sftp_cleanup.c.source == source)
    ).first()
    return 0 if row is None else row.seq


def finish_cleanups(connection: Connection, place: str, numbers: Iterable[int]) -> None:
    listed = [{"b_place": place, "b_seq": number} for number in numbers]
    if listed:
        connection.execute(
            delete(sftp_cleanup).where(
                sftp_cleanup.c.place == bindparam("b_place"), sftp_cleanup.c.seq == bindparam("b_seq")
            ),
            listed,
        )


def delay_cleanup(connection: Connection, number: int, *, next_at: int, reason: str) -> None:
    """It failed once more."""
    connection.execute(
        update(sftp_cleanup)
        .where(sftp_cleanup.c.seq == number)
        .values(attempts=sftp_cleanup.c.attempts + 1, next_at=next_at, reason=reason)
    )

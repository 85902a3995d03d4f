"""What is required of each part and when, by the schedules in force; and every release that was ever filed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import msgspec
from sqlalchemy import Connection, select, tuple_

from ledger.book import bulk, filed_tables
from ledger.book.filing import SCHEDULED_LINE
from ledger.masterdata import to_decimal
from ledger.matching.filed import ScheduledLine
from ledger.matching.in_force import InForce, Requirement, chain_of, in_force
from ledger.matching.resolved import moment

TABLE = filed_tables.schedule_line


class RequirementShown(msgspec.Struct, frozen=True, kw_only=True):
    """One discrete requirement in force; `cumulative` is the cumulative required with it, where one is known."""

    quantity: Decimal
    cumulative: Decimal | None
    due_at: datetime
    until: datetime | None
    """First moment after its bucket; None where it is due at a moment."""
    certainty: str
    schedule: str
    number: str
    release: str
    seq: int
    reference: str
    reference_kind: str
    sequence: str


class AuthorizationShown(msgspec.Struct, frozen=True, kw_only=True):
    """How much may be made (fabrication) or bought (material) in all, as a cumulative."""

    kind: str
    quantity: Decimal
    until: datetime | None
    since: datetime | None


class ReleaseShown(msgspec.Struct, frozen=True, kw_only=True):
    """One part of one release, as it was filed."""

    site: str
    part: str
    direction: str
    counterparty: str
    ship_to: str
    schedule: str
    number: str
    release: str
    purpose: str
    quantities: str
    order_number: str
    issued_at: datetime
    horizon_start: datetime | None
    horizon_end: datetime | None
    requirements: int
    seq: int
    message: str
    document: str
    segment: int


class ScheduleShown(msgspec.Struct, frozen=True, kw_only=True):
    """What stands for one part towards one party and destination. `direction` is `supply` (we require it of the
    supplier `counterparty`) or `demand` (the customer `counterparty` requires it of us, at `ship_to`)."""

    site: str
    part: str
    unit: str
    direction: str
    counterparty: str
    ship_to: str
    basis: str
    cum_required: Decimal | None
    """Cumulative before the first requirement."""
    requirements: tuple[RequirementShown, ...]
    authorizations: tuple[AuthorizationShown, ...]
    releases: tuple[ReleaseShown, ...]
    """Those in force, newest first."""
    cursor: str


class _Group(NamedTuple):
    site: str
    part: str
    direction: str
    counterparty: str


_GROUP = tuple_(*(TABLE.c[name] for name in _Group._fields))


def schedules(
    conn: Connection,
    *,
    book: str = "live",
    part: str = "",
    site: str = "",
    direction: str = "",
    counterparty: str = "",
    after: str = "",
    limit: int = 100,
) -> list[ScheduleShown]:
    """What is in force, by site, part, direction and party; `after` is the `cursor` of the last one seen.

    At most `limit` parties of parts; one with several destinations gives several rows with the same cursor.
    """
    query = select(*(TABLE.c[name] for name in _Group._fields)).distinct().where(TABLE.c.book == book)
    for name, value in (("part", part), ("site", site), ("direction", direction), ("counterparty", counterparty)):
        if value:
            query = query.where(TABLE.c[name] == value)
    if after:
        query = query.where(tuple_(*_read_cursor(after)) < _GROUP)
    groups = [_Group(*row) for row in conn.execute(query.order_by(*_Group._fields).limit(limit))]
    lines = _lines_of(conn, book, groups)
    return [
        _shown(group, ship_to, in_force(mine), mine)
        for group in groups
        for ship_to, mine in sorted(_by_destination(lines[group]).items())
    ]


def releases(
    conn: Connection,
    *,
    book: str = "live",
    part: str = "",
    site: str = "",
    direction: str = "",
    counterparty: str = "",
    after: int = 0,
    limit: int = 100,
) -> list[ReleaseShown]:
    """Every release ever filed, in the order of recording, `seq` above `after`; at most `limit` events of them."""
    query = select(TABLE).where(TABLE.c.book == book, TABLE.c.seq > after)
    for name, value in (("part", part), ("site", site), ("direction", direction), ("counterparty", counterparty)):
        if value:
            query = query.where(TABLE.c[name] == value)
    rows = conn.execute(query.order_by(TABLE.c.seq, TABLE.c.segment, TABLE.c.line).limit(limit))
    return [_release(SCHEDULED_LINE.read(row)) for row in rows]


def _lines_of(conn: Connection, book: str, groups: list[_Group]) -> dict[_Group, list[ScheduledLine]]:
    """The lines that can matter: from the newest release on that replaces what was before it, per schedule."""
    found: dict[_Group, list[ScheduledLine]] = defaultdict(list)
    for site in sorted({group.site for group in groups}):
        place, by = (("book", book), ("site", site)), ("part", "direction", "counterparty")
        keys = [tuple(group[1:]) for group in groups if group.site == site]
        heads: dict[tuple[Any, ...], list[ScheduledLine]] = defaultdict(list)
        for row in bulk.select(conn, TABLE, _HEAD, place, by, keys):
            head = SCHEDULED_LINE.read(_as_head(row))
            heads[
                head.part, head.direction, head.counterparty, head.schedule, head.order_number, head.ship_to
            ].append(head)
        wanted = [
            (head.part, head.direction, head.counterparty, head.schedule, head.issued_at, head.seq, head.line)
            for mine in heads.values()
            for head in _from_the_last_whole(mine)
        ]
        names = SCHEDULED_LINE.columns
        for row in bulk.select(conn, TABLE, names, place, SCHEDULED_LINE.keys[2:], sorted(wanted)):
            line = SCHEDULED_LINE.read(row)
            found[_Group(line.site, line.part, line.direction, line.counterparty)].append(line)
    return found


_WIDE = ("requirements", "authorizations")
_HEAD = tuple(name for name in SCHEDULED_LINE.columns if name not in _WIDE)


def _as_head(row: Any) -> list[Any]:
    """A row of the narrow columns with nothing in the wide ones."""
    values = iter(row)
    return ["" if name in _WIDE else next(values) for name in SCHEDULED_LINE.columns]


def _from_the_last_whole(heads: list[ScheduledLine]) -> list[ScheduledLine]:
    """Those issued with or after the release that the chain in force begins with; what they cancel is among them."""
    chain = chain_of(heads)
    since = chain[0].issued_at if chain else 0
    return [head for head in heads if head.issued_at >= since]


def _by_destination(lines: Iterable[ScheduledLine]) -> dict[str, list[ScheduledLine]]:
    found: dict[str, list[ScheduledLine]] = defaultdict(list)
    for line in lines:
        found[line.ship_to].append(line)
    return found


def _shown(group: _Group, ship_to: str, stands: InForce, lines: list[ScheduledLine]) -> ScheduleShown:
    newest = stands.releases[0] if stands.releases else lines[0]
    return ScheduleShown(
        **group._asdict(),
        unit=newest.unit,
        ship_to=ship_to,
        basis=newest.basis,
        cum_required=None if stands.cum_required is None else to_decimal(stands.cum_required),
        requirements=tuple(_requirement(one) for one in stands.requirements),
        authorizations=tuple(
            AuthorizationShown(
                kind=one.kind, quantity=to_decimal(one.quantity), until=_moment(one.until), since=_moment(one.since)
            )
            for one in stands.authorizations
        ),
        releases=tuple(_release(line) for line in stands.releases),
        cursor="/".join(quote(text, safe="") for text in group),
    )


def _requirement(one: Requirement) -> RequirementShown:
    return RequirementShown(
        quantity=to_decimal(one.quantity),
        cumulative=None if one.cumulative is None else to_decimal(one.cumulative),
        due_at=moment(one.due_at),
        until=_moment(one.until),
        certainty=one.certainty,
        schedule=one.release.schedule,
        number=one.release.number,
        release=one.release.release,
        seq=one.release.seq,
        reference=one.reference,
        reference_kind=one.reference_kind,
        sequence=one.sequence,
    )


def _release(line: ScheduledLine) -> ReleaseShown:
    return ReleaseShown(
        site=line.site,
        part=line.part,
        direction=line.direction,
        counterparty=line.counterparty,
        ship_to=line.ship_to,
        schedule=line.schedule,
        number=line.number,
        release=line.release,
        purpose=line.purpose,
        quantities=line.quantities,
        order_number=line.order_number,
        issued_at=moment(line.issued_at),
        horizon_start=_moment(line.horizon_start),
        horizon_end=_moment(line.horizon_end),
        requirements=len(line.requirements),
        seq=line.seq,
        message=line.message,
        document=line.document,
        segment=line.segment,
    )


def _read_cursor(cursor: str) -> tuple[str, ...]:
    texts = tuple(unquote(text) for text in cursor.split("/"))
    return texts if len(texts) == len(_Group._fields) else ("",) * len(_Group._fields)


def _moment(at_us: int | None) -> datetime | None:
    return None if at_us is None else moment(at_us)

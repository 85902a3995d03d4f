"""What is required of each part and when, by the schedules in force; and every release that was ever filed."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import msgspec
from sqlalchemy import Connection, select, tuple_

from ledger.book.saving.filing import SCHEDULED_LINE
from ledger.book.storage import bulk, filed_tables
from ledger.masterdata import to_decimal
from ledger.matching.papers.filed import ScheduledLine
from ledger.matching.papers.in_force import InForce, Requirement, chain_of, in_force
from ledger.matching.resolved import moment, moment_or_none

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
    cursor: str


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
    ship_to: str


_RELEASE = (TABLE.c.seq, TABLE.c.part, TABLE.c.line)
_GROUPS = ", ".join(_Group._fields)


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
    """What is in force, by site, part, direction, party and destination; `after` is the `cursor` of the last seen.

    Raises ValueError for a cursor that is not one of these.
    """
    filters = {"part": part, "site": site, "direction": direction, "counterparty": counterparty}
    given = {name: value for name, value in {"book": book, **filters}.items() if value}
    conditions, values = [f"{name} = ?" for name in given], [*given.values()]
    if after:
        conditions.append(f"({_GROUPS}) > ({', '.join('?' * len(_Group._fields))})")
        values += _read_cursor(after, len(_Group._fields))
    where = " AND ".join(conditions)
    statement = f"SELECT DISTINCT {_GROUPS} FROM schedule_line WHERE {where} ORDER BY {_GROUPS} LIMIT ?"  # noqa: S608
    groups = [_Group._make(row) for row in bulk.ask(conn, statement, (*values, limit))]
    if not groups:
        return []
    lines = _lines_of(conn, book, groups)
    return [_shown(group, in_force(lines[group]), lines[group]) for group in groups]


def releases(
    conn: Connection,
    *,
    book: str = "live",
    part: str = "",
    site: str = "",
    direction: str = "",
    counterparty: str = "",
    after: str = "",
    limit: int = 100,
) -> list[ReleaseShown]:
    """Every release ever filed, in the order of recording, part by part; `after` as for `schedules`."""
    query = select(TABLE).where(TABLE.c.book == book)
    if after:
        seq, *rest = _read_cursor(after, len(_RELEASE))
        if not seq.isdigit():
            raise ValueError(f'"{after}" is no cursor of this list')
        query = query.where(tuple_(*_RELEASE) > tuple_(int(seq), *rest))
    for name, value in (("part", part), ("site", site), ("direction", direction), ("counterparty", counterparty)):
        if value:
            query = query.where(TABLE.c[name] == value)
    rows = conn.execute(query.order_by(*_RELEASE).limit(limit))
    return [_release(SCHEDULED_LINE.read(row)) for row in rows]


def _lines_of(conn: Connection, book: str, groups: list[_Group]) -> dict[_Group, list[ScheduledLine]]:
    """The lines that can matter: from the newest release on that replaces what was before it, per schedule."""
    found: dict[_Group, list[ScheduledLine]] = defaultdict(list)
    for site in sorted({group.site for group in groups}):
        place, by = (("book", book), ("site", site)), ("part", "direction", "counterparty")
        keys = sorted({tuple(group[1:4]) for group in groups if group.site == site})
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
            found[_Group(line.site, line.part, line.direction, line.counterparty, line.ship_to)].append(line)
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


def _shown(group: _Group, stands: InForce, lines: list[ScheduledLine]) -> ScheduleShown:
    newest = stands.releases[0] if stands.releases else lines[0]
    return ScheduleShown(
        **group._asdict(),
        unit=newest.unit,
        basis=newest.basis,
        cum_required=None if stands.cum_required is None else to_decimal(stands.cum_required),
        requirements=tuple(_requirement(one) for one in stands.requirements),
        authorizations=tuple(
            AuthorizationShown(
                kind=one.kind,
                quantity=to_decimal(one.quantity),
                until=moment_or_none(one.until),
                since=moment_or_none(one.since),
            )
            for one in stands.authorizations
        ),
        releases=tuple(_release(line) for line in stands.releases),
        cursor=_cursor(*group),
    )


def _requirement(one: Requirement) -> RequirementShown:
    return RequirementShown(
        quantity=to_decimal(one.quantity),
        cumulative=None if one.cumulative is None else to_decimal(one.cumulative),
        due_at=moment(one.due_at),
        until=moment_or_none(one.until),
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
        horizon_start=moment_or_none(line.horizon_start),
        horizon_end=moment_or_none(line.horizon_end),
        requirements=len(line.requirements),
        seq=line.seq,
        message=line.message,
        document=line.document,
        segment=line.segment,
        cursor=_cursor(str(line.seq), line.part, line.line),
    )


def _cursor(*texts: str) -> str:
    return "/".join(quote(text, safe="") for text in texts)


def _read_cursor(cursor: str, width: int) -> list[str]:
    texts = [unquote(text) for text in cursor.split("/")]
    if len(texts) != width:
        raise ValueError(f'"{cursor}" is no cursor of this list')
    return texts

"""Rulings in force: deviations and substitutions with their uses, engineering changes with what is left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, select

from ledger.book.storage import tables
from ledger.events import (
    DeviationApproved,
    EngineeringChangeReleased,
    Event,
    SubstitutionApproved,
    SubstitutionEnded,
    read_event,
)
from ledger.masterdata import to_decimal
from ledger.matching.deciding.allowances import use_up_key
from ledger.matching.discrepancies.d45_superseded import CHANGE
from ledger.matching.receiving.superseded import COUNTED
from ledger.queries.casework.cases import cases
from ledger.queries.house.base_units import base_units
from ledger.queries.stock.balances import Balance, balances

Ruling = TypeVar("Ruling", DeviationApproved, SubstitutionApproved, SubstitutionEnded, EngineeringChangeReleased)

_BY = ("site", "revision", "location", "lot", "owner", "segment", "state")


class UseShown(msgspec.Struct, frozen=True, kw_only=True):
    """One use of a ruling, by a line of an event; `stage` is notice, receipt, issue or consumption."""

    event: int
    line: str
    site: str
    stage: str
    part: str
    revision: str
    demand: str
    quantity: Decimal


class DeviationShown(msgspec.Struct, frozen=True, kw_only=True):
    """A deviation: what it allows, and by stage how much was used; in the part's base unit."""

    number: str
    part: str
    part_revision: str
    quantity: Decimal | None
    unit: str
    valid_from: date | None
    valid_to: date | None
    demand: str
    sites: tuple[str, ...]
    approver_role: str
    approved_by: str
    reason: str
    event: int
    recorded_at: datetime | None
    used: dict[str, Decimal]
    uses: tuple[UseShown, ...]


class SubstitutionShown(msgspec.Struct, frozen=True, kw_only=True):
    """A substitution: which part stands in for which, and by stage how much was used; in the substitute's unit."""

    number: str
    status: str
    """in_force or ended."""
    part: str
    substitute: str
    substitute_revision: str
    quantity: Decimal | None
    unit: str
    valid_from: date | None
    valid_to: date | None
    demand: str
    sites: tuple[str, ...]
    customer: str
    customer_consent: str
    approver_role: str
    approved_by: str
    reason: str
    event: int
    recorded_at: datetime | None
    used: dict[str, Decimal]
    uses: tuple[UseShown, ...]


class ChangedShown(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a change. `waits` says that it is not effective yet; `used_up` is by site, of the old revisions."""

    part: str
    unit: str
    old_revisions: tuple[str, ...]
    new_revision: str
    effective_from: date | None
    serial_from: str
    cum_from: Decimal | None
    use_up: Decimal
    disposition: str
    waits: bool
    used_up: dict[str, Decimal]
    cases: tuple[str, ...]
    """The open cases that ask what becomes of the rest."""
    stock: tuple[Balance, ...]
    """What stands of the old revisions and may still be meant to be used, by place."""


class ChangeShown(msgspec.Struct, frozen=True, kw_only=True):
    """An engineering change as last released."""

    number: str
    sites: tuple[str, ...]
    reason: str
    released_by: str
    event: int
    recorded_at: datetime | None
    parts: tuple[ChangedShown, ...]


def deviations(
    conn: Connection, *, book: str = "live", number: str = "", after: str = "", limit: int = 1000
) -> list[DeviationShown]:
    """Deviations by number above `after`, or the one of that number."""
    found = _ruled(conn, book, DeviationApproved, number, after, limit)
    units = base_units(conn, book, [event.part for _, event in found])
    uses = _uses(conn, book, DeviationApproved.__name__, [event.number for _, event in found])
    return [
        DeviationShown(
            number=event.number, part=event.part, part_revision=event.part_revision, quantity=event.quantity,
            unit=units.get(event.part, ""), valid_from=event.valid_from, valid_to=event.valid_to, demand=event.demand,
            sites=event.sites, approver_role=event.approver_role, approved_by=_who(event), reason=event.reason,
            event=seq, recorded_at=event.recorded_at, used=_sums(uses.get(event.number, ())),
            uses=tuple(uses.get(event.number, ())),
        )
        for seq, event in found
    ]  # fmt: skip


def substitutions(
    conn: Connection, *, book: str = "live", number: str = "", after: str = "", limit: int = 1000
) -> list[SubstitutionShown]:
    """Substitutions by number above `after`, or the one of that number; ended ones too."""
    found = _ruled(conn, book, SubstitutionApproved, number, after, limit)
    ended = {event.number: seq for seq, event in _ruled(conn, book, SubstitutionEnded, number, after, 10**9)}
    units = base_units(conn, book, [event.substitute for _, event in found])
    uses = _uses(conn, book, SubstitutionApproved.__name__, [event.number for _, event in found])
    return [
        SubstitutionShown(
            number=event.number, status="ended" if ended.get(event.number, 0) > seq else "in_force", part=event.part,
            substitute=event.substitute, substitute_revision=event.substitute_revision, quantity=event.quantity,
            unit=units.get(event.substitute, ""), valid_from=event.valid_from, valid_to=event.valid_to,
            demand=event.demand, sites=event.sites, customer=event.customer, customer_consent=event.customer_consent,
            approver_role=event.approver_role, approved_by=_who(event), reason=event.reason, event=seq,
            recorded_at=event.recorded_at, used=_sums(uses.get(event.number, ())),
            uses=tuple(uses.get(event.number, ())),
        )
        for seq, event in found
    ]  # fmt: skip


def engineering_changes(
    conn: Connection, *, book: str = "live", number: str = "", after: str = "", limit: int = 1000
) -> list[ChangeShown]:
    """Changes by number above `after`, or the one of that number, with what is left of the old revisions now."""
    return [
        ChangeShown(
            number=event.number, sites=event.sites, reason=event.reason, released_by=_who(event), event=seq,
            recorded_at=event.recorded_at, parts=tuple(_changed(conn, book, seq, event)),
        )
        for seq, event in _ruled(conn, book, EngineeringChangeReleased, number, after, limit)
    ]  # fmt: skip


def _changed(conn: Connection, book: str, seq: int, event: EngineeringChangeReleased) -> Iterable[ChangedShown]:
    waiting = tables.waiting.c
    waits = set(
        conn.execute(
            select(waiting.line).where(waiting.book == book, waiting.site == "", waiting.event == seq)
        ).scalars()
    )
    units = base_units(conn, book, [changed.part for changed in event.parts])
    for changed in event.parts:
        old = [
            row
            for row in balances(conn, book=book, by=_BY, part=changed.part)
            if row.revision in changed.old_revisions and row.state in COUNTED
            and (not event.sites or row.site in event.sites)
        ]  # fmt: skip
        sites = sorted({row.site for row in old} | set(event.sites))
        keys = {use_up_key(event, changed.part, site): site for site in sites}
        uses = _uses(conn, book, EngineeringChangeReleased.__name__, list(keys))
        asked = [
            one.id
            for one in cases(conn, book=book, status="open", code="D45", part=changed.part, limit=1000)
            if one.cause == f"{CHANGE}{event.number}"
        ]
        yield ChangedShown(
            part=changed.part, unit=units.get(changed.part, ""), old_revisions=changed.old_revisions,
            new_revision=changed.new_revision, effective_from=changed.effective_from,
            serial_from=changed.serial_from, cum_from=changed.cum_from, use_up=changed.use_up,
            disposition=changed.disposition, waits=f"{CHANGE}{changed.part}" in waits,
            used_up={keys[key]: _sums(rows).get("consumption", Decimal(0)) for key, rows in uses.items()},
            cases=tuple(asked), stock=tuple(old),
        )  # fmt: skip


def _ruled(
    conn: Connection, book: str, kind: type[Ruling], number: str, after: str, limit: int
) -> list[tuple[int, Ruling]]:
    """Sequence and event of the rulings of one kind in force: by number above `after`, or the one of that number."""
    table = tables.masterdata.c
    query = select(table.seq, table.body).where(table.book == book, table.kind == kind.__name__)
    query = query.where(table.number == number) if number else query.where(table.number > after)
    found = [(seq, read_event(body)) for seq, body in conn.execute(query.order_by(table.number).limit(limit))]
    return [(seq, event) for seq, event in found if isinstance(event, kind)]


def _uses(conn: Connection, book: str, kind: str, numbers: list[str]) -> dict[str, list[UseShown]]:
    table = tables.ruling_use.c
    found: dict[str, list[UseShown]] = {}
    for number in numbers:
        rows = conn.execute(
            tables.ruling_use.select()
            .where(table.book == book, table.kind == kind, table.number == number)
            .order_by(table.seq, table.event, table.line, table.stage)
        )
        found[number] = [
            UseShown(
                event=row.event, line=row.line, site=row.site, stage=row.stage, part=row.part, revision=row.revision,
                demand=row.demand, quantity=to_decimal(row.quantity),
            )
            for row in rows
        ]  # fmt: skip
    return found


def _sums(uses: Iterable[UseShown]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in uses:
        sums[one.stage] = sums.get(one.stage, Decimal(0)) + one.quantity
    return sums


def _who(event: Event) -> str:
    return event.partner if event.actor is None else event.actor.id

"""Containments: what each of them means, how many units are affected and where they stand, open or closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from ledger.book.bringing.containing import meant
from ledger.book.bringing.origins import Share
from ledger.book.storage import document_tables, tables
from ledger.book.storage.codecs import CONTAINMENT
from ledger.masterdata import to_decimal
from ledger.matching.containments.scope import Containment
from ledger.matching.resolved import moment, moment_or_none
from ledger.queries.house.base_units import base_units
from ledger.stock.bucket import Bucket


class ContainmentShown(msgspec.Struct, frozen=True, kw_only=True):
    """One containment. `held` is what stands in its hold now, in base units of the parts, all parts together."""

    number: str
    status: str
    supplier: str
    parts: tuple[str, ...]
    lots: tuple[str, ...]
    serials: tuple[str, ...]
    sites: tuple[str, ...]
    dates: str
    since: datetime | None
    until: datetime | None
    unknown: str
    to_state: str
    reason: str
    reference: str
    remarks: str
    opened_event: int
    opened_at: datetime
    closed_event: int
    closed_at: datetime | None
    disposition: str
    held: Decimal


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """Units at one place. `held` says whether they are in the containment's hold; in transit they are marked only,
    and what is held for another reason or obsolete is held by the containment when it would become usable."""

    site: str
    part: str
    state: str
    held: bool
    hold_reason: str
    location: str
    lot: str
    asn_line: str
    quantity: Decimal
    certain: Decimal
    """How much of it is certainly meant; the rest could be, as far as the books know."""
    unit: str


class DemandHit(msgspec.Struct, frozen=True, kw_only=True):
    """A demand whose allocated goods went into the containment when it was opened."""

    site: str
    part: str
    demand: str
    quantity: Decimal
    unit: str


class ContainmentReport(msgspec.Struct, frozen=True, kw_only=True):
    """One containment with everything that it affects; once it is closed only what it still holds."""

    containment: ContainmentShown
    held: Decimal
    in_transit: Decimal
    otherwise: Decimal
    """Held for another reason, or obsolete."""
    affected: tuple[Affected, ...]
    demands: tuple[DemandHit, ...]


def containments(
    conn: Connection, *, book: str = "live", status: str = "", after: str = "", limit: int = 100
) -> list[ContainmentShown]:
    """Containments in order of their numbers, those after `after`; of one status (open, closed) where it is given."""
    table = document_tables.containment
    query = select(table).where(table.c.book == book, table.c.number > after)
    if status:
        query = query.where(table.c.status == status)
    rows = [CONTAINMENT.read(row) for row in conn.execute(query.order_by(table.c.number).limit(limit))]
    return [_shown(one, held) for one, held in zip(rows, _held(conn, book, rows), strict=True)]


def containment(conn: Connection, number: str, *, book: str = "live") -> ContainmentReport | None:
    """One containment and all that it affects; None when there is none of that number."""
    table = document_tables.containment
    row = conn.execute(select(table).where(table.c.book == book, table.c.number == number)).one_or_none()
    if row is None:
        return None
    one: Containment = CONTAINMENT.read(row)
    found = {} if one.status == "closed" else meant(conn, book, one.criteria)
    standing = _labelled(conn, book, one.label)
    # What is in its hold is the containment's whatever is known of it: a person may have put it there.
    shares: dict[Bucket, Share] = {bucket: Share(0, 0) for bucket in standing}
    shares |= {bucket: share for bucket, share in found.items() if bucket.hold_reason != one.label}
    for bucket, quantity in standing.items():
        least = found[bucket].least if bucket in found else 0
        shares[bucket] = Share(quantity, min(quantity, least))
    units = base_units(conn, book, {bucket.part for bucket in shares} | {demand.part for demand in one.demands})
    affected = tuple(_affected(one, shares, units))
    demands = tuple(
        DemandHit(
            site=hit.site, part=hit.part, demand=hit.demand, quantity=to_decimal(hit.quantity),
            unit=units.get(hit.part, ""),
        )
        for hit in one.demands
    )  # fmt: skip
    held = sum((of.quantity for of in affected if of.held), Decimal(0))
    in_transit = sum((of.quantity for of in affected if of.state == "in_transit"), Decimal(0))
    rest = sum((of.quantity for of in affected), Decimal(0)) - held - in_transit
    return ContainmentReport(
        containment=_shown(one, sum(standing.values())), held=held, in_transit=in_transit, otherwise=rest,
        affected=affected, demands=demands,
    )  # fmt: skip


def _affected(one: Containment, shares: dict[Bucket, Share], units: dict[str, str]) -> Iterable[Affected]:
    """Serials and the like are summed up: how many stand where is what is asked."""
    sums: dict[tuple[str, ...], Share] = {}
    for bucket, share in shares.items():
        key = (
            bucket.site, bucket.part, bucket.state, bucket.hold_reason, bucket.location, bucket.lot, bucket.asn_line,
        )  # fmt: skip
        before = sums.get(key, Share(0, 0))
        sums[key] = Share(before.most + share.most, before.least + share.least)
    for (site, part, state, reason, location, lot, asn_line), share in sorted(sums.items()):
        yield Affected(
            site=site, part=part, state=state, held=reason == one.label, hold_reason=reason, location=location,
            lot=lot, asn_line=asn_line, quantity=to_decimal(share.most), certain=to_decimal(share.least),
            unit=units.get(part, ""),
        )  # fmt: skip


def _labelled(conn: Connection, book: str, label: str) -> dict[Bucket, int]:
    table = tables.bucket.c
    columns = [table[name] for name in Bucket._fields[1:]]
    query = select(table.quantity, *columns).where(table.book == book, table.empty == 0, table.hold_reason == label)
    return {Bucket(book, *dimensions): quantity for quantity, *dimensions in conn.execute(query)}


def _held(conn: Connection, book: str, rows: list[Any]) -> list[int]:
    table = tables.bucket.c
    labels = [one.label for one in rows]
    sums = conn.execute(
        select(table.hold_reason, func.sum(table.quantity))
        .where(table.book == book, table.empty == 0, table.hold_reason.in_(labels))
        .group_by(table.hold_reason)
    )
    found = {label: int(quantity) for label, quantity in sums}
    return [found.get(label, 0) for label in labels]


def _shown(one: Containment, held: int) -> ContainmentShown:
    said = one.criteria
    return ContainmentShown(
        number=one.number, status=one.status, supplier=said.supplier, parts=said.parts, lots=said.lots,
        serials=said.serials, sites=said.sites, dates=said.dates,
        since=moment_or_none(said.since),
        until=moment_or_none(said.until),
        unknown=said.unknown, to_state=said.to_state, reason=said.reason, reference=said.reference,
        remarks=said.remarks, opened_event=one.seq, opened_at=moment(one.opened_at), closed_event=one.closed_seq,
        closed_at=moment_or_none(one.closed_at), disposition=one.disposition,
        held=to_decimal(held),
    )  # fmt: skip


def contained_in_transit(conn: Connection, book: str, part: str) -> dict[tuple[str, str], tuple[int, str]]:
    """(site, notice line) -> how much of the part that is on its way an open containment means, at most, in
    millionths, and its label: what will be held on arrival."""
    table = document_tables.containment
    rows = conn.execute(select(table).where(table.c.book == book, table.c.status == "open")).fetchall()
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for row in rows:
        one: Containment = CONTAINMENT.read(row)
        if one.criteria.parts and part not in one.criteria.parts:
            continue
        sums: dict[tuple[str, str], int] = {}
        for bucket, share in meant(conn, book, one.criteria, states=("in_transit",), part=part).items():
            key = bucket.site, bucket.asn_line
            sums[key] = sums.get(key, 0) + share.most
        for key, quantity in sums.items():
            found[key] = max(found.get(key, (0, "")), (quantity, one.label))
    return found

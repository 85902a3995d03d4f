"""What decisions about counts need besides goods as they stand: recent changes of them, and who asked for approval.

Brought in event by event, since both are few and no other kind asks for them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, select

from ledger.book.bringing.history import position_at
from ledger.book.bringing.places import sites_of
from ledger.book.storage import bulk, tables
from ledger.events import DiscrepancyResolved, DisputeDecided, InventorySnapshotReported, StockCounted, kind_of
from ledger.handling.counting import time_of
from ledger.handling.snapshots import window_of
from ledger.matching.deciding.approvals import APPROVED
from ledger.matching.records.documents import GroupKey
from ledger.matching.resolved import ResolvedEvent, microseconds, moment
from ledger.matching.workset import Change, Needs, StockQuery
from ledger.stock.bucket import STATES, Bucket

if TYPE_CHECKING:
    from ledger.book.batch import Batch

PARTS_NAMED_MAX = 500
"""Beyond it a query names no parts, and what it gives is sifted here."""

COUNTED = StockCounted.__name__
Made = tuple[int, int, int, Bucket]
"""A change as the books have it: event recorded, event whose line made it, delta, bucket."""


def bring(batch: Batch, resolved: ResolvedEvent) -> None:
    """Put into the working set what the decision about this event reads beyond what was loaded for the batch."""
    event, work = resolved.event, batch.loader.workset
    if isinstance(event, DiscrepancyResolved | DisputeDecided):
        case = work.cases.get((resolved.book, event.number))
        if case is not None and batch.policy.casework.separate_duties:
            actor = batch.log.event(case.opened_seq).actor
            by = "" if actor is None or actor.kind != "user" else actor.id
            work.recorded_by[case.book, case.case] = by
        if case is not None and case.code in APPROVED:
            asked = batch.waits.waiting_for(f"case:{case.case}")
            actors = [batch.log.event(wait.event).actor for wait in asked]
            people = frozenset(actor.id for actor in actors if actor is not None and actor.kind == "user")
            work.requested_by[case.book, case.case] = people
    elif isinstance(event, StockCounted | InventorySnapshotReported) and resolved.site:
        now_us, parts = batch.log.now_us, {line.part for line in resolved.lines if line.part}
        since = time_of(resolved, now_us)
        if isinstance(event, InventorySnapshotReported):
            since = window_of(resolved, batch.policy, now_us).since
            if event.complete:
                parts |= _all_parts(batch, resolved)
        work.past = _changes_since(batch, resolved.site, parts, since)


def _all_parts(batch: Batch, resolved: ResolvedEvent) -> set[str]:
    """Parts with goods at the site; they, their cases and units are loaded for a snapshot that may leave them out."""
    table, book, site = tables.bucket.c, resolved.book, resolved.site
    own = {posting.movement.target.part for posting in batch.postings}
    stored = batch.conn.execute(
        select(table.part)
        .where(table.book == book, table.site == site, table.empty == 0, table.external == 0)
        .distinct()
    ).scalars()
    parts = own | set(stored)
    batch.load_stock({StockQuery(book, site, part) for part in parts})
    batch.loader.load(Needs(counted={GroupKey(book, site, part) for part in parts}), book, ())
    known = batch.masterdata.parts
    batch.loader.workset.units.update({part: known[part].base_unit for part in parts if part in known})
    return parts


def _changes_since(batch: Batch, site: str, parts: Collection[str], since: int) -> dict[str, list[Change]]:
    """Changes of the parts' goods at the site that were recorded after that time, this batch's own included."""
    now_us, book = batch.log.now_us, batch.head.book
    if since >= now_us or not parts:
        return {}
    made = _stored(batch.conn, book, site, parts, position_at(batch.conn, book, moment(since)))
    for (source, target, quantity, _), seq, event in batch.postings:
        made += [
            (seq, event, delta, bucket)
            for bucket, delta in ((source, -quantity), (target, quantity))
            if bucket.site == site and bucket.part in parts and bucket.state in STATES
        ]
    times = _times(batch, {seq for change in made for seq in change[:2]})
    changes: dict[str, list[Change]] = {}
    for seq, event, delta, bucket in made:
        recorded, (said, counted) = times[seq][0], times[event][1:]
        changes.setdefault(bucket.part, []).append(Change(min(recorded, said), bucket, delta, event, counted))
    return changes


def _stored(conn: Connection, book: str, site: str, parts: Collection[str], number: int) -> list[Made]:
    """Changes by the movements after `number`; a movement may be of another site than one of its ends."""
    movement, bucket = tables.movement.c, tables.bucket
    made: list[Made] = []
    for place in sites_of(conn, book):
        for end, sign in ((movement.source, -1), (movement.target, 1)):
            query = (
                select(movement.seq, movement.event, movement.quantity, *(bucket.c[n] for n in Bucket._fields[2:]))
                .join_from(
                    tables.movement,
                    bucket,
                    and_(bucket.c.book == movement.book, bucket.c.site == site, bucket.c.id == end),
                )
                .where(
                    movement.book == book, movement.site == place, movement.number > number, bucket.c.external == 0
                )
            )
            if len(parts) <= PARTS_NAMED_MAX:
                query = query.where(bucket.c.part.in_(sorted(parts)))
            for seq, event, quantity, *dimensions in conn.execute(query):
                if dimensions[0] in parts:
                    made.append((seq, event, sign * quantity, Bucket(book, site, *dimensions)))
    return made


def _times(batch: Batch, seqs: set[int]) -> dict[int, tuple[int, int, bool]]:
    """Per event: when it was recorded, when it says that it happened (else when recorded), whether it is a count."""
    place = (("book", batch.head.book),)
    columns = ("seq", "recorded_at", "occurred_at", "kind")
    rows: Any = bulk.select(
        batch.conn, tables.event, columns, place, ("seq",), [(seq,) for seq in sorted(seqs)], index="event_by_seq"
    )
    times = {
        seq: (recorded, recorded if occurred is None else occurred, kind == COUNTED)
        for seq, recorded, occurred, kind in rows
    }
    for seq in seqs - times.keys():
        event = batch.log.event(seq)
        recorded = microseconds(event.recorded_at) or batch.log.now_us
        occurred = microseconds(event.occurred_at)
        times[seq] = recorded, recorded if occurred is None else occurred, kind_of(event) == COUNTED
    return times

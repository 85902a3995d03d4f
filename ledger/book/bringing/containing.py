"""What decisions about containments need besides what other events do: which are open, and what they may mean.

Brought in event by event, since few events ask for it; where no containment is open it costs one small query a batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, or_, select

from ledger.book.bringing.origins import NOTHING, Share, Unwritten, shares, under_way
from ledger.book.journal.heads import read_head
from ledger.book.storage import document_tables, tables
from ledger.events import COUNTS, STOCK, ContainmentClosed, ContainmentOpened
from ledger.masterdata import AsSent
from ledger.matching import watched
from ledger.matching.containments.scope import CONTAINABLE, Criteria, Facts
from ledger.matching.resolved import ResolvedEvent, microseconds
from ledger.stock.bucket import Bucket

if TYPE_CHECKING:
    from ledger.book.batch import Batch

NAMED_MAX = 500
"""Beyond it a query names no values, and what it gives is sifted here."""

_DIMENSIONS = Bucket._fields[1:]
_OF_STANDING = (*STOCK, *COUNTS)
"""What speaks of goods that stand at its own site, and may bring them back to use."""


def bring(batch: Batch, resolved: ResolvedEvent) -> None:
    """Put into the working set what the decision about this event reads beyond what was loaded for the batch."""
    event, work = resolved.event, batch.loader.workset
    if isinstance(event, ContainmentOpened):
        _bring_named(batch, event.number)
        work.criteria, resolved.missing = criteria_of(event, batch.sent(event))
        if not resolved.missing and work.criteria.names_something:
            unwritten = Unwritten(work, batch.log.own, batch.postings)
            found = meant(batch.conn, resolved.book, work.criteria, unwritten, now_us=batch.log.now_us)
            work.suspects[event.number] = {bucket: share.most for bucket, share in found.items()}
            work.sure = {bucket: share.least for bucket, share in found.items()}
            _watch(batch, found)
    elif isinstance(event, ContainmentClosed):
        _bring_named(batch, event.number)
        containment = work.containments.get(event.number)
        if containment is not None:
            held = _held(batch, containment.label)
            _watch(batch, held)
            work.suspects[event.number] = dict.fromkeys(held, 0)
            _bring_origins(batch, held)
    elif work.containing and isinstance(event, _OF_STANDING):
        places = {(resolved.book, resolved.site, line.part) for line in resolved.lines}
        _bring_origins(batch, {bucket for place in places for bucket in work.stock_of.get(place, ())})
    if work.sheets_changed:
        # Where goods of matched documents stand is another place now: that of the containment, or no longer.
        work.sheets_changed = False
        batch.watch(watched(work))


def criteria_of(event: ContainmentOpened, sent: AsSent) -> tuple[Criteria, str]:
    """What the event names in our terms, and the first reference that is not known (`part:X`), else ""."""
    supplier = sent.supplier_id(event.supplier) if event.supplier else ""
    parts = {said: sent.part_id(said) for said in event.parts}
    sites = {said: sent.place_id(said) for said in event.sites}
    missing = [f"supplier:{event.supplier}"] if supplier is None else []
    missing += [f"part:{said}" for said, known in parts.items() if known is None]
    missing += [f"site:{said}" for said, known in sites.items() if known is None]
    criteria = Criteria(
        sites=tuple(sorted({known for known in sites.values() if known})),
        supplier=supplier or "",
        parts=tuple(sorted({known for known in parts.values() if known})),
        lots=tuple(sorted(set(event.lots) - {""})),
        serials=tuple(sorted(set(event.serials) - {""})),
        dates=event.dates,
        since=microseconds(event.since),
        until=microseconds(event.until),
        unknown=event.unknown,
        to_state=event.to_state,
        reason=event.reason,
        reference=event.reference,
        remarks=event.remarks,
    )
    return criteria, next(iter(missing), "")


# --- what a containment means ---------------------------------------------------------------------------------


def meant(
    conn: Connection, book: str, criteria: Criteria, unwritten: Unwritten = NOTHING, states: Iterable[str] = (),
    now_us: int | None = None, part: str = "",
) -> dict[Bucket, Share]:  # fmt: skip
    """How much of what stands where a containment means, at most and at least; of all states, or of those named.

    `now_us` is when it is asked; None takes the time of the last recording. `part` narrows the answer to one.
    """
    standing = _standing(conn, book, criteria, unwritten, part)
    kept = frozenset(states)
    fitting = {
        bucket: quantity
        for bucket, quantity in standing.items()
        if quantity > 0
        and part in ("", bucket.part)
        and (not kept or bucket.state in kept)
        and criteria.fits_bucket(bucket) != "no"
    }
    if not criteria.asks_origin:
        return {bucket: _whole(criteria, bucket, quantity) for bucket, quantity in fitting.items()}
    found = _under_way(
        conn, book, criteria, {one: n for one, n in fitting.items() if _travels(one)}, unwritten, now_us
    )
    fitting = {bucket: quantity for bucket, quantity in fitting.items() if not _travels(bucket)}
    sole = _sole_parts(conn, book, criteria, unwritten)
    asked = {bucket for bucket in fitting if bucket.part not in sole}
    for bucket, share in shares(conn, book, asked, criteria.fits_origin, unwritten).items():
        least = share.least if criteria.fits_bucket(bucket) == "yes" else 0
        found[bucket] = Share(min(share.most, fitting[bucket]), min(least, fitting[bucket]))
    for bucket in fitting.keys() - asked:
        found[bucket] = _whole(criteria, bucket, fitting[bucket])
    return {bucket: share for bucket, share in found.items() if share.most > 0}


def _travels(bucket: Bucket) -> bool:
    return bucket.state == "in_transit"


def _under_way(
    conn: Connection, book: str, criteria: Criteria, travelling: dict[Bucket, int], unwritten: Unwritten,
    now_us: int | None,
) -> dict[Bucket, Share]:  # fmt: skip
    """What is in transit is all its notice's: whether that fits is known before anything of it was received."""
    if now_us is None:
        head = read_head(conn, book)
        now_us = head.recorded_at if head else 0
    # When it will be received is not known; but not before now.
    is_over = criteria.until is not None and criteria.until <= now_us
    received_at = criteria.until if is_over and criteria.dates == "received" else None
    found: dict[Bucket, Share] = {}
    for bucket, (supplier, shipped_at) in under_way(conn, book, travelling, unwritten).items():
        facts = Facts(bucket.site, bucket.part, bucket.lot, bucket.serial, supplier, shipped_at, received_at)
        verdict, quantity = criteria.fits(facts), travelling[bucket]
        if verdict != "no":
            found[bucket] = Share(quantity, quantity if verdict == "yes" else 0)
    return found


def _whole(criteria: Criteria, bucket: Bucket, quantity: int) -> Share:
    return Share(quantity, quantity if criteria.fits_bucket(bucket) == "yes" else 0)


def _standing(
    conn: Connection, book: str, criteria: Criteria, unwritten: Unwritten, part: str
) -> dict[Bucket, int]:  # fmt: skip
    """What stands somewhere and may fit, with what this batch decided."""
    table = tables.bucket.c
    query = select(table.quantity, *(table[name] for name in _DIMENSIONS)).where(
        table.book == book, table.empty == 0, table.external == 0
    )
    for column, values, may_be_empty in (
        (table.site, criteria.sites, False),
        (table.part, (part,) if part else criteria.parts, False),
        (table.lot, criteria.lots, True),
        (table.serial, criteria.serials, True),
    ):
        if values and len(values) <= NAMED_MAX:
            condition: ColumnElement[bool] = column.in_(values)
            query = query.where(or_(condition, column == "") if may_be_empty else condition)
    standing = {Bucket(book, *dimensions): quantity for quantity, *dimensions in conn.execute(query)}
    changed: dict[Bucket, int] = {}
    for (source, target, quantity, _), _, _ in unwritten.postings:
        for bucket, delta in ((source, -quantity), (target, quantity)):
            if not bucket.is_external:
                changed[bucket] = changed.get(bucket, 0) + delta
    for bucket, delta in changed.items():
        standing[bucket] = standing.get(bucket, 0) + delta
    return standing


def _sole_parts(conn: Connection, book: str, criteria: Criteria, unwritten: Unwritten) -> set[str]:
    """Parts that nobody else ever delivered: then all of it is the supplier's, wherever it went since."""
    if not criteria.supplier or criteria.has_dates:
        return set()
    table = document_tables.cumulative.c
    rows: list[Any] = list(conn.execute(select(table.part, table.supplier).where(table.book == book).distinct()))
    rows += [(key.part, key.supplier) for key in unwritten.workset.cumulatives]
    others = {part for part, supplier in rows if supplier != criteria.supplier}
    return {part for part, _ in rows} - others


# --- one event --------------------------------------------------------------------------------------------------


def _bring_named(batch: Batch, number: str) -> None:
    if number not in batch.loader.workset.containments:
        batch.loader.load_containments(batch.head.book, number)


def _bring_origins(batch: Batch, buckets: Iterable[Bucket]) -> None:
    """What of goods that are of no use now an open containment means, where that is a matter of their origin."""
    work = batch.loader.workset
    idle = {one for one in buckets if one.state not in CONTAINABLE and work.balances.get(one, 0) > 0}
    for containment in work.containing:
        criteria = containment.criteria
        if criteria.asks_origin:
            asked = {one for one in idle if criteria.fits_bucket(one) != "no"}
            found = shares(
                batch.conn, batch.head.book, asked, criteria.fits_origin,
                Unwritten(work, batch.log.own, batch.postings),
            )  # fmt: skip
            work.suspects[containment.number] = {bucket: share.most for bucket, share in found.items()}


def _held(batch: Batch, label: str) -> set[Bucket]:
    table = tables.bucket.c
    query = select(*(table[name] for name in _DIMENSIONS)).where(
        table.book == batch.head.book, table.empty == 0, table.hold_reason == label
    )
    held = {Bucket(batch.head.book, *dimensions) for dimensions in batch.conn.execute(query)}
    held |= {move.target for move, _, _ in batch.postings if move.target.hold_reason == label}
    return held


def _watch(batch: Batch, buckets: Iterable[Bucket]) -> None:
    """The balances of the buckets, and the base units of their parts."""
    work, known = batch.loader.workset, batch.masterdata.parts
    wanted = set(buckets)
    batch.watch(wanted)
    work.units.update({one.part: known[one.part].base_unit for one in wanted if one.part in known})

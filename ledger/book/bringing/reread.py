"""What the book knows of an event that is read again: what it said before, what it waits for, what it moved.

An event of a revision above 0 comes from a document that was read before. The newest revision of the same document
under the same name gives way to it; everything about that is decided by `ledger.matching.rereading` and, for goods in
the house, by `ledger.handling.rereading`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import select

from ledger.book.bringing.rulings import bring_uses
from ledger.book.bringing.undoing import undo
from ledger.book.deciding import IN_THE_HOUSE, decides
from ledger.book.resolution import lines_of, resolve
from ledger.book.storage import tables
from ledger.events import OrderCancelled, ShipmentCancelled
from ledger.handling.rereading import Moved
from ledger.handling.rereading import reread as reread_handling
from ledger.matching.decision import Decision
from ledger.matching.rereading import reread
from ledger.matching.resolved import ResolvedEvent, line_identities
from ledger.matching.workset import Use, Workset
from ledger.policy import Policy
from ledger.stock.bucket import Bucket

if TYPE_CHECKING:
    from ledger.book.batch import Batch
    from ledger.book.journal.priors import Draft


def begin(batch: Batch, draft: Draft, resolved: ResolvedEvent) -> ResolvedEvent:
    """The event of a revision above 0 with what its document said before, if that is in force."""
    prior = batch.log.priors.reread(draft)
    if prior is None:
        return resolved
    event = batch.log.event(prior.seq)
    lines = lines_of(event)
    identities = line_identities(lines)
    resolved.before = resolve(
        event, batch.sent(event), book=batch.head.book, seq=prior.seq, site=prior.site or draft.site,
        identities=identities, lines=lines, standings=["new"] * len(identities),
    )  # fmt: skip
    statuses = batch.log.line_statuses(event, prior.seq)
    resolved.gives_way = not statuses or "posted" in statuses.values()
    if isinstance(event, ShipmentCancelled | OrderCancelled) and batch.log.priors.result(prior) == "posted":
        batch.load([resolved.before])
        others = [other for other in batch.log.priors.in_force(draft) if other.document != prior.document]
        if not others:
            undo(batch, resolved, resolved.before)
    return resolved


def end(batch: Batch, resolved: ResolvedEvent) -> None:
    """The lines of what it said before wait for nothing any more."""
    before = resolved.before
    if before is None:
        return
    event = before.event
    for wait in batch.waits.of_event(before.seq):
        batch.waits.end(wait)
    for line, status in batch.log.line_statuses(event, before.seq).items():
        if status == "waiting":
            batch.log.restate(event.site, before.seq, line, "refused")


def decider(batch: Batch, resolved: ResolvedEvent) -> Callable[[Workset, ResolvedEvent, Policy, int], Decision]:
    """Who decides the event."""
    before = resolved.before
    if before is None:
        return decides(resolved.event)
    _bring_uses(batch, resolved.undone or before)
    if type(resolved.event) not in IN_THE_HOUSE:
        return reread
    moved = _movements_of(batch, before)
    batch.watch({bucket for one in moved for bucket in one[:2] if not bucket.is_external})

    def decide(workset: Workset, event: ResolvedEvent, policy: Policy, now_us: int) -> Decision:
        return reread_handling(workset, event, policy, now_us, moved)

    return decide


def _bring_uses(batch: Batch, before: ResolvedEvent) -> None:
    """Put into the working set what the event used of rulings as it was read before."""
    table, work = tables.ruling_use.c, batch.loader.workset
    rows = batch.conn.execute(
        select(tables.ruling_use).where(
            table.book == batch.head.book, table.site == before.event.site, table.event == before.seq
        )
    )
    work.used_before = [Use(**row._mapping) for row in rows]
    bring_uses(batch, sorted({(one.kind, one.number) for one in work.used_before}))
    work.used_before += [one for one in work.uses if one.event == before.seq]


def _movements_of(batch: Batch, before: ResolvedEvent) -> list[Moved]:
    """What the event moved by now, in the order in which it was booked."""
    conn, book, site, seq = batch.conn, batch.head.book, before.event.site, before.seq
    outcome, event, movement = tables.outcome.c, tables.event.c, tables.movement.c
    found = select(outcome.seq).where(outcome.book == book, outcome.site == site, outcome.event == seq).distinct()
    positions = [int(one) for one in conn.execute(found).scalars()]
    made = select(event.seq, event.movements_to).where(event.book == book)
    wanted = sorted({number for one in positions for number in (one - 1, one)})
    numbers = {number: int(to) for number, to in conn.execute(made.where(event.seq.in_(wanted)))}
    moved: list[Moved] = []
    for one in sorted(positions):
        rows = conn.execute(
            select(movement.source, movement.target, movement.quantity, movement.line)
            .where(movement.book == book, movement.site == before.site, movement.event == seq)
            .where(movement.number > numbers.get(one - 1, 0), movement.number <= numbers.get(one, 0))
            .order_by(movement.number)
        ).fetchall()
        buckets = {id: _bucket(batch, before.site, id) for row in rows for id in row[:2]}
        moved += [Moved(buckets[source], buckets[target], quantity, line) for source, target, quantity, line in rows]
    own = batch.log.positions_of(seq)
    return moved + [
        Moved(*posting.movement) for posting in batch.postings if posting.event == seq and posting.seq in own
    ]


def _bucket(batch: Batch, site: str, id: int) -> Bucket:
    bucket = tables.bucket.c
    named = select(*(bucket[name] for name in Bucket._fields[2:]))
    book = batch.head.book
    row = batch.conn.execute(named.where(bucket.book == book, bucket.site == site, bucket.id == id)).one()
    return Bucket(book, site, *row)

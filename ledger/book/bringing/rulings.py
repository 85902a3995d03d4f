"""What decisions under rulings read: how much of each was used, and how many of a part went before.

Brought in event by event, and only for parts about which something was ruled or whose revision hangs on a count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from ledger.book.storage import bulk, tables
from ledger.matching.deciding.allowances import rulings_named
from ledger.matching.resolved import ResolvedEvent

if TYPE_CHECKING:
    from ledger.book.batch import Batch

STAGES = ("notice", "receipt", "issue", "consumption")
_USED_UP = ("production", "line_side")


def bring(batch: Batch, resolved: ResolvedEvent) -> None:
    """Put into the working set the uses and counts that the decision about this event looks at."""
    for line in resolved.lines:
        if line.control is None and not line.rulings:
            continue
        bring_uses(batch, rulings_named(line.control, line.rulings, resolved.site))
        if line.control is not None and line.control.counts:
            bring_counts(batch, resolved.site, line.part)


def bring_uses(batch: Batch, named: list[tuple[str, str]]) -> None:
    """How much of each ruling, (kind, number), was used, stage by stage."""
    book, used = batch.head.book, batch.loader.workset.used
    wanted = sorted({key for key in named if (book, *key, STAGES[0]) not in used})
    if not wanted:
        return
    used.update({(book, *key, stage): 0 for key in wanted for stage in STAGES})
    columns = ("kind", "number", "stage", "quantity")
    rows = bulk.look_up(
        batch.conn,
        tables.ruling_use,
        columns,
        (("book", book),),
        ("kind", "number"),
        wanted,
        index="ruling_use_by_number",
    )
    for kind, number, stage, quantity in rows:
        used[book, kind, number, stage] += quantity


def bring_counts(batch: Batch, site: str, part: str) -> None:
    """What of the part was built in at the site and what stands at its lines, this batch's movements included."""
    book, work = batch.head.book, batch.loader.workset
    stored = work.gone_stored.get((site, part))
    if stored is None:
        table = tables.bucket.c
        rows = batch.conn.execute(
            select(table.state, func.sum(table.quantity))
            .where(
                table.book == book, table.site == site, table.part == part, table.state.in_(_USED_UP),
                table.empty == 0,
            )
            .group_by(table.state)
        )  # fmt: skip
        found = {state: int(quantity) for state, quantity in rows}
        stored = work.gone_stored[site, part] = (found.get("production", 0), found.get("line_side", 0))
    made = dict(zip(_USED_UP, stored, strict=True))
    for bucket, delta in batch.postings.net().items():
        if bucket.site == site and bucket.part == part and bucket.state in made:
            made[bucket.state] += delta
    work.gone_before[book, site, part] = (made["production"], made["line_side"])

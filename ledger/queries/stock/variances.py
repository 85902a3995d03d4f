"""The variance list of a snapshot or count: what each line said, beside what the books had at its time.

It is what was found when the event was recorded, and when its time window ended; later movements change nothing.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy import Connection

from ledger.events import InventorySnapshotReported, StockCounted
from ledger.outcomes import Compared, Verdict
from ledger.queries.log.events import event as event_of


class Variance(msgspec.Struct, frozen=True, kw_only=True):
    """One place, in the part's base unit. `line` and `segment` are empty where a complete snapshot left it out."""

    line: str
    segment: int
    part: str
    location: str
    expected: Decimal
    said: Decimal
    difference: Decimal
    """Above zero: more stands there than the books had."""
    unit: str
    verdict: Verdict
    rule: str
    explained_by: int
    case: str


class VarianceList(msgspec.Struct, frozen=True, kw_only=True):
    """All places that one event speaks of, in its order, and how many there are of each verdict."""

    seq: int
    book: str
    kind: str
    number: str
    partner: str
    site: str
    occurred_at: datetime | None
    recorded_at: datetime
    message: str
    document: str
    verdicts: dict[str, int]
    variances: tuple[Variance, ...]


def variances(conn: Connection, seq: int, *, book: str = "live", differing: bool = False) -> VarianceList | None:
    """The list of one event; `differing` leaves out what agrees. None when it is no snapshot and no count."""
    kept = event_of(conn, seq, book=book)
    if kept is None or not isinstance(kept.body, InventorySnapshotReported | StockCounted):
        return None
    segments = {line.line: line.segment for line in kept.lines}
    latest: dict[tuple[str, str, str], Compared] = {}
    for outcome in kept.outcomes:
        if isinstance(outcome, Compared):
            latest[outcome.line, outcome.part, outcome.location] = outcome
    found = tuple(
        Variance(
            line=one.line, segment=segments.get(one.line, 0), part=one.part, location=one.location,
            expected=one.expected, said=one.said, difference=one.said - one.expected, unit=one.unit,
            verdict=one.verdict, rule=one.rule, explained_by=one.explained_by, case=one.case,
        )
        for one in latest.values()
    )  # fmt: skip
    verdicts: dict[str, int] = {}
    for one in found:
        verdicts[one.verdict] = verdicts.get(one.verdict, 0) + 1
    return VarianceList(
        seq=seq, book=book, kind=kept.kind, number=kept.number, partner=kept.partner, site=kept.site,
        occurred_at=kept.occurred_at, recorded_at=kept.recorded_at, message=kept.message, document=kept.document,
        verdicts=verdicts, variances=tuple(one for one in found if one.difference or not differing),
    )  # fmt: skip

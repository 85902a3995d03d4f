"""Months as they were frozen: the cards, whether they still follow from the books, and which are to be frozen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import Connection

from ledger.book.storage import bulk
from ledger.events import ScorecardFrozen
from ledger.matching.resolved import moment
from ledger.policy import Policy
from ledger.policy.policy import read_policy
from ledger.queries.scorecards.score import month_of, score
from ledger.scorecards import Scorecard
from ledger.scorecards.difference import Difference, differences, read_card, write_card

_FROZEN = """
    SELECT supplier, month, seq, rules, frozen_at, reason, card FROM score_snapshot
    WHERE book = ? AND site = '' AND supplier = ? ORDER BY month, seq
"""
_POLICY = "SELECT body FROM policy WHERE hash = ?"
_FIRST = "SELECT MIN(recorded_at) FROM event WHERE book = ? AND seq <= 1"
_UNFROZEN = """
    SELECT m.number FROM masterdata AS m WHERE m.book = ? AND m.kind = 'SupplierDefined' AND NOT EXISTS (
        SELECT 1 FROM score_snapshot AS s
        WHERE s.book = m.book AND s.site = '' AND s.supplier = m.number AND s.month = ?
    ) ORDER BY m.number
"""


class FrozenCard(msgspec.Struct, frozen=True, kw_only=True):
    """One month of one supplier as it was frozen; of several the last counts."""

    supplier: str
    month: str
    seq: int
    rules: str
    frozen_at: datetime
    reason: str
    card: Scorecard
    bytes: int
    """Length of its canonical JSON."""


class Recomputed(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen month computed once more from the books, by the rules and the clock that it was frozen with."""

    supplier: str
    month: str
    seq: int
    same: bool
    """Byte for byte."""
    differences: tuple[Difference, ...]
    card: Scorecard
    """As it is now."""


def frozen_cards(conn: Connection, supplier: str, *, month: str = "", book: str = "live") -> list[FrozenCard]:
    """All cards that were frozen of a supplier, by month and event."""
    return [
        FrozenCard(
            supplier=of, month=name, seq=seq, rules=rules, frozen_at=moment(at), reason=reason, card=read_card(card),
            bytes=len(card.encode()),
        )
        for of, name, seq, rules, at, reason, card in bulk.ask(conn, _FROZEN, (book, supplier))
        if not month or name == month
    ]  # fmt: skip


def recompute(conn: Connection, frozen: FrozenCard, *, book: str = "live") -> Recomputed:
    """Raises LookupError where the rules that it was frozen with are not among those the ledger keeps."""
    rows = bulk.ask(conn, _POLICY, (frozen.rules,))
    if not rows:
        raise LookupError(f"the ledger keeps no rules {frozen.rules}")
    policy = read_policy(rows[0][0], frozen.rules)
    card = score(conn, frozen.supplier, month=frozen.month, now=frozen.frozen_at, policy=policy, book=book)
    same = write_card(card) == write_card(frozen.card)
    return Recomputed(
        supplier=frozen.supplier, month=frozen.month, seq=frozen.seq, same=same,
        differences=() if same else differences(frozen.card, card), card=card,
    )  # fmt: skip


def to_freeze(conn: Connection, *, now: datetime, policy: Policy, book: str = "live") -> tuple[str, list[str]]:
    """The last month that is due to be frozen, and the suppliers of whom it is not; no one where the books had not
    begun by its end."""
    due = now.astimezone(UTC) - timedelta(days=policy.scores.freeze_days)
    month = (due.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    _, _, until = month_of(month, now)
    ((first,),) = bulk.ask(conn, _FIRST, (book,))
    if first is None or moment(first) >= until:
        return month, []
    return month, [number for (number,) in bulk.ask(conn, _UNFROZEN, (book, month))]


def freeze(
    conn: Connection,
    supplier: str,
    month: str,
    *,
    now: datetime,
    policy: Policy,
    book: str = "live",
    reason: str = "",
) -> ScorecardFrozen:
    """The event that freezes a month of a supplier as it stands; nothing is recorded here. Raises ValueError where
    the month is not over: what is still to come would not count."""
    _, _, until = month_of(month, now)
    if now < until:
        raise ValueError(f"{month} is not over yet")
    card = score(conn, supplier, month=month, now=now, policy=policy, book=book)
    before = len(frozen_cards(conn, supplier, month=month, book=book))
    return ScorecardFrozen(
        number=f"{supplier}/{month}" + (f"/{before + 1}" if before else ""), supplier=supplier, month=month,
        rules=policy.hash, card=write_card(card).decode(), reason=reason, occurred_at=now, book=book,  # type: ignore[arg-type]
    )  # fmt: skip

"""A supplier's scorecard for one month: loads the facts, and lets the metrics compute."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection

from ledger.policy import Policy
from ledger.queries.facts import facts
from ledger.scorecards import Scorecard, scorecard


def score(
    conn: Connection, supplier: str, *, month: str = "", now: datetime, policy: Policy, book: str = "live"
) -> Scorecard:
    """The card of one supplier (our id) for `month` (`2026-11`, in UTC; the month of `now` when empty).

    Provisional until the month is over. A month without facts has a card without a value.
    """
    shown = month or now.astimezone(UTC).strftime("%Y-%m")
    since = datetime.strptime(shown, "%Y-%m").replace(tzinfo=UTC)
    until = since.replace(year=since.year + since.month // 12, month=since.month % 12 + 1)
    found = facts(conn, supplier, since=since, until=until, now=now, policy=policy, book=book)
    return scorecard(found, policy.scores, month=shown, policy=policy.hash)

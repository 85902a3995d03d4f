"""A supplier's scorecard for one month: loads the facts, lets the metrics compute, and names what is behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection

from ledger.book.storage import bulk, tables
from ledger.policy import Policy
from ledger.queries.scorecards.facts import facts, facts_of
from ledger.scorecards import Entry, Measure, Rolling, Scorecard, drill, month_score, rolling, scorecard
from ledger.scorecards.difference import read_card
from ledger.scorecards.narrowing import narrow


class Narrowed(NamedTuple):
    """What a card is narrowed to; "" leaves all."""

    site: str = ""
    part: str = ""
    ship_point: str = ""


ALL = Narrowed()


def score(
    conn: Connection,
    supplier: str,
    *,
    month: str = "",
    now: datetime,
    policy: Policy,
    book: str = "live",
    to: Narrowed = ALL,
) -> Scorecard:
    """The card of one supplier (our id) for `month` (`2026-11`, in UTC; the month of `now` when empty).

    Provisional until the month is over. A month without facts has a card without a value.
    """
    (card,) = scores(conn, (supplier,), month=month, now=now, policy=policy, book=book, to=to)
    return card


def scores(
    conn: Connection,
    suppliers: Iterable[str],
    *,
    month: str = "",
    now: datetime,
    policy: Policy,
    book: str = "live",
    to: Narrowed = ALL,
) -> Iterator[Scorecard]:
    """The cards of several suppliers, one at a time."""
    shown, since, until = month_of(month, now)
    for found in facts_of(
        conn, suppliers, since=since, until=until, now=now, policy=policy, book=book, whole=any(to)
    ):
        narrowed = narrow(found, **to._asdict())
        card = scorecard(narrowed, policy.scores, month=shown, policy=policy.hash)
        yield _documented(conn, book, replace(card, **to._asdict()))


def score_drill(
    conn: Connection,
    supplier: str,
    metric: str,
    *,
    month: str = "",
    now: datetime,
    policy: Policy,
    book: str = "live",
    to: Narrowed = ALL,
) -> Measure:
    """One metric of a card with everything that it counted; raises KeyError for a name that is no metric."""
    _, since, until = month_of(month, now)
    found = facts(conn, supplier, since=since, until=until, now=now, policy=policy, book=book)
    measure = drill(narrow(found, **to._asdict()), policy.scores, metric)
    documents = documents_of(conn, book, measure.deductions)
    return with_documents(measure, documents)


_LAST_FROZEN = """
    SELECT card FROM score_snapshot WHERE book = ? AND site = '' AND supplier = ? AND month = ?
    ORDER BY seq DESC LIMIT 1
"""


def score_trend(
    conn: Connection, supplier: str, *, month: str = "", now: datetime, policy: Policy, book: str = "live"
) -> Rolling:
    """The months up to the one shown, weighted by their closed lines; frozen months as they were frozen."""
    shown, since, _ = month_of(month, now)
    names = [shown]
    for _ in range(max(1, policy.scores.rolling_months) - 1):
        since = (since - timedelta(days=1)).replace(day=1)
        names.append(since.strftime("%Y-%m"))
    months = []
    for name in reversed(names):
        rows = bulk.ask(conn, _LAST_FROZEN, (book, supplier, name))
        card = (
            read_card(rows[0][0]) if rows
            else score(conn, supplier, month=name, now=now, policy=policy, book=book)
        )  # fmt: skip
        months.append(month_score(card, frozen=bool(rows)))
    return rolling(months, policy.scores)


def month_of(month: str, now: datetime) -> tuple[str, datetime, datetime]:
    """The month shown, its first moment and the first after it."""
    shown = month or now.astimezone(UTC).strftime("%Y-%m")
    since = datetime.strptime(shown, "%Y-%m").replace(tzinfo=UTC)
    return shown, since, since.replace(year=since.year + since.month // 12, month=since.month % 12 + 1)


def _documented(conn: Connection, book: str, card: Scorecard) -> Scorecard:
    documents = documents_of(conn, book, [entry for one in card.metrics for entry in one.measure.deductions])
    if not documents:
        return card
    metrics = tuple(replace(one, measure=with_documents(one.measure, documents)) for one in card.metrics)
    return replace(card, metrics=metrics)


def documents_of(conn: Connection, book: str, entries: Iterable[Entry]) -> dict[int, tuple[str, str]]:
    """Message and document of the events behind entries that do not name theirs."""
    seqs = sorted({entry.behind.seq for entry in entries if not entry.behind.message})
    rows = bulk.look_up(
        conn, tables.event, ("seq", "message", "document"), (("book", book),), ("seq",), [(seq,) for seq in seqs],
        index="event_by_seq",
    )  # fmt: skip
    return {seq: (message, document) for seq, message, document in rows if message}


def with_documents(measure: Measure, documents: dict[int, tuple[str, str]]) -> Measure:
    """The measure, its entries with the documents behind their events."""

    def named(entry: Entry) -> Entry:
        found = documents.get(entry.behind.seq) if not entry.behind.message else None
        if found is None:
            return entry
        return replace(entry, behind=replace(entry.behind, message=found[0], document=found[1]))

    return replace(measure, deductions=tuple(named(entry) for entry in measure.deductions))

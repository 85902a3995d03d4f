"""What holds of every card: it is the sum of its drill-down, and nothing is lost of what is only summed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product

from sqlalchemy import Connection

from ledger.policy import Policy
from ledger.queries.scorecards.facts import facts_of
from ledger.queries.scorecards.score import month_of
from ledger.scorecards import drill, scorecard
from ledger.scorecards.difference import write_card
from ledger.scorecards.measure import Measure

SUPPLIERS = ("acme", "bravo")
LATER = timedelta(days=40)
"""When all of a month is judged."""


def check_scores(conn: Connection, now: datetime, policy: Policy) -> Counter[str]:
    """Hold the cards of the month and of the one before, as they are now and as they will be; what they counted."""
    counted: Counter[str] = Counter()
    for ago, at in product((timedelta(), timedelta(days=28)), (now, now + LATER)):
        month, since, until = month_of(f"{now - ago:%Y-%m}", at)
        every, summed = (
            facts_of(conn, SUPPLIERS, since=since, until=until, now=at, policy=policy, whole=whole)
            for whole in (True, False)
        )
        for whole, short in zip(every, summed, strict=True):
            card, again = (
                scorecard(found, policy.scores, month=month, policy=policy.hash) for found in (whole, short)
            )
            assert write_card(card) == write_card(again), whole.supplier
            for one in again.metrics:
                drilled = drill(whole, policy.scores, one.measure.metric)
                assert_is_its_drill_down(one.measure, drilled)
                counted[one.measure.metric] += len(drilled.deductions)
    return counted


def assert_is_its_drill_down(shown: Measure, every: Measure) -> None:
    """The figures are those of the drill-down, and the sums of what stands in it."""
    assert (every.value, every.sums, every.details) == (shown.value, shown.sums, shown.details), shown.metric
    for one in every.sums:
        behind = [entry for entry in every.deductions if entry.unit == one.unit]
        found = (
            sum((entry.achieved for entry in behind), Decimal(0)),
            sum((entry.possible for entry in behind), Decimal(0)), len(behind),
        )  # fmt: skip
        assert found == (one.achieved, one.possible, one.entries), shown.metric

"""Metrics of what was due and what had to leave, each against a table of cases computed by hand."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ledger.policy.scores import ScoreRules, Window
from ledger.scorecards import (
    METRICS,
    Carried,
    Due,
)
from tests.unit.ledger.score_facts import (
    DAY,
    HOUR,
    MILLION,
    RULES,
    came,
    facts,
    required,
    sent,
    value,
)

DELIVERIES: dict[str, tuple[dict[str, Any], tuple[float | None, float | None, float | None, float | None]]] = {
    # name: facts, (on_time_delivery, on_time_lines, on_time_in_full, delivery_deviation)
    "nothing due": ({"deliveries": (came(3, 5),)}, (None, None, None, None)),
    "all in time": ({"requirements": (required(3, 10),), "deliveries": (came(3, 10),)}, (100, 100, 100, 0)),
    "a day early is in time": (
        {"requirements": (required(3, 10),), "deliveries": (came(2, 10),)}, (100, 100, 100, -1)),
    "two days early is not": ({"requirements": (required(3, 10),), "deliveries": (came(1, 10),)}, (0, 0, 0, -2)),
    "a day late is late": ({"requirements": (required(3, 10),), "deliveries": (came(4, 10),)}, (0, 0, 0, 1)),
    "split, both in time": (
        {"requirements": (required(3, 10),), "deliveries": (came(2, 4), came(3, 6))}, (100, 100, 100, 0)),
    "split, the rest late": (
        {"requirements": (required(3, 10),), "deliveries": (came(3, 6), came(5, 4))}, (60, 0, 0, 2)),
    "short for good": ({"requirements": (required(3, 10),), "deliveries": (came(3, 8),)}, (80, 0, 0, 0)),
    "one receipt fills two": (
        {"requirements": (required(3, 10), required(4, 10)), "deliveries": (came(3, 20),)}, (100, 100, 100, -0.5)),
    "the oldest first": (
        {"requirements": (required(3, 10), required(4, 10)), "deliveries": (came(4, 10),)}, (0, 0, 0, 1)),
    "what was open before is filled first": (
        {"requirements": (required(3, 10),), "deliveries": (came(3, 10),), "carried": {("P1", "P"): Carried(4, 0)}},
        (60, 0, 0, 0)),
    "what came ahead fills, too early": (
        {"requirements": (required(3, 10),), "deliveries": (came(3, 6),), "carried": {("P1", "P"): Carried(-4, 0)}},
        (60, 0, 0, 0)),
    "never came": ({"requirements": (required(3, 10),)}, (0, 0, 0, None)),
    "not closed yet": ({"requirements": (required(3, 10, closed=False),)}, (None, None, None, None)),
    "cancelled": ({"requirements": (required(3, 10, excused="cancelled"),)}, (None, None, None, None)),
    "another part does not count": (
        {"requirements": (required(3, 10),), "deliveries": (came(3, 10, part="Q"),)}, (0, 0, 0, None)),
    "the buyer's later date counts where it was confirmed": (
        {"requirements": (required(3, 10, confirmed=Due(10 * MILLION, 5 * DAY, 5)),), "deliveries": (came(5, 10),)},
        (100, 100, 100, 0)),
}  # fmt: skip


def _in_millionths(given: dict[str, Any]) -> dict[str, Any]:
    carried = {group: Carried(*(one * MILLION for one in of)) for group, of in given.get("carried", {}).items()}
    return {**given, "carried": carried}


@pytest.mark.parametrize("name", DELIVERIES)
def test_deliveries_are_measured_as_by_hand(name: str) -> None:
    given, expected = DELIVERIES[name]

    metrics = ("on_time_delivery", "on_time_lines", "on_time_in_full", "delivery_deviation")
    assert tuple(value(metric, **_in_millionths(given)) for metric in metrics) == expected


def test_both_dates_are_held_against_whichever_counts() -> None:
    promised = required(3, 10, confirmed=Due(10 * MILLION, 5 * DAY, 5))

    found = METRICS["on_time_delivery"](facts(requirements=(promised,), deliveries=(came(5, 10),)), RULES)

    assert (found.value, found.details) == (100, {"requested": 0, "confirmed": 100})


@pytest.mark.parametrize(("unit", "missing", "expected"), [("EA", 5, 0), ("KGM", 5, 100), ("KGM", 6, 0)])
def test_bulk_may_be_missing_a_little_where_the_rules_say_so(unit: str, missing: int, expected: float) -> None:
    rules = ScoreRules(window=Window(bulk_units=("KGM",), bulk_percent=5))
    of = {"requirements": (required(3, 100, unit=unit),), "deliveries": (came(3, 100 - missing, unit=unit),)}

    assert value("on_time_in_full", rules, **of) == expected


def test_hours_may_be_compared_instead_of_days() -> None:
    rules = ScoreRules(window=Window(by_hour=True, early_hours=2, late_hours=1))
    late = replace(came(3, 10), at=3 * DAY + 2 * HOUR)

    assert value("on_time_delivery", rules, requirements=(required(3, 10),), deliveries=(late,)) == 0
    assert value("on_time_delivery", requirements=(required(3, 10),), deliveries=(late,)) == 100


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        ({"requirements": (required(3, 10),), "dispatches": (sent(3, 10),)}, 0),
        # 10 behind at the ends of days 3 and 4, out of 10 required: two days of cover
        ({"requirements": (required(3, 10),), "dispatches": (sent(5, 10),)}, 2),
        # ahead with 10 from day 1 on: never behind
        ({"requirements": (required(3, 10),), "dispatches": (sent(1, 10),)}, 0),
        # 4 behind from the first day on, made up with the rest on day 3: 4 x 3 days, out of 10
        ({"requirements": (required(3, 10),), "dispatches": (sent(3, 14),), "carried": {("P1", "P"): (0, 4)}}, 1.2),
        # never shipped: behind at the ends of days 28 and 29
        ({"requirements": (required(28, 10),)}, 2),
        ({"requirements": (required(3, 10, excused="cancelled"),)}, None),
    ],
)
def test_days_behind_schedule_as_by_hand(given: dict[str, Any], expected: float | None) -> None:
    carried = {group: Carried(0, of[1] * MILLION) for group, of in given.get("carried", {}).items()}
    if "carried" in given:
        # What is behind when the period begins counts from the first thing that happens in it.
        given = {**given, "dispatches": (sent(0, 0), *given["dispatches"])}

    assert value("behind_schedule", **{**given, "carried": carried}) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        ({"requirements": (required(3, 10),), "dispatches": (sent(3, 10),)}, 100),
        ({"requirements": (required(3, 10),), "dispatches": (sent(3, 8),)}, 80),
        ({"requirements": (required(3, 8),), "dispatches": (sent(3, 10),)}, 80),
        # a day later is both too little and too much: 0 of 20
        ({"requirements": (required(3, 10),), "dispatches": (sent(4, 10),)}, 0),
        ({"dispatches": (sent(3, 10),)}, None),
    ],
)
def test_shipping_to_schedule_as_by_hand(given: dict[str, Any], expected: float | None) -> None:
    assert value("ship_to_schedule", **given) == expected

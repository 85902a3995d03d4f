"""Metrics of notices, goods, answers and freight, each against a table of cases computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.policy.scores import ScoreRules
from ledger.scorecards import (
    METRICS,
    Against,
    AnswerFact,
    ContainerFact,
    PremiumFact,
    drill,
)
from tests.unit.ledger.score_facts import (
    BEHIND,
    RULES,
    asked,
    came,
    container,
    facts,
    rejected,
    shipment,
    took,
    value,
)

ANSWERS: dict[str, tuple[tuple[AnswerFact, ...], float | None, float]] = {
    # name: what was asked, percent, answers that were due
    "nothing asked": ((), None, 0),
    "not due yet": ((asked("A", 90, None),), None, 0),
    "answered before it is due counts at once": ((asked("A", 90, 2),), 100, 1),
    "at the very moment is in time": ((asked("A", 1, 1),), 100, 1),
    "late": ((asked("A", 1, 2),), 0, 1),
    "never": ((asked("A", 1, None),), 0, 1),
    "an order, a document and a discrepancy weigh the same": (
        (asked("A", 1, 1), asked("850 A", 1, None, kind="document"), asked("C1", 1, 1, kind="discrepancy")),
        66.67, 3),
    "disputed and undecided costs nothing": ((asked("C1", 1, 3, kind="discrepancy", disputed=True),), 100, 1),
    "disputed in time": ((asked("C1", 4, 3, kind="discrepancy", disputed=True),), 100, 1),
    "a dispute that was rejected came late all the same": ((asked("C1", 1, 3, kind="discrepancy"),), 0, 1),
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected", "band"),
    [
        ({}, None, ""),
        ({"deliveries": (came(3, 10_000),)}, 0, ""),
        ({"deliveries": (came(3, 10_000),), "rejects": (rejected(1),)}, 100, ""),
        ({"deliveries": (came(3, 10_000),), "rejects": (rejected(1), rejected(2, case="C2"))}, 300, ""),
        ({"deliveries": (came(3, 100),), "rejects": (rejected(1),)}, 10_000, "low volume"),
        ({"deliveries": (came(3, 10_000),), "rejects": (rejected(1, disputed=True),)}, 0, ""),
        # received in another month: it fills, and is not counted here
        ({"deliveries": (came(3, 10_000), came(1, 10_000, in_period=False)), "rejects": (rejected(1),)}, 100, ""),
    ],
)
def test_rejects_per_million_as_by_hand(given: dict[str, Any], expected: float | None, band: str) -> None:
    found = METRICS["rejects_per_million"](facts(**given), RULES)

    assert (found.value, found.band) == (expected, band)


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        ((), None),
        ((container("H1"), container("H2")), 100),
        ((container("H1"), container("", "missing")), 50),
        ((container("H1"), container("H2", "D23", against=(Against("D23", "C1", "", True),))), 100),
    ],
)
def test_label_compliance_as_by_hand(containers: tuple[ContainerFact, ...], expected: float | None) -> None:
    assert value("labels", containers=containers) == expected


def test_a_steady_lead_time_has_no_variation_however_long_it_is() -> None:
    assert value("lead_time", lead_times=(took(10), took(10))) == 0
    assert value("lead_time", lead_times=(took(10),)) is None
    found = METRICS["lead_time"](facts(lead_times=(took(8, 10), took(12, 10))), RULES)
    # mean 10, deviation 2; one of two later than agreed
    assert (found.value, found.details["mean"], found.details["p90"]) == (20, 10, 12)
    assert (found.details["over_agreed"], len(found.deductions)) == (0, 1)


def test_only_the_suppliers_own_premium_freight_counts_and_all_of_it_is_shown() -> None:
    premiums = tuple(
        PremiumFact(shipment_id=of, site="P1", behind=BEHIND, responsible=who, cost="120.50", currency="USD")
        for of, who in (("S1", "supplier"), ("S2", "buyer"))
    )

    found = METRICS["premium_freight"](
        facts(shipments=tuple(map(shipment, ("S1", "S2", "S3", "S4"))), premiums=premiums), RULES
    )

    assert (found.value, len(found.deductions)) == (25, 2)
    assert found.details == {"of_supplier": 1, "of_buyer": 1, "cost_USD": 241, "authorized": 0}


@pytest.mark.parametrize(
    ("told", "authorization", "rule", "expected"),
    [
        ("supplier", "", "as_told", 100), ("supplier", "AE1", "as_told", 100), ("buyer", "", "as_told", 0),
        ("buyer", "AE1", "as_told", 0), ("unknown", "", "as_told", 0), ("buyer", "", "supplier", 100),
        ("unknown", "", "supplier", 100), ("carrier", "", "supplier", 100), ("buyer", "AE1", "supplier", 0),
        ("unknown", "AE1", "supplier", 0), ("supplier", "AE1", "supplier", 100),
    ],
)  # fmt: skip
def test_premium_freight_that_nobody_authorized_may_be_the_suppliers(
    told: str, authorization: str, rule: Any, expected: float
) -> None:
    premium = PremiumFact(shipment_id="S1", site="P1", behind=BEHIND, responsible=told, authorization=authorization)

    found = value(
        "premium_freight", ScoreRules(unauthorized_premium=rule), shipments=(shipment("S1"),), premiums=(premium,)
    )

    assert found == expected


@pytest.mark.parametrize("name", ANSWERS)
def test_responsiveness_is_measured_as_by_hand(name: str) -> None:
    answers, expected, due = ANSWERS[name]

    found = drill(facts(answers=answers), RULES, "responsiveness")

    assert (found.value, found.possible, len(found.deductions)) == (expected, due, due)


def test_an_answer_names_what_was_asked_and_how_it_was_answered() -> None:
    answers = (
        asked("C1", 1, 2, kind="discrepancy", how="dispute", part="P"), asked("850 PO1", 1, None, kind="document"),
    )  # fmt: skip

    found = drill(facts(answers=answers), RULES, "responsiveness")

    assert [(one.text, one.cases, one.part, one.order_number) for one in found.deductions] == [
        ("document 850 PO1: not answered", (), "", ""),
        ("discrepancy C1: answered late by dispute", ("C1",), "P", ""),
    ]
    assert found.details == {"median_hours_discrepancy": 48}


def test_answers_in_time_as_by_hand() -> None:
    answers = (asked("A", 1, 1), asked("B", 1, 2), asked("C", 1, None), asked("D", 90, None))

    found = METRICS["responsiveness"](facts(answers=answers), RULES)

    # one of three that were due; of the two answers the median is the first
    assert (found.value, found.details) == (33.33, {"median_hours_order": 24})

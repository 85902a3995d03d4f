"""The card and what the metrics of notices make of it, each on a story small enough to check by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ledger.policy.scores import ScoreRules
from ledger.scorecards import (
    Against,
    Behind,
    CumulativeFact,
    Facts,
    LineFact,
    Measure,
    ShipmentFact,
    UnadvisedFact,
    points_on_curve,
    scorecard,
)
from ledger.scorecards.metrics.asn_accuracy import measure_asn_accuracy
from ledger.scorecards.metrics.asn_timeliness import measure_asn_timeliness
from ledger.scorecards.metrics.cumulative_agreement import measure_cumulative_agreement
from ledger.scorecards.metrics.quantity_accuracy import measure_quantity_accuracy

RULES = ScoreRules()
MINUTE = 60_000_000
HOUR = 60 * MINUTE
BEHIND = Behind(seq=7, message="m_1", document="m_1.1", segment=13)


def facts(**given: Any) -> Facts:
    return Facts(**{"supplier": "acme", "since": 0, "until": 1000 * HOUR, "now": 500 * HOUR, **given})


def shipment(shipment_id: str = "S1", **given: Any) -> ShipmentFact:
    usual = {
        "site": "P1",
        "behind": BEHIND,
        "shipped_at": 0,
        "notified_at": 10 * MINUTE,
        "first_received_at": 24 * HOUR,
    }
    return ShipmentFact(shipment_id=shipment_id, **{**usual, **given})


def against(*codes: str) -> tuple[Against, ...]:
    return tuple(Against(code, f"C{n}") for n, code in enumerate(codes, 1))


def told(found: Measure) -> list[tuple[str, Decimal, Decimal]]:
    return [(entry.text, entry.achieved, entry.possible) for entry in found.deductions]


def line(advised: int, received: int, unit: str = "EA", **given: Any) -> LineFact:
    usual = {"shipment_id": "S1", "line": "1", "part": "P", "behind": BEHIND, "closed_at": 30 * HOUR}
    return LineFact(unit=unit, advised=advised * 1_000_000, received=received * 1_000_000, **{**usual, **given})


def unadvised(receipt_id: str = "R1", **given: Any) -> UnadvisedFact:
    usual = {"provider": "3pl", "line": "1", "part": "P", "unit": "EA", "behind": BEHIND, "received_at": 9}
    return UnadvisedFact(receipt_id=receipt_id, received=5_000_000, **{**usual, **given})


def test_a_notice_within_the_agreed_minutes_and_before_the_goods_is_on_time() -> None:
    found = measure_asn_timeliness(facts(shipments=(shipment(),)), RULES)

    assert (found.value, found.achieved, found.possible, found.deductions) == (100.0, 1, 1, ())


def test_a_late_notice_before_the_goods_earns_the_late_credit() -> None:
    late = shipment(notified_at=75 * MINUTE)

    found = measure_asn_timeliness(facts(shipments=(late, shipment("S2"))), RULES)

    assert (found.value, found.achieved, found.possible) == (75.0, Decimal("1.5"), 2)
    assert told(found) == [("the notice came 45 minutes late", Decimal("0.5"), 1)]
    assert [(entry.shipment_id, entry.behind) for entry in found.deductions] == [("S1", BEHIND)]


def test_a_notice_after_the_goods_earns_nothing_even_within_its_minutes() -> None:
    after = shipment(first_received_at=10 * MINUTE)

    assert measure_asn_timeliness(facts(shipments=(after,)), RULES).value == 0.0


@pytest.mark.parametrize(("now_h", "possible"), [(40, 0), (73, 1)])
def test_goods_on_the_road_count_only_once_they_are_overdue(now_h: int, possible: int) -> None:
    on_the_road = shipment(first_received_at=None, expected_at=48 * HOUR)

    assert measure_asn_timeliness(facts(now=now_h * HOUR, shipments=(on_the_road,)), RULES).possible == possible


def test_a_receipt_without_a_notice_costs_one_shipment_however_many_lines_it_has() -> None:
    without = (unadvised(line="1"), unadvised(line="2"), unadvised("R2"))

    found = measure_asn_timeliness(facts(shipments=(shipment(),), unadvised=without), RULES)

    assert (found.achieved, found.possible, found.value) == (1.0, 3, 33.33)


def test_a_missing_notice_does_not_cost_accuracy_as_well() -> None:
    assert measure_asn_accuracy(facts(unadvised=(unadvised(),)), RULES).value is None


def test_a_line_with_two_findings_is_one_bad_line() -> None:
    lines = (line(10, 8, against=against("D16", "D05")), line(10, 10), line(10, 10), line(10, 10))

    assert measure_asn_accuracy(facts(lines=lines), RULES).value == 75.0


def test_lateness_does_not_make_a_line_inaccurate() -> None:
    assert measure_asn_accuracy(facts(lines=(line(10, 10, against=against("D12")),)), RULES).value == 100.0


def test_a_part_that_its_notice_did_not_name_is_a_bad_line_of_that_notice() -> None:
    found = measure_asn_accuracy(facts(lines=(line(10, 10),), unadvised=(unadvised(shipment_id="S1"),)), RULES)

    assert (found.achieved, found.possible) == (1, 2)


def test_a_short_and_an_over_do_not_cancel_out() -> None:
    found = measure_quantity_accuracy(facts(lines=(line(100, 90), line(100, 110))), RULES)

    assert found.value == 90.48  # 1 - 20 / 210


def test_pieces_and_kilograms_are_never_added() -> None:
    found = measure_quantity_accuracy(facts(lines=(line(100, 50), line(1_000_000, 1_000_000, unit="KGM"))), RULES)

    assert found.value == 75.0


def test_a_line_that_may_still_fill_up_is_not_judged() -> None:
    assert measure_quantity_accuracy(facts(lines=(line(100, 10, closed_at=None),)), RULES).value is None


@pytest.mark.parametrize(("value", "points"), [(80, 0), (90, 0), (94.75, 50), (99.5, 100), (100, 100)])
def test_points_follow_straight_lines_and_are_flat_outside(value: float, points: float) -> None:
    assert points_on_curve(((90.0, 0.0), (99.5, 100.0)), value) == pytest.approx(points)


def test_a_card_below_the_least_coverage_has_a_score_and_no_grade() -> None:
    card = scorecard(facts(shipments=(shipment(),), lines=(line(10, 10),)), RULES, month="2026-11", policy="p")

    assert (card.value, card.grade, card.coverage, card.provisional) == (100.0, None, 33.0, True)


def test_a_card_with_coverage_and_lines_enough_is_graded_and_final_after_its_month() -> None:
    rules = ScoreRules(weights={"asn_timeliness": 50, "asn_accuracy": 30, "quantity_accuracy": 20})
    lines = (*[line(10, 10)] * 19, line(10, 10, against=against("D04")))

    card = scorecard(facts(now=2000 * HOUR, shipments=(shipment(),), lines=lines), rules, month="2026-11", policy="p")

    # accuracy 95 % lies 3 / 7.5 of the way up its curve: 40 points
    assert (card.value, card.grade, card.coverage, card.provisional) == (82.0, "B", 100.0, False)


def test_nothing_measured_is_neither_a_good_nor_a_bad_score() -> None:
    card = scorecard(facts(), RULES, month="2026-11", policy="p")

    assert (card.value, card.grade, card.coverage) == (None, None, 0.0)


def test_each_part_whose_cumulative_did_not_agree_counts_once() -> None:
    differs = CumulativeFact(
        part="P", site="P1", behind=BEHIND, agrees=False, shipment_id="S1", text="110 told, 100 counted"
    )
    others = tuple(CumulativeFact(part=part, site="P1", behind=BEHIND) for part in ("Q", "R", "S"))

    found = measure_cumulative_agreement(facts(cumulatives=(differs, *others)), RULES)

    assert (found.value, found.achieved, found.possible) == (75.0, 3, 4)
    assert told(found) == [("part P: 110 told, 100 counted", 0, 1)]


def test_without_cumulatives_there_is_nothing_to_agree_on() -> None:
    assert measure_cumulative_agreement(facts(lines=(line(10, 10),)), RULES).value is None


def test_cumulative_that_does_not_agree_costs_no_accuracy() -> None:
    assert measure_asn_accuracy(facts(lines=(line(10, 10, against=against("D11")),)), RULES).value == 100.0

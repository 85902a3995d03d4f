"""From measures to a card: points, grades, what caps them, and one penalty for one cause."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.policy.scores import DeductionRules, ScoreRules
from ledger.scorecards import (
    METRICS,
    Against,
    PremiumFact,
)
from ledger.scorecards.difference import differences, read_card, write_card
from ledger.scorecards.narrowing import narrow
from tests.unit.ledger.score_facts import (
    BEHIND,
    RULES,
    came,
    card_of,
    facts,
    good_month,
    rejected,
    required,
    shipment,
    stop,
)


def test_disruptions_cost_points_and_a_stopped_line_caps_the_grade() -> None:
    clean, held = card_of(good_month()), card_of(good_month(disruptions=(stop("yard_hold"),)))
    down = card_of(good_month(disruptions=(stop("line_down"),)), ScoreRules(deductions=DeductionRules(line_down=0)))

    assert (clean.value, clean.grade, clean.coverage) == (100, "A", 88)
    assert (held.value, held.grade, [(one.reason, one.points) for one in held.taken]) == (
        90,
        "A",
        [("yard_hold", 10)],
    )
    assert (down.value, down.grade, down.capped_by) == (100, "C", "line_down")


def test_too_many_rejects_cap_the_grade_but_not_in_the_low_band() -> None:
    rules = ScoreRules(weights={**RULES.weights, "rejects_per_million": 0})
    many = card_of(good_month(rejects=(rejected(2),)), rules)
    few = card_of(
        good_month(deliveries=(came(3, 500),), requirements=(required(3, 500),), rejects=(rejected(2),)), rules
    )

    assert (many.grade, many.capped_by) == ("B", "rejects_per_million")
    assert few.capped_by == ""


def test_premium_freight_costs_no_more_than_its_most() -> None:
    shipments = tuple(shipment(f"S{n}") for n in range(8))
    premiums = tuple(
        PremiumFact(shipment_id=one.shipment_id, site="P1", behind=BEHIND, responsible="supplier")
        for one in shipments
    )

    assert [one.points for one in card_of(good_month(shipments=shipments, premiums=premiums)).taken] == [10]


def test_one_cause_costs_the_metric_with_the_greatest_weight_alone() -> None:
    short, damaged = Against("D16", "C1", "dock:S1/1"), Against("D20", "C2", "dock:S1/1")
    lines = (replace(good_month().lines[0], against=(short,)), *good_month().lines[1:])
    reject = replace(rejected(1), against=(damaged,))

    card = card_of(good_month(lines=lines, rejects=(reject,)))

    found = {one.measure.metric: one.measure for one in card.metrics}
    assert (found["asn_accuracy"].value, found["rejects_per_million"].value) == (100, 500)


def test_what_is_disputed_costs_nothing_until_it_is_decided_and_is_shown() -> None:
    disputed = (Against("D16", "C1", "", True),)
    lines = (replace(good_month().lines[0], against=disputed, received=0), *good_month().lines[1:])

    card = card_of(good_month(lines=lines))

    assert (card.value, card.disputed) == (100, 2)  # accuracy and quantity both show it


def test_a_granted_dispute_is_told_by_the_difference_with_its_case() -> None:
    against = (Against("D04", "C1"),)
    before = card_of(good_month(lines=(replace(good_month().lines[0], against=against), *good_month().lines[1:])))
    after = card_of(good_month())

    found = differences(before, after)

    assert [(one.what, one.name, one.was, one.now, one.cases) for one in found if one.what != "score"] == [
        ("metric", "asn_accuracy", "91.67", "100.0", ()),
        ("entry", "asn_accuracy", "0 of 1", "", ("C1",)),
    ]
    assert differences(after, after) == ()
    assert write_card(read_card(write_card(before))) == write_card(before)


def test_a_card_may_be_narrowed_to_a_part() -> None:
    two = facts(requirements=(required(3, 10), required(3, 10, part="Q")), deliveries=(came(3, 10),))

    assert METRICS["on_time_delivery"](two, RULES).value == 50
    assert METRICS["on_time_delivery"](narrow(two, part="P"), RULES).value == 100
    assert METRICS["on_time_delivery"](narrow(two, site="P9"), RULES).value is None

"""The sixteen metrics, each against a table of cases computed by hand."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.policy.scores import DeductionRules, ScoreRules, Window
from ledger.scorecards import (
    METRICS,
    Against,
    AnswerFact,
    Behind,
    Carried,
    ContainerFact,
    DeliveryFact,
    DispatchFact,
    DisruptionFact,
    Due,
    Facts,
    LeadTimeFact,
    LineFact,
    PremiumFact,
    RejectFact,
    RequirementFact,
    ShipmentFact,
    UnadvisedFact,
    drill,
    scorecard,
)
from ledger.scorecards.difference import differences, read_card, write_card
from ledger.scorecards.narrowing import narrow

MILLION = 1_000_000
HOUR = 3_600_000_000
DAY = 24 * HOUR
BEHIND = Behind(seq=7, message="m_1", document="m_1.1", segment=13)
RULES = ScoreRules()


def required(day: int, quantity: int, key: str = "", part: str = "P", **given: Any) -> RequirementFact:
    due = Due(quantity * MILLION, day * DAY, day)
    usual = {"site": "P1", "unit": "EA", "behind": BEHIND, "ship_day": day}
    return RequirementFact(key=key or f"PO/{day}", part=part, requested=due, **{**usual, **given})


def came(day: int, quantity: int, part: str = "P", **given: Any) -> DeliveryFact:
    usual = {"site": "P1", "unit": "EA", "behind": BEHIND, "receipt_id": f"R{day}"}
    return DeliveryFact(part=part, quantity=quantity * MILLION, at=day * DAY, day=day, **{**usual, **given})


def sent(day: int, quantity: int, part: str = "P") -> DispatchFact:
    return DispatchFact(site="P1", part=part, unit="EA", quantity=quantity * MILLION, day=day, behind=BEHIND)


def facts(**given: Any) -> Facts:
    usual = {"supplier": "acme", "since": 0, "until": 30 * DAY, "now": 60 * DAY, "first_day": 0, "last_day": 29}
    return Facts(**{**usual, **given})


def value(metric: str, rules: ScoreRules = RULES, **given: Any) -> float | None:
    return METRICS[metric](facts(**given), rules).value


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


def rejected(quantity: int, *, disputed: bool = False, case: str = "C1") -> RejectFact:
    against = (Against("D20", case, "", disputed),)
    return RejectFact(
        site="P1", part="P", unit="EA", quantity=quantity * MILLION, text="scratched", behind=BEHIND, against=against
    )


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


def container(unit_id: str, fault: str = "", **given: Any) -> ContainerFact:
    return ContainerFact(unit_id=unit_id, site="P1", part="P", receipt_id="R1", behind=BEHIND, fault=fault, **given)


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


def took(days: int, agreed: int = 0) -> LeadTimeFact:
    return LeadTimeFact(
        site="P1", part="P", order_number="PO", order_line=str(days), days=days * MILLION,
        agreed_days=agreed * MILLION, behind=BEHIND,
    )  # fmt: skip


def test_a_steady_lead_time_has_no_variation_however_long_it_is() -> None:
    assert value("lead_time", lead_times=(took(10), took(10))) == 0
    assert value("lead_time", lead_times=(took(10),)) is None
    found = METRICS["lead_time"](facts(lead_times=(took(8, 10), took(12, 10))), RULES)
    # mean 10, deviation 2; one of two later than agreed
    assert (found.value, found.details["mean"], found.details["p90"]) == (20, 10, 12)
    assert (found.details["over_agreed"], len(found.deductions)) == (0, 1)


def shipment(shipment_id: str) -> ShipmentFact:
    return ShipmentFact(
        shipment_id=shipment_id, site="P1", behind=BEHIND, notified_at=0, shipped_at=0, first_received_at=DAY
    )


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


def asked(name: str, due: int, answered: int | None, kind: str = "order", **given: Any) -> AnswerFact:
    return AnswerFact(
        kind=kind, name=name, site="P1", behind=BEHIND, asked_at=0, due_at=due * DAY,
        answered_at=None if answered is None else answered * DAY, **given,
    )  # fmt: skip


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


def stop(kind: str, number: str = "D1") -> DisruptionFact:
    return DisruptionFact(number=number, kind=kind, site="P1", behind=BEHIND, minutes=30)


def good_month(**given: Any) -> Facts:
    """Twelve closed lines, all as they should be."""
    lines = tuple(
        LineFact(
            shipment_id="S1", line=str(n), part="P", unit="EA", behind=BEHIND, advised=MILLION, received=MILLION,
            site="P1", closed_at=DAY,
        )
        for n in range(12)
    )  # fmt: skip
    return facts(
        **{
            "lines": lines, "shipments": (shipment("S1"),), "requirements": (required(3, 2000),),
            "deliveries": (came(3, 2000),), "dispatches": (sent(3, 2000),), "containers": (container("H1"),), **given,
        }
    )  # fmt: skip


def card_of(found: Facts, rules: ScoreRules = RULES) -> Any:
    return scorecard(found, rules, month="2026-10", policy="p")


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


# --- what holds whatever the facts are -----------------------------------------------------------------------


def drawn(seed: int) -> Facts:
    draw = random.Random(seed)
    parts = ("P", "Q", "R")

    def against(*codes: str) -> tuple[Against, ...]:
        return (
            (Against(draw.choice(codes), f"C{draw.randrange(99)}", "", draw.random() < 0.2),)
            if draw.random() < 0.3
            else ()
        )

    lines = tuple(
        LineFact(
            shipment_id=f"S{n % 4}", line=str(n), part=draw.choice(parts), unit=draw.choice(("EA", "KGM")),
            behind=Behind(seq=n), advised=draw.randrange(1, 50) * MILLION, received=draw.randrange(0, 50) * MILLION,
            site="P1", closed_at=DAY, against=against("D04", "D16", "D17"),
        )
        for n in range(draw.randrange(20))
    )  # fmt: skip
    unadvised = tuple(
        UnadvisedFact(
            receipt_id=f"R{n}", provider="wms", line="1", part="P", unit="EA", behind=Behind(seq=n), received=MILLION,
            received_at=DAY, site="P1", shipment_id=draw.choice(("", "S1")), against=against("D14"),
        )
        for n in range(draw.randrange(4))
    )  # fmt: skip
    return facts(
        lines=lines, unadvised=unadvised, shipments=tuple(shipment(f"S{n}") for n in range(4)),
        requirements=tuple(
            required(draw.randrange(1, 30), draw.randrange(1, 20), f"K{n}", draw.choice(parts)) for n in range(9)
        ),
        deliveries=tuple(came(draw.randrange(1, 30), draw.randrange(1, 20), draw.choice(parts)) for _ in range(9)),
        dispatches=tuple(sent(draw.randrange(1, 30), draw.randrange(1, 20), draw.choice(parts)) for _ in range(9)),
        rejects=tuple(rejected(draw.randrange(1, 3), case=f"C{n}") for n in range(draw.randrange(3))),
        containers=tuple(container(f"H{n}", draw.choice(("", "", "wrong"))) for n in range(5)),
        lead_times=tuple(took(draw.randrange(5, 20), 10) for _ in range(draw.randrange(5))),
        answers=tuple(asked(str(n), 2, draw.choice((1, 3, None))) for n in range(4)),
        carried={("P1", "P"): Carried(draw.randrange(-5, 5) * MILLION, 0)},
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(25))
def test_every_figure_is_the_sum_of_what_stands_behind_it(seed: int) -> None:
    found = drawn(seed)
    shown = {one.measure.metric: one.measure for one in card_of(found).metrics}

    for metric in METRICS:
        every = drill(found, RULES, metric)
        assert (every.value, every.sums) == (shown[metric].value, shown[metric].sums), metric
        for one in every.sums:
            behind = [entry for entry in every.deductions if entry.unit == one.unit]
            assert sum((entry.achieved for entry in behind), Decimal(0)) == one.achieved, metric
            assert sum((entry.possible for entry in behind), Decimal(0)) == one.possible, metric
            assert len(behind) == one.entries, metric


@pytest.mark.parametrize("seed", range(25))
def test_the_card_does_not_depend_on_the_order_in_which_facts_came(seed: int) -> None:
    found, draw = drawn(seed), random.Random(seed)
    names = ("lines", "unadvised", "shipments", "requirements", "deliveries", "dispatches", "rejects", "containers",
             "lead_times", "answers")  # fmt: skip
    shuffled = replace(
        found, **{name: tuple(draw.sample(of, len(of))) for name in names if (of := getattr(found, name)) is not None}
    )

    assert write_card(card_of(shuffled)) == write_card(card_of(found))

"""Terms, tolerances and their cascade."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import pytest

from ledger.policy import Policy, Terms, Tolerance, ToleranceRule
from ledger.policy.policy import read_policy, write_policy
from ledger.policy.scores import WEIGHTS, ScoreRules

PLACES = [
    (ToleranceRule(order_number="PO1", order_line="1", tolerance=Tolerance(percent=Decimal(1))), "order_line:PO1/1"),
    (ToleranceRule(part="P1", supplier="ACME", tolerance=Tolerance(percent=Decimal(2))), "part+supplier:P1+ACME"),
    (ToleranceRule(part="P1", tolerance=Tolerance(percent=Decimal(3))), "part:P1"),
    (ToleranceRule(supplier="ACME", tolerance=Tolerance(percent=Decimal(4))), "supplier:ACME"),
    (ToleranceRule(site="PLT07", tolerance=Tolerance(percent=Decimal(5))), "site:PLT07"),
    (ToleranceRule(tolerance=Tolerance(percent=Decimal(6))), "default"),
]


@pytest.mark.parametrize("first", range(len(PLACES)))
def test_the_most_specific_rule_wins_and_is_named(first: int) -> None:
    policy = Policy(tolerances=tuple(rule for rule, _ in reversed(PLACES[first:])))

    found = policy.tolerance(
        "D16", site="PLT07", supplier="ACME", part="P1", order_number="PO1", order_line="1"
    )  # fmt: skip

    assert found == (PLACES[first][0].tolerance, PLACES[first][1])


def test_a_rule_for_one_class_goes_before_one_for_all_at_the_same_place() -> None:
    every = ToleranceRule(part="P1", tolerance=Tolerance(quantity=Decimal(1)))
    short = ToleranceRule(part="P1", code="D16", tolerance=Tolerance(quantity=Decimal(9)))
    policy = Policy(tolerances=(short, every))

    assert policy.tolerance("D16", part="P1")[0] == short.tolerance
    assert policy.tolerance("D17", part="P1")[0] == every.tolerance


def test_where_no_rule_speaks_nothing_is_let_pass() -> None:
    tolerance, rule = Policy().tolerance("D16", part="P1")

    assert (tolerance.allows(0, 10), tolerance.allows(1, 10_000_000), rule) == (True, False, "default")


@pytest.mark.parametrize(
    ("percent", "quantity", "difference", "allowed"),
    [("5", "0", 5, True), ("5", "0", 6, False), ("0", "7", 7, True), ("5", "7", 7, True), ("5", "7", 8, False)],
)
def test_the_greater_of_share_and_amount_is_let_pass(
    percent: str, quantity: str, difference: int, allowed: bool
) -> None:
    tolerance = Tolerance(percent=Decimal(percent), quantity=Decimal(quantity))

    assert tolerance.allows(difference * 1_000_000, 100 * 1_000_000) is allowed


def test_a_partners_agreement_speaks_for_its_supplier() -> None:
    terms = Terms(asn_due_minutes=60, tolerances={"D16": Tolerance(quantity=Decimal(2))})
    policy = Policy(terms={"acme-edi": terms}, partner_of_supplier={"ACME": "acme-edi"})

    assert policy.terms_for("ACME") is terms
    assert policy.terms_for("OTHER", "acme-edi") is terms
    assert policy.terms_for("OTHER") == Terms()
    assert policy.tolerance("D16", supplier="ACME") == (Tolerance(quantity=Decimal(2)), "supplier:ACME")


def test_the_hash_is_that_of_the_content_and_survives_storing() -> None:
    policy = Policy(terms={"acme": Terms(asn_due_minutes=60)}, tolerances=tuple(rule for rule, _ in PLACES))

    again = read_policy(write_policy(policy))

    assert again == policy
    assert again.hash == policy.hash
    assert policy.hash != Policy().hash


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Policy(terms={"a": Terms(split_hours=12)}), Policy(terms={"a": Terms(split_hours=12.0)})),
        (Policy(terms={"a": Terms(split_hours=24)}), Policy(terms={"a": Terms()})),
        (Policy(scores=ScoreRules()), Policy()),
        (
            Policy(scores=ScoreRules(closed_lines_min=1)),
            Policy(
                scores=ScoreRules(closed_lines_min=1, weights={name: float(one) for name, one in WEIGHTS.items()})
            ),
        ),
        (
            Policy(terms={"a": Terms(tolerances={"D16": Tolerance(percent=Decimal("2.50"))})}),
            Policy(
                terms={"a": Terms(tolerances={"D16": Tolerance(percent=Decimal("2.5"), quantity=Decimal("0.0"))})}
            ),
        ),
    ],
)
def test_policies_that_mean_the_same_have_one_hash(one: Policy, other: Policy) -> None:
    assert one == other
    assert one.hash == other.hash == read_policy(write_policy(one)).hash


def test_a_number_that_differs_is_another_hash() -> None:
    hashes = {Policy(terms={"a": Terms(split_hours=hours)}).hash for hours in (12, 12.5, 120, 0)}

    assert len(hashes) == 4


def test_a_stored_policy_keeps_the_hash_it_was_stored_under() -> None:
    body = b'{"terms":{"a":{"split_hours":12}}}'
    stored_under = hashlib.sha256(body).hexdigest()

    policy = read_policy(body, stored_under)

    assert policy.hash == stored_under
    assert policy == Policy(terms={"a": Terms(split_hours=12.0)})

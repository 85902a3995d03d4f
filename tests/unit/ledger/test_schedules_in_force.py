"""What is required by all releases together: by their own dates and purposes, in whatever order they came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.matching.papers.filed import Authorized, Required, ScheduledLine
from ledger.matching.papers.in_force import InForce, in_force
from ledger.matching.papers.ranks import natural
from ledger.matching.resolved import microseconds

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
MILLION = 1_000_000
WEEK = 7


def day(n: int) -> int:
    return microseconds(MONDAY + timedelta(days=n)) or 0


def need(quantity: int, due: int, until: int | None = None, certainty: str = "planned", **named: Any) -> Required:
    """Due on a day, or in the bucket that ends before day `until`."""
    return Required(quantity * MILLION, day(due), None if until is None else day(until), certainty, **named)


def release(number: str, issued: int, *required: Required, schedule: str = "planning", **named: Any) -> ScheduledLine:
    purpose, quantities = named.pop("purpose", "replace"), named.pop("quantities", "discrete")
    horizon = named.pop("horizon", (None, None))
    said: dict[str, Any] = {
        "order_number": "", "created_at": None, "cum_required": None, "cum_received": None, "authorizations": (),
    } | named  # fmt: skip
    return ScheduledLine(
        book="live", site="P1", part="PLATE", direction="supply", counterparty="acme", schedule=schedule,
        issued_at=day(issued), seq=1, line="PLATE", number="SCH", release=number, purpose=purpose,
        quantities=quantities, replaces=purpose in ("original", "replace") and quantities != "net_change",
        basis="delivery", ship_to="", order_line="", unit="EA",
        horizon_start=None if horizon[0] is None else day(horizon[0]),
        horizon_end=None if horizon[1] is None else day(horizon[1]),
        requirements=required, message="", document="", segment=0, **said,
    )  # fmt: skip


def required(stands: InForce) -> list[tuple[int, int, str]]:
    """(day, quantity, release)."""
    return [((one.due_at - day(0)) // day_us, one.quantity // MILLION, one.release.release) for one in stands[0]]


day_us = day(1) - day(0)

WEEKS = release("1", 0, need(100, 0, 7), need(100, 7, 14), need(100, 14, 21), horizon=(0, 21))
FIRM = release("7", 2, need(30, 1), need(30, 3), need(25, 8), schedule="shipping", horizon=(0, 10))


def test_a_shipping_schedule_hides_the_planning_schedule_inside_its_horizon() -> None:
    # The second week's bucket keeps what exceeds the 25 called off in it, from the end of the horizon on.
    assert required(in_force([WEEKS, FIRM])) == [
        (1, 30, "7"),
        (3, 30, "7"),
        (8, 25, "7"),
        (10, 75, "1"),
        (14, 100, "1"),
    ]


def test_a_horizon_ends_with_its_last_day_when_clocks_change_too() -> None:
    hour = 3_600_000_000
    shorter = release("7", 2, need(30, 1), schedule="shipping", horizon=(0, 7))
    shorter.horizon_end = day(7) + hour  # its last day had 23 hours

    assert required(in_force([WEEKS, shorter])) == [(1, 30, "7"), (7, 100, "1"), (14, 100, "1")]


def test_a_sequence_hides_both() -> None:
    sequence = release("S", 3, need(1, 1, sequence="0001", reference="V1"), schedule="sequence", horizon=(0, 2))

    assert required(in_force([WEEKS, FIRM, sequence])) == [
        (1, 1, "S"), (3, 30, "7"), (8, 25, "7"), (10, 75, "1"), (14, 100, "1"),
    ]  # fmt: skip


def test_an_empty_shipping_schedule_calls_nothing_off_within_its_horizon() -> None:
    nothing = release("8", 3, schedule="shipping", horizon=(0, 14))

    assert required(in_force([WEEKS, FIRM, nothing])) == [(14, 100, "1")]


def test_a_newer_release_takes_the_place_of_the_older() -> None:
    newer = release("2", 5, need(60, 7, 14))

    assert required(in_force([newer, WEEKS])) == [(7, 60, "2")]


def test_releases_of_one_day_go_by_their_numbers_as_people_count() -> None:
    ninth, tenth = release("R9", 5, need(9, 1)), release("R10", 5, need(10, 1))

    assert required(in_force([tenth, ninth])) == [(1, 10, "R10")]
    assert natural("R9") < natural("R10") < natural("S1")


def test_a_change_leaves_what_it_does_not_name() -> None:
    change = release("2", 5, need(40, 7, 14), purpose="change")

    assert required(in_force([WEEKS, change])) == [(0, 100, "1"), (7, 40, "2"), (14, 100, "1")]


def test_net_changes_are_added_and_what_they_take_away_is_gone() -> None:
    net = release("2", 5, need(25, 0, 7), need(-100, 7, 14), need(10, 30), quantities="net_change")

    assert required(in_force([WEEKS, net])) == [(0, 125, "2"), (14, 100, "1"), (30, 10, "2")]


def test_cumulative_quantities_become_what_each_adds_to_the_highest_before_it() -> None:
    cumulative = release(
        "1", 0, need(1_100, 0), need(1_100, 3), need(1_080, 4), need(1_250, 7), quantities="cumulative",
        cum_required=1_000 * MILLION,
    )  # fmt: skip

    stands = in_force([cumulative])

    assert required(stands) == [(0, 100, "1"), (7, 150, "1")]
    assert [one.cumulative for one in stands.requirements] == [1_100 * MILLION, 1_250 * MILLION]


def test_discrete_and_cumulative_tellings_of_the_same_requirements_are_one() -> None:
    discrete = release("1", 0, need(100, 0), need(150, 7), cum_required=1_000 * MILLION)
    cumulative = release(
        "1", 0, need(1_100, 0), need(1_250, 7), cum_required=1_000 * MILLION, quantities="cumulative"
    )  # fmt: skip

    def told(line: ScheduledLine) -> list[tuple[int, int, int | None]]:
        return [(one.due_at, one.quantity, one.cumulative) for one in in_force([line]).requirements]

    assert told(discrete) == told(cumulative)


def test_a_cumulative_below_what_came_already_requires_nothing() -> None:
    ahead = release("1", 0, need(900, 0), need(1_050, 7), quantities="cumulative", cum_received=1_000 * MILLION)

    assert required(in_force([ahead])) == [(7, 50, "1")]


def test_two_deliveries_of_one_day_add_up() -> None:
    assert required(in_force([release("1", 0, need(5, 1), need(7, 1))])) == [(1, 12, "1")]


def test_a_cancelled_release_is_as_if_it_had_never_been() -> None:
    newer, cancel = release("2", 5, need(60, 7, 14)), release("2", 6, purpose="cancel")

    assert required(in_force([WEEKS, newer, cancel])) == required(in_force([WEEKS]))


def test_a_release_of_one_blanket_order_leaves_that_of_another() -> None:
    first, second = release("1", 0, need(5, 1), order_number="B1"), release("2", 1, need(7, 2), order_number="B2")
    firm = release("7", 2, need(3, 1), schedule="shipping", horizon=(0, 5), order_number="B1")

    assert required(in_force([first, second])) == [(1, 5, "1"), (2, 7, "2")]
    assert required(in_force([first, second, firm])) == [(1, 3, "7"), (2, 7, "2")]


def test_authorisations_are_those_of_the_newest_release_that_says_any() -> None:
    allowed = (Authorized("fabrication", 500 * MILLION), Authorized("material", 900 * MILLION))
    old = release("1", 0, need(5, 1), authorizations=allowed)
    new = release("2", 1, need(7, 2), authorizations=(Authorized("fabrication", 650 * MILLION),))

    assert in_force([new, old]).authorizations == new.authorizations
    assert in_force([old]).authorizations == allowed


STORIES = [
    [WEEKS, FIRM, release("2", 4, need(60, 7, 14)), release("3", 4, need(5, 9), purpose="change")],
    [
        WEEKS,
        release("2", 4, need(10, 0, 7), quantities="net_change"),
        release("4", 6, need(1, 30), purpose="change"),
        release("2", 7, purpose="cancel"),
        FIRM,
    ],
]  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=["replaced", "cancelled"])
def test_the_order_of_arrival_plays_no_part(story: list[ScheduledLine]) -> None:
    expected = in_force(story)

    assert [in_force(arrival) for arrival in permutations(story) if in_force(arrival) != expected] == []


releases_drawn = st.builds(
    lambda number, issued, needs, purpose, quantities, schedule: release(
        str(number), issued, *(() if purpose == "cancel" else needs), purpose=purpose, quantities=quantities,
        schedule=schedule,
    ),
    st.integers(1, 3), st.integers(0, 3),
    st.lists(st.builds(need, st.integers(0, 20), st.integers(0, 6), st.none() | st.integers(7, 9)), max_size=3),
    st.sampled_from(["original", "replace", "change", "cancel"]),
    st.sampled_from(["discrete", "cumulative", "net_change", "replacement"]),
    st.sampled_from(["planning", "shipping", "sequence"]),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_releases_stand_alike_in_any_order(data: st.DataObject) -> None:
    lines = data.draw(st.lists(releases_drawn, max_size=6))
    shuffled = data.draw(st.permutations(lines))

    assert required(in_force(shuffled)) == required(in_force(lines))


@settings(max_examples=50, deadline=None)
@given(needs=st.lists(st.builds(need, st.integers(1, 20), st.integers(0, 30)), min_size=1, max_size=8))
def test_one_release_stands_whole(needs: list[Required]) -> None:
    """Twin of the above: nothing that a single discrete release requires is lost."""
    stands = in_force([release("1", 0, *needs)])

    assert sum(one.quantity for one in stands.requirements) == sum(one.quantity for one in needs)

"""Transfers that do not come as they were shipped, over the real books, and their papers in every order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.book import Ledger, verify
from ledger.events import (
    Event,
    GoodsReceiptReversed,
    TransferCancelled,
)
from ledger.queries import cases
from tests.store.plant import Plant, decided, results
from tests.store.transferred import GONE, OTHER, SUPPLIED, Sites, at, cancelled, received, shipped, sites, variances
from tests.store.world import NOW


@pytest.fixture
def plant(conn: Connection) -> Plant:
    """A hundred plates on the dock of P1, none at P2."""
    one = Plant(conn)
    one.record(OTHER)
    return one


# --- what does not fit --------------------------------------------------------------------------------------


def test_what_is_short_is_a_case_of_both_sites_and_no_suppliers(plant: Plant) -> None:
    plant.record(shipped(40), received(37, condition="02"))

    assert variances(plant) == [("D39", "open", "P2", 3)]
    assert [len(cases(plant.conn, site=site)) for site in ("P1", "P2", "P3")] == [1, 1, 0]
    assert sites(plant) == dict([SUPPLIED]) | GONE | {("P2", "available"): 37, ("P2", "clearing"): 3}
    assert cases(plant.conn, supplier="acme") == []
    assert verify(plant.conn) == []


def test_a_short_is_pending_until_its_time_has_come(plant: Plant) -> None:
    plant.record(shipped(40), received(37))
    before = variances(plant)
    plant.tick(days=6)

    assert before == []
    assert variances(plant) == [("D39", "open", "P2", 3)]
    assert verify(plant.conn) == []


RESOLVED: list[tuple[int, str, Sites]] = [
    (37, "accept", {("P2", "available"): 37, ("P2", "adjustment"): 3}),
    (37, "recount", {("P2", "available"): 37, ("P2", "in_transit"): 3}),
    (43, "accept", {("P2", "available"): 43, ("P2", "adjustment"): -3}),
    (43, "return", {("P2", "available"): 40}),
    (43, "scrap", {("P2", "available"): 40, ("P2", "scrap"): 3, ("P2", "adjustment"): -3}),
]


@pytest.mark.parametrize(("came", "how", "expected"), RESOLVED, ids=[f"{n}-{how}" for n, how, _ in RESOLVED])
def test_a_variance_is_settled_between_the_sites(plant: Plant, came: int, how: Any, expected: Sites) -> None:
    plant.record(shipped(40), received(came, condition="02" if came < 40 else ""))
    (case,) = cases(plant.conn)

    answer = plant.record(decided(case.id, how, actor=None))

    assert results(answer) == [("DiscrepancyResolved", "posted")]
    assert [status for _, status, _, _ in variances(plant)] == ["closed"]
    assert sites(plant) == dict([SUPPLIED]) | GONE | expected
    assert verify(plant.conn) == []


def test_what_is_over_is_held_until_it_is_decided(plant: Plant) -> None:
    plant.record(shipped(40), received(43))

    assert variances(plant) == [("D39", "open", "P2", 3)]
    assert sites(plant, external=False) == {
        ("P1", "available"): 60, ("P2", "available"): 40, ("P2", "quality_hold"): 3
    }  # fmt: skip


def test_what_came_damaged_is_quarantined_and_told_to_no_supplier(plant: Plant) -> None:
    answers = plant.record(shipped(40), received(40, quantity_damaged=Decimal(2)))
    (case,) = cases(plant.conn)
    back = plant.record(decided(case.id, "return", actor=None))

    assert (case.code, int(case.quantity)) == ("D20", 2)
    assert sites(plant)["P2", "quarantine"] == 2
    assert not [one for answer in answers for one in answer.outcomes if type(one).__name__ == "AdviceDue"]
    assert results(back) == [("DiscrepancyResolved", "refused")]
    assert verify(plant.conn) == []


def test_a_receipt_taken_back_is_under_way_again(plant: Plant) -> None:
    plant.record(shipped(40), received(43))
    plant.record(GoodsReceiptReversed(number="R9", partner="wms2", ship_to="92:PLT08"))

    assert sites(plant) == dict([SUPPLIED]) | GONE | {("P2", "in_transit"): 40}
    assert [status for _, status, _, _ in variances(plant)] == ["closed"]
    assert verify(plant.conn) == []


# --- order of arrival ---------------------------------------------------------------------------------------


def ends(plant: Plant, documents: list[Event]) -> Iterator[tuple[Any, ...]]:
    """Where every order of arrival ends: balances and cases, with the books proved each time."""
    before = plant.now
    for turn in permutations(documents):
        savepoint = plant.conn.begin_nested()
        plant.ledger, plant.now = Ledger(), before
        answers = [one for document in turn for one in plant.record(document)]
        # A half that comes after its cancellation is refused: nothing leaves, as if it had been taken back.
        assert TransferCancelled in map(type, documents) or {one.result for one in answers} <= {"posted", "waiting"}
        assert verify(plant.conn) == []
        yield (
            sites(plant), at(plant, "P2", "state", "lot"),
            [(code, status, quantity) for code, status, _, quantity in variances(plant) if status != "closed"],
        )  # fmt: skip
        savepoint.rollback()


STORIES: dict[str, list[Event]] = {
    "exact": [shipped(40), received(40)],
    "in two parts": [shipped(40), received(25, "R8"), received(15, "R9")],
    "short": [shipped(40), received(25, "R8"), received(12, "R9", condition="02")],
    "over": [
        shipped(40),
        received(25, "R8", occurred_at=NOW),
        received(18, "R9", occurred_at=NOW + timedelta(hours=1)),
    ],
    "damaged": [shipped(40), received(25, "R8", quantity_damaged=Decimal(2)), received(15, "R9")],
    "two transfers": [shipped(40), shipped(20, "T2"), received(40), received(20, "R8", "T2")],
    "never received": [shipped(40), cancelled()],
}


@pytest.mark.long_on_postgres
@pytest.mark.parametrize("documents", STORIES.values(), ids=STORIES)
def test_every_order_of_arrival_ends_the_same(plant: Plant, documents: list[Event]) -> None:
    found = list(ends(plant, documents))

    assert all(one == found[0] for one in found), found


def test_what_comes_before_it_was_shipped_is_held_and_known_then(plant: Plant) -> None:
    plant.record(received(40))
    early, told = sites(plant, external=False), variances(plant)
    plant.record(shipped(40))

    assert early == {("P1", "available"): 100, ("P2", "quality_hold"): 40}
    assert told == [("D39", "open", "P2", 40)]
    assert sites(plant) == dict([SUPPLIED]) | GONE | {("P2", "available"): 40}
    assert [status for _, status, _, _ in variances(plant)] == ["closed"]
    assert verify(plant.conn) == []

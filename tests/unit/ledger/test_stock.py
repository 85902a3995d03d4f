"""Legal transitions, and movements for a change of positions."""

from __future__ import annotations

import pytest

from ledger.stock.bucket import EXTERNAL, STATES, Bucket, Movement
from ledger.stock.change import movements_for_change
from ledger.stock.transitions import LEGAL, is_legal


def bucket(state: str, **more: str) -> Bucket:
    return Bucket("live", "PLT07", "P1", state=state, **more)


def test_the_table_answers_for_every_state_and_account() -> None:
    assert set(LEGAL) == {*STATES, *EXTERNAL}
    assert {target for targets in LEGAL.values() for target in targets} <= {*STATES, *EXTERNAL}


@pytest.mark.parametrize(
    ("source", "target", "legal"),
    [
        ("in_transit", "available", True),
        ("in_transit", "line_side", True),
        ("quality_hold", "consigned", True),
        ("quarantine", "quality_hold", True),
        ("line_side", "scrap", True),
        ("consigned", "quarantine", True),
        ("supplier", "line_side", False),
        ("quality_hold", "scrap", False),
        ("in_transit", "allocated", False),
        ("line_side", "allocated", False),
        ("obsolete", "line_side", False),
        ("scrap", "available", False),
    ],
)
def test_goods_go_only_where_the_table_lets_them(source: str, target: str, legal: bool) -> None:
    assert is_legal(Movement(bucket(source), bucket(target), 1, "")) is legal


def test_a_movement_has_two_sides_one_part_and_something_in_it() -> None:
    here, there = bucket("available", location="A"), bucket("available", location="B")

    assert is_legal(Movement(here, there, 1, ""))
    assert not is_legal(Movement(here, here, 1, ""))
    assert not is_legal(Movement(here, there, 0, ""))
    assert not is_legal(Movement(here, there._replace(part="P2"), 1, ""))


def test_no_change_moves_nothing() -> None:
    assert movements_for_change({bucket("available"): 0}, "1") == []


def test_goods_go_from_shelf_to_shelf_and_accounts_settle_between_themselves() -> None:
    deltas = {
        bucket("available"): -2, bucket("quality_hold"): 2, bucket("supplier"): 2, bucket("clearing"): -2,
    }  # fmt: skip

    assert movements_for_change(deltas, "1") == [
        Movement(bucket("available"), bucket("quality_hold"), 2, "1"),
        Movement(bucket("clearing"), bucket("supplier"), 2, "1"),
    ]


def test_a_change_is_brought_about_in_full() -> None:
    deltas = {
        bucket("in_transit"): -10, bucket("available"): 7, bucket("quarantine"): 1, bucket("clearing"): 2,
    }  # fmt: skip

    movements = movements_for_change(deltas, "1")

    after = dict.fromkeys(deltas, 0)
    for movement in movements:
        after[movement.source] -= movement.quantity
        after[movement.target] += movement.quantity
    assert after == deltas
    assert all(is_legal(movement) for movement in movements)

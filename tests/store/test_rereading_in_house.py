"""What was done with goods in the house, read again: what it counted, used of rulings and settled goes back too."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.book import CannotReread
from ledger.events import (
    ConsumptionReversed,
    Event,
    GoodsReturned,
    MaterialConsumed,
    OwnershipChanged,
    PutAwayCompleted,
    SiteDefined,
)
from ledger.queries import settlements
from tests.store import test_moves, test_revision_use, test_revisions, test_settlements
from tests.store.plant import Plant
from tests.store.test_rereading import again, assert_sound
from tests.store.test_settlements import Owned, owned
from tests.store.transferred import OTHER, cancelled, received, shipped, sites
from tests.store.world import source

plant = test_settlements.plant


def read(event: Event) -> Event:
    """As a document said it."""
    return msgspec.structs.replace(event, source=source("D1"))


def said(kind: type[Event], quantity: int, **named: object) -> Event:
    return read(test_settlements.said(kind, quantity, **named))


def owed(plant: Plant) -> list[tuple[str, str, int, Decimal | None, str]]:
    return [(one.cause, one.supplier, int(one.quantity), one.amount, one.period) for one in settlements(plant.conn)]


def test_a_return_read_again_is_counted_back_as_it_is_read_now(conn: Connection) -> None:
    plant = Plant(conn)
    plant.record(read(test_moves.said(GoodsReturned, 100, reason="defect")))
    before = test_moves.received_in_all(plant)

    plant.record(again(read(test_moves.said(GoodsReturned, 10, reason="defect"))))
    now = test_moves.received_in_all(plant)
    plant.record(again(read(test_moves.said(GoodsReturned, 10, reason="defect")), revision=2, retracted=True))

    assert (before, now) == ({"acme": (0, 100)}, {"acme": (90, 10)})
    assert test_moves.received_in_all(plant) == {"acme": (100, 0)}
    assert_sound(conn)


def test_an_issue_read_again_uses_of_a_deviation_what_it_is_read_as_now(conn: Connection) -> None:
    plant = test_revisions.Plant(conn)
    plant.record(test_revisions.advised("S1", "A", 60), test_revisions.received("R1", "S1", "A", 60))
    plant.record(test_revisions.decided("C1", "accept"), test_revisions.deviation(quantity=Decimal(10)))
    plant.record(read(test_revisions.issued(10)))

    for revision, quantity in ((1, 9), (2, 8)):
        plant.record(again(read(test_revisions.issued(quantity)), revision=revision))

    assert [quantity for *_, quantity in test_revision_use.uses(conn)] == [10, -10, 9, -9, 8]
    assert test_revisions.results(plant.record(test_revisions.issued(3, "2"))) == ["refused"]
    assert test_revisions.results(plant.record(test_revisions.issued(2, "3"))) == ["posted"]
    assert_sound(conn)


CHANGES: list[tuple[dict[str, object], dict[str, object], Owned, list[tuple[str, str, int, int | None]]]] = [
    # The quantity was wrong.
    ({"to_owner": ""}, {"to_owner": "", "quantity": 4}, {("consigned", "acme"): 96, ("available", ""): 4},
     [("taken_over", "acme", 40, 100), ("handed_over", "acme", -40, -100), ("taken_over", "acme", 4, 10)]),
    # The price was, and the unit that it is of.
    ({"to_owner": "", "price": Decimal(3)}, {"to_owner": "", "price": Decimal(30), "price_per": Decimal(10)},
     {("consigned", "acme"): 60, ("available", ""): 40},
     [("taken_over", "acme", 40, 120), ("handed_over", "acme", -40, -120), ("taken_over", "acme", 40, 120)]),
    # The owner was.
    ({"to_owner": ""}, {"to_owner": "bravo", "price": Decimal(1)},
     {("consigned", "acme"): 60, ("consigned", "bravo"): 40},
     [("taken_over", "acme", 40, 100), ("handed_over", "acme", -40, -100), ("handed_over", "acme", 40, 40),
      ("handed_over", "bravo", -40, -40)]),
]  # fmt: skip


@pytest.mark.parametrize(("first", "then", "stands", "settled"), CHANGES)
def test_a_change_of_owner_read_again_settles_only_what_it_is_read_as_now(
    plant: Plant, first: dict[str, object], then: dict[str, object], stands: Owned,
    settled: list[tuple[str, str, int, int | None]],
) -> None:  # fmt: skip
    plant.record(said(OwnershipChanged, 40, owner="acme", **first))

    plant.record(again(said(OwnershipChanged, **({"quantity": 40, "owner": "acme"} | then))))  # type: ignore[arg-type]

    assert owned(plant) == stands
    assert [one[:4] for one in owed(plant)] == settled
    assert_sound(plant.conn)


def test_a_change_of_owner_that_was_none_is_taken_back(plant: Plant) -> None:
    change = said(OwnershipChanged, 40, owner="acme", to_owner="")
    plant.record(change)

    plant.record(again(change, retracted=True))

    assert owned(plant) == {("consigned", "acme"): 100}
    assert [one[:4] for one in owed(plant)] == [("taken_over", "acme", 40, 100), ("handed_over", "acme", -40, -100)]
    assert_sound(plant.conn)


def test_what_was_misread_comes_off_in_the_month_in_which_it_was_owed(plant: Plant) -> None:
    october = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    plant.record(said(MaterialConsumed, 12, demand="VIN1", occurred_at=october))

    plant.record(again(said(MaterialConsumed, 10, demand="VIN1")))

    assert [(quantity, period) for _, _, quantity, _, period in owed(plant)] == [
        (12, "2026-10"), (-12, "2026-10"), (10, "2026-11"),
    ]  # fmt: skip
    assert_sound(plant.conn)


def test_a_correction_of_consumption_read_again_leaves_on_the_car_what_it_says_now(plant: Plant) -> None:
    plant.record(said(MaterialConsumed, 12, demand="VIN1"))
    back: dict[str, object] = {"demand": "VIN1", "owner": "acme", "location": "DOCK"}
    plant.record(said(ConsumptionReversed, 12, **back))

    plant.record(again(said(ConsumptionReversed, 2, **back)))

    assert owned(plant) == {("consigned", "acme"): 90}
    assert sum(quantity for _, _, quantity, _, _ in owed(plant)) == 10
    assert_sound(plant.conn)


def test_goods_that_changed_hands_and_moved_on_are_not_taken_back(plant: Plant) -> None:
    plant.record(said(OwnershipChanged, 40, owner="acme", to_owner=""))
    plant.record(test_settlements.said(PutAwayCompleted, 40, location="DOCK", to_location="A-01", owner=""))

    with pytest.raises(CannotReread, match="Goods of PLATE have moved on from DOCK"):
        plant.record(again(said(OwnershipChanged, 30, owner="acme", to_owner="")))


# --- transfers ----------------------------------------------------------------------------------------------


@pytest.fixture
def sender(conn: Connection) -> Plant:
    """A hundred plates on the dock of P1, none at P2."""
    one = Plant(conn)
    one.record(OTHER)
    return one


def test_a_transfer_read_again_ships_what_it_says_now(sender: Plant) -> None:
    sender.record(read(shipped(40)))

    for revision, quantity in ((1, 4), (2, 7)):
        answers = sender.record(again(read(shipped(quantity)), revision=revision))
        assert [(one.site, one.result) for one in answers] == [("P1", "posted"), ("P2", "posted")]
    under_way = sites(sender, external=False)
    sender.record(received(7))

    assert under_way == {("P1", "available"): 93, ("P2", "in_transit"): 7}
    assert sites(sender, external=False) == {("P1", "available"): 93, ("P2", "available"): 7}
    assert_sound(sender.conn)


def test_a_transfer_that_was_none_is_taken_back_at_both_sites(sender: Plant) -> None:
    event = read(shipped(40))
    sender.record(event)

    sender.record(again(event, retracted=True))

    assert sites(sender, external=False) == {("P1", "available"): 100}
    assert_sound(sender.conn)


def test_a_transfer_to_a_misread_site_is_under_way_to_the_right_one(sender: Plant) -> None:
    sender.record(SiteDefined(number="P3", name="Plant 3", identifiers=("92:PLT09",)))
    wrong, right = read(shipped(40)), read(shipped(40, to_place="92:PLT09"))
    sender.record(wrong)

    sender.record(again(msgspec.structs.replace(wrong, place="92:PLT08"), retracted=True), again(right))

    assert sites(sender, external=False) == {("P1", "available"): 60, ("P3", "in_transit"): 40}
    assert_sound(sender.conn)


def test_a_transfer_whose_goods_came_is_not_read_anew(sender: Plant) -> None:
    sender.record(read(shipped(40)))
    sender.record(received(10))

    with pytest.raises(CannotReread, match="P2 received goods of transfer T1: take that back first"):
        sender.record(again(read(shipped(4))))


def test_a_transfer_that_was_cancelled_is_not_read_anew(sender: Plant) -> None:
    sender.record(read(shipped(40)))
    sender.record(cancelled())

    with pytest.raises(CannotReread, match="Transfer T1 was cancelled"):
        sender.record(again(read(shipped(4))))


def test_what_is_not_read_anew_says_what_to_do_in_its_place(sender: Plant) -> None:
    sender.record(shipped(40), shipped(1, "T2"))
    sender.record(read(received(10)), read(cancelled("T2")))

    for event, instead in (
        (received(11), "Take it back (GoodsReceiptReversed R9), and receive the goods by another number."),
        (cancelled("T2"), "ship them by a transfer of another number."),
    ):
        with pytest.raises(CannotReread, match=re.escape(instead)):
            sender.record(again(read(event), occurred_at=sender.now))

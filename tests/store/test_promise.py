"""Available to promise: what may be promised and all that is left out make up what is on hand, from the moment on."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.events import (
    AllocationMade,
    HoldPlaced,
    MaterialIssued,
    PartDefined,
    ServiceReserved,
    StockObsoleted,
)
from ledger.matching.discrepancies import CLASSES
from ledger.policy import Policy, Terms
from ledger.queries import AvailableToPromise
from tests.store.plant import Plant, counted, decided
from tests.store.test_balances import moved
from tests.store.test_containments import opened
from tests.store.world import NOW, Books, notice, order, receipt

DAY = timedelta(days=1)


def promise(conn: Connection, policy: Policy | None = None, **asked: object) -> AvailableToPromise:
    said = {"policy": policy or Policy(), "now": NOW} | asked
    found = queries.available_to_promise(conn, "PLATE", **said)  # type: ignore[arg-type]
    assert found is not None
    assert found.promise + found.left_out == found.on_hand
    return found


def left_out(found: AvailableToPromise) -> list[tuple[str, int, str]]:
    return [(one.state, int(one.quantity), one.code) for site in found.sites for one in site.left_out]


def test_every_state_but_available_is_left_out_with_its_reason(conn: Connection) -> None:
    plant = Plant(conn)
    for event in (
        moved(AllocationMade, 10, "1", demand="WO1"),
        moved(ServiceReserved, 5, "2"),
        moved(HoldPlaced, 7, "3", hold_reason="rust"),
        moved(MaterialIssued, 3, "4", to_location="LINE", state="available"),
        moved(StockObsoleted, 2, "5"),
    ):
        (recorded,) = plant.record(event)
        assert recorded.result == "posted", recorded

    found = promise(conn)

    assert (int(found.on_hand), int(found.promise)) == (100, 73)
    assert left_out(found) == [
        ("allocated", 10, ""), ("line_side", 3, ""), ("obsolete", 2, ""), ("quality_hold", 7, ""),
        ("service_reserved", 5, ""),
    ]  # fmt: skip
    assert [one.hold_reason for one in found.sites[0].left_out] == ["", "", "", "rust", ""]


def test_goods_in_question_are_left_out_from_the_event_that_opens_the_case(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 50}))
    books.record(receipt("R1", "", "PO1", {"PLATE": 20}))

    (case,) = queries.cases(conn, code="D14")
    found = promise(conn)

    assert (int(found.on_hand), int(found.promise)) == (20, 0)
    assert [(one.case, one.code) for one in found.sites[0].left_out] == [(case.id, "D14")]
    books.record(notice("S1", "PO1", {"PLATE": 20}))
    assert int(promise(conn).promise) == 20


def test_what_a_count_did_not_find_is_left_out_until_it_is_decided(conn: Connection) -> None:
    plant = Plant(conn)
    plant.record(counted(80))

    assert left_out(promise(conn)) == [("available", 20, "D43")]
    (case,) = queries.cases(conn, status="open")
    plant.record(decided(case.id, "waive"))
    assert int(promise(conn).promise) == 100


def test_a_case_about_more_than_the_books_have_leaves_nothing_out(conn: Connection) -> None:
    Plant(conn).record(counted(130))

    assert [one.code for one in queries.cases(conn, status="open")] == ["D43"]
    assert int(promise(conn).promise) == 100


def test_what_is_over_is_held_and_not_left_out_twice(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 50}), notice("S1", "PO1", {"PLATE": 20}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 23}))

    assert [one.code for one in queries.cases(conn)] == ["D17"]
    assert left_out(promise(conn)) == [("quality_hold", 3, "")]


@pytest.mark.parametrize(("counts", "promised"), [(False, 0), (True, 20)])
def test_consigned_goods_count_where_the_agreement_says_so(conn: Connection, counts: bool, promised: int) -> None:
    policy = Policy(terms={"acme": Terms(title_passes="consumption", promise_consigned=counts)})
    plant = Books(conn)
    events = (
        order("PO1", {"PLATE": 50}),
        notice("S1", "PO1", {"PLATE": 20}),
        receipt("R1", "S1", "PO1", {"PLATE": 20}, supplier="92:A123"),
    )
    plant.ledger.record(conn, events, policy, plant.now)

    found = promise(conn, policy)

    assert (int(found.on_hand), int(found.promise)) == (20, promised)
    assert left_out(found) == ([] if counts else [("consigned", 20, "")])


def test_what_comes_is_promised_by_its_date_unless_it_will_be_held(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 60}, due_at=NOW + 5 * DAY))
    books.record(notice("S1", "PO1", {"PLATE": 20}, expected_at=NOW + DAY))
    books.record(notice("S2", "PO1", {"PLATE": 15}, expected_at=NOW + 2 * DAY))

    (site,) = promise(conn).sites
    assert [(one.kind, one.number, int(one.cumulative)) for one in site.coming] == [
        ("notice", "S1", 20), ("notice", "S2", 35), ("order", "PO1", 60),
    ]  # fmt: skip
    assert len(promise(conn, until=NOW + DAY).sites[0].coming) == 1

    books.record(opened(parts=("PLATE",)))
    (held,) = promise(conn).sites
    assert [(one.number, int(one.cumulative), bool(one.held)) for one in held.coming] == [
        ("S1", 0, True), ("S2", 0, True), ("PO1", 25, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("named", "promised"),
    [({"supplier": "92:A123"}, 0), ({"supplier": "92:B456"}, 20), ({"lots": ("L9",)}, 20)],
    ids=["its supplier", "another supplier", "a lot that nobody named"],
)
def test_goods_under_way_are_promised_unless_a_containment_will_hold_them(
    conn: Connection, named: dict[str, Any], promised: int
) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 20}), notice("S1", "PO1", {"PLATE": 20}, expected_at=NOW + DAY))
    books.record(opened(**named))

    (site,) = promise(conn).sites

    assert [(one.number, int(one.cumulative), bool(one.held)) for one in site.coming] == [
        ("S1", promised, not promised)
    ]
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 20}))
    assert int(promise(conn).promise) == promised


def test_what_has_no_date_or_one_that_is_over_is_told_apart(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 60}))
    books.record(notice("S1", "PO1", {"PLATE": 20}, expected_at=NOW - DAY))

    (site,) = promise(conn).sites

    assert (site.coming, int(site.undated), int(site.overdue)) == ((), 40, 20)


def test_a_part_without_goods_may_not_be_promised_and_an_unknown_one_is_none(conn: Connection) -> None:
    Books(conn).record(PartDefined(number="NUT", base_unit="EA"))

    empty = queries.available_to_promise(conn, "NUT", policy=Policy(), now=NOW)
    assert empty is not None
    assert (empty.promise, empty.sites) == (Decimal(0), ())
    assert queries.available_to_promise(conn, "NONE", policy=Policy(), now=NOW) is None


def test_only_classes_about_goods_on_the_shelf_dispute_any() -> None:
    assert {one.code: one.disputes for one in CLASSES if one.disputes} == {
        "D14": "standing", "D17": "standing", "D18": "standing", "D29": "standing", "D38": "missing",
        "D43": "missing", "D44": "missing",
    }  # fmt: skip

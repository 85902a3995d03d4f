"""Questions to the books, answered in the shapes that the command line and REST promise."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.book import verify
from ledger.events import DiscrepancyResolved
from ledger.outcomes import CaseOpened
from ledger.policy import CumulativeTerms, Policy, Terms
from tests.store.world import NOW, POLICY, Books, notice, order, receipt


@pytest.fixture
def books(conn: Connection) -> Books:
    """Ten plates advised, eight came and the dock says that no more comes."""
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 10, "BOLT": 20}), notice("S1", "PO1", {"PLATE": 10, "BOLT": 20}))
    short = receipt("R1", "S1", "PO1", {"PLATE": 8})
    line = msgspec.structs.replace(short.lines[0], condition="02")
    books.record(msgspec.structs.replace(short, lines=(line,)))
    return books


def test_a_balance_has_the_promised_shape(conn: Connection, books: Books) -> None:
    (found,) = queries.balances(conn, part="PLATE", state="available")

    shown = msgspec.json.decode(msgspec.json.encode(found))
    promised = ("part", "revision", "lot", "serial", "site", "location", "state", "owner", "quantity", "unit")
    assert {name: shown[name] for name in promised} == {
        "part": "PLATE", "revision": "", "lot": "", "serial": "", "site": "P1", "location": "DOCK",
        "state": "available", "owner": "", "quantity": "8", "unit": "EA",
    }  # fmt: skip


def test_balances_group_by_any_dimension(conn: Connection, books: Books) -> None:
    found = queries.balances(conn, by=("state",))

    assert [(balance.part, balance.state, balance.quantity) for balance in found] == [
        ("BOLT", "in_transit", Decimal(20)),
        ("PLATE", "available", Decimal(8)),
    ]


def test_an_unknown_dimension_is_refused_by_name(conn: Connection) -> None:
    with pytest.raises(ValueError, match="no such dimension: colour"):
        queries.balances(conn, by=("colour",))


def test_external_accounts_are_shown_only_when_asked_for(conn: Connection, books: Books) -> None:
    inside = sum(balance.quantity for balance in queries.balances(conn))
    everything = sum(balance.quantity for balance in queries.balances(conn, external=True))

    assert (inside, everything) == (Decimal(28), Decimal(0))


def test_position_says_what_is_usable_and_what_is_still_to_come(conn: Connection, books: Books) -> None:
    position = queries.position(conn, "PLATE")

    assert position is not None
    assert (position.usable, position.in_transit, position.on_order) == (Decimal(8), Decimal(0), Decimal(2))
    assert len(position.states) == 9


def test_an_unknown_part_has_no_position(conn: Connection, books: Books) -> None:
    assert queries.position(conn, "NOPE") is None


def test_a_case_names_both_values_and_its_segments(conn: Connection, books: Books) -> None:
    (found,) = queries.cases(conn)

    assert (found.id, found.code, found.status, found.part) == ("C1", "D16", "open", "PLATE")
    assert (found.expected, found.actual, found.quantity, found.unit) == (Decimal(10), Decimal(8), Decimal(2), "EA")
    assert [(seen.document, seen.segment) for seen in found.evidence] == [("m_S1.1", 10), ("m_R1.1", 2)]
    assert queries.case(conn, "C1") == found
    assert queries.case(conn, "C9") is None


def test_a_resolved_case_closes_with_nothing_left_in_clearing(conn: Connection, books: Books) -> None:
    (told,) = books.record(DiscrepancyResolved(number="C1", resolution="short_close", comment="agreed by phone"))

    found = queries.case(conn, "C1")
    assert told.result == "posted"
    assert found is not None
    assert (found.status, found.resolution, found.clearing) == ("closed", "short_close", Decimal(0))
    assert queries.cases(conn, status="open") == []
    assert queries.balances(conn, state="clearing", external=True) == []


def test_events_are_found_by_what_they_are(conn: Connection, books: Books) -> None:
    found = queries.events(conn, kind="GoodsReceived", number="R1")

    assert [(kept.kind, kept.number, kept.partner, kept.result) for kept in found] == [
        ("GoodsReceived", "R1", "threepl", "posted")
    ]
    assert any(isinstance(outcome, CaseOpened) and outcome.case == "C1" for outcome in found[0].outcomes)


def test_the_tail_is_read_page_by_page_without_a_gap(conn: Connection, books: Books) -> None:
    seen: list[int] = []
    while page := queries.tail(conn, seen[-1] if seen else 0, limit=4):
        seen += [kept.seq for kept in page]

    assert seen == list(range(1, queries.head(conn).seq + 1))


def test_shipments_and_orders_show_their_running_totals(conn: Connection, books: Books) -> None:
    (shipment,) = queries.shipments(conn, shipment_id="S1")
    (placed,) = queries.orders(conn, order_number="PO1")

    assert [(line.part, line.quantity, line.received, line.cleared) for line in shipment.lines] == [
        ("PLATE", Decimal(10), Decimal(8), Decimal(2)),
        ("BOLT", Decimal(20), Decimal(0), Decimal(0)),
    ]
    assert [(line.part, line.quantity, line.advised, line.received) for line in placed.lines] == [
        ("PLATE", Decimal(10), Decimal(10), Decimal(8)),
        ("BOLT", Decimal(20), Decimal(20), Decimal(0)),
    ]


def test_facts_hold_what_the_scorecard_needs_with_what_is_behind_it(conn: Connection, books: Books) -> None:
    facts = queries.facts(
        conn, "acme", since=NOW - timedelta(days=1), until=NOW + timedelta(days=1), now=books.now, policy=POLICY
    )

    (shipment,) = facts.shipments
    assert (shipment.shipment_id, shipment.behind.document) == ("S1", "m_S1.1")
    assert [(line.part, line.advised, line.received) for line in facts.lines] == [
        ("PLATE", 10_000_000, 8_000_000),
        ("BOLT", 20_000_000, 0),
    ]
    assert facts.unadvised == ()


def test_facts_tell_of_each_part_whether_its_cumulative_agreed(conn: Connection) -> None:
    policy = Policy(terms={"acme": Terms(cumulative=CumulativeTerms())})
    books, now = Books(conn), NOW + timedelta(minutes=1)
    told = notice("S1", "PO1", {"PLATE": 10, "BOLT": 20})
    plate, bolt = told.lines
    lines = tuple(msgspec.structs.replace(line, cum_shipped=Decimal(cum)) for line, cum in ((plate, 9), (bolt, 20)))
    documents = (order("PO1", {"PLATE": 10, "BOLT": 20}), msgspec.structs.replace(told, lines=lines))
    books.ledger.record(conn, documents, policy, now)

    facts = queries.facts(
        conn, "acme", since=NOW - timedelta(days=1), until=NOW + timedelta(days=1), now=now, policy=policy
    )

    assert [(one.part, one.agrees, one.shipment_id, one.behind.segment) for one in facts.cumulatives] == [
        ("BOLT", True, "", 11), ("PLATE", False, "S1", 10),
    ]  # fmt: skip
    assert verify(conn) == []


def test_movements_of_an_event_are_found_by_it(conn: Connection, books: Books) -> None:
    received = queries.events(conn, kind="GoodsReceived")[0]

    made = queries.movements(conn, event=received.seq)

    assert {movement.event for movement in made} == {received.seq}
    assert sum(movement.quantity for movement in made if movement.target.state == "available") == Decimal(8)

"""Lines that wait for something post when it comes, end at their deadline, and never twice."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Connection

from ledger import queries
from ledger.book import verify
from ledger.events import NoticeLine, OrderLine, PartDefined, UnitFactorDefined
from ledger.matching.resolved import moment
from ledger.outcomes import CaseOpened, Refused, Waiting
from tests.store.world import ACME, MASTER_DATA, PLATE, SITE, Books, notice, order


def in_transit(conn: Connection) -> dict[str, Decimal]:
    return {found.part: found.quantity for found in queries.balances(conn, by=("part",), state="in_transit")}


def test_notice_waits_for_its_order_and_posts_when_it_comes(conn: Connection) -> None:
    books = Books(conn)
    (waits,) = books.record(notice("S1", "PO1", {"PLATE": 5}))
    before = in_transit(conn)

    placed, released = books.record(order("PO1", {"PLATE": 5}))

    assert (waits.result, before) == ("waiting", {})
    assert (released.seq, released.kind, released.result) == (waits.seq, "ShipmentNotified", "posted")
    assert placed.result == "posted"
    assert in_transit(conn) == {"PLATE": Decimal(5)}
    assert verify(conn) == []


def test_notice_and_order_in_one_batch_end_as_in_two(conn: Connection) -> None:
    books = Books(conn)

    answers = books.record(notice("S1", "PO1", {"PLATE": 5}), order("PO1", {"PLATE": 5}))

    assert [(told.kind, told.result) for told in answers] == [
        ("ShipmentNotified", "waiting"), ("OrderPlaced", "posted"), ("ShipmentNotified", "posted"),
    ]  # fmt: skip
    assert in_transit(conn) == {"PLATE": Decimal(5)}
    assert verify(conn) == []


def test_notice_whose_order_never_comes_is_refused_when_its_grace_ends(conn: Connection) -> None:
    books = Books(conn)
    (waits,) = books.record(notice("S1", "PO9", {"PLATE": 5}))
    due = books.ledger.next_due(conn)
    early = books.tick(minutes=5)

    answers = books.tick(minutes=15)

    assert due is not None
    assert early == []
    told = next(answer for answer in answers if answer.seq == waits.seq)
    assert told.result == "refused"
    assert [type(outcome) for outcome in told.outcomes][:2] == [Refused, CaseOpened]
    assert in_transit(conn) == {}
    assert books.ledger.next_due(conn) is None
    assert books.tick(hours=5) == []
    assert verify(conn) == []


def test_a_refused_notice_leaves_its_number_free(conn: Connection) -> None:
    books = Books(conn)
    books.record(notice("S1", "PO9", {"PLATE": 5}))
    books.tick(minutes=30)
    books.record(order("PO1", {"PLATE": 5}))

    (told,) = books.record(notice("S1", "PO1", {"PLATE": 5}))

    assert told.result == "posted"
    assert in_transit(conn) == {"PLATE": Decimal(5)}
    assert verify(conn) == []


def test_lines_of_unknown_part_wait_while_the_others_post(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 5, "GASKET": 7}))
    (told,) = books.record(notice("S1", "PO1", {"PLATE": 5, "GASKET": 7}))
    before = in_transit(conn)

    books.record(PartDefined(number="GASKET", base_unit="EA"))

    assert told.result == "partly"
    assert before == {"PLATE": Decimal(5)}
    assert in_transit(conn) == {"PLATE": Decimal(5), "GASKET": Decimal(7)}
    assert verify(conn) == []


def test_line_waits_for_the_alias_of_its_part(conn: Connection) -> None:
    books = Books(conn)
    line = OrderLine(part_number="", supplier_part_number="V-9", order_line="1", quantity=Decimal(3), unit="EA")
    (waits,) = books.record(order("PO1", {}, lines=(line,)))

    answers = books.record(PartDefined(number="PLATE", base_unit="EA", aliases=("VP:V-9",)))

    assert [outcome.needs for outcome in waits.outcomes if isinstance(outcome, Waiting)] == ["part:V-9"]
    assert [(told.kind, told.result) for told in answers] == [("PartDefined", "posted"), ("OrderPlaced", "posted")]
    assert queries.orders(conn)[0].lines[0].part == "PLATE"


def test_line_waits_for_the_unit_factor_of_its_part(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 50}))
    line = NoticeLine(part_number="PLATE", order_number="PO1", quantity=Decimal(2), unit="XBX")
    (waits,) = books.record(notice("S1", "PO1", {}, lines=(line,)))

    books.record(UnitFactorDefined(number="PLATE/XBX", part="PLATE", unit="XBX", numerator=25))

    assert waits.result == "waiting"
    assert in_transit(conn) == {"PLATE": Decimal(50)}
    assert verify(conn) == []


def test_event_of_unknown_site_waits_for_it_and_its_redelivery_is_known(conn: Connection) -> None:
    books = Books(conn, masterdata=False)
    books.record(PLATE, ACME)
    (waits,) = books.record(order("PO1", {"PLATE": 5}))

    _, released = books.record(SITE)
    (again,) = books.record(order("PO1", {"PLATE": 5}))

    assert (waits.result, waits.site) == ("waiting", "")
    assert (released.result, released.site) == ("posted", "P1")
    assert (again.result, again.seq) == ("repeated", waits.seq)
    assert verify(conn) == []


def test_event_of_unknown_supplier_waits_for_it(conn: Connection) -> None:
    books = Books(conn, masterdata=False)
    books.record(SITE, PLATE)
    books.record(order("PO1", {"PLATE": 5}))

    answers = books.record(ACME)

    assert [(told.kind, told.result) for told in answers] == [
        ("SupplierDefined", "posted"),
        ("OrderPlaced", "posted"),
    ]
    assert verify(conn) == []


def test_everything_at_once_backwards_ends_as_forwards(conn: Connection) -> None:
    books = Books(conn, masterdata=False)
    events = (*MASTER_DATA, order("PO1", {"PLATE": 5}), notice("S1", "PO1", {"PLATE": 5}))

    for event in reversed(events):
        books.record(event)

    assert in_transit(conn) == {"PLATE": Decimal(5)}
    assert queries.cases(conn, status="open") == []
    assert verify(conn) == []


def test_time_in_a_book_never_runs_backwards(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 5}))
    last = queries.head(conn).recorded_at
    books.now = moment(0)

    (told,) = books.record(order("PO2", {"PLATE": 5}))

    kept = queries.event(conn, told.seq)
    assert kept is not None
    assert kept.recorded_at == last

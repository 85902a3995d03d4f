"""`Ledger.record`: facts post once, repeats change nothing, conflicts are kept, and a law never breaks half-way."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import Connection, func, select

from ledger import queries
from ledger.book import Ledger, LedgerError, verify
from ledger.book.saving.balances import Balances, Posting, Postings
from ledger.book.storage import tables
from ledger.events import GoodsReceived, OrderChanged, OrderLine, PartDefined, SiteDefined, UnitFactorDefined
from ledger.outcomes import Conflict, Posted, Refused, Repeated
from ledger.stock.bucket import Bucket, Movement
from tests.store.world import ACME, BOLT, MASTER_DATA, PLATE, SITE, Books, notice, order, receipt, source


def standing(conn: Connection, **equal: str) -> dict[tuple[str, str], Decimal]:
    """(part, state) -> quantity, external accounts included."""
    found = queries.balances(conn, by=("part", "state"), external=True, **equal)
    return {(balance.part, balance.state): balance.quantity for balance in found}


def rows(conn: Connection) -> dict[str, int]:
    """How many rows stand in every table."""
    return {
        name: conn.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in tables.metadata.tables.items()
    }


def test_order_notice_and_receipt_bring_goods_from_the_supplier_to_the_dock(conn: Connection) -> None:
    books = Books(conn)

    results = [
        books.record(order("PO1", {"PLATE": 100}))[0].result,
        books.record(notice("S1", "PO1", {"PLATE": 100}))[0].result,
        books.record(receipt("R1", "S1", "PO1", {"PLATE": 100}))[0].result,
    ]

    assert results == ["posted", "posted", "posted"]
    assert standing(conn) == {("PLATE", "available"): Decimal(100), ("PLATE", "supplier"): Decimal(-100)}
    assert verify(conn) == []


def test_every_line_of_a_goods_receipt_comes_to_the_dock(conn: Connection) -> None:
    books = Books(conn)
    quantities = {"PLATE": 100, "BOLT": 7}
    books.record(order("PO1", quantities), notice("S1", "PO1", quantities))

    (told,) = books.record(receipt("R1", "S1", "PO1", quantities))

    assert [(type(one), one.line) for one in told.outcomes] == [(Posted, "1"), (Posted, "2")]
    assert standing(conn, state="available") == {
        (part, "available"): Decimal(quantity) for part, quantity in quantities.items()
    }


def test_ship_notice_never_moves_stock_on_hand(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 60}))

    position = queries.position(conn, "PLATE")

    assert position is not None
    assert (position.usable, position.on_hand, position.in_transit) == (Decimal(0), Decimal(0), Decimal(60))
    assert position.on_order == Decimal(100)


def test_same_event_twice_changes_nothing(conn: Connection) -> None:
    books = Books(conn)
    events = (order("PO1", {"PLATE": 5}), notice("S1", "PO1", {"PLATE": 5}), receipt("R1", "S1", "PO1", {"PLATE": 5}))
    first = books.record(*events)
    before = rows(conn)

    again = books.record(*events)

    assert [(told.result, told.seq, told.outcomes) for told in again] == [
        ("repeated", told.seq, (Repeated(seq=told.seq),)) for told in first
    ]
    assert rows(conn) == before


def test_same_event_twice_in_one_batch_posts_once(conn: Connection) -> None:
    books = Books(conn)

    results = [told.result for told in books.record(order("PO1", {"PLATE": 5}), order("PO1", {"PLATE": 5}))]

    assert results == ["posted", "repeated"]
    assert [shown.lines[0].quantity for shown in queries.orders(conn)] == [Decimal(5)]


def test_a_repeat_is_known_whatever_its_stamps_and_the_order_of_its_lines(conn: Connection) -> None:
    books = Books(conn)
    first = order("PO1", {"PLATE": 5, "BOLT": 7})
    books.record(first)
    moved = tuple(
        OrderLine(
            part_number=line.part_number,
            order_line=line.order_line,
            quantity=line.quantity,
            unit="EA",
            segment=40 + n,
        )
        for n, line in enumerate(reversed(first.lines))
    )

    again = books.record(order("PO1", {}, lines=moved, source=source("other"), created_at=books.now))

    assert again[0].result == "repeated"


def test_other_content_under_the_same_key_is_kept_shown_and_changes_nothing(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 5}), notice("S1", "PO1", {"PLATE": 5}))
    (first,) = books.record(receipt("R1", "S1", "PO1", {"PLATE": 5}))
    before = standing(conn)

    (told,) = books.record(receipt("R1", "S1", "PO1", {"PLATE": 4}))

    kept = queries.event(conn, told.seq)
    assert told.result == "conflict"
    assert isinstance(told.outcomes[0], Conflict)
    assert standing(conn) == before
    assert kept is not None
    assert isinstance(kept.body, GoodsReceived)
    assert (kept.body.lines[0].quantity, told.seq) == (Decimal(4), first.seq + 1)
    assert verify(conn) == []


def test_the_same_conflict_twice_is_kept_once(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 5}), receipt("R1", "S1", "PO1", {"PLATE": 5}))
    (conflict,) = books.record(receipt("R1", "S1", "PO1", {"PLATE": 4}))
    before = rows(conn)

    (again,) = books.record(receipt("R1", "S1", "PO1", {"PLATE": 4}))

    assert (again.result, again.seq) == ("repeated", conflict.seq)
    assert rows(conn) == before


def test_more_lines_under_the_same_key_post_and_the_others_stay(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 5, "BOLT": 7}), notice("S1", "PO1", {"PLATE": 5, "BOLT": 7}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 5}))

    (told,) = books.record(receipt("R1", "S1", "PO1", {"PLATE": 5, "BOLT": 7}))

    kept = queries.event(conn, told.seq)
    assert told.result == "posted"
    assert kept is not None
    assert [line.line for line in kept.lines] == ["2"]
    assert standing(conn, state="available") == {
        ("BOLT", "available"): Decimal(7),
        ("PLATE", "available"): Decimal(5),
    }
    assert verify(conn) == []


def test_a_change_back_is_a_change_and_its_redelivery_is_not(conn: Connection) -> None:
    books = Books(conn)

    def change(quantity: int, hour: int) -> OrderChanged:
        line = OrderLine(part_number="PLATE", order_line="1", quantity=Decimal(quantity), unit="EA")
        return OrderChanged(
            number="PO1", partner="erp", supplier="92:A123", ship_to="92:PLT07", lines=(line,),
            created_at=books.now.replace(hour=hour),
        )  # fmt: skip

    books.record(order("PO1", {"PLATE": 5}))
    results = [
        books.record(change(quantity, hour))[0].result for quantity, hour in ((8, 9), (6, 10), (8, 9), (8, 11))
    ]

    assert results == ["posted", "posted", "repeated", "posted"]
    assert queries.orders(conn)[0].lines[0].quantity == Decimal(8)


def test_quantities_stand_in_the_base_unit_by_exact_factors(conn: Connection) -> None:
    books = Books(conn)
    lines = (OrderLine(part_number="BOLT", order_line="1", quantity=Decimal("2.5"), unit="XBX"),)

    books.record(order("PO1", {}, lines=lines))

    shown = queries.orders(conn)[0].lines[0]
    assert (shown.quantity, shown.unit) == (Decimal(625), "EA")


def test_master_data_is_one_row_in_force_and_defining_it_again_is_no_event(conn: Connection) -> None:
    books = Books(conn)
    renamed = PartDefined(number="PLATE", base_unit="EA", description="Plate, left")

    results = [told.result for told in books.record(PLATE, renamed, renamed, PLATE)]

    assert results == ["repeated", "posted", "repeated", "posted"]
    assert [part.number for part in queries.defined(conn, "PartDefined")] == ["BOLT", "PAINT", "PLATE"]
    assert books.ledger.masterdata(conn).parts["PLATE"].description == ""


def test_a_factor_that_converts_nothing_is_refused_and_kept(conn: Connection) -> None:
    books = Books(conn)

    (told,) = books.record(UnitFactorDefined(number="BOLT/XPK", part="BOLT", unit="XPK", numerator=0))

    assert told.result == "refused"
    assert told.outcomes == (Refused(code="content", reason="a factor of 0/1 converts nothing"),)
    assert books.ledger.masterdata(conn).factor("BOLT", "XPK") is None


def test_test_traffic_has_its_own_book_and_the_same_master_data(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 5}, book="test"), notice("S1", "PO1", {"PLATE": 5}, book="test"))

    assert standing(conn) == {}
    assert [b.quantity for b in queries.balances(conn, book="test", state="in_transit")] == [Decimal(5)]
    assert queries.head(conn, book="test").seq == len(MASTER_DATA) + 2
    assert verify(conn) == []


def test_master_data_that_comes_later_reaches_the_test_book_before_its_next_event(conn: Connection) -> None:
    books = Books(conn, masterdata=False)
    books.record(SITE, ACME)
    (waits,) = books.record(order("PO1", {"PLATE": 5}, book="test"))
    books.record(PLATE)

    _, released = books.record(order("PO2", {"PLATE": 6}, book="test"))

    assert (waits.result, released.seq, released.result) == ("waiting", waits.seq, "posted")
    assert verify(conn) == []


def test_netting_hides_no_step_below_zero(conn: Connection) -> None:
    shelf = Bucket("live", "P1", "PLATE", location="DOCK")
    supplier = Bucket("live", "P1", "PLATE", state="supplier")
    out, back = Movement(shelf, supplier, 10, ""), Movement(supplier, shelf, 10, "")
    balances = Balances()
    postings = Postings([Posting(out, 1, 1), Posting(back, 1, 1)])
    ends = balances.load(conn, postings.ends())

    with pytest.raises(LedgerError, match="10 should leave"):
        balances.post(conn, postings, ends, 1, 1)


def test_a_rollback_takes_master_data_back_too(conn: Connection) -> None:
    books = Books(conn, masterdata=False)
    books.record(SITE, ACME)
    savepoint = conn.begin_nested()
    books.record(PLATE)
    savepoint.rollback()

    books.record(BOLT)

    assert sorted(books.ledger.masterdata(conn).parts) == ["BOLT"]


def test_an_order_makes_no_movement(conn: Connection) -> None:
    books = Books(conn)

    (told,) = books.record(order("PO1", {"PLATE": 5}))

    assert told.outcomes == (Posted(line="1"),)
    assert queries.movements(conn) == []


def test_an_order_for_two_plants_is_one_event_for_each(conn: Connection) -> None:
    books = Books(conn)
    books.record(SiteDefined(number="P2", identifiers=("92:PLT08",)))
    lines = tuple(
        OrderLine(part_number="PLATE", order_line=str(n), quantity=Decimal(n), unit="EA", ship_to=place)
        for n, place in ((1, ""), (2, "92:PLT08"), (3, "92:PLT07"))
    )

    first, other = books.record(order("PO1", {}, lines=lines))
    again = books.record(order("PO1", {}, lines=lines))

    assert [(told.site, told.result) for told in (first, other)] == [("P1", "posted"), ("P2", "posted")]
    assert [(told.site, told.result) for told in again] == [("P1", "repeated"), ("P2", "repeated")]
    assert [(shown.site, len(shown.lines)) for shown in queries.orders(conn)] == [("P1", 2), ("P2", 1)]
    assert verify(conn) == []


def test_a_new_process_knows_master_data_as_the_one_that_recorded_it(conn: Connection) -> None:
    books = Books(conn)
    # Two parts claim one number of the supplier's: whoever said it last has it, whatever the parts are called.
    books.record(PartDefined(number="ZINC", base_unit="EA", aliases=("VP:V-9",)))
    books.record(PartDefined(number="ALLOY", base_unit="EA", aliases=("VP:V-9",)))

    known = [ledger.masterdata(conn).part_id("", "V-9", "acme") for ledger in (books.ledger, Ledger())]

    assert known == ["ALLOY", "ALLOY"]

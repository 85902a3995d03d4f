"""A shipment id over its life: cancelled, said again, replaced before it came."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.book import verify
from ledger.events import DiscrepancyResolved, PartDefined, ShipmentCancelled, ShipmentReplaced
from ledger.outcomes import CaseOpened
from tests.store.world import NOW, Books, Quantities, notice, order, receipt, source


def cancelled(number: str) -> ShipmentCancelled:
    return ShipmentCancelled(number=number, partner="acme", supplier="92:A123", ship_to="92:PLT07")


def replaced(number: str, order_number: str, quantities: Quantities) -> ShipmentReplaced:
    said = notice(number, order_number, quantities, source=source(f"{number}.{quantities}"))
    return ShipmentReplaced(**{name: getattr(said, name) for name in said.__struct_fields__})


def under_way(conn: Connection) -> dict[str, Decimal]:
    return {one.part: one.quantity for one in queries.balances(conn, by=("part",), state="in_transit")}


def test_a_cancelled_notice_posts_when_it_is_said_again_with_the_same_lines(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 5}), notice("S1", "PO1", {"PLATE": 5}), cancelled("S1"))

    (told,) = books.record(notice("S1", "PO1", {"PLATE": 5}, shipped_at=NOW + timedelta(hours=1)))

    assert (told.result, told.movements) == ("posted", 1)
    assert under_way(conn) == {"PLATE": Decimal(5)}
    assert verify(conn) == []


def test_a_notice_that_was_cancelled_while_it_waited_for_its_order_stays_so(conn: Connection) -> None:
    books = Books(conn)
    books.record(notice("S1", "PO1", {"PLATE": 5}), cancelled("S1"))

    placed, released = books.record(order("PO1", {"PLATE": 5}))

    assert (placed.result, released.number, released.result) == ("posted", "S1", "refused")
    assert under_way(conn) == {}
    assert [one.status for one in queries.shipments(conn)] == ["cancelled"]
    assert verify(conn) == []


def test_a_notice_whose_cancellation_came_first_ends_alike_before_its_order_and_after(conn: Connection) -> None:
    books = Books(conn)
    books.record(cancelled("S1"), notice("S1", "PO1", {"PLATE": 5}))

    books.record(order("PO1", {"PLATE": 5}))

    assert under_way(conn) == {}
    assert [one.status for one in queries.shipments(conn)] == ["cancelled"]
    assert verify(conn) == []


def test_a_notice_that_two_replacements_overtook_is_no_second_use_of_its_number(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 9}))
    books.record(replaced("S1", "PO1", {"PLATE": 7}))
    books.record(replaced("S1", "PO1", {"PLATE": 8}))

    (told,) = books.record(notice("S1", "PO1", {"PLATE": 5}))

    assert told.result == "refused"
    assert under_way(conn) == {"PLATE": Decimal(8)}
    assert queries.cases(conn, status="open") == []
    assert verify(conn) == []


def test_goods_that_came_before_order_and_notice_leave_no_case_behind(conn: Connection) -> None:
    books = Books(conn)
    books.record(notice("S1", "PO1", {"PLATE": 5}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 5}))
    blind = [(one.code, one.supplier) for one in queries.cases(conn, status="open")]

    books.record(order("PO1", {"PLATE": 5}))

    assert blind == [("D14", "")]
    assert queries.cases(conn, status="open") == []
    assert [(one.id, one.supplier, one.status) for one in queries.cases(conn)] == [("C1", "acme", "closed")]
    assert verify(conn) == []


def test_a_short_that_was_closed_stays_so_when_more_comes_after_all(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 10}), notice("S1", "PO1", {"PLATE": 10}))
    (line,) = receipt("R1", "S1", "PO1", {"PLATE": 7}).lines
    books.record(receipt("R1", "S1", "PO1", {}, lines=(msgspec.structs.replace(line, complete=True),)))
    (short,) = queries.cases(conn, status="open")
    books.record(DiscrepancyResolved(number=short.id, resolution="short_close", partner="desk"))

    books.record(receipt("R2", "S1", "PO1", {"PLATE": 1}))

    states = {one.state: one.quantity for one in queries.balances(conn, by=("state",), external=True)}
    assert states == {"supplier": -7, "clearing": -1, "available": 7, "quality_hold": 1}
    assert [one.code for one in queries.cases(conn, status="open")] == ["D17"]
    assert verify(conn) == []


@pytest.mark.parametrize("together", [True, False])
def test_the_first_goods_of_a_notice_end_the_wait_for_its_other_parts_too(conn: Connection, together: bool) -> None:
    books = Books(conn)
    many = {"PLATE": 5, "BOLT": 5, "NUT": 5}
    books.record(PartDefined(number="NUT", base_unit="EA"), order("PO1", many), notice("S1", "PO1", many))
    came = [receipt("R1", "", "", {"PLATE": 5}), receipt("R2", "", "", {"BOLT": 2})]

    for batch in [came] if together else [[one] for one in came]:
        books.record(*batch)
    first, after = queries.shipments(conn)[0], books.tick(days=30)

    assert [line.status for line in first.lines] == ["closed", "open", "open"]
    assert [one.code for told in after for one in told.outcomes if isinstance(one, CaseOpened)] == ["D16", "D16"]
    assert [line.status for line in queries.shipments(conn)[0].lines] == ["closed"] * 3
    assert verify(conn) == []

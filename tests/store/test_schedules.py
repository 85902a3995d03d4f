"""Schedules and invoices: filed, kept, and read beside the orders and goods they speak of, on both engines."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from ledger import queries
from ledger.book import Ledger, verify
from ledger.events import (
    Authorization,
    InvoiceLine,
    OrderLine,
    PartDefined,
    Price,
    Requirement,
    ScheduleLine,
    ScheduleReleased,
    SupplierInvoiceReceived,
)
from ledger.outcomes import Conflict, Recorded, Refused
from ledger.policy import Policy, Terms
from tests.store.world import NOW, Books, notice, order, receipt, source

DAY = timedelta(days=1)
MIDNIGHT = NOW.replace(hour=0)


def need(quantity: int, due: datetime, **named: Any) -> Requirement:
    return Requirement(quantity=Decimal(quantity), due_at=due, **named)


def released(
    number: str, issued: datetime, *needs: Requirement, part: str = "PLATE", **named: Any
) -> ScheduleReleased:
    line = {"part_number": part, "unit": "EA", "requirements": needs, "segment": 7} | named.pop("line", {})
    said: dict[str, Any] = {
        "schedule": "planning", "partner": "erp", "supplier": "92:A123", "ship_to": "92:PLT07", "release": number,
        "issued_at": issued, "source": source(number),
    } | named  # fmt: skip
    return ScheduleReleased(number="SCH1", lines=(ScheduleLine(**line),), **said)


def standing(conn: Connection, **chosen: Any) -> list[tuple[str, str, datetime]]:
    """(release, quantity, due) of the one schedule there is."""
    (found,) = queries.schedules(conn, **chosen)
    return [(one.release, str(one.quantity), one.due_at) for one in found.requirements]


def invoice(number: str, *lines: InvoiceLine, **named: Any) -> SupplierInvoiceReceived:
    said: dict[str, Any] = {"partner": "acme", "supplier": "92:A123", "ship_to": "92:PLT07"} | named
    return SupplierInvoiceReceived(number=number, lines=lines, **said)


def billed(quantity: int, **named: Any) -> InvoiceLine:
    said: dict[str, Any] = {"part_number": "PLATE", "unit": "EA", "order_number": "PO1"} | named
    return InvoiceLine(quantity=Decimal(quantity), **said)


def priced(number: str, amount: str, per: int) -> Any:
    line = OrderLine(
        part_number="PLATE", order_line="1", quantity=Decimal(100), unit="EA", price=Decimal(amount),
        price_per=Decimal(per), segment=5,
    )  # fmt: skip
    return order(number, {}, lines=(line,), currency="USD")


def why(recorded: Recorded) -> list[str]:
    return [one.reason for one in recorded.outcomes if isinstance(one, Refused | Conflict)]


def test_a_shipping_schedule_that_came_first_hides_the_planning_schedule_in_its_horizon(conn: Connection) -> None:
    books = Books(conn)
    week = need(100, MIDNIGHT + 3 * DAY, timing="weekly")
    firm = released(
        "7", NOW, need(30, MIDNIGHT + 4 * DAY, certainty="firm"), schedule="shipping",
        horizon_start=MIDNIGHT, horizon_end=MIDNIGHT + 6 * DAY,
    )  # fmt: skip

    books.record(firm)
    books.record(released("1", NOW - DAY, week, need(40, MIDNIGHT + 20 * DAY)))

    # What exceeds the call-off is due when the horizon ends.
    assert standing(conn) == [
        ("7", "30", MIDNIGHT + 4 * DAY), ("1", "70", MIDNIGHT + 7 * DAY),
        ("1", "40", MIDNIGHT + 20 * DAY),
    ]  # fmt: skip
    assert verify(conn) == []


def test_an_older_release_that_comes_late_is_kept_and_changes_nothing(conn: Connection) -> None:
    books = Books(conn)
    books.record(released("2", NOW, need(20, MIDNIGHT + DAY)))

    (late,) = books.record(released("1", NOW - DAY, need(10, MIDNIGHT + DAY)))
    (again,) = books.record(released("1", NOW - DAY, need(10, MIDNIGHT + DAY)))

    assert standing(conn) == [("2", "20", MIDNIGHT + DAY)]
    assert (late.result, again.result) == ("posted", "repeated")
    assert [(one.release, one.requirements) for one in queries.releases(conn)] == [("2", 1), ("1", 1)]


def test_requirements_are_in_base_units_with_their_cumulative_and_authorisations(conn: Connection) -> None:
    books = Books(conn)
    line = {
        "part_number": "BOLT", "unit": "XBX", "cum_required": Decimal(4),
        "authorizations": (Authorization(kind="fabrication", quantity=Decimal(10), until=MIDNIGHT + 30 * DAY),),
    }  # fmt: skip
    books.record(released("1", NOW, need(5, MIDNIGHT), need(7, MIDNIGHT + DAY), line=line, quantities="cumulative"))

    (found,) = queries.schedules(conn, part="BOLT")
    assert [(one.quantity, one.cumulative) for one in found.requirements] == [
        (Decimal(250), Decimal(1250)), (Decimal(500), Decimal(1750)),
    ]  # fmt: skip
    assert [(one.kind, one.quantity) for one in found.authorizations] == [("fabrication", Decimal(2500))]
    assert (found.unit, found.cum_required, found.counterparty) == ("EA", Decimal(1000), "acme")


def test_whose_requirements_a_schedule_speaks_of_is_the_agreements_word(conn: Connection) -> None:
    books = Books(conn)
    policy = Policy(terms={"oem": Terms(schedules="demand")})
    theirs = released(
        "1", NOW, need(5, MIDNIGHT), partner="oem", supplier="92:PLT07", ship_to="92:OEM1", ship_from="92:PLT07"
    )

    Ledger().record(conn, [theirs], policy, books.now)

    (found,) = queries.schedules(conn, direction="demand")
    assert (found.site, found.counterparty, found.ship_to) == ("P1", "oem", "92:OEM1")
    assert queries.schedules(conn, direction="supply") == []
    assert verify(conn) == []


def test_a_line_of_an_unknown_part_waits_for_it(conn: Connection) -> None:
    books = Books(conn)
    (waits,) = books.record(released("1", NOW, need(5, MIDNIGHT), part="GASKET"))

    books.record(PartDefined(number="GASKET", base_unit="EA"))

    assert waits.result == "waiting"
    assert standing(conn) == [("1", "5", MIDNIGHT)]
    assert verify(conn) == []


def test_schedules_and_releases_are_paged_without_losing_any(conn: Connection) -> None:
    books = Books(conn)
    for n, part in enumerate(("PLATE", "BOLT", "PLATE")):
        books.record(released(str(n), NOW + n * DAY, need(5, MIDNIGHT), part=part))

    first, second = (one.part for one in queries.schedules(conn))
    (page,) = queries.schedules(conn, limit=1)
    (rest,) = queries.schedules(conn, after=page.cursor, limit=1)
    kept = queries.releases(conn)
    behind = queries.releases(conn, after=kept[0].cursor)

    assert (page.part, rest.part) == (first, second) == ("BOLT", "PLATE")
    assert [one.release for one in kept] == ["0", "1", "2"]
    assert behind == kept[1:]


def test_a_requirement_below_zero_is_refused_saying_what_to_do(conn: Connection) -> None:
    books = Books(conn)

    (told,) = books.record(released("1", NOW, need(-5, MIDNIGHT)))

    assert (told.result, why(told)) == (
        "refused",
        ["A requirement is below zero, and only net changes may be. Say `net_change`, or correct it."],
    )


# --- invoices -----------------------------------------------------------------------------------------------


def test_an_invoice_is_read_beside_what_was_ordered_received_and_agreed(conn: Connection) -> None:
    books = Books(conn)
    books.record(
        invoice("INV1", billed(60, price=Price(amount=Decimal("0.0450"))), currency="USD", total=Decimal("2.70"))
    )
    books.record(priced("PO1", "4.25", 100), notice("S1", "PO1", {"PLATE": 50}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 50}))

    (found,) = queries.invoices(conn)

    (line,) = found.lines
    assert (line.matched_by, line.order_number, line.order_line) == ("order", "PO1", "1")
    assert (line.ordered, line.received, line.invoiced) == (Decimal(100), Decimal(50), Decimal(60))
    assert (line.price, line.price_per, line.order_price, line.order_price_per) == (
        "0.0450", Decimal(1), "4.25", Decimal(100),
    )  # fmt: skip
    assert (found.total, found.counted, found.currency, line.order_currency) == (
        "2.70", Decimal("2.7"), "USD", "USD",
    )  # fmt: skip
    assert verify(conn) == []


def test_credit_notes_count_below_zero_and_leave_received_not_invoiced(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 50}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 50}))
    books.record(invoice("INV1", billed(50)))
    books.record(invoice("CR1", billed(10), invoice="credit_note", refers_to="INV1"))

    total = queries.invoiced_by_order_line(conn, site="P1", parts=["PLATE"])

    assert {tuple(key): quantity for key, quantity in total.items()} == {
        ("live", "P1", "acme", "PO1", "1"): 40_000_000
    }
    assert [line.quantity for found in queries.invoices(conn) for line in found.lines] == [Decimal(50), Decimal(-10)]


def test_an_invoice_by_shipment_or_receipt_bills_what_came_of_those(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 50}), notice("S2", "PO1", {"PLATE": 20}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 45}), receipt("R2", "S2", "PO1", {"PLATE": 20}))

    books.record(
        invoice("INV1", billed(50, order_number="", shipment_id="S1")),
        invoice("INV2", billed(20, order_number="", receipt_id="R2")),
    )

    lines = [line for found in queries.invoices(conn) for line in found.lines]
    assert [(one.matched_by, one.order_line, one.received, one.invoiced) for one in lines] == [
        ("shipment", "1", Decimal(45), Decimal(50)), ("receipt", "1", Decimal(20), Decimal(20)),
    ]  # fmt: skip
    assert sum(queries.invoiced_by_order_line(conn, site="P1", parts=["PLATE"]).values()) == 70_000_000
    assert [one.invoice_number for one in queries.invoice_matches(conn, site="P1", part="PLATE")] == ["INV1", "INV2"]


def test_an_invoice_number_with_other_content_is_a_conflict_and_changes_nothing(conn: Connection) -> None:
    books = Books(conn)
    books.record(invoice("INV1", billed(50)))

    (same,) = books.record(invoice("INV1", billed(50)))
    (other,) = books.record(invoice("INV1", billed(60)))
    (total,) = books.record(invoice("INV1", billed(50), total=Decimal(9)))

    assert (same.result, other.result, total.result) == ("repeated", "conflict", "conflict")
    assert why(other) == ["Invoice INV1 was recorded with other content. Send a credit note and a new invoice."]
    assert [line.quantity for found in queries.invoices(conn) for line in found.lines] == [Decimal(50)]


def test_one_number_from_two_senders_is_shown_as_a_duplicate(conn: Connection) -> None:
    books = Books(conn)
    (first, second) = books.record(invoice("INV1", billed(50)), invoice("INV1", billed(50), partner="van"))

    assert [one.duplicates for one in queries.invoices(conn)] == [(second.seq,), (first.seq,)]


def test_an_invoice_without_a_place_stands_where_its_order_does(conn: Connection) -> None:
    books = Books(conn)
    (waits,) = books.record(invoice("INV1", billed(50), ship_to=""))

    books.record(order("PO1", {"PLATE": 100}))

    assert waits.result == "waiting"
    assert [(one.site, one.invoice_number) for one in queries.invoices(conn)] == [("P1", "INV1")]
    assert verify(conn) == []


def test_invoices_of_evaluated_receipts_are_recorded_and_marked(conn: Connection) -> None:
    books = Books(conn)
    policy = Policy(terms={"acme": Terms(evaluated_receipt=True)})

    Ledger().record(conn, [invoice("INV1", billed(50))], policy, books.now)

    assert [(one.evaluated_receipt, one.lines[0].evaluated_receipt) for one in queries.invoices(conn)] == [
        (True, True)
    ]

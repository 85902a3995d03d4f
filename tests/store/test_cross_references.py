"""Cross-references: by sender and by day, tried in one order, and what waited for one posts when it comes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.book import rebuild, verify
from ledger.events import (
    Actor,
    CrossReferenceDefined,
    Event,
    NoticeLine,
    OrderLine,
    PartDefined,
    UnitFactorDefined,
    cross_reference_number,
)
from ledger.outcomes import CaseOpened, Refused, Waiting
from tests.store.world import NOW, Books, notice, order, receipt

NAMED = "a part is named as BP:number (the buyer's) or VP:number (the supplier's own), not "
OF_77 = OrderLine(part_number="77", order_line="1", quantity=Decimal(3), unit="EA")


def reference(of: Any, identifier: str, means: str, **said: Any) -> CrossReferenceDefined:
    named = {name: said[name] for name in ("sender", "within", "valid_from") if name in said}
    number = said.pop("number", cross_reference_number(of, identifier, **named))
    return CrossReferenceDefined(number=number, of=of, identifier=identifier, means=means, **said)


def in_transit(conn: Connection) -> dict[str, Decimal]:
    return {found.part: found.quantity for found in queries.balances(conn, by=("part",), state="in_transit")}


def shipped(number: str, part: str, quantity: int = 5, **said: Any) -> Event:
    """A notice of one line against an order that names the same part."""
    at = {
        name: said.pop(name)
        for name in ("partner", "shipped_at", "occurred_at", "ship_to", "supplier")
        if name in said
    }
    line = NoticeLine(part_number=part, order_number="PO1", quantity=Decimal(quantity), **({"unit": "EA"} | said))
    return notice(number, "PO1", {}, lines=(line,), **at)


def is_sound(conn: Connection) -> bool:
    """Every law holds, and recording all events again makes the same books."""
    return verify(conn) == [] and rebuild(conn).differences == ()


# --- what waits, and what comes -----------------------------------------------------------------------------


def test_a_part_that_nobody_knows_waits_and_posts_when_its_cross_reference_comes(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 5}))
    (waits,) = books.record(shipped("S1", "AC-4711"))

    defined, released = books.record(reference("part", "BP:AC-4711", "PLATE", sender="acme"))

    assert (waits.result, [type(found) for found in waits.outcomes][:2]) == ("waiting", [Waiting, CaseOpened])
    assert (defined.result, released.seq, released.result) == ("posted", waits.seq, "posted")
    assert in_transit(conn) == {"PLATE": Decimal(5)}
    assert [found.status for found in queries.cases(conn, code="D04")] == ["closed"]
    assert is_sound(conn)


def test_it_releases_only_what_its_sender_sent(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 50}))
    books.record(shipped("S1", "77"), shipped("S2", "77", partner="bravo"))

    answers = books.record(reference("part", "BP:77", "PLATE", sender="bravo"))

    assert [(told.kind, told.number, told.result) for told in answers[1:]] == [("ShipmentNotified", "S2", "posted")]
    assert is_sound(conn)


def test_one_for_everybody_releases_all_that_waited(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 50}))
    books.record(shipped("S1", "77"), shipped("S2", "77", partner="bravo"))

    answers = books.record(reference("part", "BP:77", "PLATE"))

    assert [(told.number, told.result) for told in answers[1:]] == [("S1", "posted"), ("S2", "posted")]
    assert is_sound(conn)


def test_the_suppliers_own_number_is_enough(conn: Connection) -> None:
    books = Books(conn)
    line = OrderLine(part_number="X-1", supplier_part_number="V-9", order_line="1", quantity=Decimal(3), unit="EA")
    books.record(order("PO1", {}, lines=(line,)))

    answers = books.record(reference("part", "VP:V-9", "PLATE", sender="erp"))

    assert [(told.kind, told.result) for told in answers[1:]] == [("OrderPlaced", "posted")]
    assert queries.orders(conn)[0].lines[0].part == "PLATE"
    assert is_sound(conn)


@pytest.mark.parametrize("part_first", [True, False])
def test_one_to_a_part_not_yet_defined_works_once_it_is(conn: Connection, part_first: bool) -> None:
    books = Books(conn)
    books.record(order("PO1", {}, lines=(OF_77,)))
    new: list[Event] = [PartDefined(number="GASKET", base_unit="EA"), reference("part", "BP:77", "GASKET")]

    answers = books.record(*(new if part_first else new[::-1]))

    assert (answers[-1].kind, answers[-1].result) == ("OrderPlaced", "posted")
    assert queries.orders(conn)[0].lines[0].part == "GASKET"
    assert is_sound(conn)


def test_one_recorded_long_before_its_part_releases_too(conn: Connection) -> None:
    books = Books(conn)
    books.record(reference("part", "BP:77", "GASKET"))
    books.record(order("PO1", {}, lines=(OF_77,)))

    answers = books.record(PartDefined(number="GASKET", base_unit="EA"))

    assert [(told.kind, told.result) for told in answers[1:]] == [("OrderPlaced", "posted")]
    assert is_sound(conn)


def test_one_that_was_changed_in_the_same_batch_releases_nothing_by_what_it_meant_before(conn: Connection) -> None:
    books = Books(conn)
    books.record(reference("part", "BP:77", "GASKET"))
    books.record(order("PO1", {}, lines=(OF_77,)))

    answers = books.record(
        reference("part", "BP:77", "RIVET"), PartDefined(number="GASKET", base_unit="EA"),
    )  # fmt: skip
    (_, later) = books.record(PartDefined(number="RIVET", base_unit="EA"))

    assert [told.result for told in answers if told.kind == "OrderPlaced"] == ["waiting"]
    assert (later.kind, later.result) == ("OrderPlaced", "posted")
    assert is_sound(conn)


def test_a_unit_of_any_part_releases_the_lines_of_every_part(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 50, "BOLT": 50}))
    books.record(shipped("S1", "PLATE", unit="x12:ZZ"), shipped("S2", "BOLT", unit="x12:ZZ"))

    answers = books.record(reference("unit", "x12:ZZ", "EA", sender="acme"))

    assert {(told.number, told.result) for told in answers[1:]} == {("S1", "posted"), ("S2", "posted")}
    assert in_transit(conn) == {"PLATE": Decimal(5), "BOLT": Decimal(5)}
    assert is_sound(conn)


def test_a_unit_waits_for_the_factor_of_what_it_means(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 50}))
    books.record(reference("unit", "x12:ZZ", "XBX"), shipped("S1", "PLATE", 2, unit="x12:ZZ"))

    answers = books.record(UnitFactorDefined(number="PLATE/XBX", part="PLATE", unit="XBX", numerator=10))

    assert [(told.number, told.result) for told in answers[1:]] == [("S1", "posted")]
    assert in_transit(conn) == {"PLATE": Decimal(20)}
    assert is_sound(conn)


def test_a_site_and_a_supplier_release_whole_documents(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 50}))
    (waits,) = books.record(shipped("S1", "PLATE", ship_to="91:0007", supplier="1:009"))

    (_, again) = books.record(reference("site", "91:0007", "P1", sender="acme"))
    (_, released) = books.record(reference("party", "1:009", "acme"))

    assert (waits.result, again.result, released.result) == ("waiting", "waiting", "posted")
    assert (released.site, in_transit(conn)) == ("P1", {"PLATE": Decimal(5)})
    assert is_sound(conn)


# --- how it is understood -------------------------------------------------------------------------------------


def test_the_sender_wins_over_our_own_number_and_ours_over_everybodys(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 50, "BOLT": 50}))
    books.record(reference("part", "BP:PLATE", "BOLT", sender="acme"), reference("part", "BP:PLATE", "PAINT"))

    books.record(shipped("S1", "PLATE", 3), shipped("S2", "PLATE", 4, partner="bravo"))

    assert in_transit(conn) == {"BOLT": Decimal(3), "PLATE": Decimal(4)}
    assert is_sound(conn)


@pytest.mark.parametrize(
    ("day", "part"),
    [
        (date(2026, 10, 31), "PLATE"),
        (date(2026, 11, 1), "BOLT"),
        (date(2026, 11, 30), "BOLT"),
        (date(2026, 12, 1), "PLATE"),
    ],
)
def test_the_day_of_the_document_chooses_the_entry(conn: Connection, day: str, part: str) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 50, "BOLT": 50}))
    books.record(
        reference("part", "BP:77", "BOLT", valid_from=date(2026, 11, 1), valid_to=date(2026, 11, 30)),
        reference("part", "BP:77", "PLATE"),
    )

    at = datetime.fromisoformat(f"{day}T12:00:00Z")
    books.record(shipped("S1", "77", shipped_at=at, occurred_at=at))

    assert in_transit(conn) == {part: Decimal(5)}


def test_a_later_beginning_takes_over_and_what_was_recorded_stays(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 50, "BOLT": 50}))
    books.record(reference("part", "BP:77", "PLATE"), shipped("S1", "77", 3))

    books.record(reference("part", "BP:77", "BOLT", valid_from=NOW.date()), shipped("S2", "77", 4))

    assert in_transit(conn) == {"PLATE": Decimal(3), "BOLT": Decimal(4)}
    assert is_sound(conn)


def test_the_day_is_the_senders_own_and_without_one_that_of_recording(conn: Connection) -> None:
    books = Books(conn)
    books.record(
        reference("part", "BP:77", "BOLT", valid_from=date(2026, 11, 21)), reference("part", "BP:77", "PLATE")
    )
    line = OF_77

    # 20 November, 23:00 in Detroit, is the 21st in UTC.
    late = datetime.fromisoformat("2026-11-20T23:00:00-05:00")
    books.record(order("PO1", {}, lines=(line,), occurred_at=late), order("PO2", {}, lines=(line,)))
    books.now += timedelta(days=1)
    books.record(order("PO3", {}, lines=(line,)))

    found = {one.order_number: one.lines[0].part for one in queries.orders(conn)}
    assert found == {"PO1": "PLATE", "PO2": "PLATE", "PO3": "BOLT"}
    assert is_sound(conn)


def test_a_box_of_one_supplier_holds_what_it_says(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"BOLT": 5000}))
    books.record(
        reference("unit", "XBX", "EA", sender="acme", within="BOLT", numerator=100),
        reference("unit", "XBX", "EA", sender="acme", numerator=7),
    )

    books.record(shipped("S1", "BOLT", 2, unit="XBX"), shipped("S2", "BOLT", 1, unit="XBX", partner="bravo"))

    assert in_transit(conn) == {"BOLT": Decimal(200 + 250)}
    assert is_sound(conn)


def test_a_location_is_ours_at_its_site_and_as_sent_where_nothing_is_known(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 50}), reference("location", "07", "RACK-7", sender="threepl", within="P1"))

    received = receipt("R1", "", "PO1", {"PLATE": 5})
    lines = tuple(
        msgspec.structs.replace(received.lines[0], receipt_line=str(n), location=location)
        for n, location in enumerate(("07", "08"), 1)
    )
    books.record(msgspec.structs.replace(received, lines=lines))

    found = {
        one.location: one.quantity for one in queries.balances(conn, by=("location",), part="PLATE") if one.location
    }
    assert found == {"RACK-7": Decimal(5), "08": Decimal(5)}
    assert is_sound(conn)


def test_one_withdrawn_means_nothing_from_then_on(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 50}), reference("part", "BP:77", "PLATE"))
    books.record(reference("part", "BP:77", "PLATE", withdrawn=True))

    (told,) = books.record(shipped("S1", "77"))

    assert told.result == "waiting"
    assert is_sound(conn)


# --- what is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (reference("part", "77", "PLATE"), NAMED + "77"),
        (reference("part", "BP:", "PLATE"), NAMED + "BP:"),
        (reference("part", "BP:7", ""), "it needs an identifier and what it means"),
        (
            reference("part", "BP:7", "PLATE", within="P1"),
            "a part means the same everywhere: `within` is for units and locations",
        ),
        (reference("unit", "XBX", "EA", numerator=0), "a factor of 0/1 converts nothing"),
        (reference("site", "92:1", "P1", numerator=2), "a site has no factor"),
        (reference("part", "BP:7", "PLATE", number="7"), "its number has to be part//BP:7"),
        (
            reference("part", "BP:7", "PLATE", valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 31)),
            "it would end on 2026-01-31, before it begins on 2026-02-01",
        ),
        (
            reference("part", "BP:7", "PLATE", actor=Actor(kind="model", id="helper-1")),
            "helper-1 is a model: it may recommend, people decide",
        ),
    ],
)
def test_what_can_mean_nothing_is_refused(conn: Connection, said: Event, reason: str) -> None:
    books = Books(conn)

    (told,) = books.record(said)

    assert told.outcomes == (Refused(code="content", reason=reason),)
    assert not books.ledger.masterdata(conn).cross_references
    assert is_sound(conn)


def test_two_entries_never_share_a_number() -> None:
    numbers = [
        cross_reference_number("location", "A", within="B"), cross_reference_number("location", "A/B"),
        cross_reference_number("location", "A@2026-01-01"),
        cross_reference_number("location", "A", valid_from=date(2026, 1, 1)),
        cross_reference_number("location", "A%2FB"), cross_reference_number("location", "B", "A"),
    ]  # fmt: skip

    assert len(set(numbers)) == len(numbers)


def test_the_test_book_takes_them_over_with_who_and_when(conn: Connection) -> None:
    books = Books(conn)
    books.record(reference("part", "BP:77", "PLATE", actor=Actor(kind="user", id="lisa")))
    books.record(order("PO1", {}, lines=(OF_77,), book="test"))

    (entry,) = books.ledger.masterdata(conn, book="test").cross_references.by_number.values()
    assert queries.orders(conn, book="test")[0].lines[0].part == "PLATE"
    assert (entry.actor, entry.recorded_at is not None) == (Actor(kind="user", id="lisa"), True)
    assert verify(conn) == []


# --- any order of arrival -------------------------------------------------------------------------------------

ARRIVING: tuple[Event, ...] = (
    order("PO1", {"PLATE": 50, "BOLT": 5000}),
    shipped("S1", "77", 2, unit="x12:ZZ", ship_to="91:0007", supplier="1:009"),
    reference("part", "BP:77", "BOLT", sender="acme"),
    reference("unit", "x12:ZZ", "XBX", sender="acme", within="BOLT"),
    reference("site", "91:0007", "P1"),
    reference("party", "1:009", "acme", sender="acme"),
)


@pytest.mark.long_on_postgres
@pytest.mark.parametrize("seed", range(12))
def test_a_document_and_what_it_waits_for_end_alike_in_any_order_and_any_batches(conn: Connection, seed: int) -> None:
    choose = Random(seed)
    arriving = choose.sample(ARRIVING, len(ARRIVING))
    books = Books(conn)

    while arriving:
        size = choose.randint(1, len(arriving))
        books.record(*arriving[:size])
        arriving = arriving[size:]

    assert in_transit(conn) == {"BOLT": Decimal(500)}
    assert queries.misses(conn, now=books.now) == []
    assert [case.code for case in queries.cases(conn, status="open")] == []
    assert is_sound(conn)

"""Labels on two notices, or twice on one line (D23): whichever came first, the one shipped later is asked about."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from ledger import queries
from ledger.book import rebuild, verify
from ledger.events import HandlingUnit, NoticeLine, ShipmentCancelled, ShipmentNotified
from ledger.policy import Policy, Terms
from tests.store.world import NOW, Books, notice, order, source

ORDER = order("PO1", {"PLATE": 1000, "BOLT": 1000})
ONCE = Policy(terms={"acme": Terms(unique_labels=True)})


def labelled(
    number: str, hour: int, *units: str, serials: tuple[str, ...] = (), part: str = "PLATE"
) -> ShipmentNotified:
    line = NoticeLine(
        part_number=part, order_number="PO1", quantity=Decimal(10), unit="EA", segment=10, serials=serials,
        handling_units=tuple(HandlingUnit(id=unit, kind="pack") for unit in units),
    )  # fmt: skip
    return notice(number, "PO1", {}, lines=(line,), shipped_at=NOW - timedelta(hours=24 - hour))


def found(conn: Connection) -> set[tuple[str, str]]:
    """Shipment and status of what is in question."""
    return {(one.shipment_id, one.status) for one in queries.cases(conn) if one.code == "D23"}


def play(conn: Connection, *documents: ShipmentNotified | ShipmentCancelled, policy: Policy = ONCE) -> Books:
    books = Books(conn)
    books.policy = policy
    books.record(ORDER)
    for n, document in enumerate(documents):
        books.now = NOW + timedelta(minutes=n)
        books.record(document)
    return books


def test_a_label_of_an_earlier_shipment_is_asked_about_in_either_order(conn: Connection) -> None:
    documents = (labelled("S1", 1, "U1", "U2"), labelled("S2", 2, "U2", part="BOLT"), labelled("S3", 3, "U3"))

    for arrived in permutations(documents):
        savepoint = conn.begin_nested()
        play(conn, *arrived)
        assert found(conn) == {("S2", "open")}, [one.number for one in arrived]
        savepoint.rollback()


def test_a_serial_counts_as_a_label_and_one_batch_as_several(conn: Connection) -> None:
    books = Books(conn)
    books.policy = ONCE
    books.record(ORDER, labelled("S2", 2, serials=("Z9",)), labelled("S1", 1, serials=("Z9",)))

    assert found(conn) == {("S2", "open")}
    assert verify(conn) == []
    assert rebuild(conn).differences == ()


def test_nothing_is_looked_up_where_no_agreement_asks_for_it(conn: Connection) -> None:
    play(conn, labelled("S1", 1, "U1"), labelled("S2", 2, "U1"), policy=Policy())

    assert found(conn) == set()


def test_what_is_cancelled_or_replaced_frees_its_labels(conn: Connection) -> None:
    cancelled = ShipmentCancelled(
        number="S1", partner="acme", supplier="92:A123", ship_to="92:PLT07", source=source("S1.01")
    )

    play(conn, labelled("S1", 1, "U1"), labelled("S2", 2, "U1"), cancelled)

    assert found(conn) == {("S2", "closed")}


def test_a_label_twice_on_one_line_is_seen_without_any_agreement(conn: Connection) -> None:
    play(conn, labelled("S1", 1, "U1", "U2", "U1"), labelled("S2", 2, "U3", "U4"), policy=Policy())

    (case,) = [one for one in queries.cases(conn) if one.code == "D23"]
    assert (case.shipment_id, "U1 stands more than once" in case.text) == ("S1", True)


LABELS = st.lists(st.sampled_from(("U1", "U2", "U3", "U4")), max_size=3, unique=True)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(units=st.lists(LABELS, min_size=2, max_size=4), data=st.data())
def test_exactly_the_notices_that_repeat_an_older_label_are_asked_about(
    conn: Connection, units: list[list[str]], data: st.DataObject
) -> None:
    documents = [labelled(f"S{n}", n, *names) for n, names in enumerate(units)]
    repeated = {
        (f"S{n}", "open") for n, names in enumerate(units) if set(names) & {u for older in units[:n] for u in older}
    }
    arrived = data.draw(st.permutations(documents))
    savepoint = conn.begin_nested()

    play(conn, *arrived)

    ends = {one for one in found(conn) if one[1] == "open"}
    savepoint.rollback()
    assert ends == repeated

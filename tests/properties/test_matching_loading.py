"""What matching asks to be loaded is enough: decisions over loaded records are those over everything.

The same documents go into the ledger in memory, which has everything at hand, and into the books on SQLite, which
load what `needs` names, once in batches of one and once as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from ledger.book import Ledger, upgrade
from ledger.book.storage import tables
from ledger.book.storage.document_tables import cases
from ledger.events import Event, GoodsReceiptReversed, PartDefined, SiteDefined, SupplierDefined
from ledger.policy import CumulativeTerms, Policy, Terms
from tests.properties.test_cumulatives import tell_cumulatives
from tests.properties.test_matching_convergence import worlds
from tests.store.sqlite import memory_engine
from tests.unit.ledger.driver import START, MemoryLedger
from tests.unit.ledger.stories import cancelled, notice_line, replaced

MASTER_DATA: tuple[Event, ...] = (
    SiteDefined(number="PLT07", identifiers=("92:PLT07",)),
    SupplierDefined(number="ACME", identifiers=("92:ACME",)),
    *(PartDefined(number=part, base_unit="EA") for part in ("P1", "P2", "P3")),
)
POLICY = Policy()
CUMULATIVE = Policy(terms={"ACME": Terms(cumulative=CumulativeTerms())})


@pytest.fixture(scope="module")
def conn() -> Iterator[Connection]:
    """Upgraded, empty books in memory; each example rolls back."""
    engine = memory_engine()
    with engine.connect() as connection:
        connection.connection.driver_connection.isolation_level = None  # type: ignore[union-attr]
        upgrade(connection)
        connection.commit()
        yield connection
    engine.dispose()


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    """A world with changes of mind: replacements, cancellations and reversals somewhere in it."""
    documents = draw(worlds())
    changes: list[Event] = [
        replaced(notice_line("PO1", "1", "P1", draw(st.integers(1, 12))), number="S0"),
        cancelled("S1"),
        GoodsReceiptReversed(number="R0", ship_to="92:PLT07", partner="dock"),
        GoodsReceiptReversed(number="R1", ship_to="92:PLT07", partner="dock"),
    ]
    for change in draw(st.lists(st.sampled_from(changes), unique_by=id, max_size=3)):
        documents.insert(draw(st.integers(0, len(documents))), change)
    return documents


def in_memory(documents: Sequence[Event], policy: Policy = POLICY) -> tuple[object, object]:
    ledger = MemoryLedger(policy=policy)
    for document in documents:
        ledger.record(document)
    ledger.tick(timedelta(days=7))
    balances = {
        (bucket.part, bucket.state, bucket.lot, bucket.hold_reason, bucket.asn_line, bucket.owner): quantity
        for bucket, quantity in ledger.exact_balances().items()
    }
    found = {
        (case.code, case.part, case.quantity, case.shipment_id, case.notice_line, case.receipt_id, case.clearing)
        for case in ledger.workset.cases.values()
        if case.status != "closed"
    }
    return balances, found


def in_books(
    conn: Connection, documents: Sequence[Event], size: int, policy: Policy = POLICY
) -> tuple[object, object]:
    conn.rollback()  # an example that failed leaves its rows
    conn.exec_driver_sql("BEGIN")
    ledger = Ledger()
    ledger.record(conn, MASTER_DATA, policy, START)
    for first in range(0, len(documents), size):
        ledger.record(conn, documents[first : first + size], policy, START)
    ledger.tick(conn, policy, START + timedelta(days=7))
    bucket, case = tables.bucket.c, cases.c
    balances = {
        (row.part, row.state, row.lot, row.hold_reason, row.asn_line, row.owner): row.quantity
        for row in conn.execute(select(tables.bucket).where(bucket.quantity != 0))
    }
    found = {
        (row.code, row.part, row.quantity, row.shipment_id, row.notice_line, row.receipt_id, row.clearing)
        for row in conn.execute(select(cases).where(case.status != "closed"))
    }
    conn.rollback()
    return balances, found


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents=lives())
def test_decisions_over_what_was_loaded_are_those_over_everything(conn: Connection, documents: list[Event]) -> None:
    expected = in_memory(documents)

    assert in_books(conn, documents, 1) == expected
    assert in_books(conn, documents, 100) == expected


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_cumulatives_over_what_was_loaded_are_those_over_everything(conn: Connection, data: st.DataObject) -> None:
    documents = tell_cumulatives(data.draw, data.draw(lives()))
    expected = in_memory(documents, CUMULATIVE)

    assert in_books(conn, documents, 1, CUMULATIVE) == expected
    assert in_books(conn, documents, 100, CUMULATIVE) == expected


def test_the_books_of_a_world_are_not_empty(conn: Connection) -> None:
    from tests.properties.test_matching_convergence import ADVISED, ORDER, said

    balances, found = in_books(conn, [ORDER, ADVISED, said("R1", 12, quantity_damaged=Decimal(1))], 1)

    assert balances == {
        ("P1", "available", "L1", "", "", ""): 9_000_000,
        ("P1", "quarantine", "L1", "damaged", "", ""): 1_000_000,
        ("P1", "quality_hold", "L1", "D17", "", ""): 2_000_000,
        ("P1", "supplier", "", "", "", ""): -10_000_000,
        ("P1", "clearing", "", "", "", ""): -2_000_000,
    }
    assert len(found) == 2  # type: ignore[arg-type]

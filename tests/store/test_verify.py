"""`verify` finds what was tampered with and names the place; `rebuild` puts projections right from the events."""

from __future__ import annotations

import inspect
import re
import sys

import pytest
from sqlalchemy import Connection, delete, select
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from ledger import queries
from ledger.book import rebuild, verify
from ledger.book.storage import bulk, tables
from tests.store.world import Books, notice, order, receipt


@pytest.fixture
def books(conn: Connection) -> Books:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 10}), notice("S1", "PO1", {"PLATE": 10}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 4}))
    return books


TAMPERING = [
    ("UPDATE bucket SET quantity = quantity + 1 WHERE state = 'available'", "1 zero sum"),
    ("UPDATE bucket SET quantity = quantity + 1 WHERE state = 'available'", "4 rebuild"),
    ("UPDATE notice_line SET received = received + 1", "3 in transit"),
    ("UPDATE movement SET quantity = quantity + 1 WHERE number = 1", "4 rebuild"),
    ("DELETE FROM movement WHERE number = 1", "4 rebuild"),
    ("UPDATE event SET digest = chain WHERE seq = 6", "5 repeats"),
    ('UPDATE event SET body = replace(body, \'"quantity":"10"\', \'"quantity":"11"\')', "chain"),
    ("UPDATE outcome SET body = '[]'", "chain"),
    ("DELETE FROM event WHERE seq = 8", "chain"),
    ("UPDATE order_line SET received = 0", "totals"),
    ("UPDATE cumulative SET received = received + 1", "totals"),
    ("DELETE FROM cumulative", "totals"),
    ("UPDATE movement SET event = 99 WHERE number = 1", "7 trace"),
    ("UPDATE cases SET status = 'assigned'", "4 rebuild"),
    ("UPDATE bucket SET serial = 'S1' WHERE state = 'available'", "serials"),
    (
        "UPDATE bucket SET state = 'quality_hold', hold_reason = 'containment:X' WHERE state = 'available'",
        "containment",
    ),
    ("UPDATE bucket SET state = 'transfer' WHERE state = 'supplier'", "3 in transit"),
]  # fmt: skip


def let_facts_be_changed(conn: Connection) -> None:
    """As somebody with the rights of an owner could: by taking the triggers away."""
    if conn.dialect.name == "sqlite":
        for name in conn.execute(sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            conn.execute(sql(f"DROP TRIGGER {name}"))
    else:
        conn.execute(sql("DROP FUNCTION ledger_append_only CASCADE"))


@pytest.mark.parametrize("table", ["event", "outcome", "movement"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET book = 'test'"])
def test_facts_cannot_be_changed(conn: Connection, books: Books, table: str, statement: str) -> None:
    savepoint = conn.begin_nested()

    with pytest.raises(DBAPIError, match=f"{table} is append-only"):
        conn.execute(sql(statement.format(table)))

    savepoint.rollback()
    assert verify(conn, deep=False) == []


def test_untouched_books_are_clean(conn: Connection, books: Books) -> None:
    assert verify(conn) == []


@pytest.mark.parametrize(("statement", "law"), TAMPERING)
def test_verify_names_the_law_that_was_broken(conn: Connection, books: Books, statement: str, law: str) -> None:
    if "cases" in statement:
        books.record(receipt("R2", "S9", "PO9", {"BOLT": 1}))
    let_facts_be_changed(conn)
    conn.execute(sql(statement))

    deep = law == "4 rebuild" and "cases" in statement
    assert law in {breach.law for breach in verify(conn, deep=deep)}


def test_a_bucket_below_zero_cannot_be_written(conn: Connection, books: Books) -> None:
    savepoint = conn.begin_nested()

    with pytest.raises(DBAPIError, match="bucket_not_below_zero"):
        conn.execute(sql("UPDATE bucket SET quantity = -1 WHERE state = 'available'"))

    savepoint.rollback()
    assert verify(conn, deep=False) == []


def test_verify_finds_a_bucket_below_zero_where_no_check_stood_before_it(conn: Connection, books: Books) -> None:
    if conn.dialect.name == "sqlite":
        conn.execute(sql("PRAGMA ignore_check_constraints = 1"))
    else:
        conn.execute(sql("ALTER TABLE bucket DROP CONSTRAINT bucket_not_below_zero"))
    conn.execute(sql("UPDATE bucket SET quantity = -1 WHERE state = 'available'"))

    assert "2 not negative" in {breach.law for breach in verify(conn, deep=False)}


def test_every_law_that_verify_names_is_broken_here_once() -> None:
    named = set(re.findall(r'law="([^"]+)"', inspect.getsource(sys.modules[verify.__module__])))

    assert named == {law for _, law in TAMPERING} | {"2 not negative"}


def test_rebuild_finds_nothing_in_untouched_books(conn: Connection, books: Books) -> None:
    rebuilt = rebuild(conn)

    assert rebuilt.differences == ()
    assert (rebuilt.events, rebuilt.movements) == (queries.head(conn).seq, queries.head(conn).movements)


def test_rebuild_puts_projections_right(conn: Connection, books: Books) -> None:
    before = queries.balances(conn, external=True)
    conn.execute(sql("UPDATE bucket SET quantity = quantity + 3 WHERE state = 'available'"))
    conn.execute(sql("DELETE FROM order_line"))
    conn.execute(sql("UPDATE notice_line SET cleared = 7"))

    rebuilt = rebuild(conn, replace=True)

    assert rebuilt.replaced
    assert {found.where.split(" ")[0] for found in rebuilt.differences} == {"bucket", "order_line", "notice_line"}
    assert queries.balances(conn, external=True) == before
    assert verify(conn) == []


def test_the_head_is_another_after_every_event(conn: Connection, books: Books) -> None:
    heads = [queries.head(conn).chain]
    for n in range(3):
        books.record(order(f"PO2{n}", {"PLATE": 1}))
        heads.append(queries.head(conn).chain)

    assert len(set(heads)) == 4
    assert heads[-1] == queries.tail(conn)[-1].chain


def test_rows_that_lie_in_another_order_are_the_same_books(conn: Connection, books: Books) -> None:
    books.record(receipt("R2", "S1", "PO1", {"PLATE": 6}))
    before = queries.tail(conn, 0), queries.balances(conn, external=True), queries.movements(conn)
    let_facts_be_changed(conn)

    # As a dump that was read back may leave them.
    for table in tables.metadata.sorted_tables:
        rows = [tuple(row) for row in conn.execute(select(table))]
        conn.execute(delete(table))
        bulk.insert(conn, table, rows[::-1])

    assert verify(conn) == []
    assert (queries.tail(conn, 0), queries.balances(conn, external=True), queries.movements(conn)) == before

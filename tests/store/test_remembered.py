"""What the writer remembers from batch to batch: used while the chain proves it, forgotten at any other end of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy import text as sql

from ledger.book import LedgerError, verify
from tests.store.plant import Plant
from tests.store.world import notice, order, receipt


def receive(books: Plant, number: str, quantity: int = 10) -> None:
    books.record(order(f"PO{number}", {"PLATE": quantity}), notice(f"S{number}", f"PO{number}", {"PLATE": quantity}))
    books.record(receipt(f"R{number}", f"S{number}", f"PO{number}", {"PLATE": quantity}))


def on_dock(books: Plant) -> int:
    return books.standing()["available", "DOCK"]


def test_batches_of_one_ledger_end_as_those_of_a_new_one_each(conn: Connection) -> None:
    books = Plant(conn)
    receive(books, "2")
    books.ledger = type(books.ledger)()
    receive(books, "3")

    assert on_dock(books) == 120
    assert verify(conn) == []


def test_a_rollback_is_forgotten(conn: Connection) -> None:
    books = Plant(conn)
    savepoint = conn.begin_nested()
    receive(books, "2")
    savepoint.rollback()

    receive(books, "3", 7)

    assert on_dock(books) == 107
    assert verify(conn) == []


def test_what_another_writer_did_is_seen(conn: Connection) -> None:
    books = Plant(conn)
    own, books.ledger = books.ledger, type(books.ledger)()
    receive(books, "2")
    books.ledger = own

    receive(books, "3", 7)

    assert on_dock(books) == 117
    assert verify(conn) == []


def test_a_quantity_that_somebody_changed_by_hand_is_not_written_over(conn: Connection) -> None:
    books = Plant(conn)
    conn.execute(sql("UPDATE bucket SET quantity = quantity + 1 WHERE state = 'available'"))

    with pytest.raises(LedgerError, match="rows to change were there"):
        receive(books, "2")


@pytest.mark.parametrize("empty", [0, 1])
def test_a_bucket_never_says_wrongly_whether_it_is_empty(conn: Connection, empty: int) -> None:
    Plant(conn)
    wrong = f"UPDATE bucket SET empty = {empty} WHERE quantity {'=' if empty == 0 else '<>'} 0"

    with pytest.raises(Exception, match="bucket_empty"):
        conn.execute(sql(wrong))


def test_of_a_record_only_the_columns_that_changed_are_written(conn: Connection) -> None:
    """The others would be bound, and every index over them written anew, for each line that is received."""
    if conn.dialect.name != "sqlite":
        pytest.skip("the driver of PostgreSQL tells no statements; the same code writes them")
    books = Plant(conn)
    books.record(order("PO2", {"PLATE": 10}), notice("S2", "PO2", {"PLATE": 10}))
    said: list[str] = []
    driver: Any = conn.connection.dbapi_connection
    driver.set_trace_callback(said.append)
    books.record(receipt("R2", "S2", "PO2", {"PLATE": 10}))
    driver.set_trace_callback(None)

    (update,) = [one for one in said if one.startswith('UPDATE "notice_line"')]
    assert re.findall(r'"(\w+)" = ', update.split(" WHERE ")[0]) == ["received", "status", "closed_at"]
    assert verify(conn) == []

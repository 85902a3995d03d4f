"""Many rows asked for at once are the rows that are asked for one by one, whatever text they hold."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import Connection

from ledger.book.storage import bulk, document_tables

TABLE = document_tables.cumulative_agreement
COLUMNS = tuple(TABLE.columns.keys())
ASKED = f"SELECT {', '.join(COLUMNS)} FROM {TABLE.name} WHERE book = ? AND site = ?"
TEXTS = ('say "so"', "back\\slash", "two\nlines", "tab\t", "Größe 5 µm", "日本 🚚", "{1,2}", "[null]", "FROM", "")


def fill(conn: Connection, rows: int) -> None:
    numbers = (0, -1, 1 << 53, (1 << 63) - 1, -(1 << 63))
    kinds = [column.type.python_type for column in TABLE.columns]
    bulk.insert(
        conn, TABLE,
        [
            (
                "live", "P1", f"part {n} {TEXTS[n % len(TEXTS)]}",
                *(
                    TEXTS[(n + k) % len(TEXTS)] if kind is str
                    else None if column.nullable and n % 3 == 0 else numbers[(n + k) % len(numbers)]
                    for k, (column, kind) in enumerate(zip(list(TABLE.columns)[3:], kinds[3:], strict=True))
                ),
            )
            for n in range(rows)
        ],
    )  # fmt: skip


def test_the_same_rows_come_either_way(conn: Connection) -> None:
    fill(conn, 200)
    one_by_one = bulk.ask(conn, ASKED, ("live", "P1"))
    assert len(one_by_one) == 200
    together = bulk.ask(conn, ASKED, ("live", "P1"), many=True)
    assert sorted(together, key=repr) == sorted(one_by_one, key=repr)
    fixed = (("book", "live"), ("site", "P1"))
    keys = [(row[2],) for row in one_by_one[:50]]
    looked_up = bulk.look_up(conn, TABLE, COLUMNS, fixed, ("part",), keys)
    assert len(looked_up) == 50
    gathered = bulk.look_up(conn, TABLE, COLUMNS, fixed, ("part",), keys, many=True)
    assert sorted(gathered, key=repr) == sorted(looked_up, key=repr)


def test_no_rows_are_no_rows(conn: Connection) -> None:
    assert bulk.ask(conn, ASKED, ("live", "P1"), many=True) == []


@pytest.mark.parametrize("conn", ["sqlite"], indirect=True)
def test_more_than_a_text_can_hold_comes_row_by_row(conn: Connection) -> None:
    fill(conn, 200)
    driver = conn.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    usual = driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 5_000)
    try:
        found = bulk.ask(conn, ASKED, ("live", "P1"), many=True)
    finally:
        driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, usual)
    assert sorted(found, key=repr) == sorted(bulk.ask(conn, ASKED, ("live", "P1")), key=repr)
    assert len(found) == 200

"""Rows that share values are written as they were given, whatever they share, and by few statements."""

from __future__ import annotations

import sqlite3
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, Text

from ledger.book.storage.sharing import SETS_MAX, shared_insert

WIDTH = 14
Value = str | int | None
VALUES = st.sampled_from(["", "live", 'it\'s "quoted"', 0, 7, None])


@st.composite
def columns_of_a_batch(draw: st.DrawFn) -> list[list[Value]]:
    """Columns of equally many rows, some of them with one value throughout."""
    count = draw(st.integers(1, 50))
    own = st.lists(VALUES, min_size=count, max_size=count)
    return [draw(own) if draw(st.booleans()) else [draw(VALUES)] * count for _ in range(WIDTH)]


def wide_table() -> Table:
    return Table("wide", MetaData(), *(Column(f"no {n}", Text() if n % 2 else Integer()) for n in range(WIDTH)))


@given(batches=st.lists(columns_of_a_batch(), min_size=1, max_size=4))
def test_rows_stand_as_they_were_given_in_their_order(batches: list[list[list[Value]]]) -> None:
    wide = wide_table()
    connection = sqlite3.connect(":memory:")
    named = ", ".join([f'"{name}"' for name in wide.columns.keys()])  # noqa: SIM118 - a collection of columns
    connection.execute(f"CREATE TABLE wide ({named})")
    expected: list[tuple[Value, ...]] = []
    for columns in batches:
        rows = [*zip(*columns, strict=True)]
        connection.execute(*shared_insert(wide, rows))
        expected += rows
    found = connection.execute("SELECT * FROM wide ORDER BY rowid").fetchall()
    connection.close()
    assert found == expected


def test_a_table_keeps_few_statements_whatever_its_rows_share() -> None:
    wide, random = wide_table(), Random(1)
    statements = set()
    for _ in range(2_000):
        shared = [random.random() < 0.6 for _ in range(WIDTH)]
        rows = [tuple(0 if one else n for one in shared) for n in range(50)]
        statements.add(shared_insert(wide, rows)[0])
    assert 1 < len(statements) <= SETS_MAX


def test_what_is_always_the_same_is_given_once() -> None:
    rows = [("live", "", 0, *range(n, n + WIDTH - 3)) for n in range(50)]
    _, given_once = shared_insert(wide_table(), rows)
    assert len(given_once) == 3 + 50 * (WIDTH - 3)

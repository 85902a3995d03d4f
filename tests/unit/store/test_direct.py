"""Statements that go to the driver itself say what SQLAlchemy would have said."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, insert, select

from gateway.store.database import Database
from gateway.store.direct import DirectInsert, DirectSelect
from gateway.store.tables import alert, evidence

ROW = {"message": "m_1", "chunk": 0, "body": b"\x00bytes"}


def test_rows_arrive_whatever_order_their_columns_are_named_in(database: Database) -> None:
    put = DirectInsert(insert(evidence), ("body", "chunk", "message"))

    with database.writing.begin() as connection:
        put.put(connection, [ROW, {**ROW, "chunk": 1, "further": "is not looked at"}])

    with database.read() as connection:
        rows = connection.execute(select(evidence).order_by(evidence.c.chunk)).all()
    assert [tuple(row) for row in rows] == [("m_1", 0, b"\x00bytes"), ("m_1", 1, b"\x00bytes")]


def test_columns_that_are_not_named_keep_their_defaults(database: Database) -> None:
    put = DirectInsert(insert(alert), ("kind",))

    with database.writing.begin() as connection:
        put.put(connection, [{"kind": "told"}])

    with database.read() as connection:
        assert [(row.kind, row.text) for row in connection.execute(select(alert))] == [("told", "")]


def test_a_query_binds_by_name(database: Database) -> None:
    find = DirectSelect(
        select(evidence.c.body).where(
            evidence.c.chunk == bindparam("chunk"), evidence.c.message == bindparam("message")
        )
    )
    with database.writing.begin() as connection:
        DirectInsert(insert(evidence), ("message", "chunk", "body")).put(connection, [ROW])

        assert find.fetch(connection, message="m_1", chunk=0) == [(b"\x00bytes",)]
        assert find.fetch(connection, message="m_2", chunk=0) == []


def test_rows_that_lack_a_column_are_refused(database: Database) -> None:
    put = DirectInsert(insert(evidence), ("message", "chunk", "body"))

    with database.writing.begin() as connection, pytest.raises(KeyError):
        put.put(connection, [{"message": "m_1", "chunk": 0}])

"""Statistics of PostgreSQL that were taken while tables were small: what is changed by key stays a matter of keys."""

from __future__ import annotations

from sqlalchemy import Engine

from ledger.events import GoodsReceiptReversed
from tests.store.test_identities import ECU, came, sent
from tests.store.world import Books, order


def test_a_large_receipt_is_booked_by_keys_whatever_the_statistics_say(postgres_engine: Engine) -> None:
    serials = tuple(f"SN{n:05}" for n in range(10_000))
    with postgres_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql("VACUUM ANALYZE")
    with postgres_engine.connect() as conn:
        conn.exec_driver_sql("SET LOCAL statement_timeout = '2s'")
        books = Books(conn)
        books.record(ECU, order("PO1", {"ECU": 100_000}))
        for n in range(15):
            books.record(sent("ECU", 2, f"T{n}"), came("ECU", 2, f"Q{n}", serials=(f"A{n}", f"B{n}")))
            books.record(GoodsReceiptReversed(number=f"Q{n}", partner="threepl", ship_to="92:PLT07"))
        books.record(sent("ECU", 10_000), came("ECU", 10_000, serials=serials))
        books.record(GoodsReceiptReversed(number="R1", partner="threepl", ship_to="92:PLT07"))
        conn.rollback()

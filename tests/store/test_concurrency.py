"""Several recorders on one PostgreSQL: sequence numbers become visible in order, and nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from ledger import queries
from ledger.book import Ledger, verify
from ledger.events import Event
from ledger.outcomes import Recorded
from tests.store.conftest import make_database, upgrade_at, url_of
from tests.store.world import NOW, POLICY, Books, notice, order, receipt


@pytest.fixture
def shared(postgres_folder: Path, worker_id: str) -> Iterator[Engine]:
    """A committed database with master data, which several connections write."""
    name = f"shared_{worker_id}"
    make_database(postgres_folder, name)
    upgrade_at(url_of(postgres_folder, name))
    engine = create_engine(url_of(postgres_folder, name))
    with engine.begin() as conn:
        Books(conn)
    yield engine
    engine.dispose()


def story(n: int) -> list[Event]:
    """An order, its notice and its goods receipt, all about the same two buckets as every other story."""
    return [
        order(f"PO{n}", {"PLATE": 5}),
        notice(f"S{n}", f"PO{n}", {"PLATE": 5}),
        receipt(f"R{n}", f"S{n}", f"PO{n}", {"PLATE": 5}),
    ]


def test_four_recorders_of_the_same_part_lose_nothing(shared: Engine) -> None:
    ledger = Ledger()

    def record(n: int) -> list[str]:
        results = []
        for event in story(n):
            with shared.begin() as conn:
                results += [told.result for told in ledger.record(conn, [event], POLICY, NOW)]
        return results

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(record, range(12)))

    with shared.begin() as conn:
        (balance,) = queries.balances(conn, by=("part",))
        assert results == [["posted"] * 3] * 12
        assert balance.quantity == 60
        assert verify(conn) == []


def test_the_same_event_from_two_recorders_posts_once(shared: Engine) -> None:
    ledger = Ledger()

    def record(_: int) -> Recorded:
        with shared.begin() as conn:
            return ledger.record(conn, [order("PO1", {"PLATE": 5})], POLICY, NOW)[0]

    with ThreadPoolExecutor(4) as pool:
        results = sorted(told.result for told in pool.map(record, range(4)))

    assert results == ["posted", "repeated", "repeated", "repeated"]


def test_a_reader_of_the_tail_sees_no_number_before_a_smaller_one(shared: Engine) -> None:
    ledger = Ledger()
    with shared.connect() as slow, shared.connect() as reader:
        begun = slow.begin()
        ledger.record(slow, [order("PO1", {"PLATE": 5})], POLICY, NOW)
        with ThreadPoolExecutor(1) as pool:
            fast = pool.submit(record_committed, shared, order("PO2", {"PLATE": 5}))
            seen_before = [kept.number for kept in queries.tail(reader, 7)]
            begun.commit()
            fast.result()
        reader.rollback()
        seen_after = [kept.number for kept in queries.tail(reader, 7)]

    assert (seen_before, seen_after) == ([], ["PO1", "PO2"])


def record_committed(engine: Engine, event: Event) -> None:
    with engine.begin() as conn:
        Ledger().record(conn, [event], POLICY, NOW)

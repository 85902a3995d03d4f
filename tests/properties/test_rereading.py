"""A document that was misread and is read again ends in the same books as one that was read right from the start.

Whatever came in between: goods receipts before and after, other notices, several re-readings.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from ledger import queries
from ledger.book import upgrade, verify
from ledger.events import Event
from tests.store.sqlite import file_engine
from tests.store.world import Books, notice, order, receipt

PARTS = ("PLATE", "BOLT")
quantities = st.dictionaries(st.sampled_from(PARTS), st.integers(1, 60), min_size=1)
READ = ("notice", "receipt", "order")


@contextmanager
def books() -> Iterator[Books]:
    with TemporaryDirectory() as folder:
        engine = file_engine(Path(folder) / "ledger.db")
        with engine.connect() as conn, conn.begin():
            upgrade(conn)
            yield Books(conn)
        engine.dispose()


def documents(said: dict[str, dict[str, int]]) -> dict[str, Event]:
    return {
        "order": order("PO1", said["order"]),
        "notice": notice("S1", "PO1", said["notice"]),
        "receipt": receipt("R1", "S1", "PO1", said["receipt"]),
    }


def standing(conn: Connection) -> tuple[Any, ...]:
    """Goods by part, place and state; what is open of orders; the cases that stand open by what they are about."""
    goods = {
        (row.part, row.location, row.state): row.quantity
        for row in queries.balances(conn, by=("part", "location", "state"))
        if row.quantity
    }
    lines = {
        (line.part, line.quantity, line.status) for one in queries.orders(conn) for line in one.lines
        if line.status != "cancelled"
    }  # fmt: skip
    cases = {(case.code, case.part, case.quantity) for case in queries.cases(conn) if case.status != "closed"}
    return goods, lines, cases


# Not made smaller where it fails: each example is two whole ledgers, and a small one to begin with.
@settings(
    deadline=None, max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
@given(
    right=st.fixed_dictionaries({name: quantities for name in READ}),
    wrong=quantities, which=st.sampled_from(READ), when=st.integers(0, 2), wronger=st.none() | quantities,
)  # fmt: skip
def test_what_was_misread_and_is_read_again_ends_as_if_it_had_been_read_right(
    right: dict[str, dict[str, int]], wrong: dict[str, int], which: str, when: int, wronger: dict[str, int] | None
) -> None:
    # A notice that a misread order refused stays refused: its sender was told, and it is read again by itself.
    assume(which != "order" or all(set(read) == set(right["order"]) for read in (wrong, wronger) if read is not None))
    meant = documents(right)
    said = documents(right | {which: wrong})
    order_of_arrival = ["order", "notice", "receipt"]
    again = max(when, order_of_arrival.index(which))
    with books() as plain:
        for name in order_of_arrival:
            plain.record(meant[name])
        expected = standing(plain.conn)
    with books() as mended:
        for n, name in enumerate(order_of_arrival):
            mended.record(said[name])
            if n == again:
                readings = [documents(right | {which: wronger})[which]] if wronger is not None else []
                for revision, reading in enumerate([*readings, meant[which]], 1):
                    mended.record(msgspec.structs.replace(reading, revision=revision))
        assert verify(mended.conn) == []
        assert standing(mended.conn) == expected

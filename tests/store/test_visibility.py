"""What people do not see: the database leaves out the very goods that the rule about segments names."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from sqlalchemy import Connection

from ledger.policy.segments import segments_of
from ledger.queries import DIMENSIONS, balance_page
from tests.store import test_opening as opening
from tests.store.world import Books

STATES = ("available", "quality_hold", "quarantine", "consigned", "line_side", "obsolete", "service_reserved")
HIDDEN = (frozenset({"hold"}), frozenset({"consigned"}), frozenset({"line_side"}), frozenset({"raw", "hold"}))


@pytest.mark.parametrize("hidden", HIDDEN, ids=lambda names: "-".join(sorted(names)))
def test_hidden_goods_are_those_of_the_rule(conn: Connection, hidden: frozenset[str]) -> None:
    books = Books(conn)
    lines = [
        opening.line("1", state=state, owner=owner, stock_segment=segment, hold_reason="x")
        for state, owner, segment in product(STATES, ("", "acme"), ("", "raw", "service"))
    ]
    (recorded,) = books.record(opening.load(*lines))
    assert recorded.result == "posted"

    everything = balance_page(conn, by=DIMENSIONS).rows
    shown = balance_page(conn, by=DIMENSIONS, hidden=hidden).rows

    assert len(everything) == len(lines)
    assert shown == [row for row in everything if not hidden & {*segments_of(row.segment, row.state, row.owner)}]
    assert Decimal(0) < sum(row.quantity for row in shown) < len(lines)

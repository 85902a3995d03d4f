"""A containment and the papers of what it holds, in every order of arrival: the books end the same."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import (
    Event,
)
from ledger.queries import balances, cases
from tests.store.test_containments import EARLIER, FROM_BOTH, LATER, MANY, NOTICED, ORDERED, came, closed, opened
from tests.store.world import Books

Whole = tuple[dict[tuple[str, ...], int], set[tuple[str, str, int]]]
"""Everything that stands somewhere, by all that tells it apart, and the cases that are not closed."""


def everything(conn: Connection) -> Whole:
    by = ("site", "part", "lot", "serial", "location", "owner", "state", "hold_reason", "handling_unit", "asn_line")
    rows = balances(conn, by=by, external=True)
    standing = {tuple(getattr(row, name) for name in by): int(row.quantity) for row in rows}
    open_ = {(one.code, one.part, int(one.quantity)) for one in cases(conn) if one.status != "closed"}
    return standing, open_


FROM_ACME: tuple[Event, ...] = (NOTICED, came(60, lot="L1"), came(40, "R2", lot="L1"))
UNKNOWN_LOT: tuple[Event, ...] = (
    NOTICED, came(60), came(10, "R2", supplier="92:B456", shipment_id="", order_number="PO2"),
)  # fmt: skip
SCOPES: list[tuple[str, dict[str, Any], int, Sequence[Event]]] = [
    ("part", {"parts": ("PLATE",)}, 90, FROM_ACME),
    ("lot", {"lots": ("L1",)}, 90, FROM_ACME),
    ("other lot", {"lots": ("L2",), "parts": ("PLATE",)}, 0, FROM_ACME),
    ("sole supplier", {"supplier": "92:A123"}, 90, FROM_ACME),
    ("other supplier", {"supplier": "92:B456", "parts": ("PLATE",)}, 0, FROM_ACME),
    ("received", {"parts": ("PLATE",), "since": EARLIER, "until": LATER}, 90, FROM_ACME),
    ("not received then", {"parts": ("PLATE",), "since": LATER}, 0, FROM_ACME),
    ("shipped", {"parts": ("PLATE",), "dates": "shipped", "until": LATER}, 90, FROM_ACME),
    ("not shipped then", {"parts": ("PLATE",), "dates": "shipped", "until": EARLIER}, 0, FROM_ACME),
    ("one supplier of two", {"supplier": "92:A123", "parts": ("PLATE",)}, 90, FROM_BOTH),
    ("the other of two", {"supplier": "92:B456", "parts": ("PLATE",)}, 50, FROM_BOTH),
    ("the other in quarantine", {"supplier": "92:B456", "to_state": "quarantine"}, 50, FROM_BOTH),
    ("lot unknown", {"parts": ("PLATE",), "lots": ("L1",)}, 70, UNKNOWN_LOT),
    ("lot unknown left", {"parts": ("PLATE",), "lots": ("L1",), "unknown": "leave"}, 60, UNKNOWN_LOT),
    ("lot unknown of another", {"parts": ("PLATE",), "lots": ("L2",)}, 10, UNKNOWN_LOT),
    ("with another", {"supplier": "92:A123", "lots": ("L1",)}, 60, (*FROM_ACME[:2], opened("Q0", parts=("PLATE",)))),
    ("closed", {"lots": ("L1",)}, 0, (*FROM_ACME[:2], closed(disposition="release"))),
]  # fmt: skip


@pytest.mark.long_on_postgres
@pytest.mark.parametrize(("named", "held", "events"), [one[1:] for one in SCOPES], ids=[one[0] for one in SCOPES])
def test_every_order_of_arrival_ends_in_the_same_books(
    conn: Connection, named: dict[str, Any], held: int, events: Sequence[Event]
) -> None:
    containment = opened(**named)
    ends: dict[str, Whole] = {}
    for arrival in permutations((containment, *events)):
        numbers = [one.number for one in arrival]
        if "Q0" in numbers and numbers.index("Q0") < numbers.index("Q1"):
            continue  # of two that mean the same goods the earlier holds them: another pair, another answer
        for size in (1, len(arrival)):
            savepoint = conn.begin_nested()
            books = Books(conn)
            books.record(ORDERED, MANY)
            for start in range(0, len(arrival), size):
                books.record(*arrival[start : start + size])
            # The deadline of cases may differ, what is known of the goods may not.
            ends["/".join([*numbers, str(size)])] = everything(conn)
            assert [(one.law, one.where, one.text) for one in verify(conn, deep=len(ends) == 2)] == []
            savepoint.rollback()

    first, end = next(iter(ends.items()))
    assert sum(count for place, count in end[0].items() if place[7] in ("containment:Q0", "containment:Q1")) == held
    assert {name: other for name, other in ends.items() if other != end} == {}, first

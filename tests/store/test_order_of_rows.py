"""Rows come in any order: what is decided, and how it is told, is the same whichever it is."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.events import GoodsReceiptReversed, OrderCancelled, PartDefined, ShipmentReplaced
from ledger.outcomes import CaseChanged, Posted
from tests.store.sqlite import read_rows
from tests.store.world import Books, notice, order, receipt

MANY = {"PLATE": 1, "BOLT": 2, "NUT": 3}


def told(conn: Connection, kind: type[Any], *said: Any) -> list[str]:
    """What the last event answers, case by case or line by line, after each was recorded for itself."""
    books = Books(conn)
    books.record(PartDefined(number="NUT", base_unit="EA"))
    for event in said:
        (answer,) = books.record(event)
    return [getattr(one, "case", "") or one.line for one in answer.outcomes if isinstance(one, kind)]


@pytest.mark.parametrize("forwards", [True, False])
def test_cases_that_a_corrected_notice_closes_are_told_as_they_were_opened(conn: Connection, forwards: bool) -> None:
    read_rows(conn, forwards=forwards)
    right = notice("S1", "PO1", {"PLATE": 5})
    replacement = ShipmentReplaced(**{name: getattr(right, name) for name in right.__struct_fields__})

    closed = told(
        conn, CaseChanged,
        order("PO1", {"PLATE": 5}), order("PO2", MANY),
        OrderCancelled(number="PO2", partner="erp", supplier="92:A123", ship_to="92:PLT07"),
        notice("S1", "PO2", MANY),
        replacement,
    )  # fmt: skip

    assert closed == ["C1", "C2", "C3"]


@pytest.mark.parametrize("forwards", [True, False])
def test_lines_of_a_reversed_goods_receipt_are_told_as_it_said_them(conn: Connection, forwards: bool) -> None:
    read_rows(conn, forwards=forwards)

    posted = told(
        conn, Posted,
        order("PO1", MANY), notice("S1", "PO1", MANY), receipt("R1", "S1", "PO1", MANY),
        GoodsReceiptReversed(number="R1", partner="threepl", ship_to="92:PLT07"),
    )  # fmt: skip

    assert posted == ["1", "2", "3"]

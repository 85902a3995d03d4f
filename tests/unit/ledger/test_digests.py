"""Digests: the same fact in another spelling is the same fact, and another fact is another one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.book.journal.digests import event_digest, line_digest
from ledger.events import AnyEvent, Event, Line, read_event, write_event
from tests.unit.ledger.stories import notice, notice_line, order, order_line, receipt, receipt_line


def told(kind: str, **fields: Any) -> AnyEvent:
    return read_event(msgspec.json.encode({"kind": kind, "number": "X", **fields}))


def digest(event: Event) -> bytes:
    lines: tuple[Line, ...] = getattr(event, "lines", ())
    return event_digest(event, [line_digest(line) for line in lines])


LINE = {"part_number": "P", "quantity": "100"}

SAME = [
    (
        told("GoodsReceived", lines=[LINE]),
        told("GoodsReceived", lines=[LINE | {"quantity_damaged": "0", "quantity_rejected": 0.0, "complete": False}]),
    ),
    (told("GoodsReceived", lines=[LINE]), told("GoodsReceived", lines=[LINE | {"quantity": 100.0, "lot": ""}])),
    (told("GoodsReceived", lines=[LINE]), told("GoodsReceived", lines=[LINE | {"quantity": "1E+2"}])),
    (told("GoodsReceived", lines=[LINE | {"quantity": "0"}]), told("GoodsReceived", lines=[{"part_number": "P"}])),
    (told("SiteDefined"), told("SiteDefined", time_zone="UTC", receiving_location="DOCK", name="")),
    (told("SupplierDefined"), told("SupplierDefined", roles=["supplier"])),
    (told("CalendarDefined"), told("CalendarDefined", weekdays=[1, 2, 3, 4, 5])),
    (told("LocationDefined", location="A"), told("LocationDefined", location="A", location_kind="storage")),
    (told("OrderPlaced", hash_total="10"), told("OrderPlaced", hash_total="10.00")),
    (
        told("OrderPlaced", lines=[LINE | {"schedule": [{"quantity": "5"}]}]),
        told("OrderPlaced", lines=[LINE | {"schedule": [{"quantity": "5.0", "unit": ""}], "price_per": "1.00"}]),
    ),
    (
        told("ShipmentNotified", lines=[LINE | {"handling_units": [{"id": "H1", "quantity": "7"}]}]),
        told("ShipmentNotified", lines=[LINE | {"handling_units": [{"id": "H1", "quantity": "7.0", "kind": ""}]}]),
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_fact_in_another_spelling_is_the_same(one: AnyEvent, other: AnyEvent) -> None:
    assert digest(one) == digest(other)


OTHER = [
    (told("GoodsReceived", lines=[LINE]), told("GoodsReceived", lines=[LINE | {"quantity": "1000"}])),
    (told("GoodsReceived", lines=[LINE]), told("GoodsReceived", lines=[LINE | {"quantity": "100.01"}])),
    (told("GoodsReceived", lines=[LINE]), told("GoodsReceived", lines=[LINE | {"quantity": "-100"}])),
    (told("GoodsReceived", lines=[LINE]), told("GoodsReceived", lines=[LINE | {"quantity_expected": "0"}])),
    (told("SiteDefined"), told("SiteDefined", time_zone="America/Detroit")),
    (told("ShipmentNotified"), told("ShipmentNotified", hash_total="0")),
]


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_fact_is_another_one(one: AnyEvent, other: AnyEvent) -> None:
    assert digest(one) != digest(other)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_a_number_is_the_same_however_it_is_written(number: Decimal) -> None:
    spellings = {number, Decimal(f"{number:f}000") if "." in f"{number:f}" else number, number.normalize()}

    digests = {line_digest(receipt_line("1", "P", 1, quantity_damaged=one)) for one in spellings}

    assert len(digests) == 1


@pytest.mark.parametrize(
    "event",
    [
        order(order_line("1", "P1", 10)),
        notice(notice_line("PO1", "1", "P1", 10)),
        receipt(receipt_line("1", "P1", 10)),
    ],
)
def test_what_was_stored_has_the_digest_of_what_came(event: Event) -> None:
    assert digest(read_event(write_event(event))) == digest(event)

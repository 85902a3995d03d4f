"""Canonical JSON is the event itself; what is wrong with it is told by its path, and stamps are not a sender's."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from msgspec import inspect

from gateway.mapping import MapReading, read_document, write_document
from ledger.events import KINDS, GoodsReceived, OrderPlaced, ReceiptLine
from tests.unit.mapping.maps import configuration

ORDER: dict[str, Any] = {"kind": "OrderPlaced", "number": "1", "lines": [{"part_number": "X", "quantity": "2"}]}


def read(value: Any) -> MapReading:
    documents, faults = configuration().read_file("", json.dumps(value).encode())
    assert faults == ()
    found = configuration().map_for("", documents[0])
    assert found is not None
    return read_document(found, documents[0])


def test_an_event_and_a_list_of_events_are_read() -> None:
    received = {"kind": "GoodsReceived", "number": "R1", "lines": [{"part_number": "X", "quantity": 1.50}]}

    one, several = read(ORDER), read([ORDER, received])

    assert [type(event) for event in one.events] == [OrderPlaced]
    line = ReceiptLine(part_number="X", quantity=Decimal("1.5"))
    assert several.events == (one.events[0], GoodsReceived(number="R1", lines=(line,)))


def least(kind: Any) -> Any:
    """The least that is valid JSON of a struct: what it requires, and nothing else."""
    found: Any = {}
    for field in inspect.type_info(kind).fields:  # type: ignore[union-attr]
        if field.required:
            found[field.encode_name] = _least(field.type)
    return found


def _least(type: Any) -> Any:
    match type:
        case inspect.StructType():
            return least(type.cls)
        case inspect.LiteralType():
            return type.values[0]
        case inspect.DateTimeType():
            return "2026-11-23T08:00:00Z"
        case inspect.DateType():
            return "2026-11-23"
        case inspect.VarTupleType() | inspect.ListType():
            return [_least(type.item_type)]
        case inspect.IntType() | inspect.DecimalType():
            return 1
        case _:
            return "1"


@pytest.mark.parametrize("kind", KINDS)
def test_canonical_json_says_every_event_both_ways(kind: str) -> None:
    map = configuration().map_at("mappings/json/event/map.yaml")

    lines = {"lines": [{"part_number": "X"}]} if kind == "OrderPlaced" else {}

    reading = read({"kind": kind} | least(KINDS[kind]) | lines | {"number": "N1"})

    assert [fault.text for fault in reading.faults] == []
    (event,) = reading.events
    again = read(json.loads(write_document(map, event).data))
    assert (type(event).__name__, again.events) == (kind, (event,))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"lines": [{"part_number": "X", "quantity": "1O"}]}, "$.lines[0].quantity: Invalid decimal string"),
        ({"lines": [{"quantity": "1"}]}, "$.lines[0]: Object missing required field `part_number`"),
        (
            {"lines": [{"part_number": "X", "quantity": "NaN"}]},
            "$.lines[0].quantity: not a decimal that can be booked",
        ),
        (
            {"lines": [{"part_number": "X", "quantity": 1e300}]},
            "$.lines[0].quantity: not a decimal that can be booked",
        ),
        ({"due_at": "2026-11-23T08:00:00"}, "$.due_at: a time without its offset"),
        ({"number": ""}, "$.number: is required and empty"),
        ({"colour": "red"}, "$: Object contains unknown field `colour`"),
        ({"kind": "Nonsense"}, "$.kind: Invalid value 'Nonsense'"),
    ],
)
def test_what_is_wrong_is_told_by_its_path(change: dict[str, Any], text: str) -> None:
    reading = read(ORDER | change)

    assert (reading.events, [fault.text for fault in reading.faults]) == ((), [text])


def test_all_events_of_a_list_are_looked_at_and_one_fault_refuses_it() -> None:
    reading = read([ORDER, ORDER | {"number": ""}, {"kind": "OrderPlaced"}])

    assert reading.events == ()
    assert [fault.segment for fault in reading.faults] == [2, 3]


def test_what_the_street_stamps_is_not_taken_from_a_sender() -> None:
    (event,) = read(
        ORDER | {"partner": "bank", "book": "test", "site": "P9", "policy": "x", "digest": "y", "revision": 7}
    ).events

    assert event == read(ORDER).events[0]


def test_an_empty_list_is_told() -> None:
    documents, faults = configuration().read_file("", b"[]")

    assert documents == ()
    assert [fault.code for fault in faults] == ["no_map"]

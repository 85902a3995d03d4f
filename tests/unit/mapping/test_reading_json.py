"""An order in plain JSON, by its map: what is wrong with its list of lines is told, and never read as no lines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.formats import lines_of, read_json
from gateway.mapping import MapReading, read_document, write_document
from ledger.events import GoodsReceived, OrderPlaced, ReceiptLine
from tests.unit.mapping.maps import configuration, own_map

LINE = {"line": "1", "part": "BRK-100", "quantity": "5", "unit": "EA"}


def read(lines: Any) -> MapReading:
    order = {"order": {"number": "PO1", "supplier": "ACME", "ship_to": "PLT07", "lines": lines}}
    documents, faults = configuration().read_file("", json.dumps(order).encode())
    assert faults == ()
    found = configuration().map_for("", documents[0])
    assert found is not None
    return read_document(found, documents[0])


def test_an_order_with_a_line_is_read() -> None:
    (event,) = read([LINE]).events

    assert isinstance(event, OrderPlaced)
    assert [line.part_number for line in event.lines] == ["BRK-100"]


@pytest.mark.parametrize(("lines", "shown"), [(LINE, "an object"), ("x", '"x"'), (7, '"7"'), (True, '"true"')])
def test_lines_that_are_no_list_are_a_fault_at_their_place(lines: Any, shown: str) -> None:
    reading = read(lines)

    (fault,) = reading.faults
    assert (reading.events, fault.tag) == ((), "/order/lines")
    assert fault.text.endswith(f" lines <- /order/lines {shown}: a list is expected")


@pytest.mark.parametrize("lines", [[], None])
def test_an_order_without_lines_is_a_fault(lines: Any) -> None:
    reading = read(lines)

    (fault,) = reading.faults
    assert (reading.events, fault.text.rpartition(": ")[2]) == ((), "the order has no line")


def test_a_fault_in_the_only_line_is_told_once() -> None:
    (fault,) = read([LINE | {"quantity": "ten"}]).faults

    assert fault.value == "ten"


def test_a_document_of_several_receipts_is_known_by_the_first_of_them() -> None:
    data = json.dumps({"receipts": [{"number": n, "lines": [{"part": "A", "received": 1}]} for n in ("1", "2")]})

    (document,), faults = configuration().read_file("", data.encode())

    found = configuration().map_for("", document)
    assert found is not None
    assert (document.type, faults) == ("receipt", ())
    assert [event.number for event in read_document(found, document).events] == ["1", "2"]


def test_several_receipts_are_written_into_one_document() -> None:
    found = configuration().map_at("mappings/json/receipt/map.yaml")
    events = [
        GoodsReceived(number=n, lines=(ReceiptLine(part_number="A", serials=("S1", "S2")),)) for n in ("1", "2")
    ]

    written = json.loads(write_document(found, events).data)

    line = {"line": "1", "part": "A", "received": 0, "serials": ["S1", "S2"]}
    assert written == {"receipts": [{"number": "1", "lines": [line]}, {"number": "2", "lines": [line]}]}


def test_what_is_wrong_in_json_is_told_with_its_line() -> None:
    text = """event: OrderPlaced
file: {each: /orders}
header: {fields: {number: {at: /no, required: true}}}
loops:
  /lines: {into: lines, fields: {part_number: {at: /part, required: true}, quantity: {at: /qty, required: true}}}
"""
    data = b"""{"orders": [
  {"no": "PO1", "lines": [{"part": "A", "qty": "5"}]},
  {"no": "PO2", "a~/b": {"x": [1, {}, "}"]}, "lines": [
    {"part": "A",
     "qty": "1O"},
    {"qty": "2"}
  ]},
  {"lines": []}
]}"""

    reading = read_document(own_map(text, "json/order"), read_json(data, "order"))

    assert [(fault.code, fault.line) for fault in reading.faults] == [
        ("not_a_decimal", 5), ("required", 6), ("required", 8),
    ]  # fmt: skip
    assert '<- line 5 /orders/1/lines/0/qty "1O": not a decimal' in reading.faults[0].text


def test_lines_of_values_are_found_by_their_pointers() -> None:
    text = '{\n"a": [1,\n 2, {"b/c": {}}\n],\n"d\\u0065": {"x": null}\n,\n"f~": "a,\\"b"}'

    assert lines_of(text) == {
        "": 1, "/a": 2, "/a/0": 2, "/a/1": 3, "/a/2": 3, "/a/2/b~1c": 3, "/de": 5, "/de/x": 5, "/f~0": 7,
    }  # fmt: skip
    assert lines_of('{"a": [' * 3) == {"": 1, "/a": 1, "/a/0": 1, "/a/0/a": 1, "/a/0/a/0": 1, "/a/0/a/0/a": 1}
    assert lines_of("]}],,:" * 3) == {}

"""An order in plain JSON, by its map: what is wrong with its list of lines is told, and never read as no lines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.mapping import MapReading, read_document, write_document
from ledger.events import GoodsReceived, OrderPlaced, ReceiptLine
from tests.unit.mapping.maps import configuration

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

"""Bad CSV and JSON through the whole street: parked whole, with the place, the bytes kept, and answered by nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.acceptance.receipts import COLUMNS, file_of, row
from tests.unit.pipeline.world import Town, order, state

ORDER: dict[str, Any] = json.loads(order())


TRAILER = {"record_type": "T", "qty_expected": "1", "qty_received": "10"}
MAP = "csv/goods_receipt/map.yaml:"
FILES = {
    "rows counted wrong": (
        file_of(row(), TRAILER | {"qty_expected": "2"}),
        'line 3 qty_expected "2": totals do not agree, 1 rows',
    ),
    "quantities summed wrong": (
        file_of(row(), TRAILER | {"qty_received": "11"}),
        'line 3 qty_received "11": totals do not agree, qty_received sums to 10',
    ),
    "no trailer where a head promises one": (
        file_of({"record_type": "H", "receipt_id": "GR1"}, row()),
        "line 3: the file ends without its T record; it may be cut off",
    ),
    "a word for a quantity": (file_of(row(), row(qty_received="ten")), 'line 3 qty_received "ten": not a decimal'),
    "an exponent": (file_of(row(qty_received="1e9")), 'line 2 qty_received "1e9": not a decimal'),
    "less than nothing": (file_of(row(qty_received="-1")), "line 2: a received quantity is never negative"),
    "no time": (file_of(row(receipt_ts="today")), 'line 2 receipt_ts "today": not a time, as 2026-11-23T08:55'),
    "no part": (file_of(row(part_no="")), "line 2: the row names no part, neither part_no nor supplier_part"),
    "no receipt id": (file_of(row(receipt_id="")), "line 2 receipt_id: is required and missing"),
    "an unknown status": (
        file_of(row(status="XXX")), 'line 2 status "XXX": is not in code table status (AVL, HLD, DMG)'
    ),
    "an unknown condition": (
        file_of(row(condition="2")),
        'line 2 condition "2": is not in code table condition (01, 02, 03, 04, 05, 06, 07, 08, 09, 10, 11, 12, 13, '
        "14, 16)",
    ),
    "more damage than goods": (file_of(row(qty_damaged="11")), "line 2: damaged and rejected are part of what was"),
    "an unknown record": (file_of(row(record_type="Z")), 'line 2: unknown record type "Z"'),
    "a long row": (file_of(row()).replace(b"AVL", b"AVL,x,y"), "line 2: 19 cells under 17 columns"),
    "an open quote": (file_of(row(part_no='"BRK')), "line 2: unexpected end of data"),
    "latin-1": (file_of(row(location="D\u00d6CK")).decode().encode("latin-1"), "line 2: byte 250 is not utf-8"),
    "no rows": (file_of(), "line 1: there is no row in the file"),
    "no head": (file_of(row()).split(b"\r\n", 1)[1], 'line 1: column "10" stands twice'),
    "a column twice": (file_of(row(), columns=(*COLUMNS, "uom")), 'line 1: column "uom" stands twice'),
    "semicolons": (file_of(row(), delimiter=";"), 'line 1: the columns are parted by ";", and "," is agreed'),
    "tabs": (file_of(row(), delimiter="\t"), 'line 1: the columns are parted by "TAB", and "," is agreed'),
    "capitals": (
        file_of(row()).replace(b"part_no", b"PART_NO"),
        'line 1: column "part_no" is missing (did you mean it by "PART_NO"?)',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_faulty_file_is_parked_whole_with_its_line_and_answered_by_nobody(shared: Town, name: str) -> None:
    data, words = FILES[name]

    message = shared.bring(data, "quay")

    assert (message["status"], [one["status"] for one in message["documents"]]) == ("parked", ["parked"])
    assert words in message["reason"]
    assert message["documents"][0]["faults"][0]["segment"] == int(words.split()[1].rstrip(":"))
    assert shared.street.fetch(message["id"]) == data
    assert message["answers"] == []
    assert [one for one in shared.events() if one.split()[1] in ("GR1", "PO9", "PO10")] == []


@pytest.mark.parametrize("name", ["less than nothing", "more damage than goods", "a word for a quantity"])
def test_one_fault_of_a_row_is_told_once(shared: Town, name: str) -> None:
    data, _ = FILES[name]

    (document,) = shared.bring(data, "quay")["documents"]

    assert len(document["faults"]) == 1


def test_a_good_file_is_read_with_a_byte_order_mark(town: Town) -> None:
    assert state(town.bring(b"\xef\xbb\xbf" + file_of(row(), TRAILER), "quay")) == ("done", [("recorded", "")])


# --- JSON ---


def _order(**bent: Any) -> bytes:
    return json.dumps(ORDER | {"number": "PO9"} | bent).encode()


def _line(**bent: Any) -> list[dict[str, Any]]:
    return [ORDER["lines"][0] | bent]


JSON = {
    "cut off": (_order()[:-1], "is not JSON: Input data was truncated"),
    "an unknown kind": (_order(kind="Nonsense"), "$.kind: Invalid value 'Nonsense'"),
    "an unknown member": (_order(colour="red"), "$: Object contains unknown field `colour`"),
    "a number for a text": (_order(number=17), "$.number: Expected `str`, got `int`"),
    "a text for a list": (_order(lines="x"), "$.lines: Expected `array`, got `str`"),
    "a word for a quantity": (_order(lines=_line(quantity="ten")), "$.lines[0].quantity: Invalid decimal string"),
    "a quantity of 400 digits": (
        _order(lines=_line(quantity="x")).replace(b'"x"', b"1" + b"0" * 400),
        "$.lines[0].quantity: not a decimal that can be booked",
    ),
    "a huge exponent": (
        _order(lines=_line(quantity="x")).replace(b'"x"', b"1e400"),
        "$.lines[0].quantity: not a decimal that can be booked",
    ),
    "no number": (json.dumps({k: v for k, v in ORDER.items() if k != "number"}).encode(), "$: Object missing"),
    "an order without lines": (_order(lines=[]), "$.lines: is required and empty"),
    "an empty number": (_order(number=""), "$.number: is required and empty"),
    "a time without offset": (_order(due_at="2026-11-24T00:00:00"), "$.due_at: a time without its offset"),
    "a member twice": (
        _order()[:-1] + b', "number": "PO10"}', 'member "number" stands twice in one object: nobody can say which'
    ),
    "latin-1": (_order(number="x").replace(b'"x"', b'\n"\xc4"'), "line 2: byte"),
    "deep": (b'{"kind":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "is not read: nests too deep"),
    "one bad event of two": (b"[" + _order() + b"," + _order(kind="Nonsense") + b"]", "$[1].kind: Invalid value"),
    "test and live": (
        b"[" + _order() + b"," + _order(book="test", number="PO10") + b"]",
        "test and live events stand in one message: send them apart",
    ),
    "the time": (b'{"kind": "TimePassed", "number": "2099-01-01T00:00:00Z"}', "event holds TimePassed, the"),
}  # fmt: skip


@pytest.mark.parametrize("name", JSON)
def test_faulty_json_is_parked_whole_with_its_place(shared: Town, name: str) -> None:
    data, words = JSON[name]

    message = shared.bring(data, "erp")

    assert (message["status"], [one["status"] for one in message["documents"]]) == ("parked", ["parked"])
    assert message["reason"][: len(words)] == words
    assert shared.street.fetch(message["id"]) == data
    assert [one for one in shared.events() if one.split()[1] in ("GR1", "PO9", "PO10")] == []


@pytest.mark.parametrize("data", [b"null", b"42", b'"text"', b"{}", b"[]", b'{"a": 1}'])
def test_json_that_is_no_event_is_parked_without_a_guess_at_its_type(shared: Town, data: bytes) -> None:
    message = shared.bring(data, "erp")

    assert (message["status"], message["documents"]) == ("parked", [])
    assert message["reason"].startswith(("no map here knows this JSON", "no format known here"))


def test_an_event_that_says_test_is_recorded_in_the_test_book(town: Town) -> None:
    message = town.bring(_order(book="test"), "erp")

    assert (state(message), message["documents"][0]["test"]) == (("done", [("recorded", "")]), True)
    assert (town.events("live"), town.events("test")) == (["OrderPlaced PO1"], ["OrderPlaced PO9"])

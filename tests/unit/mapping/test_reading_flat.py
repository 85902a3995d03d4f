"""Flat files by a map: fixed width, record types that nest, and the dialects of CSV; there and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gateway.mapping import Map, MapReading, read_document, write_document
from gateway.mapping.compiling.compile import compile_map
from gateway.mapping.configuration import read_file
from ledger.events import GoodsReceived, ReceiptLine
from tests.unit.mapping.maps import configuration, mistakes_of, shipped, with_files

FIXED = "mappings/fixed/dock/map.yaml"
CSV = "mappings/csv/dock/map.yaml"

ALIKE = """map: fixed.dock
event: GoodsReceived
file:
  columns:
    receipt: 1-6
    part: 7-14
    quantity: {at: 17-24, align: right, fill: "0"}
    remarks: 25-32
group_by: [receipt]
header: {fields: {number: {at: receipt, required: true}}}
loops:
  row:
    into: lines
    fields:
      part_number: {at: part, required: true}
      quantity: {at: quantity, as: implied, places: "2"}
      remarks: remarks
"""
TYPED = """map: csv.dock
event: GoodsReceived
file:
  delimiter: "|"
  quote: none
  line_end: lf
  skip: 1
  layouts:
    HGRN: [type, receipt, site]
    LGRN: [type, part, quantity, order]
    NGRN: [type, text]
    SGRN: [type, serial]
    EGRN: [type, count]
  each: HGRN
header:
  segments: [HGRN]
  fields:
    number: {at: HGRN.receipt, required: true}
    ship_to: {at: HGRN.site, as: party, qualifier: "92"}
loops:
  LGRN:
    into: lines
    fields:
      part_number: {at: part, required: true}
      quantity: {at: quantity, as: decimal, required: true}
      remarks: NGRN.text
      serials: SGRN.serial
summary:
  computed: {EGRN.count: len(lines)}
"""
TYPED_FILE = b"""export of 2026-11-23
HGRN|R1|PLT07
LGRN|A-1|5|PO1
NGRN|late
SGRN|S1
SGRN|S2
LGRN|B-2|6
EGRN|2
HGRN|R2|PLT08
LGRN|C-3|7.5
EGRN|1
"""


def made(text: str, path: str) -> Map:
    return compile_map(shipped() | {path: text.encode()}, path)


def read(text: str, path: str, data: bytes) -> MapReading:
    found = made(text, path)
    return read_document(found, read_file(found, data))


def lines_of(reading: MapReading) -> list[Any]:
    return [line for event in reading.events for line in event.lines]  # type: ignore[union-attr]


# --- fixed width ---------------------------------------------------------------------------------------------


def test_columns_are_characters_and_numbers_lose_what_fills_them() -> None:
    reading = read(ALIKE, FIXED, b"R1    BRK-100   00001250late\r\nR1    BRK-200   00000000\r\n\r\n")
    (event,) = reading.events
    assert event == GoodsReceived(
        number="R1",
        lines=(
            ReceiptLine(part_number="BRK-100", segment=1, quantity=Decimal("12.50"), remarks="late"),
            ReceiptLine(part_number="BRK-200", segment=2),
        ),
    )


def test_what_stands_between_columns_or_behind_them_is_reported() -> None:
    reading = read(ALIKE, FIXED, b"R1    BRK-100 XY00001250late    behind\n")
    assert reading.unmapped.places == (("characters 15-16", 1), ("characters 33-", 1))


def test_an_event_is_written_in_its_columns_and_comes_back() -> None:
    event = GoodsReceived(
        number="R1", lines=(ReceiptLine(part_number="BRK-100", quantity=Decimal("12.5"), remarks="late", segment=1),)
    )
    writing = write_document(made(ALIKE, FIXED), event)
    assert (writing.data, writing.faults) == (b"R1    BRK-100   00001250late\r\n", ())
    assert read(ALIKE, FIXED, writing.data).events == (event,)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (ReceiptLine(part_number="BRK-100-LONG"), '"BRK-100-LONG" has 12 characters, 8 have room'),
        (ReceiptLine(part_number="Größe😀"), '"Größe😀" cannot stand in a file in latin-1 as it is agreed'),
        (ReceiptLine(part_number="A\nB"), '"A\nB" cannot stand in a file in latin-1 as it is agreed'),
    ],
)
def test_a_text_without_room_is_a_fault_and_is_never_cut(line: ReceiptLine, words: str) -> None:
    found = made(ALIKE.replace("file:\n", "file:\n  encoding: latin-1\n"), FIXED)
    (fault,) = write_document(found, GoodsReceived(number="R1", lines=(line,))).faults
    assert fault.text == f"fixed/dock/map.yaml:16 lines[0].part_number -> part: {words}"


def test_a_fault_names_the_line_and_the_column() -> None:
    (fault,) = read(ALIKE, FIXED, b"R1    BRK-100     12,50\n").faults
    assert fault.text == (
        'fixed/dock/map.yaml:16 quantity <- line 1 quantity "12,50": not a whole number with 2 implied decimals'
    )


def test_records_without_an_end_of_line_are_told_apart_by_their_length() -> None:
    text = ALIKE.replace("file:\n", "file:\n  length: 32\n  line_end: none\n")
    data = b"R1    BRK-100   00001250late    R1    BRK-200   00000100        "
    reading = read(text, FIXED, data)
    assert [(line.part_number, line.segment) for line in lines_of(reading)] == [("BRK-100", 1), ("BRK-200", 2)]
    assert write_document(made(text, FIXED), reading.events[0]).data == data
    document = read_file(made(text, FIXED), data[:-5])
    assert [fault.text for fault in document.faults] == [
        "line 2: the last record has 27 of 32 characters; the file may be cut off"
    ]


def test_a_record_longer_than_agreed_is_at_fault() -> None:
    text = ALIKE.replace("file:\n", "file:\n  length: 32\n")
    document = read_file(made(text, FIXED), b"R1    BRK-100   00001250late    x\n")
    assert [fault.text for fault in document.faults] == ["line 1: 33 characters in a record of 32"]


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ("part: 7-14", "part: 5-14", "column part begins at 5, within receipt or before it"),
        ("part: 7-14", "part: 14-7", "file.columns.part must say its characters, counted from 1 (as 1-20)"),
        ("at: part,", "at: prt,", 'the file has no column "prt"; did you mean "part"?'),
        ("file:\n", "file:\n  length: 20\n", "column quantity ends at 24, behind the length 20"),
        ("align: right, ", "", 'fill "0" behind a text could not be told from it (align: right)'),
        ("file:\n", "file:\n  line_end: none\n", "records without an end of line need length:"),
        ("file:\n", "file:\n  delimiter: x\n", 'unknown key "delimiter"'),
    ],
)
def test_mistakes_in_columns_are_told_with_their_line(before: str, after: str, mistake: str) -> None:
    found = mistakes_of(ALIKE.replace(before, after), FIXED)
    assert any(mistake in one for one in found), found


# --- record types --------------------------------------------------------------------------------------------


def test_records_nest_as_the_map_nests_its_loops() -> None:
    reading = read(TYPED, CSV, TYPED_FILE)
    assert reading.faults == ()
    assert [event.number for event in reading.events] == ["R1", "R2"]
    assert [(e.part_number, e.quantity, e.remarks, e.serials, e.segment) for e in lines_of(reading)] == [
        ("A-1", Decimal(5), "late", ("S1", "S2"), 3),
        ("B-2", Decimal(6), "", (), 7),
        ("C-3", Decimal("7.5"), "", (), 10),
    ]
    assert reading.unmapped.places == (("LGRN.order", 1),)


def test_records_are_written_in_their_order_and_come_back() -> None:
    event = read(TYPED, CSV, TYPED_FILE).events[0]
    writing = write_document(made(TYPED, CSV), event)
    assert writing.faults == ()
    assert writing.data.decode().splitlines() == [
        "HGRN|R1|PLT07",
        "LGRN|A-1|5|",
        "NGRN|late",
        "SGRN|S1",
        "SGRN|S2",
        "LGRN|B-2|6|",
        "EGRN|2",
    ]


def test_a_delimiter_in_a_text_that_nothing_quotes_is_a_fault() -> None:
    event = GoodsReceived(number="R|1", lines=(ReceiptLine(part_number="A", quantity=Decimal(1)),))
    (fault,) = write_document(made(TYPED, CSV), event).faults
    assert fault.text.endswith('"R|1" cannot stand in a file in utf-8 as it is agreed')


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x\nHGRN|R1|P\nXGRN|1\n", 'line 3: unknown record type "XGRN"'),
        (b"x\nHGRN|R1|P|more\n", "line 2: 4 cells in a HGRN of 3"),
    ],
)
def test_a_record_that_no_layout_knows_refuses_the_file(data: bytes, text: str) -> None:
    document = read_file(made(TYPED, CSV), data)
    assert (document.accepted, [fault.text for fault in document.faults]) == (False, [text])


def test_a_record_outside_its_loop_refuses_the_file() -> None:
    text = TYPED.replace("      serials: SGRN.serial\n", "") + "\n"
    text = text.replace("summary:", "    loops:\n      SGRN: {fields: {lot: serial}}\nsummary:")
    document = read_file(made(text, CSV), b"x\nHGRN|R1|P\nSGRN|S1\n")
    assert [fault.text for fault in document.faults] == ["line 3: record SGRN stands outside a LGRN"]


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ("HGRN.receipt", "receipt", '"receipt" names no record type, as HGRN.receipt'),
        ("{at: part,", "{at: prt,", 'record LGRN has no column "prt"; did you mean "part"?'),
    ],
)
def test_a_column_that_its_record_has_not_is_told(before: str, after: str, mistake: str) -> None:
    found = mistakes_of(TYPED.replace(before, after), CSV)
    assert [one for one in found if "bound" not in one] == [one for one in found if mistake in one] != []


# --- dialects ------------------------------------------------------------------------------------------------

PLAIN = """map: csv.dock
event: GoodsReceived
file: {FILE}
header: {fields: {number: receipt}}
loops: {row: {into: lines, fields: {part_number: {at: part, required: true}, quantity: {at: qty, as: decimal}}}}
"""


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("header: true", "receipt,part,qty\r\nR1,A,1234.5\r\n"),
        ("delimiter: ';', decimal: ','", "receipt;part;qty\r\nR1;A;1234,5\r\n"),
        ("delimiter: tab, line_end: lf", "receipt\tpart\tqty\nR1\tA\t1234.5\n"),
        ("header: false, columns: [receipt, part, qty]", "R1,A,1234.5\r\n"),
        ('quote: "\'", encoding: cp1252', "receipt,part,qty\r\nR1,A,1234.5\r\n"),
        ("encoding: iso8859-15, columns: [qty, part, receipt]", "qty,part,receipt\r\n1234.5,A,R1\r\n"),
    ],
)
def test_a_dialect_is_read_and_written(file: str, data: str) -> None:
    text = PLAIN.replace("FILE", file)
    (event,) = read(text, CSV, data.encode()).events
    assert event == GoodsReceived(
        number="R1",
        lines=(ReceiptLine(part_number="A", quantity=Decimal("1234.5"), segment=event.lines[0].segment),),  # type: ignore[union-attr]
    )
    assert write_document(made(text, CSV), event).data.decode() == data


@pytest.mark.parametrize(
    ("text", "value"), [("1.234,50", Decimal("1234.50")), ("-0,5", Decimal("-0.5")), ("7", Decimal(7))]
)
def test_a_comma_parts_decimals_where_the_file_says_so(text: str, value: Decimal) -> None:
    reading = read(
        PLAIN.replace("FILE", "delimiter: ';', decimal: ','"), CSV, f"receipt;part;qty\nR;A;{text}".encode()
    )
    assert [line.quantity for line in lines_of(reading)] == [value]


@pytest.mark.parametrize("text", ["1.23,4", "1,2,3", "1.2", ".", "1 234"])
def test_a_number_that_mixes_both_marks_wrongly_is_refused(text: str) -> None:
    reading = read(
        PLAIN.replace("FILE", "delimiter: ';', decimal: ','"), CSV, f"receipt;part;qty\nR;A;{text}".encode()
    )
    assert [fault.code for fault in reading.faults] == ["not_a_decimal"]


def test_several_texts_for_one_cell_need_to_be_told_apart() -> None:
    text = PLAIN.replace("FILE", "header: true").replace("quantity:", "serials: serial, quantity:")
    event = GoodsReceived(number="R", lines=(ReceiptLine(part_number="A", serials=("S1", "S2")),))
    (fault,) = write_document(made(text, CSV), event).faults
    assert fault.text.endswith("2 texts for one place; say split: what parts them")


def test_a_character_outside_the_encoding_is_a_fault_and_not_an_exception() -> None:
    found = made(PLAIN.replace("FILE", "encoding: latin-1"), CSV)
    (fault,) = write_document(found, GoodsReceived(number="😀", lines=(ReceiptLine(part_number="A"),))).faults
    assert fault.text.endswith('"😀" cannot stand in a file in latin-1 as it is agreed')


# --- which map reads a file ----------------------------------------------------------------------------------

PARTNER = {"partners/quay/partner.yaml": "partner: quay\nkind: logistics\nreceive: {dock: {as: GoodsReceived}}\n"}


def test_record_types_tell_the_type_of_a_file() -> None:
    data = TYPED_FILE.split(b"\n", 1)[1]
    text = TYPED.replace("  skip: 1\n", "")
    documents, faults = with_files({CSV: text}).read_file("", data)
    assert ([(d.format, d.type) for d in documents], faults) == ([("csv", "dock")], ())


def test_a_file_that_tells_nothing_of_its_type_is_what_was_agreed() -> None:
    files = {FIXED: ALIKE} | PARTNER
    documents, _ = with_files(files).read_file("quay", b"R1    BRK-100   00001250late\n")
    assert [(d.format, d.type) for d in documents] == [("fixed", "dock")]
    documents, (fault,) = with_files({FIXED: ALIKE}).read_file("", b"R1    BRK-100   00001250late\n")
    assert (documents, fault.code) == ((), "unreadable")


def test_the_shipped_fixed_width_receipts_are_known_by_their_records() -> None:
    data = b"HPLT07           GR1             20261123".ljust(160) + b"\r\n"
    documents, _ = configuration().read_file("", data)
    assert [(d.format, d.type) for d in documents] == [("fixed", "goods_receipt")]

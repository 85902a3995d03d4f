"""A delimited file is trusted whole or not at all: encoding, header, ragged rows and totals are its own faults."""

from __future__ import annotations

import pytest

from gateway.document import Document
from gateway.formats import FileShape, first_row, read_csv, write_csv

SHAPE = FileShape(
    required=("id", "qty"),
    record_column="rec",
    defaults_type="H",
    default_columns=("id",),
    totals_type="T",
    count_column="n",
    sums=(("qty", "qty"),),
)


def read(text: str, shape: FileShape = SHAPE) -> Document:
    return read_csv(text.encode(), shape, "goods_receipt")


def rows(document: Document) -> list[tuple[int, tuple[str, ...]]]:
    return [(loop.segments[0].position, loop.segments[0].elements[1:]) for loop in document.root.loops]


def test_rows_know_their_line_even_after_a_cell_of_several_lines() -> None:
    document = read('id,qty\r\nA,1\r\n"two\r\nlines",2\r\n\r\nB,3\r\n')

    assert document.accepted
    assert rows(document) == [(2, ("A", "1")), (3, ("two\r\nlines", "2")), (6, ("B", "3"))]


def test_a_header_record_gives_defaults_to_the_rows_after_it() -> None:
    document = read("rec,id,qty,n\nH,R1,,\nD,,1,\nD,R2,2,\nT,,3,2\n")

    assert document.faults == ()
    assert rows(document) == [(3, ("D", "R1", "1", "")), (4, ("D", "R2", "2", ""))]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rec,id,qty,n\nD,A,1,\nT,,2,1\n", 'line 3 qty "2": totals do not agree, qty sums to 1'),
        ("rec,id,qty,n\nD,A,1,\nT,,1,2\n", 'line 3 n "2": totals do not agree, 1 rows'),
        ("rec,id,qty,n\nD,A,1,\nT,,x,1\n", 'line 3 qty "x": totals do not agree, qty sums to 1'),
        ("rec,id,qty,n\nH,A,,\nD,A,1,\n", "line 3: the file ends without its T record; it may be cut off"),
        ("rec,id,qty,n\nD,A,1,\nT,,1,1\nD,B,1,\n", "line 4: stands after the totals of line 3"),
        ("rec,id,qty,n\nX,A,1,\n", 'line 2: unknown record type "X"'),
        ("id,qty\nA,1,2\n", "line 2: 3 cells under 2 columns"),
        ("id,qty,id\nA,1,2\n", 'line 1: column "id" stands twice'),
        ("id\nA\n", 'line 1: column "qty" is missing'),
        ("id,qty\n", "line 1: there is no row in the file"),
        ("", "line 1: there is no row in the file"),
        ('id,qty\nA,"1\n', "line 2: unexpected end of data"),
        ("id,qty\nA,\0\n", "line 2: holds a NUL"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_with_its_line(text: str, told: str) -> None:
    document = read(text)

    assert document.accepted is False
    assert told in [fault.text for fault in document.faults]
    assert all(fault.level == "document" for fault in document.faults)


def test_bytes_of_another_encoding_are_refused_where_they_stand() -> None:
    document = read_csv(b"id,qty\nA\xe9,1\n", SHAPE, "goods_receipt")

    assert [fault.text for fault in document.faults] == ["line 2: byte 8 is not utf-8"]
    assert read_csv(b"id,qty\nA\xe9,1\n", FileShape(encoding="latin-1"), "x").accepted


def test_a_byte_order_mark_and_blanks_round_names_do_not_matter() -> None:
    document = read_csv(b"\xef\xbb\xbf id , qty\n A , 1 \n", SHAPE, "goods_receipt")

    assert (document.columns, rows(document)) == ({"id": 1, "qty": 2}, [(2, ("A", "1"))])


def test_without_record_types_every_row_is_a_row() -> None:
    assert len(rows(read("id,qty\nA,1\nB,2\n"))) == 2


def test_a_file_without_header_takes_its_columns_from_the_map() -> None:
    document = read("A;1\n", FileShape(header=False, columns=("id", "qty"), delimiter=";"))

    assert (document.columns, rows(document)) == ({"id": 1, "qty": 2}, [(1, ("A", "1"))])


def test_rows_are_written_as_they_are_read() -> None:
    text = write_csv([("id", "qty"), ('a "quoted", text', "1")], SHAPE)

    assert text == b'id,qty\r\n"a ""quoted"", text",1\r\n'
    assert rows(read_csv(text, SHAPE, "x")) == [(2, ('a "quoted", text', "1"))]


def test_the_header_tells_the_type() -> None:
    assert first_row(b"\xef\xbb\xbfid, qty\nA,1\n", SHAPE) == ("id", "qty")
    assert first_row(b"", SHAPE) == ()

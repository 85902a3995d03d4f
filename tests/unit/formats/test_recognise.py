"""The first bytes tell the format, and JSON that is none is told, never raised."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.formats import read_json, recognise
from tests.unit.mapping.maps import configuration


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (b"ISA*00*", "x12"),
        (b"\xef\xbb\xbf\r\n ISA*00*", "x12"),
        (b"UNA:+.? '", "edifact"),
        (b' {"a": 1}', "json"),
        (b"[]", "json"),
        (b"<?xml version='1.0'?>", "xml"),
        (b"%PDF-1.7", "binary"),
        (b"a,b\n1,\x00\n", "binary"),
        (b"record_type,provider_id\n", "csv"),
        (b" \r\n", "empty"),
        (b"", "empty"),
    ],
)
def test_the_first_bytes_tell_the_format(data: bytes, format: str) -> None:
    assert recognise(data) == format


@pytest.mark.parametrize("data", [b"{", b"[1,]", b"nul", b"\xff", b"[" * 100_000, b'{"a": 1} x'])
def test_what_is_no_json_is_a_fault(data: bytes) -> None:
    document = read_json(data, "event")

    assert (document.accepted, len(document.faults), document.value) == (False, 1, None)


def test_numbers_never_pass_through_float() -> None:
    document = read_json(b'{"a": 0.1, "b": 12345678901234567890.123456789, "c": 3}', "event")

    assert document.value == {"a": Decimal("0.1"), "b": Decimal("12345678901234567890.123456789"), "c": 3}


@pytest.mark.parametrize("data", [b"", b"UNA:+", b"<a/>", b"PK\x03\x04", b'{"a": 1}', b"[]", b"[[[]]]", b"null"])
def test_a_message_that_nothing_here_reads_says_so(data: bytes) -> None:
    documents, faults = configuration().read_file("", data)

    assert faults or not documents[0].accepted

"""MIME on raw bytes: exact parts, tolerant of how others write lines, strict about where a multipart ends."""

from __future__ import annotations

import pytest

from gateway.transports.as2.cms.mistakes import CmsMistake
from gateway.transports.as2.mime import decode_body, split_entity, split_parts, split_value
from gateway.transports.as2.terms import DEFAULT_LIMITS, Limits


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        (b"--b\r\none\r\n--b\r\ntwo\r\n--b--\r\n", [b"one", b"two"]),
        (b"--b\none\n--b\ntwo\n--b--", [b"one", b"two"]),
        (b"preamble\r\n--b  \r\none\r\n\r\n--b\t\r\ntwo\r\n--b--  \r\n \r\n", [b"one\r\n", b"two"]),
        (b"--b\r\n\r\n--b\r\n--b--", [b"", b""]),
        (b"--b\r\none --b two\r\n--bb\r\n --b\r\n--b--\r\n", [b"one --b two\r\n--bb\r\n --b"]),
        (b"--b\r\n" + b"\r\n" * 3 + b"--b--\r\n", [b"\r\n" * 2]),
        (b"--b\r\n\r\r\n--b--\r\n", [b"\r"]),
        (b"--b--", []),
    ],
)
def test_parts_are_cut_byte_for_byte(body: bytes, parts: list[bytes]) -> None:
    assert split_parts(body, "b", DEFAULT_LIMITS) == parts


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"--b\r\none\r\n", "no closing boundary"),
        (b"--b\r\none\r\n--b--\r\nmore", "something follows the closing boundary"),
        (b"--b\r\none\r\n--b--\r\n--b\r\ntwo\r\n--b--", "something follows the closing boundary"),
        (b"one\r\n--B--", "no closing boundary"),
        (b"--b\r\n" * 20 + b"--b--", "more than 16 parts"),
    ],
)
def test_multipart_without_a_clean_end_is_refused(body: bytes, text: str) -> None:
    with pytest.raises(CmsMistake, match=text):
        split_parts(body, "b", DEFAULT_LIMITS)


@pytest.mark.parametrize("boundary", ["", "x" * 71])
def test_boundary_must_have_a_length_that_mime_allows(boundary: str) -> None:
    with pytest.raises(CmsMistake, match="no boundary"):
        split_parts(b"--\r\n", boundary, DEFAULT_LIMITS)


@pytest.mark.parametrize(
    ("data", "fields", "body"),
    [
        (b"A: 1\r\nb : 2\r\n\r\nbody", {"a": "1", "b": "2"}, b"body"),
        (b"A: 1\nB:2\n\nbody\r\n", {"a": "1", "b": "2"}, b"body\r\n"),
        (b"A: 1;\r\n  x\r\n\ty\r\n\r\n", {"a": "1; x y"}, b""),
        (b"\r\nbody", {}, b"body"),
        (b"A: first\r\na: second\r\n\r\n", {"a": "first"}, b""),
    ],
)
def test_headers_are_read_folded_or_not(data: bytes, fields: dict[str, str], body: bytes) -> None:
    entity = split_entity(data, DEFAULT_LIMITS)

    assert (dict(entity.fields), entity.body) == (fields, body)


@pytest.mark.parametrize(
    "data",
    [b"no headers", b"A: 1\r\n", b"no colon\r\n\r\n", b"A B: 1\r\n\r\n", b"", b"X: " + b"y" * 20_000 + b"\n\n"],
)
def test_what_is_no_header_is_refused(data: bytes) -> None:
    with pytest.raises(CmsMistake):
        split_entity(data, DEFAULT_LIMITS)


def test_number_of_headers_is_bounded() -> None:
    limits = Limits(headers_max=3)

    assert len(split_entity(b"A: 1\nB: 1\nC: 1\n\n", limits).fields) == 3
    with pytest.raises(CmsMistake, match="more than 3"):
        split_entity(b"A: 1\nB: 1\nC: 1\nD: 1\n\n", limits)


@pytest.mark.parametrize(
    ("value", "kind", "parameters"),
    [
        ("Multipart/Signed", "multipart/signed", {}),
        ('x/y; a="1;2"; B=3', "x/y", {"a": "1;2", "b": "3"}),
        (r'x/y;a="q\"uo\\te" ; a=second', "x/y", {"a": 'q"uo\\te'}),
        ("x/y; micalg=sha-256;protocol=p", "x/y", {"micalg": "sha-256", "protocol": "p"}),
        ("x/y; name*=UTF-8''a%20b", "x/y", {"name": "a b"}),
        ('x/y; open="no end', "x/y", {"open": ""}),
        ("", "", {}),
    ],
)
def test_parameters_are_read_in_any_order_and_case(value: str, kind: str, parameters: dict[str, str]) -> None:
    found = split_value(value)

    assert (found[0], dict(found[1])) == (kind, parameters)


@pytest.mark.parametrize(
    ("encoding", "body", "decoded"),
    [
        ("Binary", b"a\nb", b"a\nb"),
        ("BASE64", b"YW\r\nJj\r\n", b"abc"),
        ("Quoted-Printable", b"a=3Db=\r\nc", b"a=bc"),
        ("8bit", b"\xff", b"\xff"),
        ("", b"x", b"x"),
    ],
)
def test_transfer_encodings_are_undone_in_any_case(encoding: str, body: bytes, decoded: bytes) -> None:
    assert decode_body(body, encoding) == decoded


@pytest.mark.parametrize(("encoding", "body"), [("base64", b"YW*j"), ("base64", b"YWJ"), ("uuencode", b"x")])
def test_noise_is_not_decoded_to_something(encoding: str, body: bytes) -> None:
    with pytest.raises(CmsMistake):
        decode_body(body, encoding)

"""XML is read as elements with their lines, and nothing outside the bytes is ever looked at."""

from __future__ import annotations

import pytest

from gateway.document import Fault
from gateway.formats import Element, read_xml, write_xml
from gateway.formats.xml import DEPTH_MAX, ELEMENTS_MAX, TEXT_MAX, writable


def root_of(data: bytes) -> Element:
    document = read_xml(data, "x")
    assert document.faults == ()
    assert isinstance(document.value, Element)
    return document.value


def refused(data: bytes) -> tuple[str, str, int | None]:
    document = read_xml(data, "x")
    assert document.accepted is False
    assert document.value is None
    [fault] = document.faults
    return fault.code, fault.text, fault.line


def test_an_element_has_its_full_name_its_text_without_blanks_and_its_line() -> None:
    root = root_of(b'<?xml version="1.0"?>\n<a xmlns="urn:x">\n  <b y="1"> two\n </b>\n  <b>3</b>\n</a>')
    assert (root.tag, root.text, root.line) == ("{urn:x}a", "", 2)
    assert [(b.tag, b.text, b.line, b.attributes) for b in root.inner("{urn:x}b")] == [
        ("{urn:x}b", "two", 3, {"y": "1"}),
        ("{urn:x}b", "3", 5, {}),
    ]
    assert root.inner("b") == ()


def test_lines_are_told_beyond_65535() -> None:
    assert root_of(b"<a>" + b"\n" * 70_000 + b"<b/></a>").children[0].line == 70_001


def test_comments_and_instructions_part_no_text() -> None:
    root = root_of(b"<a>one<!-- x -->two<?p i?>three<![CDATA[<&>]]></a>")
    assert root.text == "onetwothree<&>"
    assert root.children == []


def test_text_between_children_is_kept_with_their_parent() -> None:
    assert root_of(b"<a>before<b>in</b>after</a>").text == "before after"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ('<?xml version="1.0" encoding="ISO-8859-1"?><a>Gr\xf6\xdfe</a>'.encode("latin-1"), "Größe"),
        ('<?xml version="1.0" encoding="windows-1252"?><a>\u20ac</a>'.encode("cp1252"), "€"),
        ("<a>Größe</a>".encode("utf-8-sig"), "Größe"),
        ('<?xml version="1.0" encoding="UTF-16"?><a>Größe</a>'.encode("utf-16"), "Größe"),
        (b"\n <?xml version='1.0' encoding='utf-8'?>\n<a>late</a>", "late"),
    ],
)
def test_encodings_are_read_as_declared_or_marked(data: bytes, text: str) -> None:
    assert root_of(data).text == text


def test_an_encoding_that_is_not_read_here_is_named() -> None:
    assert refused(b'<?xml version="1.0" encoding="EBCDIC-CP-US"?><a/>') == (
        "encoding",
        'line 1: is encoded in "EBCDIC-CP-US", which is not read here: send UTF-8',
        1,
    )


def test_a_byte_outside_the_encoding_is_told_with_its_line() -> None:
    assert refused(b"<a>\n\xff</a>") == ("encoding", "line 2: byte 4 is not utf-8", 2)


def test_a_file_that_is_no_xml_is_told_with_its_line() -> None:
    assert refused(b"<a>\n<b>\n</a>") == (
        "not_xml",
        "line 3: is not XML: Opening and ending tag mismatch: b line 2 and a",
        3,
    )


DOCTYPE = "line 2: has a document type declaration, and none is read here: send the document without it"


@pytest.mark.parametrize(
    "declaration",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">',
        b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        b'<!-- <a> --><?x <a> ?><!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    ],
)
def test_a_document_type_declaration_is_refused_before_anything_is_parsed(declaration: bytes) -> None:
    assert refused(b'<?xml version="1.0"?>\n' + declaration + b"<a>&x;</a>") == ("doctype", DOCTYPE, 2)


def test_a_document_type_declaration_in_two_bytes_a_character_is_refused_alike() -> None:
    data = '<?xml version="1.0" encoding="UTF-16"?>\n<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16")
    assert refused(data) == ("doctype", DOCTYPE, 2)


def test_an_entity_that_nobody_declared_is_a_fault() -> None:
    assert refused(b"<a>&x;</a>")[:2] == ("not_xml", "line 1: is not XML: Entity 'x' not defined")


def test_an_inclusion_is_an_element_like_any_other() -> None:
    data = b'<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="file:///etc/passwd" parse="text"/></a>'
    assert [(e.tag, e.text) for e in root_of(data).children] == [("{http://www.w3.org/2001/XInclude}include", "")]


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" * (DEPTH_MAX + 2) + b"</a>" * (DEPTH_MAX + 2),
        b"<a>" + b"x" * (TEXT_MAX + 1) + b"</a>",
        b'<a b="' + b"x" * (TEXT_MAX + 1) + b'"/>',
        b"<a>" + b"<b/>" * ELEMENTS_MAX + b"</a>",
    ],
    ids=["depth", "text", "attribute", "elements"],
)
def test_what_is_too_deep_or_too_large_is_refused(data: bytes) -> None:
    assert refused(data)[0] == "too_large"


def test_nesting_beyond_the_parser_is_a_fault_and_no_crash() -> None:
    assert refused(b"<a>" * 100_000)[0] in ("not_xml", "too_large")


def test_what_is_written_is_read_again() -> None:
    root = Element("{urn:x}a")
    inner = Element("{urn:y}b", "<&> ü", attributes={"c": '"'})
    root.children.append(inner)
    data = write_xml(root, {"": "urn:x", "y": "urn:y"})
    assert data == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<a xmlns="urn:x" xmlns:y="urn:y">\n  <y:b c="&quot;">&lt;&amp;&gt; \xc3\xbc</y:b>\n</a>\n'
    )
    assert [(e.tag, e.text, e.attributes) for e in root_of(data).children] == [("{urn:y}b", "<&> ü", {"c": '"'})]


def test_a_character_that_xml_has_not_is_known_before_it_is_written() -> None:
    assert [writable(text) for text in ("a\tb\nü€😀", "\x00", "\x0b", "\ud800", "\ufffe")] == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_a_fault_names_the_document_as_a_whole() -> None:
    [fault] = read_xml(b"<a", "x").faults
    assert isinstance(fault, Fault)
    assert (fault.level, fault.rejects) == ("document", True)

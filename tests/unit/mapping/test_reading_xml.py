"""XML by a map: namespaces are the map's, conditions choose, and writing keeps the order of the schema."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.document import Document
from gateway.formats import read_xml
from gateway.mapping import Map, MapReading, read_document, write_document
from gateway.mapping.compiling.compile import compile_map
from ledger.events import GoodsReceived, ReceiptLine
from tests.unit.mapping.maps import configuration, mistakes_of, shipped

PATH = "mappings/xml/stock_in/map.yaml"
HEAD = """map: xml.stock_in
event: GoodsReceived
file: {root: "s:In", namespaces: {s: "urn:s", p: "urn:p"}}
"""
MAP = (
    HEAD
    + """
header:
  constants: {"@version": "3", "s:Ref/@kind": slip}
  fields:
    number: {at: "@no", required: true}
    ship_to: {at: ["s:Site/@scheme", s:Site], as: party, qualifier: "92"}
    supplier: "s:Party[@role='SU' or @role='SF']/p:Id"
    occurred_at: {at: [s:Day, s:Clock], as: iso}
loops:
  s:Goods/s:Line:
    into: lines
    segments: [p:Part, s:Qty, s:Note]
    fields:
      quantity: {at: s:Qty, as: decimal, required: true}
      unit: s:Qty/@u
      part_number: {at: p:Part, required: true}
      lot: "s:Prop[s:Name='lot']/s:Value"
      handling_unit: "s:Code[2]"
      order_number: {at: s:Order, else: /s:In/s:Order, empty: [NONE, "-"], single: true}
      quantity_damaged: {at: ".[s:State='bad']/s:Bad", as: decimal}
      serials: {at: s:Piece/p:Serial, repeat: s:Piece}
"""
)
BODY = """<x:In xmlns:x="urn:s" xmlns="urn:p" no="R1">
  <x:Site scheme="1">123456789</x:Site>
  <x:Party role="SF"><Id>FROM</Id></x:Party>
  <x:Party role="SU"><Id>ACME</Id></x:Party>
  <x:Day>2026-11-23</x:Day><x:Clock>08:55:00-05:00</x:Clock>
  <x:Order>PO1</x:Order>
  <x:Goods>
    <x:Line><Part>A-1</Part><x:Qty u="EA">12.50</x:Qty><x:Code>one</x:Code><x:Code>two</x:Code>
      <x:Prop><x:Name>heat</x:Name><x:Value>H7</x:Value></x:Prop>
      <x:Prop><x:Name>lot</x:Name><x:Value>L1</x:Value></x:Prop>
      <x:Piece><Serial>S1</Serial></x:Piece><x:Piece><Serial>S2</Serial></x:Piece></x:Line>
    <x:Line><Part>B-2</Part><x:Qty>3</x:Qty><x:Order>-</x:Order><x:State>bad</x:State><x:Bad>1</x:Bad></x:Line>
  </x:Goods>
</x:In>"""


def made(text: str = MAP) -> Map:
    return compile_map(shipped() | {PATH: text.encode()}, PATH)


def document(body: str) -> Document:
    found = read_xml(body.encode(), "stock_in")
    assert found.faults == ()
    return found


def read(body: str, text: str = MAP) -> MapReading:
    return read_document(made(text), document(body))


def test_a_document_is_read_by_namespace_and_never_by_prefix() -> None:
    reading = read(BODY)
    (event,) = reading.events
    assert isinstance(event, GoodsReceived)
    assert (event.number, event.ship_to, event.supplier) == ("R1", "1:123456789", "ACME")
    assert event.occurred_at is not None
    assert event.occurred_at.isoformat() == "2026-11-23T08:55:00-05:00"
    assert event.lines == (
        ReceiptLine(
            part_number="A-1",
            segment=8,
            quantity=Decimal("12.50"),
            unit="EA",
            lot="L1",
            handling_unit="two",
            order_number="PO1",
            serials=("S1", "S2"),
        ),
        ReceiptLine(
            part_number="B-2", segment=12, quantity=Decimal(3), order_number="PO1", quantity_damaged=Decimal(1)
        ),
    )


def test_what_nobody_looks_at_is_counted_by_its_path() -> None:
    reading = read(BODY)
    assert str(reading.unmapped) == "3 elements not mapped"
    assert reading.unmapped.places == (
        ("s:Goods/s:Line/s:Code", 1),
        ("s:Goods/s:Line/s:Prop/s:Name", 1),
        ("s:Goods/s:Line/s:Prop/s:Value", 1),
    )


def test_ignored_elements_are_ignored_with_all_that_is_in_them() -> None:
    reading = read(BODY, MAP + "ignore: [s:Prop, 's:Code[1]']\n")
    assert not reading.unmapped


def test_a_value_tells_the_line_of_the_file_and_the_element_that_it_came_from() -> None:
    places = {(p.path, p.value): (p.segment, p.tag) for p in read(BODY).provenance()}
    assert places["lines[0].quantity", "12.50"] == (8, "s:Goods/s:Line[1]/s:Qty")
    assert places["lines[1].order_number", "-"] == (12, "s:Goods/s:Line[2]/s:Order")
    assert places["lines[0].serials", "S2"] == (11, "s:Goods/s:Line[1]/s:Piece/p:Serial")


def test_a_fault_is_located_in_the_map_and_in_the_file() -> None:
    reading = read(BODY.replace("12.50", "1O").replace("<Part>B-2</Part>", ""))
    assert reading.events == ()
    assert [fault.text for fault in reading.faults] == [
        'xml/stock_in/map.yaml:17 quantity <- line 8 s:Goods/s:Line[1]/s:Qty "1O": not a decimal',
        "xml/stock_in/map.yaml:19 part_number <- line 12 p:Part: is required and missing",
    ]


def test_what_is_read_is_written_in_the_order_of_the_map_and_comes_back() -> None:
    found = made()
    (event,) = read(BODY).events
    writing = write_document(found, event)
    assert writing.faults == ()
    assert writing.data.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<s:In xmlns:s="urn:s" xmlns:p="urn:p" no="R1" version="3">\n'
        '  <s:Site scheme="1">123456789</s:Site>\n'
        '  <s:Party role="SU">\n    <p:Id>ACME</p:Id>\n  </s:Party>\n'
        "  <s:Day>2026-11-23</s:Day>\n  <s:Clock>08:55:00-05:00</s:Clock>\n"
        "  <s:Goods>\n    <s:Line>\n      <p:Part>A-1</p:Part>\n"
        '      <s:Qty u="EA">12.50</s:Qty>\n'
        "      <s:Prop>\n        <s:Name>lot</s:Name>\n        <s:Value>L1</s:Value>\n      </s:Prop>\n"
        "      <s:Code/>\n      <s:Code>two</s:Code>\n      <s:Order>PO1</s:Order>\n"
        "      <s:Piece>\n        <p:Serial>S1</p:Serial>\n      </s:Piece>\n"
        "      <s:Piece>\n        <p:Serial>S2</p:Serial>\n      </s:Piece>\n    </s:Line>\n"
        "    <s:Line>\n      <p:Part>B-2</p:Part>\n      <s:Qty>3</s:Qty>\n      <s:Order>PO1</s:Order>\n"
        "      <s:State>bad</s:State>\n      <s:Bad>1</s:Bad>\n    </s:Line>\n  </s:Goods>\n</s:In>\n"
    )
    assert [line.part_number for line in event.lines] == ["A-1", "B-2"]  # type: ignore[union-attr]


def test_a_text_that_xml_cannot_hold_is_a_fault_and_not_an_exception() -> None:
    event = GoodsReceived(number="R1", lines=(ReceiptLine(part_number="A\x01", quantity=Decimal(1)),))
    (fault,) = write_document(made(), event).faults
    words = '"A\x01" holds a control character, which XML has not'
    assert fault.text == f"xml/stock_in/map.yaml:19 lines[0].part_number -> p:Part: {words}"


def test_two_values_for_one_place_are_a_fault_and_never_one_of_them() -> None:
    text = MAP.replace("      lot:", "      remarks: s:Qty\n      lot:")
    event = GoodsReceived(number="R1", lines=(ReceiptLine(part_number="A", quantity=Decimal(1), remarks="soon"),))
    (fault,) = write_document(made(text), event).faults
    assert (fault.code, fault.text.rpartition(": ")[2]) == ("taken", '"soon" has no room, "1" stands there already')


def test_each_element_that_each_names_makes_an_event_of_its_own() -> None:
    text = HEAD.replace('root: "s:In"', 'root: "s:In", each: s:Doc') + "header: {fields: {number: '@no'}}\n"
    reading = read('<In xmlns="urn:s"><Doc no="1"/><Doc no="2"/></In>', text)
    assert [event.number for event in reading.events] == ["1", "2"]
    assert [p.path for p in reading.provenance()] == ["[0].number", "[1].number"]
    assert b'<s:Doc no="2"/>' in write_document(made(text), reading.events[1]).data


def test_a_file_without_any_of_what_each_names_is_at_fault() -> None:
    text = HEAD.replace('root: "s:In"', 'root: "s:In", each: s:Doc') + "header: {fields: {number: '@no'}}\n"
    (fault,) = read('<In xmlns="urn:s"/>', text).faults
    assert fault.text == f"{PATH} file each: s:Doc stands nowhere in the document"


@pytest.mark.parametrize(
    ("place", "mistake"),
    [
        ("//s:Qty", "//: name every element on the way"),
        ("../s:Qty", ".."),
        ("s:*", "*"),
        ("s:Qty/text()", "functions are not read; the text of an element is meant by its name"),
        ("q:Qty", 'prefix "q" has no namespace; declare it under file: namespaces'),
        ("s:Qty[last]", "is no condition"),
        ("s:Qty[@a='1' or @b='2']", "compares two things; one condition asks for one"),
        ("s:Qty[", '"s:Qty[" is no element'),
        ("/", "is no element"),
    ],
)
def test_a_path_that_cannot_be_written_back_is_refused_with_the_mend(place: str, mistake: str) -> None:
    text = HEAD + f'header: {{fields: {{number: "{place}"}}}}\n'
    (found,) = [one for one in mistakes_of(text, PATH) if "cannot be made" not in one]
    assert found.startswith("xml/stock_in/map.yaml line 4: ")
    assert all(words in found for words in mistake.split(": "))


def test_a_map_of_xml_names_its_root() -> None:
    (found,) = mistakes_of("map: x\nevent: GoodsReceived\nheader: {fields: {number: a}}\n", PATH)
    assert found == "mappings/xml/stock_in/map.yaml line 1: file: is missing; a map of xml says its root"


def test_the_root_tells_the_type_of_a_message() -> None:
    documents, faults = configuration().read_file(
        "", b'<r:ReceiptAdvice xmlns:r="urn:oasis:names:specification:ubl:schema:xsd:ReceiptAdvice-2"/>'
    )
    assert ([d.type for d in documents], faults) == (["ubl_receipt_advice"], ())
    documents, (fault,) = configuration().read_file("", b'<ReceiptAdvice xmlns="urn:other"/>')
    assert (documents, fault.code, fault.text) == (
        (),
        "no_map",
        "no map here knows the XML root {urn:other}ReceiptAdvice",
    )


def test_xml_in_two_bytes_a_character_is_recognised() -> None:
    root = '<ReceiptAdvice xmlns="urn:oasis:names:specification:ubl:schema:xsd:ReceiptAdvice-2"/>'
    documents, _ = configuration().read_file("", root.encode("utf-16"))
    assert [d.type for d in documents] == ["ubl_receipt_advice"]

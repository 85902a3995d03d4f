"""Drafts: what maps in force, names and values suggest for a document, with how sure that is."""

from __future__ import annotations

import pytest

from gateway.errors import OperatorMistake
from gateway.mapping.drafting.candidates import words_of
from gateway.mapping.drafting.draft import draft_map
from gateway.resources import CHECKOUT, read_yaml
from tests.unit.mapping.maps import configuration, shipped, with_files

RECEIPTS = b"receipt_no;art_no;qty_recd;uom;po_no;colour\r\nR1;BRK-100;5;EA;PO1;red\r\nR1;BRK-200;7;EA;PO1;blue\r\n"
ORDER = (
    b'{"purchaseOrder": {"id": "4711", "vendor": "A123", "items": [{"sku": "BRK-100", "qty": 5, "uom": "EA"}, '
    b'{"sku": "BRK-200", "qty": 7, "uom": "EA", "promo": "x"}]}}'
)


def bound(draft: str, *path: str) -> dict[str, object]:
    """The bindings of a section of a draft."""
    value = read_yaml(draft.encode()).value
    for name in path:
        value = value[name]
    return value["fields"] or {}


def test_a_flat_file_is_drafted_for_the_event_that_its_columns_speak_of() -> None:
    draft = draft_map(configuration(), RECEIPTS)

    assert draft is not None
    value = read_yaml(draft.encode()).value
    assert (value["event"], value["group_by"], value["file"]["delimiter"]) == ("GoodsReceived", ["receipt_no"], ";")
    assert bound(draft, "header") == {"number": {"at": "receipt_no", "required": "true"}}
    assert set(bound(draft, "loops", "row")) == {"part_number", "quantity", "unit", "order_number"}
    assert '# FIELD: colour                        # "red"' in draft
    assert 'part_number: {at: art_no, default: ""} # 90 %: part_no of another map says the same; "BRK-100"' in draft


def test_what_a_draft_binds_passes_the_check_and_reads_the_sample() -> None:
    from gateway.formats import FileShape, read_csv
    from gateway.mapping import read_document

    draft = draft_map(configuration(), RECEIPTS)
    assert draft is not None
    path = "mappings/csv/TYPE/map.yaml"
    map = with_files({path: draft}).map_at(path)

    reading = read_document(map, read_csv(RECEIPTS, FileShape(delimiter=";"), "TYPE"))

    assert [fault.text for fault in reading.faults] == []
    (event,) = reading.events
    assert [(line.part_number, str(line.quantity)) for line in event.lines] == [("BRK-100", "5"), ("BRK-200", "7")]  # type: ignore[attr-defined]


def test_columns_of_fixed_width_are_found_by_what_stands_under_what() -> None:
    from gateway.mapping import read_document
    from gateway.mapping.configuration import read_file

    data = (
        b"RECEIPT_NO  ART_NO        QTY   UOM  LOT\n"
        b"GR1         BRK-100        12   EA   L1\n"
        b"GR1         ECM-88-410    240   EA\n"
        b"GR2         BRK-100         5   PC   L22\n"
    )

    draft = draft_map(configuration(), data, event="GoodsReceived")

    assert draft is not None
    value = read_yaml(draft.encode()).value
    assert value["file"] == {
        "skip": "1",
        "columns": {
            "RECEIPT_NO": "1-12",
            "ART_NO": "13-26",
            "QTY": {"at": "27-29", "align": "right"},
            "UOM": "33-37",
            "LOT": "38-40",
        },
    }
    assert (value["group_by"], set(bound(draft, "header"))) == (["RECEIPT_NO"], {"number"})
    path = "mappings/fixed/TYPE/map.yaml"
    reading = read_document(map := with_files({path: draft}).map_at(path), read_file(map, data))
    assert [fault.text for fault in reading.faults] == []
    assert [
        [(line.part_number, str(line.quantity), line.lot) for line in event.lines] for event in reading.events
    ] == [  # type: ignore[attr-defined]
        [("BRK-100", "12", "L1"), ("ECM-88-410", "240", "")],
        [("BRK-100", "5", "L22")],
    ]


def test_records_of_several_kinds_are_drafted_with_columns_of_their_own() -> None:
    data = (CHECKOUT / "mappings/fixed/goods_receipt/two-receipts.sample.txt").read_bytes()

    draft = draft_map(configuration(), data, event="GoodsReceived")

    assert draft is not None
    value = read_yaml(draft.encode()).value
    assert (value["file"]["type"], list(value["file"]["layouts"])) == ("1", ["A", "H", "D", "T", "S"])
    assert value["file"]["layouts"]["H"] == {
        "record": "1", "column_2": "2-17", "column_18": "18-33", "column_34": "34-58"
    }  # fmt: skip
    assert value["file"]["layouts"]["T"] == {"record": "1", "column_2": {"at": "2-8", "align": "right", "fill": "0"}}
    assert value["loops"]["D"]["into"] == "lines"
    assert '# FIELD: H.column_18                     # "GR20261123-1" column_18' in draft


@pytest.mark.parametrize("data", [b"part,qty\nA,5\n", b"part;words\nA;two  blanks\nB;x\n", b"part\nBRK-100\n"])
def test_what_has_a_mark_between_or_nothing_to_part_is_no_fixed_width(data: bytes) -> None:
    from gateway.mapping.drafting.spans import find_records

    assert find_records(data) is None


def test_json_is_drafted_with_its_list_as_a_loop() -> None:
    draft = draft_map(configuration(), ORDER, event="OrderPlaced")

    assert draft is not None
    assert set(bound(draft, "header")) == {"number", "supplier"}
    assert set(bound(draft, "loops", "/purchaseOrder/items")) == {"part_number", "quantity", "unit"}


def test_xml_is_drafted_with_its_namespaces() -> None:
    sample = next((CHECKOUT / "mappings/xml/ubl_despatch_advice").glob("*.sample.xml")).read_bytes()

    draft = draft_map(configuration(), sample)

    assert draft is not None
    value = read_yaml(draft.encode()).value
    assert value["file"]["root"] == "DespatchAdvice"
    assert value["event"] == "ShipmentNotified" or value["event"].startswith("Shipment")
    assert "number" in bound(draft, "header")


def test_a_set_without_a_map_is_drafted_by_what_other_maps_bind_alike() -> None:
    files = {path: content for path, content in shipped().items() if "/862/map.yaml" not in path}
    without = type(configuration()).from_files(files, check=False)
    sample = (CHECKOUT / "mappings/x12/004010/862/cumulative.sample.edi").read_bytes()

    draft = draft_map(without, sample, "acme")

    assert draft is not None
    assert draft.startswith("# partners/acme/x12/004010/862/map.yaml\nmap: acme.862\nevent: ScheduleReleased\n")
    assert {"ship_to", "supplier"} <= set(bound(draft, "header"))
    assert "part_number" in bound(draft, "loops", "LIN")


def test_the_same_document_is_drafted_alike_every_time() -> None:
    assert draft_map(configuration(), ORDER) == draft_map(configuration(), ORDER)


def test_an_event_that_there_is_not_is_told_with_those_like_it() -> None:
    with pytest.raises(OperatorMistake, match=r'there is no event "ShipmentNotifed".*ShipmentNotified'):
        draft_map(configuration(), RECEIPTS, event="ShipmentNotifed")


@pytest.mark.parametrize(
    ("one", "other"),
    [("qty_recd", "receivedQuantity"), ("po_no", "OrderNumber"), ("ASN", "shipment"), ("PartNo", "article_number")],
)
def test_names_that_say_the_same_are_told_alike(one: str, other: str) -> None:
    assert words_of(one) == words_of(other)

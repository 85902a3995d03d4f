"""Flat files whose rows are events, and files of several types under one agreement."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.formats import read_csv
from gateway.mapping import read_document, write_document
from gateway.resources import CHECKOUT
from ledger.events import PartDefined, SiteDefined, UnitFactorDefined
from tests.unit.mapping.maps import configuration, with_files

CSV = CHECKOUT / "mappings" / "csv"
TYPES = sorted(path.name for path in CSV.iterdir())
PARTNER = """
partner: erp
kind: internal
identities: {keys: [erp]}
receive: {%s}
"""


def map_of(type: str):  # type: ignore[no-untyped-def]
    return configuration().map_at(f"mappings/csv/{type}/map.yaml")


@pytest.mark.parametrize(
    "sample", sorted(CSV.glob("*/*.sample.csv")), ids=lambda path: f"{path.parent.name}-{path.name}"
)
def test_a_file_is_told_by_its_columns_among_all_types_that_are_agreed(sample: Path) -> None:
    means = {"goods_receipt": "GoodsReceived", "stock_snapshot": "InventorySnapshotReported"}
    agreed = ", ".join(f"{type}: {{as: {means.get(type, 'MasterData')}}}" for type in TYPES)
    several = with_files({"partners/erp/partner.yaml": PARTNER % agreed})

    documents, faults = several.read_file("erp", sample.read_bytes())

    assert ([document.type for document in documents], faults) == ([sample.parent.name], ())


def test_an_event_that_its_header_says_whole_is_one_row() -> None:
    factor = UnitFactorDefined(number="BLT-400/XBX", part="BLT-400", unit="XBX", numerator=200)

    writing = write_document(map_of("unit_factors"), factor)

    assert (writing.data, writing.faults) == (
        b"part_number,unit,numerator,denominator\r\nBLT-400,XBX,200,\r\n", (),
    )  # fmt: skip


def test_a_part_without_revisions_is_one_row() -> None:
    writing = write_document(map_of("parts"), PartDefined(number="P1", base_unit="EA"))

    assert [row[:2] for row in writing.segments[1:]] == [("P1", "EA")]


def test_a_text_that_says_no_more_than_its_absence_makes_the_same_event() -> None:
    map = map_of("sites")
    documents, _ = configuration().read_file("", b"site,time_zone,receiving_location\nP1,UTC,DOCK\n")

    (event,) = read_document(map, documents[0]).events if documents else (None,)

    assert event == SiteDefined(number="P1")


def test_records_around_rows_are_written_as_they_are_read() -> None:
    map = configuration().map_at("mappings/csv/goods_receipt/map.yaml")
    folder = CHECKOUT / "mappings/csv/goods_receipt"
    events = [
        read_document(map, read_csv((folder / name).read_bytes(), map.file, "goods_receipt")).events[0]
        for name in ("short-and-damaged.sample.csv", "on-pallets.sample.csv")
    ]

    data = write_document(map, events).data
    again = read_csv(data, map.file, "goods_receipt")

    rows = [dict(zip(data.decode().splitlines()[0].split(","), line.split(","), strict=False))
            for line in data.decode().splitlines()[1:]]  # fmt: skip
    assert [(row["record_type"], row["site_code"], row["receipt_id"]) for row in rows] == [
        ("H", "PLT07", "GR20261123-1"), ("D", "", ""), ("D", "", ""),
        ("H", "PLT07", "GR20261123-2"), ("D", "", ""), ("D", "", ""), ("T", "", ""),
    ]  # fmt: skip
    assert (rows[-1]["qty_expected"], rows[-1]["qty_received"]) == ("4", "536")
    assert again.faults == ()
    assert [event.number for event in read_document(map, again).events] == ["GR20261123-1", "GR20261123-2"]

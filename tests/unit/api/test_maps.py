"""`/v1/maps`: a map is checked, tried and compared over REST before it is in force; nothing is changed by that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.mapping.compiling.schema import build_schema
from ledger import queries
from tests.unit.api.house import House, notice, open_house

PATH = "partners/acme/x12/004010/856/map.yaml"
BASE = "mappings/x12/004010/856/map.yaml"
TENTH = (
    "map: acme.856\nextends: x12/004010/856\nlevels:\n  I:\n    fields:\n"
    "      quantity: {at: SN1.02, as: implied, places: 1}\n"
)


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    """A house of its own for a test that changes what is in force or what has come."""
    with open_house(tmp_path / "home") as house:
        yield house


def put_in_force(house: House, text: str) -> None:
    folder = (house.home / PATH).parent
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "map.yaml").write_text(text)
    house.street.configure()


def test_the_maps_in_force_are_listed_with_their_versions(house: House) -> None:
    found = house.ask("GET", "/v1/maps").json()
    by_path = {one["map"]: one for one in found["items"]}
    assert (by_path[BASE]["events"], len(by_path[BASE]["hash"])) == (
        ["ShipmentNotified", "ShipmentReplaced", "ShipmentCancelled"], 64,
    )  # fmt: skip
    assert (found["configuration"], found["mistake"]) == (house.street.configuration.hash, "")


def test_a_broken_edit_keeps_the_old_maps_in_force_and_says_so(own_house: House) -> None:
    put_in_force(own_house, TENTH)
    before = own_house.ask("GET", "/v1/maps").json()
    put_in_force(own_house, TENTH.replace("quantity", "quantitty"))
    after = own_house.ask("GET", "/v1/maps").json()
    assert (after["configuration"], after["items"]) == (before["configuration"], before["items"])
    assert after["mistake"].startswith(f'{PATH} line 6: unknown field "quantitty"')


def test_a_version_is_checked_with_all_its_mistakes(house: House) -> None:
    found = house.ask("POST", f"/v1/maps/check?map={PATH}", content=TENTH.replace("SN1.02", "SN1.99").encode()).json()
    assert (found["hash"], found["mistakes"]) == (
        "", [{"file": PATH, "line": 6, "column": 7, "text": "the guide has no SN1.99 in loop I", "mend": ""}],
    )  # fmt: skip
    assert house.ask("POST", f"/v1/maps/check?map={PATH}", content=TENTH.encode()).json()["mistakes"] == []


def test_a_document_is_read_and_an_event_written_without_being_kept(house: House) -> None:
    read = house.ask("POST", "/v1/maps/run?partner=acme&provenance=true", content=notice("1")).json()
    (one,) = read["documents"]
    assert (one["map"], one["made"][0]["lines"][0]["quantity"]) == (BASE, "100")
    assert "lines[0].quantity" in {place["path"] for place in one["provenance"]}
    written = house.ask("POST", "/v1/maps/write?to=856&partner=acme", json=one["made"][0]).json()
    assert ["SN1", "", "100", "EA"] in written["segments"]
    assert house.ask("GET", "/v1/messages").json()["items"] == []


def test_a_file_is_shown_in_the_encoding_that_its_map_says(own_house: House) -> None:
    folder = own_house.home / "mappings/csv/dock"
    folder.mkdir(parents=True)
    (folder / "map.yaml").write_text(
        "event: GoodsReceived\n"
        "file: {encoding: latin-1, columns: [no, part, qty]}\n"
        "group_by: [no]\n"
        "header: {fields: {number: {at: no, required: true}}}\n"
        "loops: {row: {into: lines, fields: {part_number: part, quantity: {at: qty, as: decimal, required: true}}}}\n"
    )
    own_house.street.configure()
    event = {"kind": "GoodsReceived", "number": "GRÖ", "lines": [{"part_number": "B-1", "quantity": "2"}]}

    written = own_house.ask("POST", "/v1/maps/write?to=dock", json=event).json()

    assert (written["text"], written["faults"]) == ("no,part,qty\r\nGRÖ,B-1,2\r\n", [])


def test_the_schema_of_maps_is_served_for_editors(house: House) -> None:
    assert house.ask("GET", "/v1/maps/schema").json() == build_schema()


def test_samples_run_over_rest(house: House) -> None:
    found = house.ask("POST", f"/v1/maps/test?map={BASE}").json()
    assert (found["ok"], all(one["problems"] == [] for one in found["samples"])) == (True, True)
    assert len(found["samples"]) >= 4


def test_a_version_is_compared_on_what_came_and_nothing_is_changed(own_house: House) -> None:
    put_in_force(own_house, "map: acme.856\nextends: x12/004010/856\n")
    id = own_house.ask("POST", "/v1/messages", "acme-main", content=notice("1")).json()["id"]
    own_house.street.run_until_idle()
    with own_house.street.read() as connection:
        before = queries.head(connection)
    found = own_house.ask("POST", f"/v1/maps/diff?map={PATH}", content=TENTH.encode()).json()
    assert [(one["path"], one["after"]["text"]) for one in found["lines"]] == [
        ("levels.I.fields.quantity.as", "implied"), ("levels.I.fields.quantity.places", "1"),
    ]  # fmt: skip
    (document,) = found["documents"]["documents"]
    assert document["difference"] == [[f"{id}.1", "ShipmentNotified S1 lines[0].quantity", "100", "10.0"]]
    assert [(one["kind"], one["revision"]) for one in document["effects"]["events"]] == [("ShipmentNotified", 1)]
    with own_house.street.read() as connection:
        assert queries.head(connection) == before


def test_a_faulty_version_is_not_compared(house: House) -> None:
    found = house.ask("POST", f"/v1/maps/diff?map={BASE}", content=b"map: x12.856\nevent: Nothing\n")
    assert (found.status_code, found.json()["code"]) == (422, "not-valid")


def test_what_is_left_unread_is_told_by_place(own_house: House) -> None:
    data = notice("1").replace(b"~CTT*3~SE*13", b"~REF*ZZ*odd~CTT*3~SE*14")
    own_house.ask("POST", "/v1/messages", "acme-main", content=data)
    own_house.street.run_until_idle()
    (found,) = own_house.ask("GET", "/v1/maps/coverage").json()["items"]
    assert (found["map"], found["documents"], found["whole"]) == (BASE, 1, 0)
    assert found["unread"] == [{"place": "REF[ZZ]", "documents": 1, "times": 1, "sample": "REF*ZZ*odd"}]


def test_a_map_is_drafted_from_a_document(house: House) -> None:
    found = house.ask("POST", "/v1/maps/draft?event=GoodsReceived", content=b"receipt_no,art_no,qty\nR1,X,5\n")
    assert found.headers["content-type"].startswith("application/yaml")
    assert "event: GoodsReceived" in found.text
    wrong = house.ask("POST", "/v1/maps/draft?event=GoodsRecieved", content=b"a,b\n1,2\n")
    assert (wrong.status_code, "GoodsReceived" in wrong.json()["detail"]) == (422, True)


@pytest.mark.parametrize("path", ["mappings/x12/004010/999/map.yaml", "mappings/../secrets"])
def test_a_map_that_is_not_there_is_not_found(house: House, path: str) -> None:
    assert house.ask("GET", f"/v1/maps/effective?map={path}").status_code == 404


def test_maps_are_for_administrators(house: House) -> None:
    assert house.ask("GET", "/v1/maps", "erp-main").status_code == 403


def test_a_partners_first_own_map_is_compared_with_the_base_that_reads_now(own_house: House) -> None:
    own_house.ask("POST", "/v1/messages", "acme-main", content=notice("1"))
    own_house.street.run_until_idle()
    found = own_house.ask("POST", f"/v1/maps/diff?map={PATH}&books=false", content=TENTH.encode()).json()
    assert [one["path"] for one in found["lines"]] == [
        "levels.I.fields.quantity.as", "levels.I.fields.quantity.places",
    ]  # fmt: skip
    assert [one["difference"][0][2:] for one in found["documents"]["documents"]] == [["100", "10.0"]]

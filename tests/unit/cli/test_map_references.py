"""`xref:` of a map by the real command: read as ours, written as the partner's, and a miss that holds a document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.api.house import NOW, PARTNERS, notice
from tests.unit.cli.running import Ran, read_json, read_json_lines, run

MASTER = [
    {"kind": "PartDefined", "number": "OUR-1", "base_unit": "EA"},
    {"kind": "PartDefined", "number": "OUR-2", "base_unit": "EA"},
    {"kind": "SiteDefined", "number": "SEVEN", "time_zone": "America/Detroit", "identifiers": []},
    {"kind": "SupplierDefined", "number": "acme", "identifiers": ["1:123456789"]},
    {
        "kind": "OrderPlaced", "number": "PO1001", "supplier": "1:123456789", "ship_to": "SEVEN",
        "lines": [{"part_number": part, "order_line": line, "quantity": "100", "unit": "EA"}
                  for line, part in (("1", "OUR-1"), ("2", "OUR-2"))],
    },
]  # fmt: skip
MAP = """extends: x12/004010/856
levels:
  S: {fields: {ship_to: {at: ["N1[ST].03", "N1[ST].04"], as: party, xref: {of: site, miss: fault}}}}
  I: {fields: {part_number: {at: "LIN[@BP]", xref: {of: part, miss: POLICY}, required: true}}}
"""


def home_with(folder: Path, policy: str) -> Path:
    home = folder / "home"
    read_json(crossdock(home, "init", "--json"))
    for name in ("erp", "acme"):
        (home / "partners" / name).mkdir(parents=True)
        (home / "partners" / name / "partner.yaml").write_text(PARTNERS[name], "utf-8")
    mapped = home / "partners/acme/x12/004010/856/map.yaml"
    mapped.parent.mkdir(parents=True)
    mapped.write_text(MAP.replace("POLICY", policy), "utf-8")
    receive(home, "erp", json.dumps(MASTER).encode())
    return home


def crossdock(home: Path, *arguments: str, given: bytes = b"") -> Ran:
    return run(*arguments, "--home", str(home), environment={"CROSSDOCK_NOW": NOW.isoformat()}, given=given)


def receive(home: Path, partner: str, data: bytes) -> Any:
    return json.loads(crossdock(home, "message", "receive", "-", "--partner", partner, "--json", given=data).stdout)


def queue(home: Path) -> list[tuple[str, str, str, int]]:
    found = read_json_lines(crossdock(home, "xref", "misses", "--json"))
    return [(one["of"], one["identifier"], one["sender"], one["event"]) for one in found]


@pytest.fixture
def strict(tmp_path: Path) -> Path:
    return home_with(tmp_path, "fault")


def test_a_document_waits_for_its_identifiers_and_is_read_when_they_are_resolved(strict: Path) -> None:
    message = receive(strict, "acme", notice("1"))
    waiting = queue(strict)
    site = crossdock(strict, "xref", "resolve", "site", "92:PLT07", "SEVEN")
    part = crossdock(strict, "xref", "resolve", "part", "BP:BRK-100", "OUR-1")
    (document,) = read_json(crossdock(strict, "message", "show", message["id"], "--json"))["documents"]

    assert [(one["status"], one["reason_code"]) for one in message["documents"]] == [("parked", "unknown_reference")]
    assert waiting == [("part", "BP:BRK-100", "acme", 0), ("site", "92:PLT07", "acme", 0)]
    assert (site.exit_code, part.exit_code) == (0, 0)
    assert part.stdout.endswith("part/acme/BP:BRK-100\n1 messages were read again\n")
    assert document["status"] == "recorded"
    (shipment,) = read_json_lines(crossdock(strict, "ledger", "shipments", "--json"))
    assert (shipment["site"], shipment["shipment_id"]) == ("SEVEN", "S1")
    assert queue(strict) == []


def test_trying_a_map_reads_and_writes_by_the_cross_references_of_the_home(strict: Path) -> None:
    crossdock(strict, "xref", "resolve", "site", "92:PLT07", "SEVEN", "--sender", "acme")
    crossdock(strict, "xref", "resolve", "part", "BP:BRK-100", "OUR-1", "--sender", "acme")

    ran = read_json(
        crossdock(strict, "map", "run", "-", "--partner", "acme", "--provenance", "--json", given=notice("2"))
    )
    (event,) = ran["made"]
    written = read_json(
        crossdock(strict, "map", "write", "-", "--to", "856", "--partner", "acme", "--json",
                  given=json.dumps(event).encode())
    )  # fmt: skip

    references = {one["path"]: one["reference"] for one in ran["provenance"] if one["reference"]}
    assert (event["ship_to"], [line["part_number"] for line in event["lines"]]) == ("92:SEVEN", ["OUR-1"])
    assert references == {"ship_to": "site/acme/92:PLT07", "lines[0].part_number": "part/acme/BP:BRK-100"}
    assert ["LIN", "", "BP", "BRK-100"] in written["segments"]
    assert ["N1", "ST", "", "92", "PLT07"] in written["segments"]


def test_what_would_be_taken_for_something_else_goes_on_as_sent_and_means_the_same(tmp_path: Path) -> None:
    home = home_with(tmp_path, "pass")
    rows = b"of,sender,identifier,means\npart,acme,BP:BRK-100,OUR-1\npart,acme,BP:OUR-1,OUR-2\nsite,,92:PLT07,SEVEN\n"
    assert crossdock(home, "xref", "import", "-", given=rows).exit_code == 0

    made = read_json(crossdock(home, "map", "run", "-", "--partner", "acme", "--json", given=notice("3")))["made"]
    receive(home, "acme", notice("3"))

    assert [line["part_number"] for line in made[0]["lines"]] == ["BRK-100"]
    stock = read_json_lines(crossdock(home, "ledger", "balances", "--json"))
    assert {(row["part"], row["quantity"]) for row in stock if row["state"] == "in_transit"} == {("OUR-1", "100")}

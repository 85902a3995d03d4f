"""Cross-references by the real command: the work queue, resolving with what goes on, CSV out and in, who and when."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.homes import lay
from tests.unit.api.house import NOW, PARTNERS
from tests.unit.cli.running import Ran, read_json, read_json_lines, run

MASTER: list[dict[str, Any]] = [
    {"kind": "PartDefined", "number": "BRK-100", "base_unit": "EA"},
    {"kind": "PartDefined", "number": "BRK-200", "base_unit": "EA"},
    {"kind": "SiteDefined", "number": "PLT07", "time_zone": "America/Detroit", "identifiers": ["92:PLT07"]},
    {"kind": "SupplierDefined", "number": "acme", "identifiers": ["1:123456789"]},
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    read_json(crossdock(lay(home), "init", "--json"))
    for name in ("erp", "acme"):
        (home / "partners" / name).mkdir(parents=True)
        (home / "partners" / name / "partner.yaml").write_text(PARTNERS[name], "utf-8")
    (home / "people.yaml").write_text("people:\n  lisa: {roles: [procurement]}\n", "utf-8")
    said(home, MASTER)
    return home


def crossdock(home: Path, *arguments: str, given: bytes = b"") -> Ran:
    return run(*arguments, "--home", str(home), environment={"CROSSDOCK_NOW": NOW.isoformat()}, given=given)


def said(home: Path, events: Any) -> None:
    read_json(
        crossdock(home, "message", "receive", "-", "--partner", "erp", "--json", given=json.dumps(events).encode())
    )


def order(number: str, part: str, **line: Any) -> dict[str, Any]:
    lines = [{"part_number": part, "order_line": "1", "quantity": "5", "unit": "EA"} | line]
    return {
        "kind": "OrderPlaced", "number": number, "supplier": "1:123456789", "ship_to": "92:PLT07", "lines": lines,
    }  # fmt: skip


def misses(home: Path) -> list[dict[str, Any]]:
    return read_json_lines(crossdock(home, "xref", "misses", "--json"))


def test_the_work_queue_shows_what_waits_for_an_identifier_and_what_may_be_meant(home: Path) -> None:
    said(home, [order("PO1", "brk 0100", supplier_part_number="V-9"), order("PO2", "brk 0100")])
    said(home, order("PO3", "BRK-200", unit="x12:ZZ"))

    part, unit = misses(home)

    assert {name: part[name] for name in ("of", "identifier", "also", "sender", "lines", "events", "number")} == {
        "of": "part", "identifier": "BP:brk 0100", "also": ["VP:V-9"], "sender": "erp", "lines": 2, "events": 2,
        "number": "PO1",
    }  # fmt: skip
    assert (part["cases"], part["candidates"]) == (["C1", "C2"], [])
    assert (unit["of"], unit["identifier"], unit["within"], unit["cases"]) == ("unit", "x12:ZZ", "BRK-200", ["C3"])
    assert unit["candidates"] == [{"means": "EA", "why": "its base unit"}]


def test_what_is_written_alike_is_a_candidate(home: Path) -> None:
    said(home, order("PO1", "brk.100"))

    assert misses(home)[0]["candidates"] == [{"means": "BRK-100", "why": "written like BRK-100"}]


def test_resolving_a_miss_lets_everything_go_on_that_waited_for_it(home: Path) -> None:
    said(home, [order("PO1", "77"), order("PO2", "77")])

    tried = read_json(crossdock(home, "xref", "resolve", "part", "BP:77", "BRK-100", "--dry-run", "--json"))
    still = len(misses(home))
    done = crossdock(home, "xref", "resolve", "part", "BP:77", "BRK-100", "--as", "lisa", "--note", "drawing 4")

    went = [(one["number"], one["result"]) for one in tried["released"]]
    assert (tried["rehearsed"], went, still) == (True, [("PO1", "posted"), ("PO2", "posted")], 1)
    assert done == Ran(
        0,
        "part BP:77 means BRK-100 in the documents of erp: part/erp/BP:77\n"
        "2 that had waited went on:\n"
        "book  seq  kind         number  result  movements\n"
        "live  5    OrderPlaced  PO1     posted  0\n"
        "live  6    OrderPlaced  PO2     posted  0\n",
        "",
    )
    assert misses(home) == []
    cases = read_json_lines(crossdock(home, "case", "list", "--code", "D04", "--json"))
    assert [case["status"] for case in cases] == ["closed", "closed"]
    assert crossdock(home, "ledger", "verify").exit_code == 0


def test_the_sender_has_to_be_said_where_several_wait_or_nobody(home: Path) -> None:
    nobody = crossdock(home, "xref", "resolve", "part", "BP:77", "BRK-100")
    everybody = crossdock(home, "xref", "resolve", "part", "BP:77", "BRK-100", "--everybody")
    both = crossdock(home, "xref", "resolve", "part", "BP:77", "BRK-100", "--everybody", "--sender", "acme")

    assert (nobody.exit_code, both.exit_code) == (2, 2)
    assert "nothing waits for BP:77" in nobody.stderr
    assert everybody.stdout == "part BP:77 means BRK-100 in everybody's documents: part//BP:77\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("part", "BP:77", "BRK-300", "--everybody"), "means BRK-300: is no part that we know"),
        (("part", "77", "BRK-100", "--everybody"), "a part is named as BP:number"),
        (("part", "BP:77", "BRK-100", "--sender", "amce"), "sender amce: is no partner (did you mean"),
        (("parts", "BP:77", "BRK-100", "--everybody"), 'there is no kind "parts"'),
        (("unit", "ZZ", "EA", "--everybody", "--factor", "1/0"), '"1/0" is no factor'),
        (("part", "BP:77", "BRK-100", "--everybody", "--from", "1 May"), '"1 May" must be a date'),
    ],
)
def test_a_slip_is_refused_in_words_and_nothing_is_recorded(
    home: Path, arguments: tuple[str, ...], words: str
) -> None:
    refused = crossdock(home, "xref", "resolve", *arguments)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert words in refused.stderr
    assert read_json_lines(crossdock(home, "xref", "list", "--json")) == []


def test_csv_goes_out_and_in_again_and_history_says_who_and_when(home: Path) -> None:
    rows = b"of,sender,identifier,means,numerator\npart,acme,VP:1,BRK-100,\nunit,,x12:ZZ,EA,12\n"
    first = read_json(crossdock(home, "xref", "import", "-", "--json", "--as", "lisa", given=rows))
    exported = crossdock(home, "xref", "list", "--csv").stdout
    again = read_json(crossdock(home, "xref", "import", "-", "--json", given=exported.encode()))
    crossdock(home, "xref", "end", "part/acme/VP:1", "2026-12-31", "--as", "lisa")
    crossdock(home, "xref", "withdraw", "unit//x12:ZZ", "--note", "was a slip")

    at = "2026-11-23T15:00:00+00:00"
    assert (first["rows"], first["unchanged"], again["unchanged"]) == (2, 0, 2)
    assert exported.splitlines()[1:] == [
        f"part,acme,VP:1,BRK-100,,1,1,,,N,,lisa,{at}", f"unit,,x12:ZZ,EA,,12,1,,,N,,lisa,{at}",
    ]  # fmt: skip
    assert [
        (entry["number"], entry.get("valid_to"), entry["withdrawn"], entry["note"])
        for entry in read_json_lines(crossdock(home, "xref", "list", "--json"))
    ] == [("part/acme/VP:1", "2026-12-31", False, ""), ("unit//x12:ZZ", None, True, "was a slip")]
    assert [
        line.split() for line in crossdock(home, "xref", "history", "part/acme/VP:1").stdout.splitlines()[1:]
    ] == [["5", at, "lisa", "posted", "BRK-100"], ["7", at, "lisa", "posted", "BRK-100", "2026-12-31"]]
    on_the_day = crossdock(home, "xref", "list", "--on", "2027-01-01", "--json")
    assert read_json_lines(on_the_day) == []


def test_a_dry_run_of_an_import_records_nothing(home: Path) -> None:
    said(home, order("PO1", "BRK-300"))
    rows = b"part_number,base_unit\nBRK-300,EA\n"

    tried = read_json(crossdock(home, "part", "import", "-", "--dry-run", "--json", given=rows))
    done = read_json(crossdock(home, "part", "import", "-", "--json", given=rows))

    assert [(one["number"], one["result"]) for one in tried["released"]] == [("PO1", "posted")]
    assert (done["unchanged"], [one["result"] for one in done["released"]]) == (0, ["posted"])


def test_what_waits_in_the_test_book_goes_on_too(home: Path) -> None:
    test = json.dumps(order("PO1", "77")).encode()
    read_json(crossdock(home, "message", "receive", "-", "--partner", "erp", "--json", "--test", given=test))

    done = read_json(crossdock(home, "xref", "resolve", "part", "BP:77", "BRK-100", "--sender", "erp", "--json"))

    assert [(one["book"], one["number"], one["result"]) for one in done["released"]] == [("test", "PO1", "posted")]
    assert read_json_lines(crossdock(home, "xref", "misses", "--book", "test", "--json")) == []
    assert crossdock(home, "ledger", "verify").exit_code == 0

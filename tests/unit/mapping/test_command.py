"""`crossdock map` and `crossdock partner` as a person and a pipeline run them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.resources import CHECKOUT

SAMPLE = str(CHECKOUT / "mappings/x12/004010/856/s-o-i.sample.edi")


def run(capsys: pytest.CaptureFixture[str], home: Path, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--home", str(home)])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_every_shipped_sample_comes_out_as_expected_and_back_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = run(capsys, tmp_path, "map", "test", "--json")

    results = [json.loads(line) for line in out.splitlines()]
    assert [result for result in results if not result["ok"]] == []
    assert code == 0
    assert len(results) >= 28


def test_a_sample_that_comes_out_otherwise_is_told_with_path_and_both_values(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "mappings/json/order"
    folder.mkdir(parents=True)
    for name in ("map.yaml", "small.sample.json", "small.expected.json"):
        (folder / name).write_text((CHECKOUT / "mappings/json/order" / name).read_text().replace("41.25", "41.20"))
    (folder / "small.sample.json").write_text((CHECKOUT / "mappings/json/order/small.sample.json").read_text())

    code, out, _ = run(capsys, tmp_path, "map", "test", "json/order")

    assert code == 1
    assert '$[0].made[0].lines[0].price: expected "41.20", got "41.25"' in out


def test_what_is_only_sent_begins_with_the_event(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "mappings/x12/004010/862"
    shutil.copytree(CHECKOUT / "mappings/x12/004010/862", folder)
    for sample in (*folder.glob("*.sample.*"), *folder.glob("*.written.*")):
        sample.unlink()
    written = folder / "by-certainty.written.edi"

    code, out, _ = run(capsys, tmp_path, "map", "test", "x12/004010/862", "--json")
    assert (code, json.loads(out)["problems"]) == (1, ["by-certainty.written.edi is missing"])

    assert run(capsys, tmp_path, "map", "test", "x12/004010/862", "--update")[0] == 0
    assert "FST*480*D*W*20261130~\n" in written.read_text()

    written.write_text(written.read_text().replace("FST*480*D*W", "FST*480*D*M"))
    code, out, _ = run(capsys, tmp_path, "map", "test", "x12/004010/862", "--json")
    assert json.loads(out) == {
        "sample": "x12/004010/862/by-certainty.event.json",
        "ok": False,
        "problems": ['line 7: expected "FST*480*D*M*20261130~", got "FST*480*D*W*20261130~"'],
    }


def test_an_event_that_its_own_map_cannot_read_back_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "mappings/csv/dock"
    folder.mkdir(parents=True)
    (folder / "map.yaml").write_text(
        "event: GoodsReceived\n"
        "file: {columns: [receipt, part, qty]}\n"
        "group_by: [receipt]\n"
        "header: {fields: {number: {at: receipt, required: true}}}\n"
        "loops: {row: {into: lines, fields: {part_number: part, quantity: {at: qty, as: decimal, required: true}}}}\n"
        "checks: [{id: enough, loop: row, expr: quantity > 2}]\n"
    )
    line = {"part_number": "B-1", "quantity": "1.5", "receipt_line": "1"}
    (folder / "half.event.json").write_text(json.dumps({"kind": "GoodsReceived", "number": "GR1", "lines": [line]}))

    code, out, err = run(capsys, tmp_path, "map", "test", "csv/dock", "--update", "--json")

    assert code == 1, err
    assert json.loads(out)["problems"] == [
        "written and read: csv/dock/map.yaml:6 check enough <- line 2: quantity > 2 does not hold"
    ]


def test_all_maps_are_checked_and_a_faulty_one_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, tmp_path, "map", "check")[0] == 0
    own = tmp_path / "partners/acme/x12/004010/856"
    own.mkdir(parents=True)
    (own / "map.yaml").write_text("extends: x12/004010/856\nlevles: {}\n")

    code, out, _ = run(capsys, tmp_path, "map", "check", "acme", "--json")

    assert code == 1
    assert json.loads(out)["mistakes"] == [
        {
            "file": "partners/acme/x12/004010/856/map.yaml",
            "line": 2,
            "column": 1,
            "text": 'unknown key "levles"',
            "mend": 'did you mean "levels"?',
        }
    ]


def test_a_file_is_read_with_its_map_and_each_value_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, tmp_path, "map", "run", SAMPLE, "--provenance", "--json")

    told = json.loads(out)
    assert code == 0
    assert told["made"][0]["kind"] == "ShipmentNotified"
    assert told["unmapped"]["text"] == "2 segments, 1 element not mapped"
    assert {"lines[0].quantity", "lines[0].order_number"} <= {place["path"] for place in told["provenance"]}


def test_a_faulty_file_leaves_with_one_and_one_that_cannot_be_read_with_two(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    faulty = tmp_path / "faulty.csv"
    faulty.write_text("receipt_id,part_no,qty_received\nR1,X,1O\n")
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7")

    code, out, _ = run(capsys, tmp_path, "map", "run", str(faulty))
    assert code == 1
    assert 'quantity <- line 2 qty_received "1O": not a decimal' in out
    code, _, err = run(capsys, tmp_path, "map", "run", str(tmp_path / "letter.pdf"))
    assert code == 2
    assert "the message looks like a PDF: ask for the data behind it" in err


def test_what_is_read_can_be_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, out, _ = run(capsys, tmp_path, "map", "run", SAMPLE, "--json")
    event = tmp_path / "event.json"
    event.write_text(json.dumps(json.loads(out)["made"][0]))

    code, out, _ = run(capsys, tmp_path, "map", "write", str(event), "--to", "856")

    assert code == 0
    assert out.splitlines()[0] == "BSN*00*0000457*20261122*1130~"
    assert run(capsys, tmp_path, "map", "write", str(event), "--to", "999")[0] == 2


def test_an_overlay_is_drafted_from_a_document_and_compared(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = run(capsys, tmp_path, "map", "new", "--from", SAMPLE, "--partner", "acme")
    assert code == 0
    assert "extends: x12/004010/856" in out
    assert '#   FIELD: TD1.02           # "2"' in out

    own = tmp_path / "partners/acme/x12/004010/856"
    own.mkdir(parents=True)
    (own / "map.yaml").write_text(out + 'levels:\n  S:\n    fields: {trailer: "REF[DK].02"}\n')
    code, out, _ = run(capsys, tmp_path, "map", "diff", "acme")
    assert code == 0
    assert "+ REF[DK].02    partners/acme/x12/004010/856/map.yaml:" in out
    assert "REF[DK].02" in run(capsys, tmp_path, "map", "show", "acme")[1]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "receipt_id,part_no,amount\nR1,X,1\n"),
        ("a.json", '{"order": {"id": 1, "rows": [{"sku": "X"}]}}'),
        ("a.edi", "nothing"),
    ],
)
def test_a_draft_is_yaml_with_what_the_document_holds(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, text: str
) -> None:
    from gateway.resources import read_yaml

    (tmp_path / name).write_text(text)

    code, out, _ = run(capsys, tmp_path, "map", "new", "--from", str(tmp_path / name))

    assert code == 0
    assert read_yaml(out.encode()).value["map"]


def test_a_partner_is_begun_checked_and_listed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, tmp_path, "partner", "new", "acme", "--isa", "01:111222333")[0] == 0
    assert run(capsys, tmp_path, "partner", "new", "acme")[0] == 2
    assert run(capsys, tmp_path, "partner", "check")[0] == 0
    listed = json.loads(run(capsys, tmp_path, "partner", "list", "--json")[1])
    assert (listed["partner"], listed["identities"]["isa"]) == ("acme", ["01:111222333"])

    file = tmp_path / "partners/acme/partner.yaml"
    file.write_text(file.read_text().replace("supplier", "suplier", 1).replace('"856"', '"820"'))
    code, out, _ = run(capsys, tmp_path, "partner", "check", "acme")
    assert code == 1
    assert 'unknown kind "suplier" (did you mean "supplier"?)' in out


def test_an_agreement_on_a_document_that_nothing_reads_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, tmp_path, "partner", "new", "acme")
    file = tmp_path / "partners/acme/partner.yaml"
    file.write_text(file.read_text().replace('"856"', '"820"'))

    code, out, _ = run(capsys, tmp_path, "partner", "check", "acme")

    assert (code, 'receive: no map knows "820"' in out) == (1, True)


def test_the_shipped_example_is_fine(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, errors = run(capsys, tmp_path, "partner", "check", "_example")

    # Keys and certificates are what a home has to add, and each line says with which command.
    warnings, verdict = out.splitlines()[:-1], out.splitlines()[-1]
    assert (code, verdict, errors) == (0, "fine", "")
    assert all(line.startswith("warning: ") and "none (crossdock partner keys" in line for line in warnings)

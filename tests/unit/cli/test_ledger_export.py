"""`crossdock ledger export`: the whole log in each of its forms, and the head of the chain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli import ledger_export
from tests.homes import lay
from tests.unit.cli.running import read_json, read_json_lines, run

PARTS = b"part_number,base_unit\nBRK-100,EA\nBRK-200,EA\nBRK-300,EA\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("export") / "home"
    run("init", "--home", str(lay(home)))
    run("part", "import", "-", "--home", str(home), given=PARTS)
    return home


def test_each_form_tells_every_event_however_it_is_paged(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_export, "PAGE", 2)
    log = read_json_lines(run("ledger", "export", "--home", str(home)))
    cloud = read_json_lines(run("ledger", "export", "--as", "cloudevents", "--home", str(home)))

    assert [(one["seq"], one["body"]["number"]) for one in log] == [(1, "BRK-100"), (2, "BRK-200"), (3, "BRK-300")]
    assert [(one["id"], one["data"]["number"]) for one in cloud] == [
        ("1", "BRK-100"), ("2", "BRK-200"), ("3", "BRK-300"),
    ]  # fmt: skip
    later = read_json_lines(run("ledger", "export", "--as", "cloudevents", "--after", "2", "--home", str(home)))
    assert later == cloud[2:]


def test_epcis_is_one_document_also_where_nothing_happened_to_goods(home: Path) -> None:
    done = run("ledger", "export", "--as", "epcis", "--home", str(home))

    document = json.loads(done.stdout)
    assert (document["type"], document["epcisBody"]) == ("EPCISDocument", {"eventList": []})


def test_the_head_is_the_last_link_of_the_log(home: Path) -> None:
    log = read_json_lines(run("ledger", "export", "--home", str(home)))
    head = read_json(run("ledger", "export", "--head", "--home", str(home)))

    assert (head["seq"], head["chain"]) == (3, log[-1]["chain"])

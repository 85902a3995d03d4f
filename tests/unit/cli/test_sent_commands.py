"""`crossdock message open|review|resend`: a refused order is found, mended or reviewed, and who did it stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.running import read_json, read_json_lines, run
from tests.unit.pipeline.world import START, Town, interchange, order

CLOCK = {"CROSSDOCK_NOW": START.isoformat()}


@pytest.fixture
def refused(tmp_path: Path) -> tuple[str, str]:
    """A home, and the id of an 850 that acme refused by its 997."""
    town = Town(tmp_path / "home")
    town.bring(order(), "erp")
    town.bring(interchange(("997", ["AK1*PO*1", "AK2*850*0001", "AK5*R*4", "AK9*R*1*1*0"]), group_id="FA"))
    (answer,) = [one for one in town.street.messages(direction="out") if one["kind"] == "850"]
    town.street.close()
    return str(town.home), answer["id"]


def test_open_documents_are_listed_until_reviewed(refused: tuple[str, str]) -> None:
    home, id = refused
    (row,) = read_json_lines(run("message", "open", "--json", "--home", home))
    assert (row["id"], row["partner"], row["type"], row["status"]) == (f"{id}.1", "acme", "850", "rejected")

    done = read_json(
        run(
            "message", "review", f"{id}.1", "--comment", " they take it by phone ", "--by", "kim", "--json",
            "--home", home, environment=CLOCK,
        )
    )  # fmt: skip

    assert (done["documents"][0]["status"], done["documents"][0]["comment"]) == ("reviewed", "they take it by phone")
    assert {name: done["history"][-1][name] for name in ("document", "event", "status_before", "by")} == {
        "document": f"{id}.1",
        "event": "reviewed",
        "status_before": "rejected",
        "by": "kim",
    }
    assert run("message", "open", "--json", "--home", home).stdout == ""
    shown = run("message", "show", id, "--home", home).stdout
    assert f"{id}.1 reviewed kim: they take it by phone" in shown


def test_what_was_refused_is_written_anew(refused: tuple[str, str]) -> None:
    home, id = refused

    message = read_json(run("message", "resend", id, "--anew", "--by", "kim", "--json", "--home", home))

    assert message["id"] != id
    assert [one[1] for one in message["segments"] if one[0] == "ST"] == ["850"]
    assert message["documents"][0]["control"] == "0002"
    old = read_json(run("message", "show", id, "--json", "--home", home))
    assert (old["documents"][0]["status"], old["history"][-1]["by"]) == ("rewritten", "kim")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("review", "m_NONE", "--comment", "x"), "there is no message m_NONE"),
        (("review", "ID", "--comment", "  "), "the comment is empty"),
        (("review", "ID.7", "--comment", "x"), "awaits anything"),
        (("resend", "m_NONE"), "there is no message m_NONE"),
    ],
)
def test_what_cannot_be_done_is_said(refused: tuple[str, str], arguments: tuple[str, ...], words: str) -> None:
    home, id = refused

    done = run("message", *(one.replace("ID", id) for one in arguments), "--home", home)

    assert done.exit_code == 2
    assert words in done.stderr

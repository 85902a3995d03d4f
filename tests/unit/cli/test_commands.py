"""Commands over one home, as a person or a script runs them: exit codes, JSON shapes, and one line per error."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.unit.api.house import NOW, PARTNERS, notice
from tests.unit.cli.running import read_json, read_json_lines, run, run_process

CLOCK = {"CROSSDOCK_NOW": NOW.isoformat()}
PARTS = b"part_number,base_unit,description\nBRK-100,EA,Bracket\nBRK-200,EA,\n"
SITES = b"site,time_zone,identifiers\nPLT07,America/Detroit,92:PLT07\n"
SUPPLIERS = b"supplier,identifiers\nacme,1:123456789\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set up by `init`, with partners and master data."""
    home = tmp_path_factory.mktemp("cli") / "home"
    made = read_json(run_process("init", "--json", "--home", str(home), environment=CLOCK))
    assert sorted(made) == ["home", "key"]
    assert made["key"].startswith("crossdock_")
    for name, text in PARTNERS.items():
        (home / "partners" / name).mkdir(parents=True)
        (home / "partners" / name / "partner.yaml").write_text(text, "utf-8")
    for noun, data in (("part", PARTS), ("site", SITES), ("supplier", SUPPLIERS)):
        done = run(noun, "import", "-", "--home", str(home), given=data, environment=CLOCK)
        assert (done.exit_code, done.stderr) == (0, "")
    return home


def test_init_again_changes_nothing_and_shows_no_key(home: Path) -> None:
    assert read_json(run("init", "--json", "--home", str(home))) == {"home": str(home), "key": None}


def test_a_home_is_closed_to_other_users(home: Path) -> None:
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_the_first_key_is_the_administrators_and_is_not_kept(home: Path) -> None:
    (key,) = [
        one for one in read_json_lines(run("key", "list", "--json", "--home", str(home))) if one["name"] == "admin"
    ]
    assert (key["partner"], key["scopes"], key["revoked_at"], key["created_at"]) == (
        "", ["admin"], None, "2026-11-23T15:00:00Z"
    )  # fmt: skip
    assert b"crossdock_" not in (home / "crossdock.db").read_bytes()


def test_a_key_is_made_shown_once_and_revoked(home: Path) -> None:
    made = read_json(run("key", "new", "acme-main", "--partner", "acme", "--json", "--home", str(home)))
    assert {name: made[name] for name in ("name", "partner", "scopes", "listed")} == {
        "name": "acme-main",
        "partner": "acme",
        "scopes": ["messages:read", "messages:write", "events:write", "ledger:read", "cases:write"],
        "listed": True,
    }
    again = run("key", "new", "acme-main", "--partner", "acme", "--home", str(home))
    assert (again.exit_code, again.stdout, again.stderr) == (
        2,
        "",
        'crossdock: there is already a key "acme-main" (choose another name; names are never reused)\n',
    )
    assert read_json(run("key", "revoke", "acme-main", "--json", "--home", str(home)))["changed"] is True
    assert read_json(run("key", "revoke", "acme-main", "--json", "--home", str(home)))["changed"] is False


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["key", "new", "x", "--partner", "acne"],
            'crossdock: there is no partner "acne" (crossdock partner list)\n',
        ),
        (["key", "new", "x", "--scope", "admn"], 'crossdock: unknown scope "admn" (did you mean "admin"?)\n'),
        (
            ["key", "new", "x", "--partner", "acme", "--scope", "admin"],
            "crossdock: a key of a partner cannot be an administrator (leave out --partner or admin)\n",
        ),
        (["key", "revoke", "nobody"], 'crossdock: there is no key "nobody" (crossdock key list)\n'),
        (["message", "show", "m_NONE"], "crossdock: there is no message m_NONE (crossdock message list)\n"),
        (
            ["message", "receive", "/nowhere.edi", "--partner", "acme"],
            "crossdock: /nowhere.edi: No such file or directory\n",
        ),
        (
            ["message", "receive", "-", "--partner", "acme", "--channel", "fax"],
            'crossdock: there is no channel "fax" (as2, sftp or rest)\n',
        ),
        (["case", "show", "C99"], "crossdock: there is no case C99 (crossdock case list)\n"),
        (
            ["case", "resolve", "C99", "acept"],
            'crossdock: there is no resolution "acept" (did you mean "accept"?)\n',
        ),
        (["score", "acm"], 'crossdock: there is no supplier "acm" (did you mean "acme"?)\n'),
        (["score", "acme", "--month", "2026-13"], 'crossdock: "2026-13" is no month (write it like 2026-11)\n'),
    ],
)
def test_what_cannot_run_is_one_line_with_the_mend(home: Path, arguments: list[str], said: str) -> None:
    assert run(*arguments, "--home", str(home), given=b"x") == (2, "", said)


def test_an_import_with_faults_imports_nothing(home: Path) -> None:
    data = b"part_number,base_unit,active\nNEW-1,EA,Y\nNEW-2,,Y\nNEW-3,EA,perhaps\n"
    found = read_json(run("part", "import", "-", "--json", "--home", str(home), given=data), exit_code=1)
    assert found == {
        "file": "-",
        "rows": 0,
        "unchanged": 0,
        "faults": [
            {"line": 3, "text": "must not be empty", "column": "base_unit"},
            {"line": 4, "text": "must be Y or N", "column": "active", "value": "perhaps"},
        ],
    }
    parts = read_json_lines(run("part", "list", "--json", "--home", str(home)))
    assert [part["part_number"] for part in parts if part["part_number"].startswith("NEW")] == []


def test_an_import_says_what_was_new(home: Path) -> None:
    data = PARTS + b"BRK-300,EA,\n"
    found = read_json(run("part", "import", "-", "--json", "--home", str(home), given=data))
    assert found == {
        "file": "-", "rows": 3, "unchanged": 2, "faults": [], "rehearsed": False, "released": []
    }  # fmt: skip


def test_a_list_as_csv_imports_back_unchanged(home: Path) -> None:
    listed = run("site", "list", "--csv", "--home", str(home)).stdout
    found = read_json(run("site", "import", "-", "--json", "--home", str(home), given=listed.encode()))
    assert (found["rows"], found["unchanged"]) == (1, 1)


def test_received_bytes_run_the_street_and_are_reported(home: Path) -> None:
    arguments = ["message", "receive", "-", "--partner", "acme", "--name", "asn.edi", "--json", "--home", str(home)]
    done = run_process(*arguments, given=notice("1"), environment=CLOCK)
    message = read_json(done)
    assert (message["status"], message["name"], message["partner"]) == ("done", "asn.edi", "acme")
    assert [answer["kind"] for answer in message["answers"]] == ["997"]
    listed = read_json_lines(run("message", "list", "--json", "--home", str(home)))
    assert message["id"] in [one["id"] for one in listed]
    shown = read_json(run("message", "show", message["id"], "--json", "--home", str(home)))
    places = shown.pop("provenance")[f"{message['id']}.1"]
    assert shown == message
    (quantity,) = [place for place in places if place["path"] == "lines[0].quantity"]
    assert {name: quantity[name] for name in ("segment", "tag", "element", "value")} == {
        "segment": 11, "tag": "SN1", "element": 2, "value": "100"
    }  # fmt: skip
    (answer,) = [
        one
        for one in read_json_lines(run("message", "list", "--direction", "out", "--json", "--home", str(home)))
        if one["message"] == message["id"]
    ]
    assert {name: answer[name] for name in ("kind", "partner", "message")} == {
        "kind": "997", "partner": "acme", "message": message["id"]
    }  # fmt: skip
    assert ["AK9", "A", "1", "1", "1"] in answer["segments"]


def test_unreadable_bytes_end_with_exit_code_1(home: Path) -> None:
    done = run_process(
        "message", "receive", "-", "--partner", "acme", "--json", "--home", str(home), given=b"\xff\xfe"
    )
    message = read_json(done, exit_code=1)
    assert message["status"] == "parked"


def test_the_content_is_byte_for_byte_what_came(home: Path) -> None:
    sent = notice("2")
    message = read_json(
        run("message", "receive", "-", "--partner", "acme", "--json", "--home", str(home), given=sent)
    )
    assert run_process("message", "content", message["id"], "--home", str(home)).stdout.encode() == sent


def test_a_message_is_found_by_its_control_number(home: Path) -> None:
    message = read_json(
        run("message", "receive", "-", "--partner", "acme", "--json", "--home", str(home), given=notice("31415"))
    )
    found = read_json_lines(run("message", "search", "000031415", "--json", "--home", str(home)))
    assert [one["id"] for one in found if one["direction"] == "in"] == [message["id"]]


def test_what_is_due_is_done_once(home: Path) -> None:
    later = {"CROSSDOCK_NOW": "2026-11-25T00:00:00Z"}
    run("run-due", "--home", str(home), environment=later)
    again = read_json(run("run-due", "--json", "--home", str(home), environment=later))
    assert (again["elapsed"], again["messages"]) == (0, 0)


def test_the_database_is_of_this_version(home: Path) -> None:
    shown = read_json(run("db", "version", "--json", "--home", str(home)))
    assert shown["found"] == shown["wanted"]
    assert read_json(run("db", "upgrade", "--json", "--home", str(home)))["changed"] is False


def test_a_doctor_finds_a_healthy_home_healthy(home: Path) -> None:
    findings = read_json_lines(run("doctor", "--json", "--home", str(home)))
    assert {finding["state"] for finding in findings} <= {"ok", "warn"}
    assert {finding["check"] for finding in findings} >= {"python", "home", "database", "configuration", "keys"}


def test_a_doctor_names_what_is_broken(tmp_path: Path) -> None:
    done = run("doctor", "--home", str(tmp_path / "none"), environment={"CROSSDOCK_PROT": "1"})
    assert done.exit_code == 1
    assert f"fail  home: {tmp_path}/none does not exist (crossdock init --home {tmp_path}/none)" in done.stdout
    assert "warn  environment: nothing reads CROSSDOCK_PROT (correct its name or unset it)" in done.stdout


def test_an_interchange_without_documents_ends_with_exit_code_1(home: Path) -> None:
    done = run("message", "receive", "-", "--partner", "acme", "--home", str(home), given=notice("3")[:106])
    assert done.exit_code == 1
    assert "  interchange 000000003: ends without IEA, after 1 segments (code 023)\n" in done.stdout


def test_control_characters_of_a_partner_never_reach_the_terminal(home: Path) -> None:
    given = b"receipt_id,part_no,qty_received\nR1,BRK-100,\x1b[2Jten\n"
    done = run("message", "receive", "-", "--partner", "erp", "--home", str(home), given=given)
    assert (done.exit_code, "\x1b" in done.stdout) == (1, False)

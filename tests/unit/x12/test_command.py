"""`crossdock x12`: shape of its JSON, its exit codes, its answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.x12 import app
from gateway.x12 import read
from tests.unit.x12.interchanges import GS, GUIDES, document, interchange

SAMPLES = Path("mappings/x12/004010")
GOOD, BAD = (str(SAMPLES / f"856/{name}.sample.edi") for name in ("s-o-i", "faulty-elements"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CROSSDOCK_HOME", str(tmp_path))
    monkeypatch.setenv("CROSSDOCK_NOW", "2026-11-22T12:00:00+00:00")
    return tmp_path


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin)


def test_clean_file_is_fine() -> None:
    result = run("check", "--json", GOOD)

    (line,) = map(json.loads, result.stdout.splitlines())
    guide = GUIDES.find("", "SH", "004010", "856")
    assert guide is not None
    assert result.exit_code == 0
    assert line == {
        "file": GOOD,
        "accepted": True,
        "interchanges": [
            {
                "control": "000000101",
                "version": "00401",
                "test": True,
                "faults": [],
                "groups": [
                    {
                        "id": "SH",
                        "control": "101",
                        "version": "004010",
                        "faults": [],
                        "documents": [
                            {
                                "set": "856",
                                "control": "0001",
                                "accepted": True,
                                "guide": guide.hash,
                                "faults": [],
                                "fault_count": 0,
                            }
                        ],
                    }
                ],
            }
        ],
        "faults": [],
    }


def test_fault_is_told_with_place_code_and_value() -> None:
    result = run("check", "--json", GOOD, BAD)

    clean, faulty = map(json.loads, result.stdout.splitlines())
    (one,) = faulty["interchanges"][0]["groups"][0]["documents"]
    assert result.exit_code == 1
    assert (clean["accepted"], faulty["accepted"], one["accepted"]) == (True, False, False)
    assert one["faults"][1] == {
        "segment": 21,
        "tag": "SN1",
        "element": 2,
        "component": None,
        "code": "6",
        "value": "24O",
        "text": 'SN102 (quantity shipped) "24O" is no number',
        "level": "element",
        "rejects": True,
        "byte": 506,
        "line": 23,
    }


def test_set_without_a_guide_is_null_and_a_fault() -> None:
    text = interchange(document(["B3**1"], set_id="210"), gs=GS.replace("*SH*", "*IM*"))

    result = run("check", "--json", "-", stdin=text)

    (one,) = json.loads(result.stdout)["interchanges"][0]["groups"][0]["documents"]
    assert result.exit_code == 1
    assert (one["accepted"], one["guide"], [fault["code"] for fault in one["faults"]]) == (None, None, ["no_guide"])


def test_nothing_readable_is_exit_code_2() -> None:
    result = run("check", "-", stdin="Dear partner")

    assert result.exit_code == 2
    assert "no X12 interchange in these 12 bytes" in result.stdout


def test_answer_is_a_997_that_reads_clean() -> None:
    result = run("ack", BAD, "--control", "7")

    (found,) = read(result.stdout.encode(), GUIDES).interchanges
    assert result.exit_code == 1
    assert found.accepted
    assert (found.control, str(found.receiver)) == ("000000007", "01:123456789")
    assert "AK4*2*382*6*24O~\n" in result.stdout


def test_answer_as_json_has_its_segments() -> None:
    answer = json.loads(run("ack", "--json", GOOD).stdout)

    assert (answer["answers"], answer["kind"], answer["to"]) == ("000000101", "997", "01:123456789")
    assert ["AK9", "A", "1", "1", "1"] in answer["segments"]


def test_acknowledgment_gets_no_answer() -> None:
    result = run("ack", str(SAMPLES / "997/accepted.sample.edi"))

    assert result.exit_code == 0
    assert result.stdout == ""


def test_partners_overlay_in_the_home_is_used(home: Path) -> None:
    folder = home / "partners/acme/x12/004010/856"
    folder.mkdir(parents=True)
    partner = 'partner: acme\nkind: supplier\nidentities: {isa: ["01:123456789"], gs: ["123456789"]}\n'
    (home / "partners/acme/partner.yaml").write_text(partner)
    (folder / "guide.yaml").write_text('extends: x12/004010/856\nchange: {"HLI/LIN.04": {codes: {only: [VP]}}}\n')

    checked = json.loads(run("check", "--json", GOOD).stdout)
    listed = [json.loads(line) for line in run("guides", "--json").stdout.splitlines()]

    (one,) = checked["interchanges"][0]["groups"][0]["documents"]
    assert [(fault["tag"], fault["element"], fault["code"]) for fault in one["faults"]] == [("LIN", 4, "7")]
    assert [(g["partner"], g["changes"]) for g in listed if g["partner"]] == [
        ("acme", {"HLI/LIN.04": "partners/acme/x12/004010/856/guide.yaml:2"})
    ]


def test_file_is_shown_with_its_faults() -> None:
    result = run("show", BAD)

    assert result.exit_code == 0
    assert '! 6 SN102 (quantity shipped) "24O" is no number' in result.stdout


def test_file_is_shown_as_a_page_of_its_own() -> None:
    result = run("show", BAD, "--html")

    assert result.exit_code == 0
    assert result.stdout.startswith("<!DOCTYPE html>\n")
    assert "<title>ship notice 0001 - faulty-elements.sample.edi</title>" in result.stdout


def test_what_is_no_x12_is_shown_as_such_with_exit_code_2() -> None:
    plain, page = run("show", "-", stdin="Dear partner"), run("show", "-", "--html", stdin="Dear partner")

    assert (plain.exit_code, page.exit_code) == (2, 2)
    assert "no X12 interchange in these 12 bytes" in plain.stdout
    assert "There is no X12 interchange in it." in page.stdout


def test_file_is_told_to_programs_with_names_meanings_and_faults() -> None:
    (told,) = [json.loads(line) for line in run("show", BAD, "--json").stdout.splitlines()]

    assert (told["set"], told["title"], told["verdict"]) == ("856", "ship notice", "refused")
    segment = next(segment for segment in told["segments"] if segment["position"] == 21)
    assert (segment["depth"], segment["tag"], segment["name"]) == (3, "SN1", "shipped quantity")
    assert segment["elements"][1:3] == [
        {
            "reference": "SN102",
            "name": "quantity shipped",
            "value": "24O",
            "meaning": None,
            "faults": [{"code": "6", "text": 'SN102 (quantity shipped) "24O" is no number', "rejects": True}],
        },
        {"reference": "SN103", "name": "unit", "value": "EA", "meaning": "each", "faults": []},
    ]


def test_late_release_is_answered_by_a_999_unless_another_set_is_asked_for() -> None:
    late = str(Path("mappings/x12/005010/850/faulty-elements.sample.edi"))

    (own,) = map(json.loads, run("ack", "--json", late).stdout.splitlines())
    (other,) = map(json.loads, run("ack", "--json", "--as", "997", late).stdout.splitlines())

    assert (own["kind"], other["kind"]) == ("999", "997")
    assert ["IK3", "BEG", "2", "", "8"] in own["segments"]
    assert ["AK3", "BEG", "2", "", "8"] in other["segments"]
    assert run("ack", "--as", "824", late).exit_code != 0


def test_agreement_of_the_home_decides_which_set_answers(home: Path) -> None:
    folder = home / "partners" / "acme"
    folder.mkdir(parents=True)
    (folder / "partner.yaml").write_text('partner: acme\nidentities: {isa: ["01:987654321"]}\nsend: {"997": {}}\n')
    late = str(Path("mappings/x12/005010/850/order.sample.edi"))

    (answer,) = map(json.loads, run("ack", "--json", late).stdout.splitlines())

    assert answer["kind"] == "997"

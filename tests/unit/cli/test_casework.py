"""Work on cases by the real command."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.unit.cli.running import read_json, read_json_lines
from tests.unit.cli.test_who_acts import crossdock, found, home, said

__all__ = ["home"]


def test_a_case_is_worked_on_from_the_command_line(home: Path) -> None:
    said(home, found(40), "--as", "eva")

    ran = [
        crossdock(home, "case", "assign", "C1", "tom", "--waits-for", "internal", "--as", "eva"),
        crossdock(home, "case", "task", "C1", "look", "--role", "warehouse", "--as", "tom"),
        crossdock(home, "case", "note", "C1", "behind the cage", "--evidence", "m_photo.1:3", "--as", "eva"),
        crossdock(home, "case", "task", "C1", "look", "--done", "--as", "tom"),
        crossdock(home, "case", "grant", "C1", "--as", "tom"),
    ]

    assert [(one.exit_code, one.stdout, one.stderr) for one in ran] == [
        (0, "C1 is waiting, tom's: posted\n", ""),
        (0, "C1 is waiting, tom's: posted\n", ""),
        (0, "C1 is waiting, tom's: posted\n", ""),
        (1, "C1 is waiting, tom's: refused\n", "Task look of case C1 is ended by: warehouse.\n"),
        (1, "C1 is waiting, tom's: refused\n", "No dispute about case C1 is open.\n"),
    ]
    queue = read_json(crossdock(home, "case", "queue", "--of", "tom", "--json"))
    assert [(one["id"], one["tasks"], one["waits_for"]) for one in queue["cases"]] == [("C1", ["look"], "internal")]
    steps = read_json_lines(crossdock(home, "case", "timeline", "C1", "--json"))
    assert [(one["kind"], one["actor"]["id"], one["result"]) for one in steps[1:]] == [
        ("CaseAssigned", "eva", "posted"), ("CaseTaskSet", "tom", "posted"), ("CaseNoted", "eva", "posted"),
        ("CaseTaskSet", "tom", "refused"), ("DisputeDecided", "tom", "refused"),
    ]  # fmt: skip
    shown = crossdock(home, "case", "show", "C1").stdout
    assert "tom's, waits for internal, to be answered by" in shown
    assert "look" in shown


def test_evidence_that_names_a_whole_document_shows_no_segment(home: Path) -> None:
    said(home, found(40), "--as", "eva")
    crossdock(home, "case", "note", "C1", "seen", "--evidence", "m_photo.1", "--as", "eva")

    (line,) = [one for one in crossdock(home, "case", "show", "C1").stdout.splitlines() if "m_photo" in one]
    assert line.split() == ["m_photo", "m_photo.1"]


def test_what_makes_no_sense_is_said_with_its_mend(home: Path) -> None:
    wrong = [
        crossdock(home, "case", "assign", "C9", "eva"),
        crossdock(home, "case", "assign", "C9", "eva", "--waits-for", "suplier"),
        crossdock(home, "case", "note", "C9", "x", "--evidence", "m_1:x"),
        crossdock(home, "case", "note", "C9", "x", "--evidence", "m_1:\u00b2"),
    ]
    unheard = [
        crossdock(home, "case", "list", "--status", "done"),
        crossdock(home, "signal", "list", "--status", "open"),
    ]

    assert [(one.exit_code, "is not one of" in one.stderr) for one in unheard] == [(2, True)] * 2
    assert [one.exit_code for one in wrong] == [2, 2, 2, 2]
    assert [one.stderr for one in wrong] == [
        "crossdock: there is no case C9 (crossdock case list)\n",
        'crossdock: nobody waits for "suplier" (did you mean "supplier"?)\n',
        'crossdock: "m_1:x" names no document (write it like m_01ABC.1:14)\n',
        'crossdock: "m_1:\u00b2" names no document (write it like m_01ABC.1:14)\n',
    ]


def test_cases_are_listed_to_the_last_however_many_a_page_holds(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in ("1", "2"):
        said(home, found(40, number), "--as", "eva")
    whole = read_json_lines(crossdock(home, "case", "list", "--json"))

    monkeypatch.setattr(importlib.import_module("gateway.cli.case"), "PAGE", 1)

    assert read_json_lines(crossdock(home, "case", "list", "--json")) == whole
    assert len(whole) > 1


def test_a_case_of_the_test_book_is_worked_on_in_its_own_book(home: Path) -> None:
    said(home, found(40), "--as", "eva", "--test")
    before = crossdock(home, "case", "list", "--book", "test").stdout

    ran = [
        crossdock(home, "case", "assign", "C1", "tom", "--as", "eva"),
        crossdock(home, "case", "assign", "C1", "tom", "--as", "eva", "--book", "test"),
        crossdock(home, "case", "task", "C1", "look", "--role", "warehouse", "--as", "tom", "--book", "test"),
        crossdock(home, "case", "note", "C1", "a rehearsal", "--as", "tom", "--book", "test"),
        crossdock(home, "case", "task", "C1", "look", "--dropped", "--as", "eva", "--book", "test"),
        crossdock(home, "case", "grant", "C1", "--as", "tom", "--book", "test"),
        crossdock(home, "case", "resolve", "C1", "accept", "--as", "tom", "--book", "test"),
        crossdock(home, "case", "reopen", "C1", "--as", "tom", "--book", "test"),
    ]

    assert "D44" in before
    assert [(one.exit_code, one.stdout) for one in ran[:7]] == [
        (2, ""),
        (0, "C1 is assigned, tom's: posted\n"),
        (0, "C1 is assigned, tom's: posted\n"),
        (0, "C1 is assigned, tom's: posted\n"),
        (0, "C1 is assigned, tom's: posted\n"),
        (1, "C1 is assigned, tom's: refused\n"),
        (0, "C1 is closed: posted\n"),
    ]
    assert read_json_lines(crossdock(home, "case", "list", "--json")) == []
    assert read_json_lines(crossdock(home, "case", "list", "--book", "test", "--json"))[0]["resolution"] == "accept"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("case", "list", "--code", "D99"), 'crossdock: there is no class of cases "D99" (did you mean "D49"?)\n'),
        (("case", "list", "--site", "PLT7"), 'crossdock: there is no site "PLT7" (did you mean "PLT07"?)\n'),
        (("case", "queue", "--role", "qualty"), 'crossdock: there is no role "qualty" (did you mean "quality"?)\n'),
        (("case", "queue", "--site", "PLT7"), 'crossdock: there is no site "PLT7" (did you mean "PLT07"?)\n'),
        (("ledger", "matches", "--site", "PLT7"), 'crossdock: there is no site "PLT7" (did you mean "PLT07"?)\n'),
        (("signal", "list", "--signal", "lat"), 'crossdock: there is no signal "lat" (known: ack_overdue, '),
        (("signal", "list", "--site", "PLT7"), 'crossdock: there is no site "PLT7" (did you mean "PLT07"?)\n'),
        (
            ("kpi", "stock_acuracy"),
            'crossdock: there is no figure "stock_acuracy" (did you mean "stock_accuracy"?)\n',
        ),
        (("score", "--site", "PLT7"), 'crossdock: there is no site "PLT7" (did you mean "PLT07"?)\n'),
        (("case", "task", "C1", "x", "--role", "wharehouse"), 'crossdock: there is no role "wharehouse"'),
    ],
)
def test_a_word_that_nobody_knows_is_no_empty_list(home: Path, asked: tuple[str, ...], told: str) -> None:
    ran = crossdock(home, *asked)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(told)


def test_a_book_that_is_none_is_refused(home: Path) -> None:
    for asked in (("case", "list"), ("ledger", "balances"), ("score",), ("kpi",), ("signal", "list")):
        assert "is not one of" in crossdock(home, *asked, "--book", "best").stderr, asked

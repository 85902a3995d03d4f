"""Every golden story ends as its files say; `make golden` rewrites them, and a person reads the diff."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ledger.matching.discrepancies import CLASSES
from tests.golden import stories


@pytest.mark.parametrize("story", stories.stories(), ids=lambda path: path.name)
def test_story_ends_as_written(story: Path, tmp_path: Path) -> None:
    if os.environ.get("CROSSDOCK_GOLDEN") == "rewrite":
        stories.rewrite(story)

    answers = stories.play(story, tmp_path / "home")

    assert answers == stories.expected(story)


@pytest.mark.parametrize("story", stories.stories(), ids=lambda path: path.name)
def test_story_says_why_in_two_lines(story: Path) -> None:
    assert len((story / "WHY.md").read_text("utf-8").splitlines()) == 2


def test_every_class_of_the_taxonomy_has_a_story() -> None:
    told = {
        case["code"]
        for story in stories.stories()
        for case in json.loads((story / "outcomes.json").read_bytes())["live"]["cases"]
    }

    assert {kind.code for kind in CLASSES if kind.code <= "D42"} - told == set()


def test_order_of_arrival_does_not_decide_the_books() -> None:
    # Notice then goods receipt, or the other way round: the same stock, and no case left open.
    def ending(name: str) -> tuple[list[dict[str, str]], list[str]]:
        live = json.loads((stories.HERE / name / "outcomes.json").read_bytes())["live"]
        balances = [balance for balance in live["balances"] if balance["part"] == "BRK-100"]
        return balances, [case["id"] for case in live["cases"] if case["status"] != "closed"]

    assert ending("late-notice") == ending("receipt-exact")

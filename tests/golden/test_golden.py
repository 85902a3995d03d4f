"""Every golden story ends as its files say; `make golden` rewrites them, and a person reads the diff."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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

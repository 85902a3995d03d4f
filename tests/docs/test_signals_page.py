"""The page about signals is run as it stands, its commands in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.test_collecting_page import run_page
from tests.docs.test_pages_run import DOCS


def test_page_runs_and_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_page(DOCS / "how-to" / "act-on-signals.md", tmp_path, monkeypatch)

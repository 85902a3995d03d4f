"""The page about the laws names what is there: every check of `verify`, and tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from ledger.book.proving.verify import CHECKS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "the-laws.md").read_text("utf-8")


def test_every_check_stands_beside_its_law() -> None:
    assert set(re.findall(r"`(check_\w+)`", PAGE)) == {check.__name__ for check in CHECKS}


def test_every_proof_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)

    assert len(named) > len(CHECKS)
    lost = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file() or (name and f"def {name}(" not in (ROOT / path).read_text("utf-8"))
    ]
    assert lost == []


def test_every_row_has_a_proof() -> None:
    rows = [
        line for line in PAGE.splitlines() if line.startswith("|") and not line.startswith(("| law", "| rule", "|--"))
    ]

    assert [row for row in rows if "`tests/" not in row] == []

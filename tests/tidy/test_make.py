"""What make promises: every target a person may call is listed, and a second set-up is free."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.tidy.tree import ROOT, text_of

MAKEFILE = Path("Makefile")
PROMISED = {
    "help", "setup", "demo", "check", "test", "test-long", "golden", "bench-setup", "bench", "docs", "lock", "clean",
}  # fmt: skip


def phony_targets() -> set[str]:
    line = re.search(r"^\.PHONY: (.*)$", text_of(MAKEFILE), re.MULTILINE)
    assert line is not None
    return set(line.group(1).split())


def test_make_help_lists_every_target() -> None:
    printed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    listed = {line.split()[0] for line in printed.splitlines() if line.startswith("  ")}

    assert listed == phony_targets()


def test_every_promised_target_exists() -> None:
    assert PROMISED - phony_targets() == set()


def test_requirements_pin_every_package_with_a_hash_and_no_host() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = text_of(Path(name))
        entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]

        assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
        assert "://" not in text


def test_requirements_agree_with_pyproject() -> None:
    pins = re.findall(
        r'^\s*"([a-z0-9-]+)(?:\[[a-z]+\])?==([^";]+)[^"]*",?$', text_of(Path("pyproject.toml")), re.MULTILINE
    )
    locked = set(
        re.findall(r"^([a-z0-9-]+)(?:\[[a-z]+\])?==(\S+)", text_of(Path("requirements-dev.txt")), re.MULTILINE)
    )

    # A difference means that pyproject.toml moved and nobody ran `make lock`.
    assert set(pins) - locked == set()
    assert len(pins) > 20

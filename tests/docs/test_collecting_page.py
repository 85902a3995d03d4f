"""The page about documents that leave together is run as it stands, its commands in this process: that is quick."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.test_pages_run import DOCS, is_as_written, steps_of
from tests.unit.cli.running import run

PAGE = DOCS / "how-to" / "collect-what-leaves.md"
SETTING = re.compile(r'(CROSSDOCK_\w+)=("[^"]*"|\S+)')


def test_page_runs_and_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_page(PAGE, tmp_path, monkeypatch)


def run_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the steps of a page in order; what it shows must be what its commands print."""
    monkeypatch.chdir(tmp_path)
    environment: dict[str, str] = {}
    for step in steps_of(page):
        printed = ""
        for part in re.split(r"^(?=crossdock )", step.commands, flags=re.MULTILINE):
            command, _, rest = part.partition("\n") if part.startswith("crossdock ") else ("", "", part)
            if command:
                done = run(*command.split()[1:], environment=environment)
                assert done.exit_code == 0, f"{command}: {done.stderr}"
                printed += done.stdout
            said = {name: value.strip('"') for name, value in SETTING.findall(rest)}
            environment |= {name: value.replace("$PWD", str(tmp_path)) for name, value in said.items()}
            subprocess.run(["bash", "-eu", "-c", rest], check=True, cwd=tmp_path)
        if step.printed is not None:
            assert is_as_written(printed, step.printed), f"line {step.line} printed:\n{printed}"

"""The commands on the pages are run as they stand, and print what the pages say.

A fenced block `sh` is run; a block `text` right after it is what it prints, where `...` stands for anything. All
blocks of a page share one shell in one empty folder.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ["tutorial/first-discrepancy.md"]
LONG_PAGES = [
    "tutorial/first-map.md",
    "how-to/write-a-guide-overlay.md",
    "how-to/take-another-release.md",
    "how-to/replay-a-parked-message.md",
    "how-to/say-what-identifiers-mean.md",
    "how-to/follow-what-we-send.md",
    "how-to/send-business-documents.md",
    "how-to/write-a-mapping.md",
    "how-to/hand-the-log-to-others.md",
    "how-to/begin-and-close-the-books.md",
    "how-to/move-stock-between-sites.md",
    "how-to/settle-consigned-stock.md",
]
BLOCK = re.compile(r"^( *)```(sh|text)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
MARK = "=== block {} ==="


class Step(NamedTuple):
    """One block of commands and what the page says that it prints; None where the page says nothing."""

    line: int
    commands: str
    printed: str | None


def steps_of(page: Path) -> list[Step]:
    text = page.read_text("utf-8")
    steps: list[Step] = []
    for block in BLOCK.finditer(text):
        indent, kind, content = block.groups()
        content = re.sub(f"^{indent}", "", content, flags=re.MULTILINE)
        if kind == "sh":
            steps.append(Step(text.count("\n", 0, block.start()) + 1, content, None))
        else:
            steps[-1] = steps[-1]._replace(printed=content)
    return steps


def run_in_one_shell(steps: list[Step], folder: Path) -> tuple[int, list[str]]:
    """Exit code of the shell and what each block printed; a failing command ends the run."""
    script = "set -eu -o pipefail\n" + "".join(
        f"echo '{MARK.format(number)}'\n{step.commands}\n" for number, step in enumerate(steps)
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK_")}
    path = f"{Path(sys.executable).parent}:{kept['PATH']}"
    run = subprocess.run(
        ["bash", "-c", script], cwd=folder, env={**kept, "PATH": path, "NO_COLOR": "1", "COLUMNS": "100"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return run.returncode, re.split(r"^=== block \d+ ===\n", run.stdout, flags=re.MULTILINE)[1:]


def is_as_written(printed: str, page: str) -> bool:
    """Whether the output is the page's, columns apart: an id is longer than the `...` that stands for it."""
    pattern = re.escape(close_up(page)).replace(re.escape("..."), r"[\s\S]*?")
    return re.fullmatch(pattern, close_up(printed)) is not None


def close_up(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


# Each command is a process of its own, so a page takes as long as its commands take to start; those of many commands
# that no newcomer meets first run with the long tests.
@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", [*PAGES, *(pytest.param(name, marks=pytest.mark.long) for name in LONG_PAGES)])
def test_page_runs_and_prints_what_it_says(name: str, tmp_path: Path) -> None:
    steps = steps_of(DOCS / name)

    code, printed = run_in_one_shell(steps, tmp_path)

    assert code == 0, f"after line {steps[len(printed) - 1].line}:\n{printed[-1]}"
    for step, output in zip(steps, printed, strict=True):
        if step.printed is not None:
            assert is_as_written(output, step.printed), f"line {step.line} printed:\n{output}"

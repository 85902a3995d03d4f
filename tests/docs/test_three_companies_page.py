"""The tutorial about the demo is run as it stands; OpenSSL proves what it says that it proves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.docs.test_pages_run import DOCS, is_as_written, run_in_one_shell, steps_of


@pytest.mark.timeout(400)
@pytest.mark.skipif(shutil.which("openssl") is None, reason="NO openssl HERE: the demo's tutorial was not run")
@pytest.mark.long
def test_tutorial_about_the_demo_runs_and_prints_what_it_says(tmp_path: Path) -> None:
    steps = steps_of(DOCS / "tutorial" / "three-companies.md")

    code, printed = run_in_one_shell(steps, tmp_path)

    assert code == 0, f"after line {steps[len(printed) - 1].line}:\n{printed[-1]}"
    for step, output in zip(steps, printed, strict=True):
        if step.printed is not None:
            assert is_as_written(output, step.printed), f"line {step.line} printed:\n{output}"

"""Runs the real command, in a process of its own or, where that proves as much, in this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from gateway.cli import main


def run(
    *arguments: str, environment: dict[str, str] | None = None, given: bytes = b""
) -> subprocess.CompletedProcess[str]:
    """The command's exit code, stdout and stderr; no CROSSDOCK_ variable of the caller's reaches it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK_")}
    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli", *arguments],
        capture_output=True,
        input=given,
        timeout=60,
        env=clean | {"NO_COLOR": "1", "COLUMNS": "110"} | (environment or {}),
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def read_json(done: subprocess.CompletedProcess[str], exit_code: int = 0) -> Any:
    """The one JSON object on stdout, and nothing else there."""
    assert (done.returncode, done.stderr) == (exit_code, "")
    (line,) = done.stdout.splitlines()
    return json.loads(line)


def read_json_lines(done: subprocess.CompletedProcess[str]) -> list[Any]:
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def run_here(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The command in this process, which is quicker: exit code, stdout and stderr. It reads no stdin."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err

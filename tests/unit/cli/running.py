"""Runs the real command: in a process of its own where that is the claim, else in this one, which is quicker."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from typing import Any, NamedTuple

import structlog

from gateway.cli import main


class Ran(NamedTuple):
    """What a command left behind."""

    exit_code: int
    stdout: str
    stderr: str


def run_process(*arguments: str, environment: dict[str, str] | None = None, given: bytes = b"") -> Ran:
    """The command in its own process; no CROSSDOCK_ variable of the caller's reaches it."""
    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli", *arguments],
        capture_output=True,
        input=given,
        timeout=60,
        env=_clean_environment() | (environment or {}),
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def run(*arguments: str, environment: dict[str, str] | None = None, given: bytes = b"") -> Ran:
    """The command in this process, with streams and environment of its own, put back afterwards."""
    before = (sys.stdin, sys.stdout, sys.stderr, dict(os.environ))
    handlers, level = logging.root.handlers[:], logging.root.level
    out, err = io.BytesIO(), io.BytesIO()
    sys.stdin = io.TextIOWrapper(io.BytesIO(given))
    sys.stdout, sys.stderr = io.TextIOWrapper(out, write_through=True), io.TextIOWrapper(err, write_through=True)
    _set_environment(_clean_environment() | (environment or {}))
    try:
        main(arguments)
    except SystemExit as ended:
        return Ran(int(ended.code or 0), out.getvalue().decode(), err.getvalue().decode())
    finally:
        sys.stdin, sys.stdout, sys.stderr = before[:3]
        _set_environment(before[3])
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
        structlog.reset_defaults()


def read_json(done: Ran, exit_code: int = 0) -> Any:
    """The one JSON object on stdout, and nothing else there."""
    assert (done.exit_code, done.stderr) == (exit_code, "")
    (line,) = done.stdout.splitlines()
    return json.loads(line)


def read_json_lines(done: Ran) -> list[Any]:
    assert (done.exit_code, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _clean_environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK_")}
    return clean | {"NO_COLOR": "1", "COLUMNS": "110"}


def _set_environment(wanted: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(wanted)

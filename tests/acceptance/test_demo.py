"""The demo, run as a newcomer runs it: in a process of its own, twice on one home."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

SECONDS_MAX = 20


def run_demo(home: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway.cli", "demo", "--home", str(home), *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """The last lines of two runs on one home."""
    home = tmp_path_factory.mktemp("demo") / "home"
    finished = [run_demo(home, "--json") for _ in range(2)]
    assert [run.returncode for run in finished] == [0, 0], finished[0].stderr + finished[1].stderr
    first, second = (json.loads(run.stdout.splitlines()[-1]) for run in finished)
    return first, second


def test_first_run_shows_all_that_it_promises(runs: tuple[dict[str, Any], dict[str, Any]]) -> None:
    first, _ = runs

    promised = {name: first[name] for name in ("mdn", "ack", "answers", "movements_sum", "verify", "repeat")}

    assert promised == {
        "mdn": None,
        "ack": "A",
        "answers": ["997", "861", "824"],
        "movements_sum": "0",
        "verify": "clean",
        "repeat": False,
    }
    assert first["cases"] == ["D16", "D20", "D04"]
    assert first["movements"] > 0
    assert set(first["score"]) >= {"value", "grade", "coverage", "provisional"}


def test_first_run_is_quick(runs: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert runs[0]["seconds"] < SECONDS_MAX


def test_second_run_changes_nothing_and_says_so(runs: tuple[dict[str, Any], dict[str, Any]]) -> None:
    first, second = runs

    assert second["repeat"] is True
    assert {**second, "seconds": 0, "repeat": 0} == {**first, "seconds": 0, "repeat": 0}


def test_story_is_told_to_a_person(tmp_path: Path) -> None:
    told = run_demo(tmp_path / "home")

    assert told.returncode == 0, told.stderr
    for word in ("D16", "D20", "D04", "RCD*", "TED*", "AK9*A", "0000457", "verification clean"):
        assert word in told.stdout


def test_home_with_other_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "crossdock.db").write_bytes(b"somebody's")

    refused = run_demo(tmp_path)

    assert refused.returncode == 2
    assert "demo" in refused.stderr


def test_demo_that_keeps_serving_takes_its_server_with_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway.cli", "demo", "--serve", "--home", str(tmp_path / "home")]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert demo.stdout is not None
        address = next(found[0] for line in demo.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        while_serving = httpx2.get(f"{address}/livez", trust_env=False).status_code
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=30)
    finally:
        demo.kill()

    assert while_serving == 200
    with pytest.raises(httpx2.TransportError):
        httpx2.get(f"{address}/livez", trust_env=False)

"""The demo, run as a newcomer runs it: in a process of its own, twice on one home."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from gateway.demo.sshd import find_sshd

SECONDS_MAX = 20
SMALL_SERVER = "a small server inside the demo"


class Run(NamedTuple):
    """The last line of a run, and the bytes that the supplier has kept: what it sent, and what answered it."""

    figures: dict[str, Any]
    kept: dict[str, bytes]


def run_demo(home: Path, *flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway.cli", "demo", "--home", str(home), *flags]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=100, check=False, env={**os.environ, **environment}
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "home"


@pytest.fixture(scope="module")
def runs(home: Path) -> tuple[Run, Run]:
    """Two runs on one home."""

    def run() -> Run:
        finished = run_demo(home, "--json")
        assert finished.returncode == 0, finished.stderr
        kept = {file.name: file.read_bytes() for file in (home / "demo" / "brightwell" / "sent").iterdir()}
        return Run(json.loads(finished.stdout.splitlines()[-1]), kept)

    return run(), run()


def test_first_run_shows_all_that_it_promises(runs: tuple[Run, Run]) -> None:
    first = runs[0].figures

    promised = {name: first[name] for name in ("mdn", "ack", "answers", "movements_sum", "verify", "repeat")}

    assert promised == {
        "mdn": "processed",
        "ack": "A",
        "answers": ["997", "861", "824"],
        "movements_sum": "0",
        "verify": "clean",
        "repeat": False,
    }
    assert first["cases"] == ["D16", "D20", "D04", "D11", "D06"]
    assert first["movements"] > 0
    assert set(first["score"]) >= {"value", "grade", "coverage", "provisional"}


def test_first_run_is_quick(runs: tuple[Run, Run]) -> None:
    assert runs[0].figures["seconds"] < SECONDS_MAX


def test_second_run_changes_nothing_and_says_so(runs: tuple[Run, Run]) -> None:
    first, second = runs[0].figures, runs[1].figures

    assert second["repeat"] is True
    assert {**second, "seconds": 0, "repeat": 0} == {**first, "seconds": 0, "repeat": 0}


def test_second_run_sends_the_same_requests_and_gets_the_stored_mdns(runs: tuple[Run, Run]) -> None:
    first, second = runs

    assert len(first.kept) == 2 * 8
    assert second.kept == first.kept


@pytest.mark.skipif(find_sshd("auto") is None, reason="NO sshd HERE: the demo's real SFTP server was not tried")
def test_files_are_picked_up_from_a_real_sshd_where_one_is_installed(runs: tuple[Run, Run], home: Path) -> None:
    log = (home / "demo" / "quayside" / "server" / "sshd.log").read_text("utf-8")

    assert runs[0].figures["sftp"].startswith("OpenSSH_")
    assert "Accepted publickey" in log


def test_every_private_key_but_the_servers_own_is_kept_encrypted(runs: tuple[Run, Run], home: Path) -> None:
    keys = {file.relative_to(home): file.read_text("ascii") for file in home.rglob("*.pem")}
    private = {str(name): text for name, text in keys.items() if "PRIVATE KEY" in text}

    assert {name for name, text in private.items() if "ENCRYPTED" not in text} == {
        "demo/quayside/server/host_key.pem"
    }
    assert len(private) == 4
    assert (home / "demo/quayside/server/host_key.pem").stat().st_mode & 0o77 == 0


def test_nothing_listens_once_it_has_ended(runs: tuple[Run, Run], home: Path) -> None:
    agreements = "".join(file.read_text("utf-8") for file in (home / "partners").glob("*/partner.yaml"))
    ports = [
        int(one or other) for one, other in re.findall(r"127\.0\.0\.1:(\d+)/as2|^  port: (\d+)$", agreements, re.M)
    ]

    assert len(ports) == 2
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


def test_story_is_told_to_a_person_where_no_sshd_is_and_the_clock_is_given(tmp_path: Path) -> None:
    told = run_demo(tmp_path / "home", "--sshd", "none", CROSSDOCK_NOW="2026-11-23T09:00:00-05:00")

    assert told.returncode == 0, told.stderr
    for word in (
        SMALL_SERVER, "AS2 certificate of BRIGHTWELL", "MDN processed", "MIC equal", "SSH host key", "997 accepted",
        "D16", "D20", "D04", "D11", "D06", "RCD*", "TED*010*Cumulative 90 of BRK-2207-L is 10 less", "AK9*A",
        "0000457", "824 to quayside", "verification clean",
    ):  # fmt: skip
        assert word in told.stdout
    assert "DIFFERS" not in told.stdout


def test_home_with_other_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "crossdock.db").write_bytes(b"somebody's")

    refused = run_demo(tmp_path)

    assert refused.returncode == 2
    assert "demo" in refused.stderr


def test_demo_that_keeps_serving_takes_its_servers_with_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway.cli", "demo", "--serve", "--home", str(tmp_path / "home")]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert demo.stdout is not None
        address = next(found[0] for line in demo.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        while_serving = httpx2.get(f"{address}/livez", trust_env=False).status_code
        agreement = (tmp_path / "home" / "partners" / "quayside" / "partner.yaml").read_text("utf-8")
        port = int(next(iter(re.findall(r"^  port: (\d+)$", agreement, re.M))))
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=30)
    finally:
        demo.kill()

    assert while_serving == 200
    with pytest.raises(httpx2.TransportError):
        httpx2.get(f"{address}/livez", trust_env=False)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)

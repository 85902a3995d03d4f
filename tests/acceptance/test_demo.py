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

SMALL_SERVER = "a small server inside the demo"


class Run(NamedTuple):
    """The last line of a run, and the bytes that the supplier has kept: what it sent, and what answered it."""

    figures: dict[str, Any]
    kept: dict[str, bytes]


def run_demo(home: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway.cli", "demo", "--home", str(home), *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


def partners_ports(home: Path) -> list[int]:
    """Where the supplier and the logistics provider listened, as the agreements say."""
    agreements = "".join(file.read_text("utf-8") for file in (home / "partners").glob("*/partner.yaml"))
    return [
        int(port) for pair in re.findall(r":(\d+)/as2$|^  port: (\d+)$", agreements, re.M) for port in pair if port
    ]


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


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
    ports = partners_ports(home)

    assert len(ports) == 2
    assert [port for port in ports if is_open(port)] == []


def test_home_with_other_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "crossdock.db").write_bytes(b"somebody's")

    refused = run_demo(tmp_path)

    assert refused.returncode == 2
    assert "demo" in refused.stderr


class Served(NamedTuple):
    """A demo that went on serving: what it told, and what could be reached before and after it was ended."""

    told: str
    reached_before: list[int]
    reached_after: list[int]
    ports: list[int]
    livez: int


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Without sshd, at a time that is given, until SIGTERM."""
    home = tmp_path_factory.mktemp("served") / "home"
    command = [sys.executable, "-m", "gateway.cli", "demo", "--serve", "--sshd", "none", "--home", str(home)]
    environment = {**os.environ, "CROSSDOCK_NOW": "2026-11-23T09:00:00-05:00"}
    demo = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )  # fmt: skip
    try:
        assert demo.stdout is not None
        told: list[str] = []
        while told[-1:] == [] or "Still serving on" not in told[-1]:
            told.append(next(demo.stdout))
        found = re.search(r"http://127\.0\.0\.1:(\d+)", told[-1])
        assert found is not None
        livez = httpx2.get(f"{found[0]}/livez", trust_env=False).status_code
        ports = [int(found[1]), *partners_ports(home)]
        before = [port for port in ports if is_open(port)]
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=30)
    finally:
        demo.kill()
    return Served("".join(told), before, [port for port in ports if is_open(port)], ports, livez)


def test_story_is_told_to_a_person(served: Served) -> None:
    for word in (
        SMALL_SERVER, "AS2 certificate of BRIGHTWELL", "MDN processed", "MIC equal", "SSH host key", "997 accepted",
        "D16", "D20", "D04", "D11", "D06", "RCD*", "TED*010*Cumulative 90 of BRK-2207-L is 10 less", "AK9*A",
        "0000457", "824 to quayside", "verification clean",
    ):  # fmt: skip
        assert word in served.told
    assert "DIFFERS" not in served.told


def test_demo_that_keeps_serving_takes_its_servers_with_it(served: Served) -> None:
    assert served.livez == 200
    assert len(served.ports) == 3
    assert served.reached_before == served.ports
    assert served.reached_after == []

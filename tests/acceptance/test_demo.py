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


TOLD = (
    "AS2 certificate of BRIGHTWELL", "MDN processed", "MIC equal", "SSH host key", "997 accepted",
    "D16", "D20", "D04", "D11", "D06", "RCD*", "TED*010*Cumulative 90 of BRK-2207-L is 10 less", "AK9*A",
    "0000457", "824 to quayside", "no longer counted: part HRN-0815: D16", "verification clean",
)  # fmt: skip


class Served(NamedTuple):
    """A run that went on serving: what it told, and what could be reached before and after it was ended."""

    told: str
    kept: dict[str, bytes]
    """What the supplier sent, and what answered it."""
    reached_before: list[int]
    reached_after: list[int]
    ports: list[int]
    livez: int


class Again(NamedTuple):
    """The last line of a second run on the same home, and what the supplier has kept by then."""

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


def kept_by_the_supplier(home: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (home / "demo" / "brightwell" / "sent").iterdir()}


def serve_demo(home: Path, *flags: str, **environment: str) -> Served:
    """Run it until it serves, look, and end it by SIGTERM."""
    command = [sys.executable, "-m", "gateway.cli", "demo", "--serve", "--home", str(home), *flags]
    demo = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **environment}
    )
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
    after = [port for port in ports if is_open(port)]
    return Served("".join(told), kept_by_the_supplier(home), before, after, ports, livez)


@pytest.fixture(scope="module")
def served(home: Path) -> Served:
    return serve_demo(home)


@pytest.fixture(scope="module")
def again(served: Served, home: Path) -> Again:
    finished = run_demo(home, "--json")
    assert finished.returncode == 0, finished.stderr
    return Again(json.loads(finished.stdout.splitlines()[-1]), kept_by_the_supplier(home))


def test_story_is_told_to_a_person(served: Served) -> None:
    assert [word for word in TOLD if word not in served.told] == []
    assert "DIFFERS" not in served.told


def test_demo_that_keeps_serving_takes_its_servers_with_it(served: Served) -> None:
    assert served.livez == 200
    assert len(served.ports) == 3
    assert served.reached_before == served.ports
    assert served.reached_after == []


def test_second_run_shows_all_that_the_first_promised_and_says_that_it_is_the_second(again: Again) -> None:
    figures = again.figures

    promised = {name: figures[name] for name in ("mdn", "ack", "answers", "movements_sum", "verify", "repeat")}

    assert promised == {
        "mdn": "processed",
        "ack": "A",
        "answers": ["997", "861", "824"],
        "movements_sum": "0",
        "verify": "clean",
        "repeat": True,
    }
    assert figures["cases"] == ["D16", "D20", "D04", "D11", "D06"]
    assert figures["movements"] > 0
    assert set(figures["score"]) >= {"value", "grade", "coverage", "provisional"}
    assert figures["dispute"] == "granted"
    assert figures["score"]["value"] > figures["score_before"]


def test_second_run_moves_nothing(served: Served, again: Again) -> None:
    assert f"{again.figures['movements']} movements, sum over all accounts 0" in served.told


def test_second_run_sends_the_same_requests_and_gets_the_stored_mdns(served: Served, again: Again) -> None:
    assert len(served.kept) == 2 * 8
    assert again.kept == served.kept


@pytest.mark.skipif(find_sshd("auto") is None, reason="NO sshd HERE: the demo's real SFTP server was not tried")
def test_files_are_picked_up_from_a_real_sshd_where_one_is_installed(again: Again, home: Path) -> None:
    log = (home / "demo" / "quayside" / "server" / "sshd.log").read_text("utf-8")

    assert again.figures["sftp"].startswith("OpenSSH_")
    assert "Accepted publickey" in log


def test_every_private_key_but_the_servers_own_is_kept_encrypted(again: Again, home: Path) -> None:
    keys = {file.relative_to(home): file.read_text("ascii") for file in home.rglob("*.pem")}
    private = {str(name): text for name, text in keys.items() if "PRIVATE KEY" in text}

    assert {name for name, text in private.items() if "ENCRYPTED" not in text} == {
        "demo/quayside/server/host_key.pem"
    }
    assert len(private) == 4
    assert (home / "demo/quayside/server/host_key.pem").stat().st_mode & 0o77 == 0


def test_nothing_listens_once_it_has_ended(again: Again, home: Path) -> None:
    ports = partners_ports(home)

    assert len(ports) == 2
    assert [port for port in ports if is_open(port)] == []


def test_home_with_other_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "crossdock.db").write_bytes(b"somebody's")

    refused = run_demo(tmp_path)

    assert refused.returncode == 2
    assert "demo" in refused.stderr


@pytest.mark.long
def test_story_is_the_same_without_sshd_and_on_another_day(tmp_path: Path) -> None:
    served = serve_demo(tmp_path / "home", "--sshd", "none", CROSSDOCK_NOW="2026-11-23T09:00:00-05:00")

    assert [word for word in (SMALL_SERVER, *TOLD) if word not in served.told] == []


@pytest.mark.long
def test_two_runs_with_figures_differ_in_their_time_alone(tmp_path: Path) -> None:
    first, second = (json.loads(run_demo(tmp_path / "home", "--json").stdout.splitlines()[-1]) for _ in range(2))

    assert (first["repeat"], second["repeat"]) == (False, True)
    assert {**second, "seconds": 0, "repeat": 0} == {**first, "seconds": 0, "repeat": 0}

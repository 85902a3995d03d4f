"""SFTP as a person meets it: the worker that polls by itself, the commands that poll, list and examine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.pipeline.street import utc_now
from gateway.worker import Worker
from tests.acceptance.sftp_town import SftpTown, receipt
from tests.sftp.sshd import Sshd
from tests.unit.cli.running import run

PICKUP = 'pickup: [{{folder: {out}, include: "*.csv", ready: immediate, every_seconds: 1}}]'
WAIT_SECONDS = 30.0


@pytest.fixture
def sshd() -> Iterator[Sshd]:
    with Sshd() as server:
        yield server


@pytest.fixture
def town(tmp_path: Path, sshd: Sshd) -> Iterator[SftpTown]:
    one = SftpTown(tmp_path / "home", sshd.endpoint(), PICKUP.format(out=sshd.make("out")))
    yield one
    one.street.close()


def test_the_worker_polls_by_itself_and_again_when_it_is_time(town: SftpTown, sshd: Sshd) -> None:
    desk = town.street.desk
    assert desk is not None
    worker, wait, until = Worker(desk, utc_now), threading.Event().wait, time.monotonic() + WAIT_SECONDS
    for number in (1, 2):
        sshd.give(f"out/gr{number}.csv", receipt(number))
        while not (sshd.folder / "out" / "archive" / f"gr{number}.csv").exists() and time.monotonic() < until:
            wait(0.02)
    worker.close()

    assert town.taken() == [("gr1.csv", "done"), ("gr2.csv", "done")]


def test_one_poll_by_command_takes_and_posts_what_is_ready(town: SftpTown, sshd: Sshd) -> None:
    sshd.give("out/gr1.csv", receipt())
    town.street.close()

    polled = run("sftp", "poll", "--json", "--home", str(town.home))
    again = run("sftp", "poll", "quay", "--home", str(town.home))
    listed = run("sftp", "list", "--json", "--home", str(town.home))

    (answer,) = [json.loads(line) for line in polled.stdout.splitlines()]
    assert (polled.exit_code, answer["state"], answer["new"], answer["cleaned"]) == (0, "done", 1, 1)
    assert (again.exit_code, again.stdout) == (0, f"quay:{sshd.folder}/out:*.csv: nothing there\n")
    (shown,) = [json.loads(line) for line in listed.stdout.splitlines()]
    assert (shown["partner"], shown["state"], shown["endpoint"]) == ("quay", "ok", sshd.endpoint().address)
    assert (shown["host_key"], shown["waiting"], shown["cleanup_pending"]) == (sshd.fingerprints[0], 0, 0)
    messages = run("message", "list", "--json", "--home", str(town.home)).stdout.splitlines()
    assert [json.loads(line)["status"] for line in messages if '"sftp"' in line] == ["done"]


def test_a_server_in_trouble_makes_the_command_and_doctor_say_so(town: SftpTown, sshd: Sshd) -> None:
    town.reach(sshd.endpoint(host_keys=("SHA256:" + "A" * 43,)), PICKUP.format(out=sshd.folder / "out"))
    town.street.close()

    polled = run("sftp", "poll", "--home", str(town.home))
    examined = run("doctor", "--json", "--home", str(town.home))

    assert (polled.exit_code, sshd.fingerprints[0] in polled.stdout) == (1, True)
    findings = [json.loads(line) for line in examined.stdout.splitlines()]
    (pickups,) = [one for one in findings if one["check"] == "pickups"]
    assert (pickups["state"], pickups["mend"]) == ("fail", "crossdock partner test quay")

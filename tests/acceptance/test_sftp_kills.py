"""Four pollers at one folder, killed with `kill -9` again and again: every file becomes one document all the same."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.pipeline.desk.commands import run_command
from gateway.pipeline.desk.control import Listener
from gateway.pipeline.street import utc_now
from gateway.store.pickups import list_places
from gateway.store.tables import document, inbox, sftp_cleanup
from ledger.book import verify
from tests.acceptance.sftp_town import SftpTown, receipt
from tests.sftp.sshd import Sshd

POLLERS = 4
LOOK_SECONDS = 0.02
ROUND_SECONDS_MAX = 240.0


class _Pollers:
    """Processes that poll one home; whoever holds the lease can be killed, and another process takes its place."""

    def __init__(self, town: SftpTown) -> None:
        self._town = town
        self._wait = threading.Event().wait
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self.kills = 0

    def start(self) -> None:
        command = [sys.executable, "-m", "gateway.cli", "sftp", "poll", "--follow", "--home", str(self._town.home)]
        with (self._town.home / "pollers.log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        self._processes[process.pid] = process

    def kill_holder(self, after_seconds: float) -> bool:
        """Kill -9 the poller that has the lease, some time after it was seen; False if nobody had it."""
        holder = self._holder()
        if holder is None:
            return False
        self._wait(after_seconds)
        holder.send_signal(signal.SIGKILL)
        assert holder.wait(30) == -signal.SIGKILL
        del self._processes[holder.pid]
        self.kills += 1
        self.start()
        return True

    def stop(self) -> list[int]:
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        return [process.wait(60) for process in self._processes.values()]

    def look_again(self) -> None:
        self._wait(LOOK_SECONDS)

    def _holder(self) -> subprocess.Popen[bytes] | None:
        with self._town.street.read() as connection:
            (holder, *_) = [place.holder for place in list_places(connection)] or [""]
        return self._processes.get(int(holder.partition("-")[0] or 0))


@contextmanager
def _holding(town: SftpTown) -> Iterator[None]:
    """This process writes, as serve does, and takes the words of the pollers over the control socket."""
    desk = town.street.desk
    assert desk is not None
    listener = Listener(desk.home.socket, lambda name, arguments, now: run_command(desk, name, arguments, now))
    with contextlib.closing(listener):
        yield


def _count(town: SftpTown) -> int:
    with town.street.read() as connection:
        query = select(func.count()).select_from(inbox).where(inbox.c.channel == "sftp")
        return connection.execute(query).scalar_one()


def _owed(town: SftpTown) -> int:
    with town.street.read() as connection:
        return connection.execute(select(func.count()).select_from(sftp_cleanup)).scalar_one()


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def _round(
    town: SftpTown, sshd: Sshd, pollers: _Pollers, number: int, *, files: int, kills: int, chance: random.Random
) -> None:
    """Give so many files, kill while they are taken, and wait until all of them are ours and cleaned up."""
    out = sshd.folder / "out"
    before, killed = _count(town), pollers.kills
    for one in range(files):
        sshd.give(f"out/.{number}-{one:04}.csv", receipt(number * files + one, 1))
    for one in range(files):
        (out / f".{number}-{one:04}.csv").rename(out / f"{number}-{one:04}.csv")
    until = time.monotonic() + ROUND_SECONDS_MAX
    while _count(town) < before + files or _files(out) or _files(out / "processing") or _owed(town):
        assert time.monotonic() < until, (
            _count(town),
            len(_files(out)),
            len(_files(out / "processing")),
            _owed(town),
        )
        if pollers.kills - killed < kills and _count(town) < before + files:
            pollers.kill_holder(chance.random() * 0.8)
        pollers.look_again()
    assert _count(town) == before + files


def _run(tmp_path: Path, *, rounds: int, files: int, kills: int) -> None:
    town = SftpTown(tmp_path / "home")
    town.clock = utc_now  # type: ignore[assignment]
    town.street.clock = utc_now
    with Sshd() as sshd, _holding(town):
        out = sshd.make("out")
        town.reach(
            sshd.endpoint(), f'pickup: [{{folder: {out}, include: "*.csv", ready: immediate, every_seconds: 1}}]'
        )
        pollers = _Pollers(town)
        for _ in range(POLLERS):
            pollers.start()
        chance = random.Random(4)
        try:
            for number in range(rounds):
                _round(town, sshd, pollers, number, files=files, kills=kills, chance=chance)
        finally:
            codes = pollers.stop()
        archived = _files(sshd.folder / "out" / "archive")
    names = {f"{number}-{one:04}.csv" for number in range(rounds) for one in range(files)}

    town.street.run_until_idle()
    with town.street.read() as connection:
        brought = connection.execute(select(inbox.c.name).where(inbox.c.channel == "sftp")).scalars().all()
        recorded = connection.execute(
            select(func.count())
            .select_from(document)
            .where(document.c.partner == "quay", document.c.status == "recorded")
        ).scalar_one()
        assert verify(connection) == []
    town.street.close()
    assert sorted(brought) == sorted(names)
    assert (recorded, archived) == (rounds * files, names)
    # One that was just started in the place of a killed one may not listen to signals yet.
    assert {*codes} <= {0, -signal.SIGTERM}
    assert pollers.kills >= rounds
    sys.stdout.write(f"{len(brought)} documents of {len(names)} files, {pollers.kills} pollers killed\n")


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_four_pollers_killed_over_1000_files_make_1000_documents_five_times(tmp_path: Path) -> None:
    _run(tmp_path, rounds=5, files=1000, kills=6)

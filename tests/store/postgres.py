"""A throwaway PostgreSQL cluster for one test run, shared by all its processes; the machine's own is never used."""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from threading import Event
from time import monotonic

NAME = "crossdock"
START_S = 60.0
"""How long a crashed cluster may take to be startable again."""


def find_binaries() -> Path | None:
    """The folder with `initdb`: on the path, or where Debian keeps each version; None when there is none."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


@contextmanager
def shared_cluster(run: Path, binaries: Path, *, durable: bool = False) -> Iterator[Path]:
    """The socket folder of the cluster of this test run: the first process starts it, the last one ends it.

    `durable` has it survive crashes as a real one does, and is slower. `run` is a folder that all processes of the
    run know. Each of them holds a shared lock for as long as it lives, and a watcher waits for the exclusive one: so
    the cluster goes even when the tests are killed.
    """
    state = run / "postgres.json"
    with (run / "postgres.alive").open("w") as alive:
        with _locked(run / "postgres.lock"):
            fcntl.flock(alive, fcntl.LOCK_SH)
            if not state.exists():
                folder = _start(binaries, durable)
                state.write_text(json.dumps(str(folder)))
                _watch(Path(alive.name), state, binaries / "pg_ctl", folder)
        yield Path(json.loads(state.read_text()))


WATCHER = """
import fcntl, os, shutil, subprocess, sys
alive, state, folder, *stop = sys.argv[1:]
if os.fork():
    os._exit(0)
os.setsid()
with open(alive) as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    if os.path.exists(state):
        os.unlink(state)
    subprocess.run(stop, cwd="/")
    shutil.rmtree(folder, ignore_errors=True)
"""


def _watch(alive: Path, state: Path, pg_ctl: Path, folder: Path) -> None:
    stop = [*_as_postgres(), str(pg_ctl), "stop", "-D", str(folder / "data"), "-m", "immediate"]
    subprocess.run(
        [sys.executable, "-c", WATCHER, str(alive), str(state), str(folder), *stop],
        check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def crash(folder: Path, binaries: Path, how: str) -> None:
    """End the server as a loss of power would: `immediate` asks it not to tidy up, `kill` does not ask at all."""
    if how == "kill":
        os.kill(int((folder / "data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    else:
        _run(binaries / "pg_ctl", "stop", "-D", folder / "data", "-m", "immediate")


def start_again(folder: Path, binaries: Path) -> None:
    """Start a cluster that crashed; until its orphaned processes are gone, PostgreSQL refuses to."""
    deadline, wait = monotonic() + START_S, Event().wait
    while True:
        try:
            _run(
                binaries / "pg_ctl",
                "start",
                "-w",
                "-D",
                folder / "data",
                "-l",
                folder / "log",
                stderr=subprocess.DEVNULL,
            )
            return
        except subprocess.CalledProcessError:
            if monotonic() > deadline:
                raise
            wait(0.05)


def _start(binaries: Path, durable: bool) -> Path:
    folder = Path(mkdtemp(prefix="crossdock-pg-"))
    if os.getuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = folder / "data"
    _run(binaries / "initdb", "-D", data, "-U", NAME, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    safety = "on" if durable else "off"
    settings = f"""
unix_socket_directories = '{folder}'
listen_addresses = ''
fsync = {safety}
full_page_writes = {safety}
max_connections = 50
"""
    with (data / "postgresql.auto.conf").open("a") as file:
        file.write(settings)
    _run(binaries / "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log")
    return folder


def _run(*command: object, stderr: int | None = None) -> None:
    """Run a command of PostgreSQL, which refuses to be root."""
    # The server inherits the pipes: without a file of its own it would keep them open and we would wait for ever.
    subprocess.run(
        [*_as_postgres(), *map(str, command)], check=True, stdout=subprocess.DEVNULL, stderr=stderr, cwd="/"
    )


def _as_postgres() -> list[str]:
    return ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

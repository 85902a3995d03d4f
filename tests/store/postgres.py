"""A throwaway PostgreSQL cluster for one test run, shared by all its processes; the machine's own is never used."""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

NAME = "crossdock"


def find_binaries() -> Path | None:
    """The folder with `initdb`: on the path, or where Debian keeps each version; None when there is none."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


@contextmanager
def shared_cluster(run: Path, binaries: Path) -> Iterator[Path]:
    """The socket folder of the cluster of this test run: the first process starts it, the last one stops it.

    `run` is a folder that all processes of the run know.
    """
    state, lock = run / "postgres.json", run / "postgres.lock"
    with _locked(lock):
        known = json.loads(state.read_text()) if state.exists() else {"folder": str(_start(binaries)), "users": 0}
        known["users"] += 1
        state.write_text(json.dumps(known))
    folder = Path(known["folder"])
    try:
        yield folder
    finally:
        with _locked(lock):
            known = json.loads(state.read_text())
            known["users"] -= 1
            state.write_text(json.dumps(known))
            if known["users"] == 0:
                state.unlink()
                _run(binaries / "pg_ctl", "stop", "-D", folder / "data", "-m", "immediate")
                shutil.rmtree(folder, ignore_errors=True)


def _start(binaries: Path) -> Path:
    folder = Path(mkdtemp(prefix="crossdock-pg-"))
    if os.getuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = folder / "data"
    _run(binaries / "initdb", "-D", data, "-U", NAME, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=50"
    _run(binaries / "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", options)
    return folder


def _run(*command: object) -> None:
    """Run a command of PostgreSQL, which refuses to be root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    # The server inherits the pipes: without a file of its own it would keep them open and we would wait for ever.
    subprocess.run([*prefix, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

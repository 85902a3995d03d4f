"""Databases for the ledger's benchmarks: SQLite as the gateway opens it, and a PostgreSQL cluster of their own.

Both are durable: `synchronous=FULL` and `fsync=on`. The cluster is started for the run and removed after it; the
machine's own is never used.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import Engine, create_engine

from gateway.store.database import writing_engine

SETTINGS = {
    "listen_addresses": "''", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
    "shared_buffers": "1GB", "max_wal_size": "4GB", "max_connections": "20",
}  # fmt: skip


@contextmanager
def sqlite_engines(folder: Path, *names: str) -> Iterator[list[Engine]]:
    """Engines over new files, with the settings of the gateway's writer."""
    engines = [writing_engine(folder / f"{name}.db") for name in names]
    try:
        yield engines
    finally:
        for engine in engines:
            engine.dispose()


@contextmanager
def postgres_engines(*names: str) -> Iterator[list[Engine]]:
    """Engines over new databases of a cluster of their own. Raises `FileNotFoundError` without PostgreSQL."""
    binaries = _binaries()
    folder = Path(mkdtemp(prefix="crossdock-bench-pg-"))
    if os.getuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = folder / "data"
    _run(binaries / "initdb", "-D", data, "-U", "crossdock", "-A", "trust", "-E", "UTF8", "--locale=C")
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    _run(binaries / "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", f"-k {folder} {options}")
    engines: list[Engine] = []
    try:
        for name in names:
            _make_database(folder, name)
            engines.append(create_engine(_url(folder, name)))
        yield engines
    finally:
        for engine in engines:
            engine.dispose()
        _run(binaries / "pg_ctl", "stop", "-D", data, "-m", "immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _url(folder: Path, database: str) -> str:
    return f"postgresql+psycopg://crossdock@/{database}?host={folder}"


def _make_database(folder: Path, name: str) -> None:
    engine = create_engine(_url(folder, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()


def _binaries() -> Path:
    found = shutil.which("initdb")
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parts[-2]))
    if found is None and not versions:
        raise FileNotFoundError("PostgreSQL is not installed: no initdb on the path or in /usr/lib/postgresql")
    return Path(found).parent if found else versions[-1]


def _run(*command: object) -> None:
    """Run a command of PostgreSQL, which refuses to be root."""
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*as_postgres, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")

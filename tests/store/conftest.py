"""Every test of the ledger's store runs on SQLite and on PostgreSQL, each in an upgraded database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy import text as sql

from ledger.book import upgrade
from tests.store.postgres import NAME, find_binaries, shared_cluster
from tests.store.sqlite import file_engine


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What walks every order of arrival goes over SQLite with each change, and over PostgreSQL with the long tests:
    what is decided knows no database, and how it is kept is tried on both in every other test."""
    for item in items:
        parameters = getattr(item, "callspec", None)
        if item.get_closest_marker("long_on_postgres") and parameters and parameters.params.get("conn") == "postgres":
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def postgres_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Path]:
    """Socket folder of the run's PostgreSQL; tests that need it are skipped, loudly, where it is not installed."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(
            "POSTGRESQL IS NOT INSTALLED: no initdb on the path or in /usr/lib/postgresql; half of these tests"
        )
    base = tmp_path_factory.getbasetemp()
    with shared_cluster(base if worker_id == "master" else base.parent, binaries) as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres_engine(postgres_folder: Path, worker_id: str) -> Iterator[Engine]:
    """A database of this process, upgraded once: tests run in it one after the other and roll back."""
    name = f"ledger_{worker_id}"
    make_database(postgres_folder, name)
    with _upgraded(create_engine(url_of(postgres_folder, name))) as engine:
        yield engine


@pytest.fixture(scope="session")
def sqlite_file_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The same as a file of SQLite."""
    with _upgraded(file_engine(tmp_path_factory.mktemp("sqlite") / "ledger.db")) as engine:
        yield engine


@pytest.fixture(params=["sqlite", "postgres"])
def conn(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A connection in a database transaction over upgraded, empty tables; rolled back in the end.

    One engine for all tests of a process: to compile each statement anew for every test took longer than to run it.
    """
    name = {"sqlite": "sqlite_file_engine", "postgres": "postgres_engine"}[request.param]
    with request.getfixturevalue(name).connect() as connection:
        yield connection
        connection.rollback()


@pytest.fixture(params=["sqlite", "postgres"])
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine over a database without any table."""
    if request.param == "sqlite":
        engine = file_engine(tmp_path / "empty.db")
    else:
        folder = request.getfixturevalue("postgres_folder")
        name = "empty_" + "".join(c for c in tmp_path.name.lower() + tmp_path.parent.name if c.isalnum())[-50:]
        make_database(folder, name)
        engine = create_engine(url_of(folder, name))
    yield engine
    engine.dispose()


def upgrade_at(url: str) -> None:
    with _upgraded(create_engine(url)):
        pass


@contextmanager
def _upgraded(engine: Engine) -> Iterator[Engine]:
    with engine.begin() as connection:
        upgrade(connection)
    yield engine
    engine.dispose()


def url_of(folder: Path, database: str) -> str:
    return f"postgresql+psycopg://{NAME}@/{database}?host={folder}"


def make_database(folder: Path, name: str) -> None:
    engine = create_engine(url_of(folder, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(sql(f'DROP DATABASE IF EXISTS "{name}"'))
        conn.execute(sql(f'CREATE DATABASE "{name}"'))
    engine.dispose()

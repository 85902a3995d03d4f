"""`kill -9` of writers and of the database server under load: nothing acknowledged is lost or applied twice.

Writers say again what was not acknowledged, and every round a little of what was. So whatever died when, in the end
each case stands in the books exactly once and every figure is known beforehand.
"""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Connection, create_engine, func, select

from ledger import queries
from ledger.book import rebuild, verify
from ledger.book.storage import tables
from tests.store.conftest import make_database, upgrade_at, url_of
from tests.store.hammer import CONSUMED, ISSUED, RECEIVED, STEPS, open_engine, step_events
from tests.store.postgres import crash, find_binaries, shared_cluster, start_again
from tests.store.world import Books

PATIENCE_S = 120.0
KINDS = ("OrderPlaced", "ShipmentNotified", "GoodsReceived", "PutAwayCompleted", "MaterialIssued", "MaterialConsumed")


class Ack(NamedTuple):
    """One database transaction that a writer was told is in."""

    lane: int
    case: int
    step: int


class Writer:
    """One lane of cases, written by a process that is killed and started again."""

    def __init__(self, url: str, lane: int, log: Path) -> None:
        self.url, self.lane, self.log = url, lane, log
        self.acks: list[Ack] = []
        self._told = threading.Condition()
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    @property
    def whole(self) -> int:
        """The last case of which every step was acknowledged."""
        return max((ack.case for ack in self.acks if ack.step == STEPS - 1), default=0)

    def start(self, end: int = 0) -> None:
        """Go on where it died; the last two cases are said again, acknowledged or not."""
        start = max(1, self.whole - 1)
        command = [sys.executable, "-m", "tests.store.hammer", self.url, str(self.lane), str(start)]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [*command, *([str(end)] if end else [])], stdout=subprocess.PIPE, stderr=log, text=True
            )
        self._reader = threading.Thread(target=self._read, args=(self._process,))
        self._reader.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            # A line that was cut off by the kill was never told.
            if line.endswith("\n"):
                with self._told:
                    self.acks.append(Ack(*map(int, line.split())))
                    self._told.notify_all()

    def wait_for(self, more: int) -> None:
        """Until so many more were acknowledged."""
        with self._told:
            wanted = len(self.acks) + more
            assert self._told.wait_for(lambda: len(self.acks) >= wanted, PATIENCE_S), self.log.read_text()[-3000:]

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        assert self.join() == -signal.SIGKILL, self.log.read_text()[-3000:]

    def join(self) -> int:
        """Its exit code, when everything that it said was read."""
        assert self._process is not None
        assert self._reader is not None
        code = self._process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    def stop(self) -> None:
        """Whatever happened, no process stays behind."""
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(AssertionError):
                self.kill()


def lost(conn: Connection, acks: set[Ack]) -> set[tuple[str, str]]:
    """(kind, number) of every acknowledged event that is not in the log."""
    said = {
        (type(event).__name__, event.number) for ack in acks for event in step_events(ack.lane, ack.case)[ack.step]
    }
    event = tables.event.c
    return said - {(kind, number) for kind, number in conn.execute(select(event.kind, event.number))}


def twice(conn: Connection) -> list[tuple[str, str]]:
    """(kind, number) of every event that was recorded more than once."""
    event = tables.event.c
    rows = conn.execute(select(event.kind, event.number).group_by(event.kind, event.number).having(func.count() > 1))
    return [(kind, number) for kind, number in rows]


def check_end(conn: Connection, cases: int) -> None:
    """The books of so many whole cases, to the piece; every law, the rebuild and the chain."""
    counted = Counter(
        dict(conn.execute(select(tables.event.c.kind, func.count()).group_by(tables.event.c.kind)).all())
    )
    assert {kind: counted[kind] for kind in KINDS} == dict.fromkeys(KINDS, cases)
    assert twice(conn) == []
    states = queries.balances(conn, by=("state", "location"), external=True)
    assert {(one.state, one.location): one.quantity for one in states} == {
        ("supplier", ""): Decimal(-RECEIVED * cases),
        ("available", "A-01"): Decimal((RECEIVED - ISSUED) * cases),
        ("line_side", "L1"): Decimal((ISSUED - CONSUMED) * cases),
        ("production", ""): Decimal(CONSUMED * cases),
    }
    assert queries.cases(conn, status="open") == []
    assert rebuild(conn).differences == ()
    assert verify(conn, deep=False) == []
    head = queries.head(conn)
    assert head.chain == queries.tail(conn, head.seq - 1)[-1].chain


def kill_again_and_again(
    writers: list[Writer], check: Callable[[set[Ack]], None], blows: list[Callable[[Writer], None]], seed: int
) -> int:
    """Let every blow fall at an unforeseen moment; gives back how many cases were written in the end."""
    chance, wait = random.Random(seed), threading.Event().wait
    checked = 0
    try:
        for writer in writers:
            writer.start()
        for blow in blows:
            victim = chance.choice(writers)
            victim.wait_for(chance.randint(1, 40))
            wait(chance.random() * 0.02)
            acknowledged = [set(writer.acks) for writer in writers]
            blow(victim)
            check(set().union(*acknowledged))
            checked += 1
        for writer in writers:
            writer.kill()
        check({ack for writer in writers for ack in writer.acks})
        last = [writer.whole + 3 for writer in writers]
        for writer, end in zip(writers, last, strict=True):
            writer.start(end)
            assert writer.join() == 0, writer.log.read_text()[-3000:]
    finally:
        for writer in writers:
            writer.stop()
    assert checked == len(blows)
    return sum(last)


def kill_and_start(writer: Writer) -> None:
    writer.kill()
    writer.start()


def sqlite_kills(folder: Path, kills: int) -> None:
    path = folder / "ledger.db"
    url = f"sqlite:///{path}"
    upgrade_at(url)
    engine = open_engine(url)
    with engine.begin() as conn:
        Books(conn)

    def check(acks: set[Ack]) -> None:
        with engine.connect() as conn:
            assert lost(conn, acks) == set()

    writer = Writer(url, 1, folder / "writer.log")
    cases = kill_again_and_again([writer], check, [kill_and_start] * kills, seed=60)
    with engine.connect() as conn:
        check_end(conn, cases)
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        _tell("SQLite", kills, 0, cases, len(set(writer.acks)), conn)
    engine.dispose()


def postgres_kills(folder: Path, clients: int, servers: int) -> None:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("POSTGRESQL IS NOT INSTALLED: no initdb on the path or in /usr/lib/postgresql")
    with shared_cluster(folder, binaries, durable=True) as cluster:
        make_database(cluster, "kills")
        url = url_of(cluster, "kills")
        upgrade_at(url)
        engine = create_engine(url, pool_pre_ping=True)
        with engine.begin() as conn:
            Books(conn)

        def check(acks: set[Ack]) -> None:
            with engine.connect() as conn:
                assert lost(conn, acks) == set()

        def crash_server(how: str) -> Callable[[Writer], None]:
            def blow(_: Writer) -> None:
                crash(cluster, binaries, how)
                start_again(cluster, binaries)

            return blow

        ways = [crash_server("immediate" if n % 2 else "kill") for n in range(servers)]
        blows: list[Callable[[Writer], None]] = [*ways, *[kill_and_start] * clients]
        random.Random(30).shuffle(blows)
        writers = [Writer(url, lane, folder / f"writer{lane}.log") for lane in (1, 2)]
        cases = kill_again_and_again(writers, check, blows, seed=30)
        with engine.connect() as conn:
            check_end(conn, cases)
            acks = {ack for writer in writers for ack in writer.acks}
            _tell("PostgreSQL", clients, servers, cases, len(acks), conn)
        engine.dispose()


def _tell(engine: str, clients: int, servers: int, cases: int, acks: int, conn: Connection) -> None:
    head = queries.head(conn)
    text = (
        f"{engine}: {clients} clients and {servers} servers killed; {head.seq} events, {head.movements} movements, "
        f"{cases} cases whole; {acks} transactions acknowledged, 0 lost, 0 applied twice, rebuild identical"
    )
    sys.stderr.write(f"\n{text}\n")


def test_a_killed_writer_on_sqlite_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    sqlite_kills(tmp_path, kills=1)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_sixty_kills_on_sqlite_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    sqlite_kills(tmp_path, kills=60)


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_thirty_clients_and_thirty_servers_killed_on_postgres_lose_nothing(tmp_path: Path) -> None:
    postgres_kills(tmp_path, clients=30, servers=30)

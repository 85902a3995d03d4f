"""Sets the stage: a home of its own, keys for every party, the real server on a free port; then runs the play.

The only module of the demo that starts a process or opens the database; documents and plot are elsewhere.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from sqlalchemy import Connection

from gateway.demo.documents import kept_documents
from gateway.demo.play import Play, Scene
from gateway.demo.story import tell, tell_end
from gateway.demo.world import ACTORS, write_partners
from gateway.errors import OperatorMistake, Unavailable
from gateway.pipeline import Street
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.home import Home
from gateway.store.keys import KEY_ENTROPY_BYTES, digest_of, make_key
from ledger import queries
from ledger.book import verify

START_S = 30
STOP_S = 10
WIDTH = 118
"""Columns where there is no terminal to ask."""
PARTNER_SCOPES = ("messages:read", "messages:write", "events:write", "ledger:read")
ANSWERS = ("997", "861", "824")


def run_demo(settings: Settings, *, serve: bool = False, quiet: bool = False) -> dict[str, Any]:
    """Run the play and tell the story, on stderr when `quiet`; gives the figures of the last JSON line.

    Raises OperatorMistake when the home holds other data than the demo's own, Unavailable when the server does not
    start.
    """
    console = Console(stderr=quiet, highlight=False, quiet=quiet, width=None if sys.stdout.isatty() else WIDTH)
    settings = msgspec.structs.replace(settings, home=_own_home(settings.home))
    started = time.monotonic()
    folder = settings.home / "demo"
    now = settings.clock()()
    documents, were_there = kept_documents(folder, now)
    keys = _keys(settings, folder)
    with _serving(settings, folder) as (url, process):
        before = _recorded(settings.home)
        play = Play(url, keys, folder, now, lambda text: console.print(f"[dim]{text}[/]"))
        try:
            scene = play.run(documents)
        finally:
            play.close()
        repeat = were_there and _recorded(settings.home) == before
        figures = _figures(settings.home, scene) | {"repeat": repeat}
        figures["seconds"] = round(time.monotonic() - started, 1)
        tell(console, scene, repeat=repeat)
        tell_end(console, figures)
        if serve:
            _stay(console, settings.home, url, folder, process)
    return figures


def _own_home(home: Path) -> Path:
    """The home given; never the default one, where somebody's own data may lie, nor one with other data in it."""
    if home == Path("crossdock-home").absolute():
        home = home / "demo"
    if Home(home).database.exists() and not _keys_file(home / "demo").exists():
        raise OperatorMistake(
            f"{home} holds data that is not the demo's", mend="name an empty folder: crossdock demo --home FOLDER"
        )
    return home


def _keys_file(folder: Path) -> Path:
    return folder / "keys.json"


def _keys(settings: Settings, folder: Path) -> dict[str, str]:
    """A key per partner and the operator's, made on the first run and kept in the home: it is for looking around."""
    file = _keys_file(folder)
    if file.exists():
        kept: dict[str, str] = msgspec.json.decode(file.read_bytes(), type=dict[str, str])
        return kept
    write_partners(settings.home)
    keys = {name: make_key(os.urandom(KEY_ENTROPY_BYTES)) for name in ("operator", *(a.partner for a in ACTORS))}
    with Street.open(settings.home, clock=settings.clock()) as street:
        street.put_key(name="operator", sha256=digest_of(keys["operator"]), partner="", scopes=("admin",))
        for actor in ACTORS:
            street.put_key(
                name=actor.key, sha256=digest_of(keys[actor.partner]), partner=actor.partner, scopes=PARTNER_SCOPES
            )
    file.touch(mode=0o600)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(keys)))
    return keys


@contextmanager
def _serving(settings: Settings, folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`crossdock serve` in a process of its own, on a free port of the loopback address."""
    log = folder / "serve.log"
    command = [sys.executable, "-m", "gateway.cli", "serve", "--home", str(settings.home), "--port", "0"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)  # noqa: S603
    # Whoever ends the demo politely must not leave its server behind.
    signal.signal(signal.SIGTERM, _leave)
    try:
        yield _address(process, log), process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where the server says that it listens."""
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        found = re.search(rb"http://[\d.]+:\d+", log.read_bytes())
        if found:
            return found[0].decode()
        time.sleep(0.02)
    raise Unavailable(f"the server did not start; {log} says: {log.read_text('utf-8', 'replace')[-2000:]}")


@contextmanager
def _books(home: Path) -> Iterator[Connection]:
    """A read-only snapshot beside the running server."""
    database = Database(Home(home).database)
    try:
        with database.read() as conn:
            yield conn
    finally:
        database.close()


def _recorded(home: Path) -> tuple[Any, ...]:
    """Where the books stand; the same twice means that nothing was recorded between."""
    with _books(home) as conn:
        return tuple(queries.head(conn, book=book) for book in ("live", "test"))


def _figures(home: Path, scene: Scene) -> dict[str, Any]:
    with _books(home) as conn:
        breaches = verify(conn)
        movements = queries.head(conn).movements
    sent = {answer["kind"] for answer in scene.sent}
    first_ack = next(answer for exchange in scene.exchanges for answer in exchange.answers if answer["kind"] == "997")
    score = scene.score
    return {
        "home": str(home),
        "mdn": None,
        "ack": next(segment[1] for segment in first_ack["segments"] if segment[0] == "AK9"),
        "cases": [case["code"] for case in scene.cases],
        "answers": [kind for kind in ANSWERS if kind in sent],
        "movements": movements,
        "movements_sum": f"{scene.balances_sum.normalize():f}",
        "verify": "clean" if not breaches else f"{len(breaches)} breaches",
        "score": {name: score[name] for name in ("value", "grade", "coverage", "provisional")},
    }


def _stay(console: Console, home: Path, url: str, folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Leave the server running until interrupted, and say how to look around."""
    out = Console(highlight=False)
    out.print(f"\n[bold]Still serving on {url}[/] (Ctrl-C ends it). Keys are in {_keys_file(folder)}; for example:")
    operator = msgspec.json.decode(_keys_file(folder).read_bytes())["operator"]
    for command in (
        f"curl -H 'Authorization: Bearer {operator}' {url}/v1/cases",
        f"crossdock --home {home} case list",
        f"crossdock --home {home} ledger position HRN-0815",
        f"crossdock --home {home} message list --direction out",
    ):
        out.print(f"  {command}", soft_wrap=True)
    try:
        process.wait()
    except KeyboardInterrupt:
        pass

"""Sets the stage: a home of its own, keys and agreements, the partners' own servers, the real gateway; then the play.

The only module of the demo that starts the gateway or looks into its books; documents and plot are elsewhere.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from sqlalchemy import Connection

from gateway.demo import keys, logistics
from gateway.demo.agreements import Addresses, write_agreements
from gateway.demo.documents import kept_documents
from gateway.demo.logistics import Logistics
from gateway.demo.play import Play
from gateway.demo.proofs import Known
from gateway.demo.scene import Scene
from gateway.demo.story import tell, tell_end
from gateway.demo.supplier import Supplier
from gateway.demo.world import LOGISTICS, OUR_AS2, SUPPLIER, SUPPLIER_AS2
from gateway.errors import OperatorMistake, Unavailable
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.home import Home
from gateway.transports.as2 import Certificate
from ledger import queries
from ledger.book import verify

START_S = 30
STOP_S = 10
LOOK_UP_S = 1.0
WIDTH = 118
"""Columns where there is no terminal to ask."""
ANSWERS = ("997", "861", "824")

_told_to_leave: list[int] = []
"""Signals that asked the demo to end."""


def run_demo(settings: Settings, *, serve: bool = False, quiet: bool = False, sshd: str = "auto") -> dict[str, Any]:
    """Run the play and tell the story, on stderr when `quiet`; gives the figures of the last JSON line.

    `sshd`: `auto` uses an installed one, `none` the small server of the demo, else its path. Raises OperatorMistake
    when the home holds other data than the demo's own, Unavailable when the gateway does not start.
    """
    console = Console(stderr=quiet, highlight=False, quiet=quiet, width=None if sys.stdout.isatty() else WIDTH)

    def say(text: str) -> None:
        console.print(f"[dim]{text}[/]")

    settings = msgspec.structs.replace(settings, home=_own_home(settings.home))
    started = time.monotonic()
    home = Home(settings.home)
    folder = home.path / "demo"
    now = settings.clock()()
    documents, were_there = kept_documents(folder, now)
    # Whoever ends the demo politely must not leave a server of its own behind.
    _told_to_leave.clear()
    signal.signal(signal.SIGTERM, _leave)
    with (
        _supplier(settings, folder / SUPPLIER.partner) as (supplier, plant),
        logistics.at_work(folder / LOGISTICS.partner, home.keys, sshd, say) as dock,
    ):
        api_keys = _agree(settings, folder, supplier, dock)
        with _serving(settings, folder) as (url, process):
            before = _recorded(home)
            with closing(Play(url, api_keys, supplier, dock, folder, now, say)) as play:
                scene = play.run(documents)
            repeat = were_there and _recorded(home) == before
            figures = _figures(home, scene) | {"sftp": dock.server.name, "repeat": repeat}
            figures["seconds"] = round(time.monotonic() - started, 1)
            tell(console, scene, _known(plant, supplier, dock), repeat=repeat)
            tell_end(console, figures)
            if serve:
                _stay(home.path, url, folder, scene, process)
    return figures


def _own_home(home: Path) -> Path:
    """The home given; never the default one, where somebody's own data may lie, nor one with other data in it."""
    if home == Path("crossdock-home").absolute():
        home = home / "demo"
    if Home(home).database.exists() and not (home / "demo" / keys.API_KEYS_FILE).exists():
        raise OperatorMistake(
            f"{home} holds data that is not the demo's", mend="name an empty folder: crossdock demo --home FOLDER"
        )
    return home


@contextmanager
def _supplier(settings: Settings, folder: Path) -> Iterator[tuple[Supplier, Certificate]]:
    """The supplier, listening, and the plant's certificate, which is all that it is told of the plant."""
    now = settings.clock()()
    plant = keys.plant_certificate(Home(settings.home).keys, now)
    with closing(Supplier(folder, keys.party_key(folder, SUPPLIER_AS2, now), plant, settings.clock())) as supplier:
        yield supplier, plant


def _agree(settings: Settings, folder: Path, supplier: Supplier, dock: Logistics) -> dict[str, str]:
    """Write the agreements for today's addresses, and make the REST keys on the first run."""
    addresses = Addresses(supplier.url, dock.server.port, dock.server.user, dock.host_key)
    write_agreements(settings.home, addresses, supplier.certificate_pem)
    return keys.api_keys(settings, folder)


def _known(plant: Certificate, supplier: Supplier, dock: Logistics) -> tuple[Known, ...]:
    return (
        Known("the plant", f"AS2 certificate of {OUR_AS2}", plant.fingerprint),
        Known(SUPPLIER.partner, f"AS2 certificate of {SUPPLIER_AS2}", supplier.certificate.fingerprint),
        Known(LOGISTICS.partner, "SSH host key", dock.host_key),
    )


@contextmanager
def _serving(settings: Settings, folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`crossdock serve` in a process of its own, on a free port of the loopback address."""
    log = folder / "serve.log"
    command = [sys.executable, "-m", "gateway.cli", "serve", "--home", str(settings.home), "--port", "0"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)  # noqa: S603
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
    # Python lets nothing out of a finaliser, where a signal may fall like anywhere: `_stay` then sees the mark.
    _told_to_leave.append(number)
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
def _books(home: Home) -> Iterator[Connection]:
    """A read-only snapshot beside the running server."""
    database = Database(home.database)
    try:
        with database.read() as conn:
            yield conn
    finally:
        database.close()


def _recorded(home: Home) -> tuple[Any, ...]:
    """Where the books stand; the same twice means that nothing was recorded between."""
    with _books(home) as conn:
        return tuple(queries.head(conn, book=book) for book in ("live", "test"))


def _figures(home: Home, scene: Scene) -> dict[str, Any]:
    with _books(home) as conn:
        breaches = verify(conn)
        movements = queries.head(conn).movements
    sent = {one.message["kind"] for one in scene.sent}
    first_ack = next(one.message for one in scene.sent if one.message["kind"] == "997")
    first_mdn = next(one.handover.mdn for one in scene.received if one.handover is not None)
    score = scene.score
    return {
        "home": str(home.path),
        "mdn": str(first_mdn.disposition),
        "ack": next(segment[1] for segment in first_ack["segments"] if segment[0] == "AK9"),
        "cases": [case["code"] for case in scene.cases],
        "answers": [kind for kind in ANSWERS if kind in sent],
        "movements": movements,
        "movements_sum": f"{scene.balances_sum.normalize():f}",
        "verify": "clean" if not breaches else f"{len(breaches)} breaches",
        "score_before": scene.dispute.before["value"],
        "dispute": scene.dispute.case["dispute"],
        "score": {name: score[name] for name in ("value", "grade", "coverage", "provisional")},
    }


def _stay(home: Path, url: str, folder: Path, scene: Scene, process: subprocess.Popen[bytes]) -> None:
    """Leave everything running until interrupted, and say how to look around."""
    out = Console(highlight=False)
    file = folder / keys.API_KEYS_FILE
    operator = msgspec.json.decode(file.read_bytes(), type=dict[str, str])[keys.OPERATOR]
    notice = next(one.message["id"] for one in scene.received if one.name.endswith("ship-notice.edi"))
    out.print(f"\n[bold]Still serving on {url}[/] (Ctrl-C ends it). Keys are in {file}; for example:")
    for command in (
        f"curl -H 'Authorization: Bearer {operator}' {url}/v1/cases",
        f"crossdock --home {home} case list",
        f"crossdock --home {home} ledger position HRN-0815",
        f"crossdock --home {home} message list --direction out",
        f"crossdock --home {home} message show {notice}",
        f"crossdock --home {home} message export {notice} --to proof",
        f"crossdock --home {home} partner keys",
        f"crossdock --home {home} sftp list",
    ):
        out.print(f"  {command}", soft_wrap=True)
    with suppress(KeyboardInterrupt):
        while not _told_to_leave:
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_UP_S)
                return

"""`crossdock serve`: HTTP, worker and control socket in one process; the whole embedded product.

Starts and stops things in order; it decides nothing.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator

import structlog
import uvicorn

from gateway.api.app import create_app
from gateway.errors import OperatorMistake
from gateway.pipeline import Street
from gateway.pipeline.desk.commands import run_command
from gateway.pipeline.desk.control import Listener
from gateway.pipeline.pickup.poller import running_from
from gateway.settings import Settings
from gateway.worker import Worker

log = structlog.get_logger(__name__)

BACKLOG = 2048
STOP_SECONDS = 20
"""How long open requests may take after SIGTERM."""


def serve(settings: Settings, *, works: bool = True) -> None:
    """Serve until SIGTERM or SIGINT; then finish what is open, and leave nothing behind.

    With `works` False it only accepts and shows: the backlog waits for the next start. Prints the address once it
    listens. Raises OperatorMistake when another process writes to the home, or the address is taken.
    """
    # A server whose clock stands still would poll, wait and lease for ever: a given time is where it begins.
    clock = settings.clock() if settings.now is None else running_from(settings.now)
    with Street.open(settings.home, clock=clock, children=_children(), settings=settings) as street:
        if street.desk is None:
            raise OperatorMistake(f"serve already runs on {settings.home}", mend="stop it first")
        listening = _listen(settings.host, settings.port)
        with contextlib.closing(listening), _working(street) if works else contextlib.nullcontext():
            host, port = listening.getsockname()[:2]
            server = build_server(street, settings)
            _end_by_signal(server)
            shown = f"[{host}]" if ":" in host else host
            sys.stdout.write(f"serving on http://{shown}:{port}\n")
            sys.stdout.flush()
            log.info("serve.started", host=host, port=port, home=str(settings.home))
            server.run(sockets=[listening])
    log.info("serve.stopped")


def build_server(street: Street, settings: Settings) -> uvicorn.Server:
    """The HTTP server over an open street, not yet listening.

    With the h11 parser: others answer 400 to folded header fields, which old AS2 products send.
    """
    return uvicorn.Server(
        uvicorn.Config(
            create_app(street, settings),
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            access_log=False,
            limit_concurrency=settings.connections_max,
            server_header=False,
            # The application dates its answers: an MDN has a date of its own.
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )


def _end_by_signal(server: uvicorn.Server) -> None:
    """SIGTERM and SIGINT end the server and nothing else.

    uvicorn raises the signal again once it has stopped; with the default handler the process would die there, before
    worker and writer have finished.
    """

    def end(_signal: int, _frame: object) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def _children() -> int:
    """Reading children beside the process itself: one fewer than there are cores to run on."""
    return max(1, len(os.sched_getaffinity(0)) - 1) if hasattr(os, "sched_getaffinity") else 1


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio sees TCP and sends small packets at once: without it an answer on a kept
    # connection waits 40 ms for an acknowledgment.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise OperatorMistake(
            f"cannot listen on {host}:{port}: {error.strerror}", mend="choose another port"
        ) from error
    listening.listen(BACKLOG)
    return listening


@contextlib.contextmanager
def _working(street: Street) -> Iterator[None]:
    desk = street.desk
    if desk is None:
        raise AssertionError("only the holder of the lock works")
    control = Listener(desk.home.socket, lambda name, arguments, now: run_command(desk, name, arguments, now))
    worker = Worker(desk, street.clock)
    try:
        yield
    finally:
        # First nobody can ask for more, then what is being done ends.
        control.close()
        worker.close()

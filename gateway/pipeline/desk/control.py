"""The control socket: commands of other processes, run by the holder of the writer's lock.

One JSON line in, one JSON line out, over a Unix socket with mode 0600: who can open it could open the database too.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import structlog

from gateway.errors import CrossdockError, OperatorMistake, PartnerMistake, Unavailable

log = structlog.get_logger(__name__)

LINE_BYTES_MAX = 1024 * 1024 * 1024
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 600.0
WAITING_MAX = 64


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """`arguments` is the JSON of the command's own arguments."""

    command: str
    arguments: msgspec.Raw
    now: datetime


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`mistake` names the exception that the command raised: partner, operator, unavailable or bug."""

    result: msgspec.Raw = msgspec.Raw(b"null")
    mistake: str = ""
    code: str = ""
    text: str = ""


_encoder = msgspec.json.Encoder(decimal_format="string")
_requests = msgspec.json.Decoder(Request)
_replies = msgspec.json.Decoder(Reply)


def call(path: Path, command: str, arguments: object, now: datetime) -> bytes:
    """Run a command in the process that listens; the JSON of its result.

    Raises what the command raised there, and Unavailable when nobody listens or the connection breaks (the command
    may have run then).
    """
    request = Request(command=command, arguments=msgspec.Raw(_encoder.encode(arguments)), now=now)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(CONNECT_SECONDS)
            connection.connect(_short(path))
            connection.settimeout(ANSWER_SECONDS)
            connection.sendall(_encoder.encode(request) + b"\n")
            with connection.makefile("rb") as file:
                line = file.readline()
    except OSError as error:
        raise Unavailable(f"serve holds the writer's lock and does not answer on {path}: {error}") from error
    if not line.endswith(b"\n"):
        raise Unavailable("serve ended before it had answered")
    reply = _replies.decode(line)
    match reply.mistake:
        case "":
            return bytes(reply.result)
        case "partner":
            raise PartnerMistake(reply.code, reply.text)
        case "operator":
            raise OperatorMistake(reply.text)
        case "unavailable":
            raise Unavailable(reply.text)
    raise RuntimeError(f"serve failed: {reply.text}")


def answers(path: Path) -> bool:
    """Whether somebody listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(_short(path))
        except OSError:
            return False
    return True


class Listener:
    """Listens while the street is open; each connection is a thread of its own, the writer orders them."""

    def __init__(self, path: Path, run: Callable[[str, bytes, datetime], Any]) -> None:
        self._path = path
        self._run = run
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            self._socket.bind(_short(path))
        finally:
            os.umask(before)
        self._socket.listen(WAITING_MAX)
        self._thread = threading.Thread(target=self._listen, name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
        self._path.unlink(missing_ok=True)

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), name="control-call", daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            with connection.makefile("rb") as file:
                line = file.readline(LINE_BYTES_MAX)
            if line:
                connection.sendall(_encoder.encode(self._reply(line)) + b"\n")

    def _reply(self, line: bytes) -> Reply:
        try:
            request = _requests.decode(line)
            result = self._run(request.command, bytes(request.arguments), request.now)
            return Reply(result=msgspec.Raw(_encoder.encode(result)))
        except PartnerMistake as error:
            return Reply(mistake="partner", code=error.code, text=error.text)
        except OperatorMistake as error:
            return Reply(mistake="operator", text=str(error))
        except CrossdockError as error:
            return Reply(mistake="unavailable", text=str(error))
        except Exception as error:
            log.exception("command.failed")
            return Reply(mistake="bug", text=f"{type(error).__name__}: {error}")


def _short(path: Path) -> str:
    """A path that fits: Unix sockets allow 107 bytes, and homes lie deep."""
    absolute = str(path.absolute())
    relative = os.path.relpath(absolute)
    return min(absolute, relative, key=len)

"""The opener: a process of ours that opens AS2 messages and signs their MDNs, beside the one that serves and writes.

Both are CPU under one interpreter lock, and a server that opens its messages itself accepts half as many. Nothing
depends on it: what it cannot do is done by whoever asked. It ends when its socket does, so it cannot outlive us.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from gateway.pipeline.as2.values import As2Request, Work
from gateway.pipeline.frames import LENGTH
from gateway.settings import Settings

log = structlog.get_logger(__name__)

REQUEST_BYTES_MAX = 256 * 1024
"""A larger body is opened by whoever asks: the small ones behind it would wait."""
WAITING_MAX = 256
"""Requests that may wait for the opener."""
RESTART_SECONDS = 10.0
"""A new one is started at most this often."""
READ_BYTES = 1 << 20


class SetUp(msgspec.Struct, frozen=True, array_like=True, tag="set-up"):
    """What stations are made of: partner files as published, the folder of our keys, our settings."""

    files: dict[str, bytes]
    keys: Path
    settings: Settings
    now: datetime


class Task(msgspec.Struct, frozen=True, array_like=True, tag="task"):
    """One request; `id` is what its message is called in the inbox."""

    id: str
    now: datetime
    request: As2Request


class Done(msgspec.Struct, frozen=True, array_like=True):
    """The answer to one task, in their order. `work` None: an MDN, or a failure that is told."""

    work: Work | None = None
    failure: str = ""


def _to_text(value: object) -> str:
    return str(value)


def _from_text(type: type, value: object) -> object:
    return type(value)


encoder = msgspec.msgpack.Encoder(enc_hook=_to_text)
task_decoder = msgspec.msgpack.Decoder(SetUp | Task, dec_hook=_from_text)
done_decoder = msgspec.msgpack.Decoder(Done)


class Opener:
    """One process and the thread that listens to it. Any thread may ask; futures are answered in that thread."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._waiting: deque[Future[Work | None]] = deque()
        self._unsent = bytearray()
        self._set_up = b""
        self._closing = False
        self._started_at = float("-inf")
        self._socket: socket.socket | None = None
        self.process: subprocess.Popen[bytes] | None = None
        """The process now, None before the first could be started."""
        self._thread: threading.Thread | None = None
        self._wake_receiver, self._wake_sender = os.pipe()
        os.set_blocking(self._wake_receiver, False)
        self._start()

    def configure(self, files: Mapping[str, bytes], keys: Path, settings: Settings, now: datetime) -> None:
        """Make stations anew of these; holds for every task that is asked for from now on."""
        needed = {name: body for name, body in files.items() if name.startswith("partners/")}
        body = encoder.encode(SetUp(needed, keys, settings, now))
        with self._turn:
            self._set_up = body
            if self._socket is None:
                self._start()
            else:
                self._send(body)

    def open(self, id: str, request: As2Request, now: datetime) -> Future[Work | None] | None:
        """Ask for one request to be opened. None: it is too large, too many wait, or there is no opener now; do it
        yourself, as for a future that gives None or raises."""
        if len(request.body) > REQUEST_BYTES_MAX:
            return None
        body = encoder.encode(Task(id, now, request))
        future: Future[Work | None] = Future()
        with self._turn:
            if self._socket is None:
                self._start()
            if self._socket is None or not self._set_up or len(self._waiting) >= WAITING_MAX:
                return None
            self._waiting.append(future)
            self._send(body)
        return future

    def close(self) -> None:
        """End it; what still waits fails."""
        with self._turn:
            self._closing = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_WR)
        if self._thread is not None:
            self._thread.join()
        os.close(self._wake_receiver)
        os.close(self._wake_sender)

    # --- with the turn held ---

    def _start(self) -> None:
        if self._closing or time.monotonic() - self._started_at < RESTART_SECONDS:
            return
        self._started_at = time.monotonic()
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "gateway.pipeline.as2.opener_child"]
        try:
            self.process = subprocess.Popen(command, stdin=theirs.fileno(), stdout=theirs.fileno())  # noqa: S603
        except OSError as error:
            log.error("as2.opener_not_started", reason=str(error))
            ours.close()
            return
        finally:
            theirs.close()
        ours.setblocking(False)
        self._unsent.clear()
        self._socket = ours
        if self._set_up:
            self._send(self._set_up)
        self._thread = threading.Thread(
            target=self._listen, args=(ours, self.process), name="as2-opener", daemon=True
        )
        self._thread.start()

    def _send(self, body: bytes) -> None:
        """At once as far as the socket takes it; the listening thread sends the rest."""
        if self._socket is None:
            raise AssertionError("only a started opener is sent to")
        frame = LENGTH.pack(len(body)) + body
        if self._unsent:
            self._unsent += frame
            return
        try:
            sent = self._socket.send(frame)
        except BlockingIOError:
            sent = 0
        except OSError:
            # The listening thread sees the end too, and answers all that waits.
            return
        if sent < len(frame):
            self._unsent += frame[sent:]
            os.write(self._wake_sender, b"!")

    # --- the listening thread ---

    def _listen(self, ours: socket.socket, process: subprocess.Popen[bytes]) -> None:
        received = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(ours, selectors.EVENT_READ)
            selector.register(self._wake_receiver, selectors.EVENT_READ)
            while self._turn_once(selector, ours, received):
                pass
        with self._turn:
            self._socket = None
            left = list(self._waiting)
            self._waiting.clear()
            closing = self._closing
        ours.close()
        code = process.wait()
        if not closing:
            log.error("as2.opener_ended", code=code, waiting=len(left))
        for future in left:
            future.set_result(None)

    def _turn_once(self, selector: selectors.BaseSelector, ours: socket.socket, received: bytearray) -> bool:
        """Take what came and send what is left; False at the end."""
        for key, _ in selector.select():
            if key.fd == self._wake_receiver:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake_receiver, 4096)
        with self._turn:
            if self._unsent:
                try:
                    del self._unsent[: ours.send(self._unsent)]
                except BlockingIOError:
                    pass
                except OSError:
                    return False
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
        selector.modify(ours, wanted)
        try:
            chunk = ours.recv(READ_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not chunk:
            return False
        received += chunk
        self._answer(received)
        return True

    def _answer(self, received: bytearray) -> None:
        start = 0
        while len(received) - start >= LENGTH.size:
            (length,) = LENGTH.unpack_from(received, start)
            end = start + LENGTH.size + length
            if len(received) < end:
                break
            done = done_decoder.decode(memoryview(received)[start + LENGTH.size : end])
            start = end
            if done.failure:
                log.error("as2.opener_failed", reason=done.failure)
            self._waiting.popleft().set_result(done.work)
        del received[:start]

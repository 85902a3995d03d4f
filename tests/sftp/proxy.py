"""A TCP proxy that breaks lines on demand: cut, stall, slow, silent, refuse. Switches work while it runs.

Bytes are counted from the server to us (`down`) and from us to the server (`up`), of the connection under way.
"""

from __future__ import annotations

import queue
import select
import socket
import struct
import threading
import time
from types import TracebackType

CHUNK = 16 * 1024
LOOKS_EVERY_S = 0.05


class FaultProxy:
    """In front of one port of this machine."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._is_over = threading.Event()
        self.is_silent = False
        self.latency_s = 0.0
        self.rate_bytes_s = 0
        self.cut_after: int | None = None
        """Bytes down, after which the line is cut: by FIN, or with `is_rough` by RST."""
        self.is_rough = False
        self.stall_after: int | None = None
        """Bytes down, after which nothing more comes, and nothing says so."""
        self.stall_up_after: int | None = None
        self.down = 0
        self.up = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        for each in [self._listener, *self._sockets]:
            _end(each)

    def refuse(self) -> None:
        """From now on nobody listens here."""
        _end(self._listener)

    def cut(self) -> None:
        """Now."""
        for each in self._sockets:
            self._kill(each)

    def _accept(self) -> None:
        while not self._is_over.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(client)
            if self.is_silent:
                continue
            server = socket.create_connection(("127.0.0.1", self._target))
            self._sockets.append(server)
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.down = self.up = 0
            threading.Thread(target=self._pump_down, args=(server, client), daemon=True).start()
            threading.Thread(target=self._pump_up, args=(client, server), daemon=True).start()

    def _pump_down(self, server: socket.socket, client: socket.socket) -> None:
        on_the_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        threading.Thread(target=self._arrive, args=(on_the_way, client), daemon=True).start()
        try:
            while data := _receive(server):
                self.down += len(data)
                if self.cut_after is not None and self.down > self.cut_after:
                    self._kill(client)
                    self._kill(server)
                    return
                if self.stall_after is not None and self.down > self.stall_after:
                    self._is_over.wait()
                    return
                if self.rate_bytes_s and self._is_over.wait(len(data) / self.rate_bytes_s):
                    return
                on_the_way.put((time.monotonic() + self.latency_s, data))
        finally:
            on_the_way.put((0, b""))

    def _arrive(self, on_the_way: queue.SimpleQueue[tuple[float, bytes]], client: socket.socket) -> None:
        """Hand on what has been under way for long enough: distance delays, it does not narrow."""
        while True:
            due, data = on_the_way.get()
            if not data:
                _end(client)
                return
            self._is_over.wait(max(0.0, due - time.monotonic()))
            _give(client, data)

    def _pump_up(self, client: socket.socket, server: socket.socket) -> None:
        while data := _receive(client):
            self.up += len(data)
            if self.stall_up_after is not None and self.up > self.stall_up_after:
                self._is_over.wait()
                return
            _give(server, data)
        _end(server)

    def _kill(self, each: socket.socket) -> None:
        if self.is_rough:
            try:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                each.close()
            except OSError:
                pass
        else:
            _end(each)


def _receive(each: socket.socket) -> bytes:
    try:
        # Never blocked in recv: a socket that somebody reads from is not closed, and no RST sent, until that returns.
        while not select.select([each], [], [], LOOKS_EVERY_S)[0]:
            continue
        return each.recv(CHUNK)
    except (OSError, ValueError):
        return b""


def _give(each: socket.socket, data: bytes) -> None:
    try:
        each.sendall(data)
    except OSError:
        pass


def _end(each: socket.socket) -> None:
    try:
        each.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    each.close()

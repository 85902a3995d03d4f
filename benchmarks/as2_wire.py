"""HTTP/1.1 by hand for the load and its receiver: the least that both need, so that they take little of the machine.

Only bodies with a Content-Length, only what this benchmark's two ends say to each other.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import NamedTuple, Self

READ_BYTES = 65_536


class Heard(NamedTuple):
    """One request or answer: its first line, its headers in order, its body."""

    first: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def status(self) -> int:
        return int(self.first.split(" ", 2)[1])


class Line:
    """One kept connection, whichever end it is."""

    def __init__(self, connected: socket.socket) -> None:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connected
        self._rest = b""

    @classmethod
    def to(cls, port: int) -> Self:
        return cls(socket.create_connection(("127.0.0.1", port), timeout=60))

    def ask(self, request: bytes) -> Heard:
        """Send a request and hear its answer. Raises ConnectionError when the other end closes."""
        self._socket.sendall(request)
        heard = self.hear()
        if heard is None:
            raise ConnectionError("the server closed the connection")
        return heard

    def say(self, message: bytes) -> None:
        self._socket.sendall(message)

    def hear(self) -> Heard | None:
        """The next message; None at the end of the connection."""
        data = self._rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            more = self._socket.recv(READ_BYTES)
            if not more:
                return None
            data += more
        first, *lines = data[:end].decode("latin-1").split("\r\n")
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        chunks, size = [data[end + 4 :]], len(data) - end - 4
        while size < length:
            chunks.append(self._socket.recv(READ_BYTES))
            size += len(chunks[-1])
            if not chunks[-1]:
                return None
        body = b"".join(chunks)
        self._rest = body[length:]
        return Heard(first, headers, body[:length])

    def close(self) -> None:
        self._socket.close()


class Listening:
    """Answers on a free port of loopback, a thread for each connection."""

    def __init__(self, answer: Callable[[Heard], bytes]) -> None:
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, name="accept", daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connected, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(Line(connected),), daemon=True).start()

    def _serve(self, line: Line) -> None:
        with contextlib.closing(line), contextlib.suppress(ConnectionError):
            while (heard := line.hear()) is not None:
                line.say(self._answer(heard))


def join_message(first: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    """The bytes of a request or an answer."""
    lines = [first, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body

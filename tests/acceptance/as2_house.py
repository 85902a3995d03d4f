"""A gateway that listens: the application as `serve` runs it, on uvicorn and h11, over a town of its own."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from fastapi import FastAPI

from gateway.pipeline.as2 import As2Answer
from gateway.serve import build_server
from gateway.settings import Settings
from gateway.transports import as2
from tests.unit.pipeline.as2_partner import as2_town
from tests.unit.pipeline.world import Town, order

BYTES_MAX = 1024 * 1024


class House(NamedTuple):
    town: Town
    port: int
    application: FastAPI

    def send(self, raw: bytes) -> As2Answer:
        """Bytes as they are over one connection, and the answer to them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(raw)
            response = http.client.HTTPResponse(connection, method="POST")
            response.begin()
            body = response.read()
            return As2Answer(status=response.status, headers=tuple(response.getheaders()), body=body)

    def post(self, built: as2.Built, *, without: str = "", **changed: str) -> As2Answer:
        """What a partner built, over a connection of its own; fields may be left out, changed or added."""
        return self.send(raw_post(built.headers, built.body, without=without, **changed))

    def shown(self, status: str = "") -> list[tuple[str, str, str]]:
        """Received messages as (status, reason code, partner)."""
        rows = self.town.street.messages(status=status, limit=1000)
        return [(one["status"], one["reason_code"], one["partner"]) for one in rows if one["channel"] == "as2"]


def raw_post(headers: as2.Headers, body: bytes, *, without: str = "", **changed: str) -> bytes:
    """A whole POST with its Content-Length."""
    named = {name.replace("_", "-").lower(): value for name, value in changed.items()}
    fields = [(name, named.pop(name.lower(), value)) for name, value in headers if name.lower() != without]
    fields += [*named.items(), ("Host", "127.0.0.1"), ("Content-Length", str(len(body)))]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"POST /as2 HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


@contextmanager
def listening(
    home: Path,
    *,
    queue_max: int = 10_000,
    connections_max: int = 512,
    body_seconds_max: int = 600,
    children: int = 0,
    **agreed: str,
) -> Iterator[House]:
    """A town that takes AS2 over real sockets; its worker rests, so that a test says when messages are processed."""
    town = as2_town(home, children=children, **agreed)
    town.bring(order(), "erp")
    settings = Settings(
        home=home,
        message_bytes_max=BYTES_MAX,
        queue_max=queue_max,
        connections_max=connections_max,
        body_seconds_max=body_seconds_max,
    )
    server = build_server(town.street, settings)
    application: FastAPI = server.config.app  # type: ignore[assignment]
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield House(town, listener.getsockname()[1], application)
        finally:
            server.should_exit = True
            thread.join()
            town.street.close()

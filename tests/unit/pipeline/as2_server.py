"""Acme's AS2 server on loopback: takes what we send, and answers as a test wants it to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

from gateway.transports import as2
from gateway.transports.as2.dispositions import UNEXPECTED_PROCESSING_ERROR
from tests.unit.pipeline.as2_partner import OUR_URL, As2Partner
from tests.unit.pipeline.world import START


class As2Server:
    """`answer` is how it answers now: `mdn`, `busy`, `no-mdn`, `later` (an MDN comes on its own), or a status.

    Messages that it has seen get their first MDN again, as a good AS2 product does.
    """

    def __init__(self) -> None:
        self.answer = "mdn"
        self.disposition: as2.Disposition | None = None
        self.before_answer: Callable[[as2.Opened], None] | None = None
        """Done while we still wait for the answer."""
        self.acme = As2Partner(mdn_urls=(OUR_URL,))
        self.got: list[tuple[tuple[tuple[str, str], ...], bytes]] = []
        self.opened: list[as2.Opened] = []
        self.mdns: dict[str, as2.Mdn] = {}
        self.heard = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status, headers, content = outer._take(tuple(self.headers.items()), body)
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def mdn_of(self, opened: as2.Opened, disposition: as2.Disposition | None = None) -> as2.Mdn:
        """The MDN of a message, signed with acme's key."""
        name = f"mdn{len(self.mdns) + 1}@acme"
        return as2.write_mdn(opened, message_id=name, now=START, disposition=disposition)

    def post_back(self, mdn: as2.Mdn, url: str) -> httpx2.Response:
        """An MDN on its own way, to our /as2."""
        return httpx2.post(url, content=mdn.body, headers=list(mdn.headers), trust_env=False)

    def _take(self, headers: tuple[tuple[str, str], ...], body: bytes) -> tuple[int, Any, bytes]:
        with self.heard:
            self.got.append((headers, body))
            self.heard.notify_all()
        if self.before_answer is not None:
            self.before_answer(as2.open_message(headers, body, self._find, now=START))
        if self.answer.isdigit():
            return int(self.answer), (), b""
        opened = as2.open_message(headers, body, self._find, now=START)
        self.opened.append(opened)
        if self.answer in ("no-mdn", "later"):
            return 202, (), b""
        mdn = self.mdns.get(opened.message_id) or self.mdn_of(
            opened, UNEXPECTED_PROCESSING_ERROR if self.answer == "busy" else self.disposition
        )
        if mdn.disposition.delivered:
            self.mdns[opened.message_id] = mdn
        return 200, mdn.headers, mdn.body

    def _find(self, as2_from: str, as2_to: str) -> as2.Station | None:
        station = self.acme.station
        return station if (as2_from, as2_to) == (station.their_name, station.our_name) else None

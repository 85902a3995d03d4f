"""The supplier: an AS2 station of its own, with its own key and its own listener, that trusts nobody's word.

It verifies every signature and MDN itself. Of the plant it knows an address, a name and a certificate; what it gets
and sends lies in HOME/demo/brightwell, and a message that is sent again is the same bytes under the same Message-ID.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from gateway.demo.world import OUR_AS2, SUPPLIER_AS2
from gateway.errors import Unavailable
from gateway.transports import as2

T = TypeVar("T")
Clock = Callable[[], datetime]


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the plant that the supplier took: what was in it, what proved it, and the MDN that it got."""

    message_id: str
    name: str
    data: bytes
    signer: str
    """Fingerprint of the certificate whose signature fitted."""
    cipher: str
    mic: str
    mdn: as2.Mdn


class Handover(NamedTuple):
    """A message that the supplier sent, and what the plant's MDN says about it."""

    name: str
    message_id: str
    mic: str
    mdn: as2.MdnReading
    is_same_mdn: bool
    """True if the message went before, and was answered then with the very same bytes."""


class Supplier:
    """Listens from the start until `close`. `folder` is its memory."""

    def __init__(self, folder: Path, key: as2.Key, plant: as2.Certificate, clock: Clock) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._received, self._sent = folder / "received", folder / "sent"
        for place in (self._received, self._sent):
            place.mkdir(parents=True, exist_ok=True)
        self.certificate, self.certificate_pem = key.certificate, as2.certificate_pem(key)
        self._station = as2.Station(
            our_name=SUPPLIER_AS2,
            their_name=OUR_AS2,
            our_keys=(key,),
            their_signing=(plant,),
            their_encryption=(plant,),
            policy=as2.Policy(sign="sha-256", encrypt="aes-256-cbc", mdn="sync"),
        )
        self._sender = as2.Sender()
        self.letters = [_read(file, Letter) for file in sorted(self._received.glob("*.json"))]
        self._listener = _Listener(self.take)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.server_port}/as2"

    def close(self) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._sender.close()

    def take(self, headers: as2.Headers, body: bytes) -> as2.Mdn:
        """Open what came, keep it, and receipt it; what came before gets the MDN that it got then."""
        with self._lock:
            now = self._clock()
            opened = as2.open_message(headers, body, self._find, now=now)
            known = next((one for one in self.letters if one.message_id == opened.message_id), None)
            if known is not None:
                return known.mdn
            number = len(self.letters) + 1
            mdn = as2.write_mdn(opened, message_id=f"mdn-{number}@brightwell.example", now=now)
            if opened.accepted:
                letter = Letter(
                    message_id=opened.message_id, name=opened.filename, data=opened.payload, signer=opened.signer,
                    cipher=opened.cipher, mic=opened.mic, mdn=mdn,
                )  # fmt: skip
                (self._received / f"{number:04d}.edi").write_bytes(opened.payload)
                (self._received / f"{number:04d}.json").write_bytes(msgspec.json.encode(letter))
                self.letters.append(letter)
            return mdn

    def send(self, url: str, name: str, data: bytes) -> Handover:
        """Sign, encrypt and post a document, and judge the MDN that answers it. Raises Unavailable without one."""
        kept, kept_mdn = self._sent / f"{name}.json", self._sent / f"{name}.mdn"
        if not kept.exists():
            message_id = f"{name}@brightwell.example"
            built = as2.build_message(
                data, self._station, message_id=message_id, filename=name, content_type="application/edi-x12",
                now=self._clock(),
            )  # fmt: skip
            kept.write_bytes(msgspec.json.encode(built))
        built = _read(kept, as2.Built)
        sent = self._sender.post(as2.Endpoint(url=url), built, self._station, now=self._clock())
        if sent.mdn is None or sent.mdn.result != "delivered":
            raise Unavailable(f"{name} did not arrive over AS2: {sent.reason}")
        is_same_mdn = kept_mdn.exists() and kept_mdn.read_bytes() == sent.body
        kept_mdn.write_bytes(sent.body)
        return Handover(name, built.message_id, built.mic, sent.mdn, is_same_mdn)

    def _find(self, as2_from: str, as2_to: str) -> as2.Station | None:
        return self._station if (as2_from, as2_to) == (OUR_AS2, SUPPLIER_AS2) else None


class _Listener(ThreadingHTTPServer):
    """`POST /as2` on a free port of the loopback address."""

    daemon_threads = True

    def __init__(self, take: Callable[[as2.Headers, bytes], as2.Mdn]) -> None:
        self.take = take
        super().__init__(("127.0.0.1", 0), _Post)
        threading.Thread(target=self.serve_forever, args=(0.05,), name="supplier", daemon=True).start()


class _Post(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        mdn = self.server.take(self.headers.items(), body)
        self.send_response(200)
        for name, value in (*mdn.headers, ("Content-Length", str(len(mdn.body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(mdn.body)

    def log_message(self, format: str, *_arguments: object) -> None:
        """The story tells what came."""


def _read(file: Path, kind: type[T]) -> T:
    return msgspec.json.decode(file.read_bytes(), type=kind)

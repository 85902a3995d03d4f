"""An SFTP server that lies: files in memory, every answer its own bytes, and any of them replaced by a test.

Built on paramiko's SSH side only; the SFTP packets are written here, so that names, sizes and lengths can be what no
honest server sends.
"""

from __future__ import annotations

import io
import socket
import stat
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import paramiko

from gateway.transports.sftp import Endpoint, Limits, Timeouts, wire
from tests.sftp.sshd import BRISK, fingerprint, private_key

MTIME = 1_790_000_000
IMPATIENT = Timeouts(connect_s=2, banner_s=0.5, auth_s=0.5, channel_s=0.5)
"""For tests in which the other side never answers."""


@dataclass
class File:
    content: bytes = b""
    mtime: int = MTIME
    mode: int = stat.S_IFREG | 0o644


class HangUp(Exception):
    """Raised by a hook: the line is closed without an answer."""


Hook = Callable[[bytes, Callable[[], bytes]], bytes]
"""Gets a request's body and what would answer it honestly; returns type byte and what follows the id."""


def status(code: int, text: bytes = b"") -> bytes:
    return bytes((wire.STATUS,)) + struct.pack(">I", code) + wire.text(text) + wire.text(b"")


def attributes(file: File) -> bytes:
    return struct.pack(">IQIIIII", 0xF, len(file.content), 0, 0, file.mode, file.mtime, file.mtime)


def names(listed: list[tuple[bytes, bytes]]) -> bytes:
    """A NAME answer of names and the attributes' own bytes."""
    body = b"".join(wire.text(name) + wire.text(b"") + told for name, told in listed)
    return bytes((wire.NAME,)) + struct.pack(">I", len(listed)) + body


@dataclass
class Liar:
    """`hooks` by request type; `asked` is every request, in order; `logins` what was tried."""

    files: dict[bytes, File] = field(default_factory=dict)
    hooks: dict[int, Hook] = field(default_factory=dict)
    extensions: tuple[bytes, ...] = ()
    password: str = ""
    gives_sftp: bool = True
    login_waits_for: threading.Event | None = None
    asked: list[tuple[int, bytes]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    listed_at_once: int = 100
    length_told: int | None = None
    """Said to be each answer's length, once set."""

    def __enter__(self) -> Liar:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        content, self.host_key_line = private_key("ecdsa")
        self._host_key = paramiko.ECDSAKey.from_private_key(_lines(content))
        self._transports: list[paramiko.Transport] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.login_waits_for is not None:
            self.login_waits_for.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for transport in self._transports:
            transport.close()

    def endpoint(self, **other: Any) -> Endpoint:
        given: dict[str, Any] = {
            "host": "127.0.0.1", "port": self.port, "user": "partner", "key": private_key()[0],
            "host_keys": (fingerprint(self.host_key_line),), "timeouts": BRISK, "limits": Limits(),
        }  # fmt: skip
        return Endpoint(**(given | other))

    def requests(self, kind: int) -> int:
        """How many of that type came."""
        return sum(asked == kind for asked, _ in self.asked)

    def _accept(self) -> None:
        while True:
            try:
                opened, _ = self._listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(opened)
            transport.daemon = True
            transport.set_log_channel("tests.sftp.liar")
            transport.add_server_key(self._host_key)
            if self.gives_sftp:
                transport.set_subsystem_handler("sftp", _Handler, self)
            self._transports.append(transport)
            try:
                transport.start_server(server=_Doorman(self), event=threading.Event())
            except (paramiko.SSHException, EOFError, OSError):
                continue

    # --- the honest answers --------------------------------------------------------------------------------

    def answer(self, kind: int, body: bytes, handles: dict[bytes, Any]) -> bytes:
        self.asked.append((kind, body))

        def honest() -> bytes:
            return self._honest(kind, body, handles)

        hook = self.hooks.get(kind)
        return hook(body, honest) if hook else honest()

    def _honest(self, kind: int, body: bytes, handles: dict[bytes, Any]) -> bytes:
        first = wire.read_string(body)
        rest = body[4 + len(first) :]
        if kind == wire.OPENDIR:
            listed = [(name.rpartition(b"/")[2], attributes(file)) for name, file in self.files.items()]
            return self._handle(handles, listed)
        if kind == wire.READDIR:
            listed = handles[first]
            told, handles[first] = listed[: self.listed_at_once], listed[self.listed_at_once :]
            return names(told) if told else status(wire.EOF)
        if kind == wire.OPEN:
            (flags,) = struct.unpack_from(">I", rest)
            if first in self.files and flags & wire.EXCLUSIVE_FLAG:
                return status(wire.FAILURE)
            if flags & wire.CREATE_FLAG:
                self.files.setdefault(first, File())
            return self._handle(handles, first) if first in self.files else status(wire.NO_SUCH_FILE)
        if kind == wire.CLOSE:
            del handles[first]
            return status(wire.OK)
        if kind in (wire.LSTAT, wire.FSTAT):
            name = handles[first] if kind == wire.FSTAT else first
            file = self.files.get(name)
            return bytes((wire.ATTRS,)) + attributes(file) if file else status(wire.NO_SUCH_FILE)
        if kind in (wire.READ, wire.WRITE):
            return self._transfer(kind, self.files[handles[first]], rest)
        return self._change(kind, first, rest)

    def _transfer(self, kind: int, file: File, rest: bytes) -> bytes:
        offset, length = struct.unpack_from(">QI", rest)
        if kind == wire.READ:
            data = file.content[offset : offset + length]
            return bytes((wire.DATA,)) + wire.text(data) if data else status(wire.EOF)
        file.content = file.content[:offset].ljust(offset, b"\0") + rest[12 : 12 + length]
        return status(wire.OK)

    def _change(self, kind: int, first: bytes, rest: bytes) -> bytes:
        if kind == wire.RENAME:
            to = wire.read_string(rest)
            if first not in self.files:
                return status(wire.NO_SUCH_FILE)
            if to in self.files:
                return status(wire.FAILURE)
            self.files[to] = self.files.pop(first)
            return status(wire.OK)
        if kind == wire.REMOVE:
            return status(wire.OK if self.files.pop(first, None) else wire.NO_SUCH_FILE)
        return status(wire.UNSUPPORTED)

    @staticmethod
    def _handle(handles: dict[bytes, Any], what: Any) -> bytes:
        handle = b"h%d" % len(handles)
        while handle in handles:
            handle += b"x"
        handles[handle] = what
        return bytes((wire.HANDLE,)) + wire.text(handle)


class _Doorman(paramiko.ServerInterface):
    def __init__(self, liar: Liar) -> None:
        self._liar = liar

    def get_allowed_auths(self, username: str) -> str:
        return "password" if self._liar.password else "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self._liar.logins.append("publickey")
        if self._liar.login_waits_for is not None:
            self._liar.login_waits_for.wait()
        return paramiko.AUTH_SUCCESSFUL if not self._liar.password else paramiko.AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        self._liar.logins.append("password")
        return paramiko.AUTH_SUCCESSFUL if password == self._liar.password else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Handler(paramiko.SubsystemHandler):
    """Reads requests and writes what the liar answers."""

    def __init__(self, channel: paramiko.Channel, name: str, server: paramiko.ServerInterface, liar: Liar) -> None:
        super().__init__(channel, name, server)
        self._liar = liar

    def start_subsystem(self, name: str, transport: paramiko.Transport, channel: paramiko.Channel) -> None:
        handles: dict[bytes, Any] = {}
        try:
            _read(channel, int.from_bytes(_read(channel, 4), "big"))
            told = b"".join(wire.text(name) + wire.text(b"1") for name in self._liar.extensions)
            _write(channel, bytes((wire.VERSION_ANSWER,)) + struct.pack(">I", 3) + told)
            while True:
                packet = _read(channel, int.from_bytes(_read(channel, 4), "big"))
                answer = self._liar.answer(packet[0], packet[5:], handles)
                _write(channel, answer[:1] + packet[1:5] + answer[1:], self._liar.length_told)
        except (HangUp, EOFError, OSError):
            transport.close()


def _read(channel: paramiko.Channel, size: int) -> bytes:
    found = b""
    while len(found) < size:
        data = channel.recv(size - len(found))
        if not data:
            raise EOFError
        found += data
    return found


def _write(channel: paramiko.Channel, packet: bytes, length: int | None = None) -> None:
    channel.sendall(struct.pack(">I", len(packet) if length is None else length) + packet)


def _lines(content: bytes) -> io.StringIO:
    return io.StringIO(content.decode())

"""SFTP version 3 packets: bytes to values and back. Pure; knows no connection.

Our own, since paramiko's client decodes names strictly, turns status codes into text, accepts packets of any size and
waits for each answer: see `exchange.py`. Source: draft-ietf-secsh-filexfer-02, and OpenSSH's PROTOCOL for extensions.
"""

from __future__ import annotations

import stat
import struct
from typing import NamedTuple

VERSION = 3
PACKET_BYTES_MAX = 1 << 20
"""Of one answer. OpenSSH never sends more than 256 KiB."""

INIT, VERSION_ANSWER, OPEN, CLOSE, READ, WRITE, LSTAT, FSTAT = 1, 2, 3, 4, 5, 6, 7, 8
OPENDIR, READDIR, REMOVE, MKDIR, RENAME, EXTENDED = 11, 12, 13, 14, 18, 200
STATUS, HANDLE, DATA, NAME, ATTRS = 101, 102, 103, 104, 105

OK, EOF, NO_SUCH_FILE, PERMISSION_DENIED, FAILURE, BAD_MESSAGE, UNSUPPORTED = 0, 1, 2, 3, 4, 5, 8
"""Status codes. Source: section 7."""

READ_FLAG, WRITE_FLAG, CREATE_FLAG, EXCLUSIVE_FLAG = 0x01, 0x02, 0x08, 0x20

POSIX_RENAME = b"posix-rename@openssh.com"
FSYNC = b"fsync@openssh.com"

_SIZE, _OWNER, _MODE, _TIMES, _EXTENDED = 1, 2, 4, 8, 0x80000000
_ALL_FOUR = struct.Struct(">IQIIIII")
_U32 = struct.Struct(">I")
_U64 = struct.Struct(">Q")


class NotSftp(ValueError):
    """The bytes are no answer of this protocol."""


class Attributes(NamedTuple):
    """What a server says of a file; None where it says nothing."""

    size: int | None
    mode: int | None
    mtime: int | None

    @property
    def is_file(self) -> bool:
        return self.mode is not None and stat.S_ISREG(self.mode)

    @property
    def is_folder(self) -> bool:
        return self.mode is not None and stat.S_ISDIR(self.mode)


class Named(NamedTuple):
    """One name of a READDIR answer. `kind` is the first character of the long form, for servers without modes."""

    raw: bytes
    attributes: Attributes
    kind: bytes


class Status(NamedTuple):
    """An answer that is only a code. The server's text is kept for logs, never decided by."""

    code: int
    text: str


def text(value: bytes) -> bytes:
    """A length-prefixed string."""
    return _U32.pack(len(value)) + value


def build_init() -> bytes:
    return _U32.pack(5) + bytes((INIT,)) + _U32.pack(VERSION)


def build_request(kind: int, number: int, body: bytes) -> bytes:
    """A whole packet: length, type, request id, body."""
    return b"%s%c%s%s" % (_U32.pack(len(body) + 5), kind, _U32.pack(number), body)


def open_body(path: bytes, flags: int) -> bytes:
    """OPEN without attributes: the server's own default mode."""
    return text(path) + struct.pack(">II", flags, 0)


def read_body(handle: bytes, offset: int, length: int) -> bytes:
    return text(handle) + struct.pack(">QI", offset, length)


def write_body(handle: bytes, offset: int, data: bytes | memoryview) -> bytes:
    return b"%s%s%s%s" % (text(handle), _U64.pack(offset), _U32.pack(len(data)), data)


def read_version(body: bytes) -> tuple[int, dict[bytes, bytes]]:
    """Version and extensions of a VERSION answer (its body begins with the version)."""
    version = _number(body, 0)
    extensions: dict[bytes, bytes] = {}
    place = 4
    while place < len(body):
        name, place = _string(body, place)
        value, place = _string(body, place)
        extensions[name] = value
    return version, extensions


def read_status(body: bytes) -> Status:
    code = _number(body, 0)
    # Version 3 has a text here; some servers leave it out.
    said = _string(body, 4)[0] if len(body) >= 8 else b""
    return Status(code, said.decode("utf-8", "replace"))


def read_string(body: bytes) -> bytes:
    """The handle of a HANDLE answer, the bytes of a DATA answer."""
    return _string(body, 0)[0]


def read_attributes(body: bytes, place: int = 0) -> tuple[Attributes, int]:
    """Attributes and the place after them. Source: section 5."""
    try:
        flags = _U32.unpack_from(body, place)[0]
        if flags & 0x8000000F == 0x0F:
            _, size, _, _, mode, _, mtime = _ALL_FOUR.unpack_from(body, place)
            return Attributes(size, mode, mtime), place + _ALL_FOUR.size
        place += 4
        size = mode = mtime = None
        if flags & _SIZE:
            size = _U64.unpack_from(body, place)[0]
            place += 8
        if flags & _OWNER:
            place += 8
        if flags & _MODE:
            mode = _U32.unpack_from(body, place)[0]
            place += 4
        if flags & _TIMES:
            mtime = _U32.unpack_from(body, place + 4)[0]
            place += 8
        if flags & _EXTENDED:
            count = _number(body, place)
            place += 4
            for _ in range(2 * count):
                place = _string(body, place)[1]
    except struct.error as error:
        raise NotSftp("attributes end early") from error
    return Attributes(size, mode, mtime), place


def read_names(body: bytes) -> list[Named]:
    """The entries of a NAME answer, in its order. Source: section 7."""
    count = _number(body, 0)
    place = 4
    names: list[Named] = []
    for _ in range(count):
        raw, place = _string(body, place)
        long, place = _string(body, place)
        attributes, place = read_attributes(body, place)
        names.append(Named(raw, attributes, long[:1]))
    return names


def _number(body: bytes, place: int) -> int:
    try:
        found: int = _U32.unpack_from(body, place)[0]
    except struct.error as error:
        raise NotSftp("a number ends early") from error
    return found


def _string(body: bytes, place: int) -> tuple[bytes, int]:
    end = place + 4 + _number(body, place)
    if end > len(body):
        raise NotSftp("a string ends early")
    return body[place + 4 : end], end

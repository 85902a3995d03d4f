"""Frames between us and our child processes: a length, then the bytes. What the bytes mean is their affair."""

from __future__ import annotations

import struct
from typing import IO

LENGTH = struct.Struct("<I")


def write_frame(pipe: IO[bytes], body: bytes) -> None:
    """One frame, at once."""
    pipe.write(LENGTH.pack(len(body)) + body)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> bytes | None:
    """The next frame, None at the end of the pipe."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = pipe.read(length)
    return body if len(body) == length else None

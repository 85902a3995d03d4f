"""A request body on its way in: counted, bounded, in memory while it is small and in a file once it is not.

Slow senders of large bodies so hold disk and no memory; the whole body is in memory only while it is worked on.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import IO

from fastapi import Request
from starlette.requests import ClientDisconnect

from gateway.api.problems import Problem

SPOOL_BYTES = 256 * 1024
"""A body that is larger goes to a file."""


class Spool:
    """What was received so far; `read` gives it all, once. Never shared between threads at one time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chunks: list[bytes] = []
        self._file: IO[bytes] | None = None
        self.size = 0

    @property
    def is_in_memory(self) -> bool:
        """`read` does not touch the disk."""
        return self._file is None

    def write(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self._file is None and self.size > SPOOL_BYTES:
            # Without a name: nothing is left behind, whatever ends this process.
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 (closed by `close`)
            self._file.writelines(self._chunks)
            self._chunks.clear()
        if self._file is not None:
            self._file.write(chunk)
        else:
            self._chunks.append(chunk)

    def read(self) -> bytes:
        """The whole body; the spool is empty afterwards."""
        try:
            if self._file is None:
                return b"".join(self._chunks)
            self._file.seek(0)
            return self._file.read()
        finally:
            self.close()

    def close(self) -> None:
        self._chunks.clear()
        if self._file is not None:
            self._file.close()


async def spool_body(request: Request, bytes_max: int, folder: Path, *, seconds_max: float) -> Spool:
    """Read the body up to `bytes_max`; refuses by Content-Length first, and by count while reading.

    Raises Problem for a body that is too large, too slow, coded, empty or cut off.
    """
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Problem("encoding", "send it without Content-Encoding")
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > bytes_max:
        raise Problem("too-large", f"at most {bytes_max} bytes are taken")
    spool = Spool(folder)
    try:
        async with asyncio.timeout(seconds_max):
            async for chunk in request.stream():
                if spool.size + len(chunk) > bytes_max:
                    raise Problem("too-large", f"at most {bytes_max} bytes are taken")
                if chunk:
                    spool.write(chunk)
        if not spool.size:
            raise Problem("empty-body")
    except ClientDisconnect:
        spool.close()
        raise Problem("not-readable", "the connection ended before the body did") from None
    except TimeoutError:
        spool.close()
        raise Problem("too-slow", f"a body may take {seconds_max:g} s") from None
    except BaseException:
        spool.close()
        raise
    return spool

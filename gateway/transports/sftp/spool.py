"""Where fetched bytes land on our own disk: generated names, written beside their final name, flushed before they
count. Must not learn a partner's name for anything.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from gateway.transports.sftp.trouble import Stopped, Trouble, trouble

HEADROOM_BYTES = 64 * 1024 * 1024
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def _random_name() -> str:
    return secrets.token_hex(16)


class Spool:
    """A folder of ours on one file system. `is_durable` False leaves flushing to the operating system."""

    def __init__(
        self,
        folder: Path,
        *,
        headroom_bytes: int = HEADROOM_BYTES,
        is_durable: bool = True,
        new_name: Callable[[], str] = _random_name,
    ) -> None:
        self.folder = folder
        self._headroom_bytes = headroom_bytes
        self._is_durable = is_durable
        self._new_name = new_name

    def check_room(self, size: int) -> Trouble | None:
        """`disk_full_here` if a file of that size would leave less than the headroom."""
        try:
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            return local_trouble(error)
        if free - size < self._headroom_bytes:
            return trouble(
                "disk_full_here", f"{free} bytes are free in {self.folder}, {size} are needed and headroom"
            )
        return None

    def create(self) -> SpoolFile:
        """A new file to write into. Raises Stopped."""
        try:
            return SpoolFile(self.folder, self._new_name(), self._is_durable)
        except OSError as error:
            raise Stopped(local_trouble(error)) from error


class SpoolFile:
    """One file while it is written: `finish` makes it count, `discard` leaves nothing behind."""

    def __init__(self, folder: Path, name: str, is_durable: bool) -> None:
        self._temporary = folder / f".{name}.part"
        self._final = folder / f"{name}.bin"
        self._is_durable = is_durable
        self._file = os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            raise Stopped(local_trouble(error)) from error

    def finish(self) -> Path:
        """Flush, give the final name, flush the folder. Raises Stopped; nothing is left behind then."""
        try:
            if self._is_durable:
                os.fsync(self._file)
            os.close(self._file)
            self._file = -1
            os.rename(self._temporary, self._final)
            if self._is_durable:
                _flush_folder(self._final.parent)
        except OSError as error:
            self.discard()
            self._final.unlink(missing_ok=True)
            raise Stopped(local_trouble(error)) from error
        return self._final

    def discard(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._temporary.unlink(missing_ok=True)


def local_trouble(error: OSError) -> Trouble:
    """Trouble of our own disk."""
    if error.errno in FULL:
        return trouble("disk_full_here", f"our own disk is full: {error.strerror}")
    return trouble("local_file", f"our own disk: {error.strerror or error}")


def _flush_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

"""What sessions answer with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from gateway.transports.sftp.names import join, name_hex


class Stat(NamedTuple):
    """Of the name itself, links not followed. `mtime` is the server's clock in whole seconds: compare it with the
    same server's other times only, never with our clock."""

    size: int
    mtime: int
    is_file: bool = True
    is_folder: bool = False


class Entry(NamedTuple):
    """One regular file of a listing, its name harmless to join."""

    name: str
    """Bytes that are no UTF-8 are kept as surrogates, so that the name still opens the file."""
    size: int
    mtime: int

    @property
    def name_hex(self) -> str:
        """The name's bytes on the wire, for evidence."""
        return name_hex(self.name)

    @property
    def stat(self) -> Stat:
        return Stat(self.size, self.mtime)

    def wanted(self, folder: str) -> Wanted:
        return Wanted(join(folder, self.name), self.size, self.mtime)


class RefusedName(NamedTuple):
    """A name that no path is built from: an honest server never lists it."""

    name_hex: str
    reason: str


class Listing(NamedTuple):
    """`entries` in the server's order, regular files only."""

    folder: str
    entries: tuple[Entry, ...]
    refused: tuple[RefusedName, ...] = ()
    others: int = 0
    """Folders, links, devices: counted, never opened."""
    is_whole: bool = True
    """False if the folder holds more than `Limits.entries_max` names, and the rest was not looked at."""


class Wanted(NamedTuple):
    """A file as it was listed (or seen after the claim): fetched only if it is still exactly that."""

    path: str
    size: int
    mtime: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole file: `size` bytes were announced, read, and announced again."""

    wanted: Wanted
    sha256: str
    content: bytes | None
    """The bytes, if no spool was given; else None and they are in `file`."""
    file: Path | None
    """In the spool, under a generated name, flushed to disk. Yours to remove."""
    seconds: float

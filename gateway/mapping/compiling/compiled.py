"""What was compiled of guides and maps, used again by the next configuration whose files of that kind are the same.

Most edits touch a partner or a certificate: they must not compile a hundred guides anew beside the traffic. Kept per
process, for a few versions; equal means every path and byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from gateway.mapping.plan import Map
from gateway.x12 import Guides

VERSIONS_KEPT = 4
"""Of guides and of maps; the one in force, and what a person goes back and forth between."""


class Compiled(NamedTuple):
    """Guides, and maps by virtual path; both are filled as they are needed, by whichever configuration needs them."""

    guides: Guides
    maps: dict[str, Map]


def compiled_of(files: Mapping[str, bytes]) -> Compiled:
    """What belongs to the files of a configuration, by virtual path."""
    guides = {path: content for path, content in files.items() if _is_of_guides(path)}
    maps = {path: content for path, content in files.items() if _is_of_maps(path)}
    return Compiled(_guides_of(_Sources(guides)), _maps_of(_Sources(maps)))


def compile_alike(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> bool:
    """Whether both have the same guides, maps and code tables: checked in one, they are in the other."""

    def kept(files: Mapping[str, bytes]) -> dict[str, bytes]:
        return {path: content for path, content in files.items() if _is_of_guides(path) or _is_of_maps(path)}

    return kept(one) == kept(other)


def hash_files(files: Mapping[str, bytes]) -> str:
    """One SHA-256 over all paths and contents."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode())
        digest.update(files[path])
    return digest.hexdigest()


def _is_of_guides(path: str) -> bool:
    folders = path.split("/")[:-1]
    return folders[-1:] == ["_release"] or path.endswith(("/guide.xml", "/guide.yaml"))


def _is_of_maps(path: str) -> bool:
    return path.endswith("/map.yaml") or path.startswith("mappings/codes/")


class _Sources:
    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files, self.hash = files, hash_files(files)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sources) and other.hash == self.hash

    def __hash__(self) -> int:
        return hash(self.hash)


@lru_cache(maxsize=VERSIONS_KEPT)
def _guides_of(sources: _Sources) -> Guides:
    return Guides(sources.files)


@lru_cache(maxsize=VERSIONS_KEPT)
def _maps_of(_sources: _Sources) -> dict[str, Map]:
    return {}

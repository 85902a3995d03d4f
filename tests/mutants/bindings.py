"""`python -m tests.mutants.bindings [MAP ...]`: break each binding of the shipped maps; a shipped sample must notice.

A binding is broken in two ways: it is gone, and it is read but no longer written. A map that no longer compiles
notices too. Prints what nobody noticed, and exits 1 where there is any. Works on files in memory; changes none.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import yaml

from gateway.errors import OperatorMistake
from gateway.mapping import Configuration
from gateway.mapping.compiling.compile import compile_map, folder_of
from gateway.mapping.compiling.guided import check_against_guide
from gateway.mapping.compiling.source import read_map_source
from gateway.mapping.trios import Trio, find_trios, run_trio
from gateway.resources import CHECKOUT, read_sources, read_yaml, source_files

GONE, UNWRITTEN = "gone", "not written"
Path = tuple[str | int, ...]


class Broken(NamedTuple):
    """A map with one binding broken: `header.fields.number`, in which way, and the text of the file."""

    map: str
    path: Path
    way: str
    text: bytes

    @property
    def name(self) -> str:
        return f"{self.map}: {'.'.join(map(str, self.path))} {self.way}"


@cache
def files() -> dict[str, bytes]:
    return read_sources(source_files([CHECKOUT], examples=True))


@cache
def shipped() -> Configuration:
    return Configuration.from_files(files(), check=False)


@cache
def trios_of(map: str) -> tuple[Trio, ...]:
    """The samples beside a map, the smallest first."""
    found = [trio for trio in find_trios(shipped(), [CHECKOUT]) if trio.map == map]
    return tuple(sorted(found, key=lambda trio: trio.input.stat().st_size))


def maps() -> tuple[str, ...]:
    """Every shipped map, but those of the canonical event, which bind nothing."""
    return tuple(path for path in shipped().maps if not shipped().map_at(path).canonical)


def bindings(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where the bindings of a map stand: each entry of each `fields:`, and each of several for one field."""
    if isinstance(value, list):
        for n, inner in enumerate(value):
            yield from bindings(inner, (*path, n))
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key != "fields":
            yield from bindings(inner, (*path, key))
            continue
        for field, bound in inner.items():
            several = isinstance(bound, list) and any(isinstance(one, dict) for one in bound)
            yield from ((*path, key, field, n) for n in range(len(bound))) if several else [(*path, key, field)]


def broken(map: str) -> Iterator[Broken]:
    """The map with each of its own bindings broken; what it extends is broken where it stands."""
    whole = read_yaml(files()[map], map).value
    effective = read_map_source(files(), map).value
    for path in bindings(whole):
        bound = _at(whole, path)
        gone = copy.deepcopy(whole)
        del _at(gone, path[:-1])[path[-1]]
        yield Broken(map, path, GONE, _text(gone))
        if is_written(effective, path):
            unwritten = copy.deepcopy(whole)
            said = bound if isinstance(bound, dict) else {"at": bound}
            _at(unwritten, path[:-1])[path[-1]] = {**said, "way": "read"}
            yield Broken(map, path, UNWRITTEN, _text(unwritten))


def is_written(whole: Any, path: Path) -> bool:
    """Whether a binding puts anything into a document: it has a place, and neither it nor what it stands in is only
    read."""
    bound = _at(whole, path)
    said = bound if isinstance(bound, dict) else {"at": bound}
    around = [_at(whole, path[:n]) for n in range(len(path))]
    return "at" in said and all(one.get("way", "both") == "both" for one in (*around, said) if isinstance(one, dict))


def _at(value: Any, path: Iterable[str | int]) -> Any:
    for key in path:
        value = value[key]
    return value


def _text(value: Any) -> bytes:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True).encode()


def noticed(one: Broken) -> bool:
    """True when the map no longer compiles, or one of its samples does not come out as it should."""
    changed = files() | {one.map: one.text}
    try:
        compiled = compile_map(changed, one.map)
    except OperatorMistake:
        return True
    if _differs(one.map, compiled) or not _fits_guide(one.map, compiled):
        return True
    # What a map is for may be said by one that extends it.
    for path in maps():
        if one.map in read_map_source(files(), path).chain[1:]:
            try:
                compiled = compile_map(changed, path)
            except OperatorMistake:
                return True
            if _differs(path, compiled):
                return True
    return False


def _differs(map: str, compiled: Any) -> bool:
    configuration = _With(shipped(), map, compiled)
    for trio in trios_of(map):
        result = run_trio(configuration, trio)  # type: ignore[arg-type]
        if result is not None and result.problems:
            return True
    return False


def _fits_guide(map: str, compiled: Any) -> bool:
    """As `crossdock map check` asks."""
    folder = folder_of(map)
    if folder is None or compiled.format != "x12":
        return True
    guide = shipped().guides.find(folder.partner, "", compiled.release, compiled.type)
    return not check_against_guide(compiled, guide)


class _With:
    """The shipped configuration with one map in place of another."""

    def __init__(self, base: Configuration, path: str, map: Any) -> None:
        self._base, self._path, self._map = base, path, map

    def __getattr__(self, name: str) -> Any:
        return getattr(self._base, name)

    def map_at(self, path: str) -> Any:
        return self._map if path == self._path else self._base.map_at(path)


def survivors(map: str) -> list[str]:
    """The bindings of a map that can be broken without any of its samples noticing."""
    return [one.name for one in broken(map) if not noticed(one)]


def main(names: Sequence[str]) -> int:
    left, count = 0, 0
    for map in maps():
        if names and not any(name in map for name in names):
            continue
        for one in broken(map):
            count += 1
            if not noticed(one):
                left += 1
                sys.stdout.write(f"SURVIVED {one.name}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{count - left} of {count} broken bindings were noticed\n")
    return 1 if left or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Show a map in force: every line with the file that says it, and how two maps differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gateway.mapping.compiling.source import Effective, read_map_source, short


class Entry(NamedTuple):
    """One leaf of an effective map: its dotted path, its text, and the file and line that say it."""

    path: str
    text: str
    origin: str


def effective_lines(files: Mapping[str, bytes], path: str) -> tuple[Entry, ...]:
    """Every leaf of the map at a virtual path, overlays laid over. Raises OperatorMistake for an unreadable one."""
    effective = read_map_source(files, path)
    return tuple(_leaves(effective, effective.value, ()))


class Difference(NamedTuple):
    """A leaf that two maps do not share; `before` or `after` is None where one lacks it."""

    path: str
    before: Entry | None
    after: Entry | None


def compare_maps(
    files: Mapping[str, bytes], before: str, after: str, newer: Mapping[str, bytes] | None = None
) -> tuple[Difference, ...]:
    """How the map `after` (among the files `newer`, where they are others) differs from the map `before`."""
    old = {entry.path: entry for entry in effective_lines(files, before) if not _is_own(entry)}
    new = {entry.path: entry for entry in effective_lines(newer or files, after) if not _is_own(entry)}
    found = []
    for path in dict.fromkeys([*old, *new]):
        one, other = old.get(path), new.get(path)
        if one is None or other is None or one.text != other.text:
            found.append(Difference(path, one, other))
    return tuple(found)


def base_of(files: Mapping[str, bytes], path: str) -> str | None:
    """Virtual path of the map that this one extends, None for a base map."""
    chain = read_map_source(files, path).chain
    return chain[1] if len(chain) > 1 else None


def _is_own(entry: Entry) -> bool:
    """What belongs to a file and not to what it does: its name, what it extends, its samples."""
    return entry.path.split(".", 1)[0] in ("map", "extends", "note", "tests")


def _leaves(effective: Effective, value: Any, path: tuple[str | int, ...]) -> Iterator[Entry]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(effective, inner, (*path, key))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for n, inner in enumerate(value):
            yield from _leaves(effective, inner, (*path, n))
    else:
        # A text stands for the mapping that it abbreviates, so that an overlay is compared with like.
        if len(path) > 1 and path[-2] == "fields":
            path = (*path, "at")
        elif len(path) == 2 and path[0] == "codes":
            path = (*path, "use")
        text = f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
        file, line = effective.place(*path)
        yield Entry(".".join(map(str, path)), text, f"{short(file)}:{line}")

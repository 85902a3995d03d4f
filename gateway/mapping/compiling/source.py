"""Map files as they stand in force: overlays laid over what they extend, with the origin of every line.

Works on text alone; what the keys mean is compiled elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from gateway.errors import OperatorMistake
from gateway.resources import Mistake, Mistakes, Yaml, did_you_mean, read_yaml

EXTENDS_MAX = 5

Path = tuple[str | int, ...]


class Effective(NamedTuple):
    """One map with its overlays resolved: its value, and for each key the file and line that say it."""

    path: str
    """Virtual path of the strongest file (`partners/acme/x12/004010/856/map.yaml`)."""
    value: dict[str, Any]
    origins: Mapping[Path, tuple[str, int]]
    chain: tuple[str, ...]
    """Virtual paths of all files that take part, strongest first."""
    hash: str
    """SHA-256 over the bytes of the chain; code tables are added when it is compiled."""

    def place(self, *path: str | int) -> tuple[str, int]:
        """File and line of a key; of its nearest parent if it was filled in."""
        while path and path not in self.origins:
            path = path[:-1]
        return self.origins.get(path, (self.path, 1))


def short(path: str) -> str:
    """A virtual path as messages show it: `x12/004010/856/map.yaml`, partners in full."""
    return path.removeprefix("mappings/")


def read_map_source(files: Mapping[str, bytes], path: str) -> Effective:
    """Read a map.yaml and what it extends. Raises OperatorMistake for a chain that is broken, cyclic or too long."""
    chain: list[Yaml] = []
    names = [path]
    while True:
        name = names[-1]
        yaml = read_yaml(files[name], short(name))
        if not isinstance(yaml.value, dict):
            raise OperatorMistake("a map is a mapping of keys", file=short(name), line=1)
        chain.append(yaml)
        target = yaml.value.get("extends")
        if target is None:
            break
        above = extended_path(str(target))
        line = yaml.line("extends")
        if above not in files:
            known = [p[len("mappings/") : -len("/map.yaml")] for p in files if p.endswith("/map.yaml")]
            mend = did_you_mean(str(target), known)
            raise OperatorMistake(f'extends "{target}", which has no map', file=short(name), line=line, mend=mend)
        if above in names or len(names) > EXTENDS_MAX:
            raise OperatorMistake("extends itself, or too long a chain", file=short(name), line=line)
        names.append(above)
    return _merge(names, chain, files)


def extended_path(target: str) -> str:
    """Virtual path of the map that `extends: x12/004010/856` names."""
    folder = target if target.startswith("partners/") else f"mappings/{target}"
    return f"{folder}/map.yaml"


def _merge(names: list[str], chain: list[Yaml], files: Mapping[str, bytes]) -> Effective:
    value: dict[str, Any] = {}
    origins: dict[Path, tuple[str, int]] = {}
    mistakes: list[Mistake] = []
    for yaml in reversed(chain):
        for target in yaml.value.get("remove", []) if isinstance(yaml.value.get("remove", []), list) else []:
            if not _remove(value, origins, tuple(str(target).split("."))):
                mistakes.append(Mistake(yaml.file, yaml.line("remove"), f'remove: nothing is called "{target}"'))
        _over(value, {k: v for k, v in yaml.value.items() if k not in ("remove", "tests")}, (), origins, yaml)
        if "tests" in yaml.value or yaml is chain[0]:
            # Samples belong to the file beside which they stand; an overlay brings its own.
            _forget(origins, ("tests",))
            value["tests"] = yaml.value.get("tests", [])
            origins |= {p: (yaml.file, line) for p, line in yaml.lines.items() if p[:1] == ("tests",)}
    if mistakes:
        raise Mistakes(mistakes)
    digest = hashlib.sha256(b"\0".join(files[name] for name in names)).hexdigest()
    return Effective(names[0], value, origins, tuple(names), digest)


def _over(below: dict[str, Any], above: dict[str, Any], path: Path, origins: dict[Path, Any], yaml: Yaml) -> None:
    """Lay `above` over `below`: mappings key by key, lists of named checks by id, everything else as a whole."""
    for key, new in above.items():
        here = (*path, key)
        old = below.get(key)
        if isinstance(old, str) and isinstance(new, dict):
            old = _as_mapping(path, old)
            below[key] = old
        if isinstance(old, dict) and isinstance(new, dict):
            origins[here] = (yaml.file, yaml.lines[here])
            _over(old, new, here, origins, yaml)
            continue
        if key == "checks" and path == () and isinstance(old, list) and isinstance(new, list):
            kept = [check for check in old if not _same_id(check, new)]
            moved = {(key, len(kept) + n, *rest): rest_line for n, rest, rest_line in _items(yaml, key)}
            for n, check in enumerate(kept):
                was = old.index(check)
                moved |= {(key, n, *p[2:]): o for p, o in origins.items() if p[:2] == (key, was)}
            _forget(origins, here)
            origins |= moved
            below[key] = kept + new
            continue
        _forget(origins, here)
        origins |= {p: (yaml.file, line) for p, line in yaml.lines.items() if p[: len(here)] == here}
        below[key] = _copy(new)


def _as_mapping(path: Path, text: str) -> dict[str, Any]:
    return {"use": text} if path[:1] == ("codes",) else {"at": text}


def _same_id(check: Any, new: list[Any]) -> bool:
    ids = {c.get("id") for c in new if isinstance(c, dict)}
    return isinstance(check, dict) and check.get("id") in ids


def _items(yaml: Yaml, key: str) -> list[tuple[int, Path, tuple[str, int]]]:
    return [(int(p[1]), p[2:], (yaml.file, line)) for p, line in yaml.lines.items() if p[:1] == (key,) and len(p) > 1]


def _remove(value: dict[str, Any], origins: dict[Path, Any], path: tuple[str, ...]) -> bool:
    node: Any = value
    for part in path[:-1]:
        node = node.get(part) if isinstance(node, dict) else None
    if not isinstance(node, dict) or path[-1] not in node:
        return False
    del node[path[-1]]
    _forget(origins, path)
    return True


def _forget(origins: dict[Path, Any], path: Path) -> None:
    for known in [p for p in origins if p[: len(path)] == path]:
        del origins[known]


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value

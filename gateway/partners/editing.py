"""Write one line into a partner file as a person would: nothing else of it moves, comments and order stay.

Text in, text out. What comes out is read again by the caller before anything is written.
"""

from __future__ import annotations

from gateway.resources import Yaml, read_yaml


def add_certificate(text: str, entry: str) -> str | None:
    """The partner file with `entry` (`{file: certs/x.pem, ...}`) as the last of `as2.certificates`.

    None where the section is laid out in a way that one more line does not fit into: a person adds it then.
    """
    yaml = read_yaml(text.encode())
    section = yaml.value.get("as2") if isinstance(yaml.value, dict) else None
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    if not isinstance(section, dict) or not section or _is_flow(lines, yaml, "as2"):
        return None
    indent = _indent_of(lines[yaml.lines["as2", next(iter(section))] - 1])
    listed = section.get("certificates")
    if listed is None:
        place = yaml.lines["as2", next(iter(section))] - 1
        lines[place:place] = [f"{indent}certificates:\n", f"{indent}  - {entry}\n"]
        return "".join(lines)
    head = yaml.lines["as2", "certificates"] - 1
    if not listed:
        lines[head] = f"{indent}certificates:\n{indent}  - {entry}\n"
        return "".join(lines)
    if not isinstance(listed, list) or _is_flow(lines, yaml, "as2", "certificates"):
        return None
    first, last = (yaml.lines["as2", "certificates", at] - 1 for at in (0, len(listed) - 1))
    dash = _indent_of(lines[first])
    place = last + 1
    # An entry may go on over further lines, each indented deeper than its dash.
    while place < len(lines) and lines[place].strip() and len(_indent_of(lines[place])) > len(dash):
        place += 1
    lines[place:place] = [f"{dash}- {entry}\n"]
    return "".join(lines)


def _is_flow(lines: list[str], yaml: Yaml, *path: str) -> bool:
    """True for `key: {...}` or `key: [...]` with something inside."""
    _, _, after = lines[yaml.lines[path] - 1].partition(f"{path[-1]}:")
    return after.strip()[:1] in ("{", "[")


def _indent_of(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))]

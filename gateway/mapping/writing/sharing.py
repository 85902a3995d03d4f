"""Write what lines share: once in the head of the document, or in a loop around the lines that agree in it.

The counterpart of `into: carry` and `carry:` in reading; loops that hold nothing but others are written here as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from gateway.mapping.plan import Section
from gateway.mapping.writing.slots import Slots

if TYPE_CHECKING:
    from gateway.mapping.writing.writing import Segments, Values, Writer


def share(writer: Writer) -> tuple[Values, frozenset[str]]:
    """What the document says once of all its lines, and the names of it.

    Where lines differ, each is written with its own; a fault where it has no place for it.
    """
    map, shared = writer.map, dict[str, object]()
    if map.carry is None:
        return shared, frozenset()
    lines = writer.outer.get(map.list_field) or ()
    loops = {**map.header.loops, **map.levels}
    own = {rule.name for section in _sections_into(loops, map.list_field) for rule in section.rules}
    for rule in map.carry.rules:
        if not rule.writes or rule.outer:
            continue
        values = {getattr(line, rule.name) for line in lines}
        if len(values) == 1:
            shared[rule.name] = values.pop()
        elif values and rule.name not in own:
            writer.fault("several", rule, f"{map.list_field}.", "differs by line, and the document says it once")
    return shared, frozenset(shared)


def write_groups(writer: Writer, section: Section, values: Values) -> Segments:
    """A loop that says for the lines in it what they have in common: one for consecutive lines that agree."""
    into = writer.map.list_field
    names = [rule.name for rule in section.rules if rule.writes and not rule.outer]
    lines = values.get(into) or ()
    told, writer.told = writer.told, writer.told | set(names)
    segments: Segments = []
    number = start = 0
    while start < len(lines):
        common = [getattr(lines[start], name) for name in names]
        end = start + 1
        most = start + (section.most or len(lines))
        while end < min(len(lines), most) and [getattr(lines[end], name) for name in names] == common:
            end += 1
        writer.first, number = start, number + 1
        inside = {**msgspec.structs.asdict(lines[start]), into: lines[start:end]}
        segments += _numbered(section, writer.scope(section, inside, f"{into}[{start}]."), number)
        start = end
    writer.first, writer.told = 0, told
    return segments


def write_around(writer: Writer, section: Section, values: Values, path: str) -> Segments:
    """A loop that holds others and stands where anything stands in it; a further one where it may hold no more."""
    if not section.most:
        return _numbered(section, writer.scope(section, values, path), 1)
    into = next(inner.into for inner in section.loops.values() if inner.writes)
    entries = values.get(into) or ()
    segments: Segments = []
    for number, start in enumerate(range(0, len(entries), section.most), 1):
        writer.first = start
        inside = {**values, into: entries[start : start + section.most]}
        segments += _numbered(section, writer.scope(section, inside, path), number)
    writer.first = 0
    return segments


def write_runs(writer: Writer, section: Section, entries: list[Values], path: str) -> Segments:
    """One loop for consecutive entries that are alike in all but what stands in their `each:` run."""
    tag = section.each.tag if section.each is not None else ""
    head_rules = [r for r in section.rules if r.places and r.places[0][0].step.tag != tag]
    run_rules = [r for r in section.rules if r.places and r.places[0][0].step.tag == tag]
    segments: Segments = []
    n = 0
    while n < len(entries):
        alike = {rule.name: entries[n].get(rule.name) for rule in head_rules}
        end = n + 1
        while end < len(entries) and all(entries[end].get(k) == v for k, v in alike.items()):
            end += 1
        head = Slots(section.order)
        writer.fill(section, head_rules, head, entries[n], f"{path}{section.into}[{n}].")
        if section.count is not None:
            head.put(section.count, str(end - n))
        segments += [segment for _, segment in head.build(section.tag, writer.delimiters[2])]
        for at in range(n, end):
            run = Slots()
            writer.fill(section, run_rules, run, entries[at], f"{path}{section.into}[{at}].")
            segments += [segment for _, segment in run.build("", writer.delimiters[2])]
        n = end
    return segments


def _numbered(section: Section, body: Segments, number: int) -> Segments:
    """LX is numbered by the writer, as HL is."""
    return [("LX", str(number)), *body] if body and section.tag == "LX" else body


def _sections_into(sections: Mapping[str, Section], into: str) -> Iterator[Section]:
    for section in sections.values():
        if section.into == into:
            yield section
        yield from _sections_into(section.loops, into)

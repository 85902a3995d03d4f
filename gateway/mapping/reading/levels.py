"""Read HL levels: pointers nest them, carried values fall through, handling units come to the lines inside them.

Levels that a map does not name are passed through, and absent ones change nothing, so that one map reads S-I, S-O-I,
S-T-O-I, S-O-P-I, S-P-O-I and S-O-I-P alike.
"""

from __future__ import annotations

from typing import Any

from gateway.document import Fault, Loop
from gateway.mapping.compiling.targets import make
from gateway.mapping.plan import Section
from gateway.mapping.reading.composing import Names
from gateway.mapping.reading.explaining import Trace, nest
from gateway.mapping.reading.finding import anchor_of, index_loop
from gateway.mapping.reading.readers import Reader
from gateway.mapping.reading.scopes import Run
from gateway.x12 import Leaves, Outline, Scope

DEPTH_MAX = 64
"""HL levels under one another; real notices use five."""
COMPOSED_MAX = 8
"""Readers put together for one document; what else it has is read by the rules, until the next one."""


class _Above:
    """What an HL level inherits: carried values, their trace, and the handling units it stands in."""

    __slots__ = ("carried", "trace", "units")

    def __init__(self, carried: dict[str, Any], trace: Trace, units: tuple[tuple[str, Any, Trace], ...]) -> None:
        self.carried, self.trace, self.units = carried, trace, units


class _Line:
    __slots__ = ("units",)

    def __init__(self, units: list[tuple[str, Any, Trace]]) -> None:
        self.units = units


class Levels:
    """The levels of one document; lines are appended to the event's list in order of the document."""

    def __init__(self, run: Run, outline: Outline | None = None) -> None:
        self.run, self.outline = run, outline
        self.memos: dict[Any, Any] = {}
        """What converters made of texts that come again."""
        self.plain: dict[Reader, bool] = {}
        """Whether levels that a reader fits hold no loop."""
        self.composed = 0

    def read(self, root: Loop | Scope) -> None:
        """Every level; those of an outline by readers for their shapes, where there are such and they fit."""
        lines: list[Any] = []
        self.below(root, _Above(self.run.carried, self.run.carried_trace, ()), lines, None, 1)
        self.add(lines)

    def add(self, lines: list[Any]) -> None:
        field = self.run.map.list_field
        if field and lines:
            self.run.outer[field] = [*self.run.outer.get(field, ()), *lines]

    def below(self, loop: Loop | Scope, above: _Above, lines: list[Any], line: _Line | None, depth: int) -> None:
        """The levels inside a loop."""
        for child in loop.loops:
            if isinstance(child, Leaves):
                self.leaves(child.members, above, lines, line, depth)
            elif child.level:
                self.walk(child, above, lines, line, depth)

    # --- by shape --------------------------------------------------------------------------------------------

    def leaves(self, members: range, above: _Above, lines: list[Any], line: _Line | None, depth: int) -> None:
        """Lines that follow one another."""
        outline = self.outline
        if outline is None:
            return
        section = self.run.map.levels[self.run.map.line_level]
        units: dict[str, Any] = {}
        for into, unit, _ in above.units:
            units[into] = (*units.get(into, ()), unit)
        values = {**above.carried, **section.fixed}
        names = Names(tuple(values), tuple(units))
        n = members.start
        while n < members.stop:
            rest = range(n, members.stop)
            done = self.by_shape(section, rest, lines, names, values | units) if depth <= DEPTH_MAX else 0
            self.run.hl_count += done
            if not done:
                self.walk(outline.scope(n), above, lines, line, depth)
            n += done or 1

    def by_shape(
        self, section: Section, members: range, entries: list[Any], names: Names, above: dict[str, Any]
    ) -> int:
        """Append what these levels are; as many, from the first one on, as are of one shape and plain."""
        outline, readers = self.outline, section.by_shape
        if outline is None or readers is None:
            return 0
        n, tried = members.start, []
        for reader in readers.recent:
            if reader.names == names and self.is_plain(n, reader):
                if done := self.run_reader(reader, outline, members, entries, above):
                    readers.used(reader)
                    return done
                tried.append(reader)
        shape = outline.shape(n, readers.choices)
        if not readers.knows(shape, names):
            self.composed += 1
            if self.composed > COMPOSED_MAX:
                return 0
        found = readers.of(shape, names)
        if found is None or found in tried or not self.is_plain(n, found):
            return 0
        readers.used(found)
        return self.run_reader(found, outline, members, entries, above)

    def run_reader(
        self, reader: Reader, outline: Outline, members: range, entries: list[Any], above: dict[str, Any]
    ) -> int:
        return reader.read(
            outline.raws, outline.starts, members, entries, above, self.memos, self.run.context, outline.separator
        )

    def is_plain(self, n: int, reader: Reader) -> bool:
        """Whether levels like one of this number hold no loop, if the reader fits."""
        known = self.plain.get(reader)
        if known is None and self.outline is not None:
            known = self.plain[reader] = self.outline.is_plain(n, reader.shape)
        return bool(known)

    def walk(self, loop: Loop | Scope, above: _Above, lines: list[Any], line: _Line | None, depth: int) -> None:
        self.run.hl_count += 1
        if depth > DEPTH_MAX:
            text = f"HL levels nest deeper than {DEPTH_MAX}"
            anchor = anchor_of(loop)
            self.run.note(Fault(code="too_deep", text=text, segment=anchor, tag="HL"))
            return
        section = self.run.map.levels.get(loop.level)
        if section is None:
            self.below(loop, above, lines, line, depth + 1)
            return
        if section.carries and isinstance(loop, Scope):
            found: list[dict[str, Any]] = []
            names, members = Names(tuple(above.carried), ()), range(loop.member, loop.member + 1)
            if self.by_shape(section, members, found, names, above.carried):
                self.below(loop, _Above(found[0], {}, above.units), lines, line, depth + 1)
                return
        index = index_loop(section, loop)
        anchor = anchor_of(loop)
        trace: Trace | None = {} if self.run.provenance is not None else None
        if section.struct is None:
            if section.into == "carry":
                own = dict(above.carried)
                if trace is not None:
                    trace |= above.trace
                self.run.fill(section, index, own, trace, anchor)
                above = _Above(own, trace or {}, above.units)
            else:
                self.run.fill(section, index, self.run.outer, self.run.trace, anchor)
                self.run.fill_inner(section, loop, index, self.run.outer, self.run.trace)
        elif section.into == self.run.map.list_field:
            self.walk_line(section, loop, index, above, lines, depth, trace)
            return
        else:
            unit = self.unit(section, index, anchor, above.units if line is None else line.units, trace)
            if unit is not None and line is not None:
                line.units.append(unit)
            elif unit is not None:
                above = _Above(above.carried, above.trace, (*above.units, unit))
        self.below(loop, above, lines, line, depth + 1)

    def walk_line(
        self, section: Section, loop: Loop | Scope, index: dict[str, list[Any]], above: _Above, lines: list[Any],
        depth: int, trace: Trace | None,
    ) -> None:  # fmt: skip
        before = len(self.run.faults)
        anchor = anchor_of(loop)
        values: dict[str, Any] = {**above.carried, **section.fixed}
        if trace is not None:
            trace |= above.trace
        self.run.fill(section, index, values, trace, anchor)
        line = _Line(list(above.units))
        inner: dict[str, Any] = {}
        self.run.fill_inner(section, loop, index, inner, trace)
        if section.marks_segment:
            values["segment"] = anchor
        slot = len(lines)
        lines.append(None)
        self.below(loop, above, lines, line, depth + 1)
        for field, entries in inner.items():
            values[field] = entries
        for n, (into, unit, unit_trace) in enumerate(line.units):
            values[into] = [*values.get(into, ()), unit]
            if trace is not None:
                nest(trace, f"{into}[{len(inner.get(into, ())) + n}].", unit_trace)
        self.run.number(section, values, slot + 1)
        made = self.run.entry(section, values, anchor, before)
        if made is not None:
            lines[slot] = made
            if trace is not None:
                nest(self.run.outer_trace, f"{section.into}[{slot}].", trace)

    def unit(
        self, section: Section, index: dict[str, list[Any]], anchor: int, above: Any, trace: Trace | None
    ) -> tuple[str, Any, Trace] | None:
        """A handling unit; None where the level names none (structure only)."""
        values: dict[str, Any] = dict(section.fixed)
        self.run.fill(section, index, values, trace, anchor)
        if section.struct is None or any(name not in values for name in section.required):
            return None
        parents = [unit for into, unit, _ in above if into == section.into]
        if parents and "parent" in section.struct.__struct_fields__ and "parent" not in values:
            values["parent"] = parents[-1].id
        return section.into, make(section.struct, values), trace or {}

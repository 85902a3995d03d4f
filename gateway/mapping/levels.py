"""Read HL levels: pointers nest them, carried values fall through, handling units come to the lines inside them.

Levels that a map does not name are passed through, and absent ones change nothing, so that one map reads S-I, S-O-I,
S-T-O-I, S-O-P-I, S-P-O-I and S-O-I-P alike.
"""

from __future__ import annotations

from typing import Any

from gateway.document import Fault, Loop
from gateway.mapping.columns import Inherited
from gateway.mapping.explaining import Trace, nest
from gateway.mapping.finding import index_loop
from gateway.mapping.plan import Section
from gateway.mapping.scopes import Run
from gateway.mapping.targets import make
from gateway.x12 import Leaves, Outline

DEPTH_MAX = 64
"""HL levels under one another; real notices use five."""


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

    def __init__(self, run: Run) -> None:
        self.run = run
        self.plain: list[tuple[int, Leaves, _Above]] = []
        """Lines that are read at once when all are met, and where the first of them goes."""

    def read(self, root: Loop) -> None:
        """Every level, one by one."""
        lines: list[Any] = []
        self.below(root, _Above(self.run.carried, self.run.carried_trace, ()), lines, None, 1)
        self.add(lines)

    def read_outline(self, outline: Outline) -> bool:
        """The same, but lines that are rows of the outline's sheet all at once; False, and nothing done, where one of
        them, or anything else, is not as it should be: reading one by one tells what."""
        run = self.run
        plain = run.map.plain_level
        if plain is None:
            return False
        section, before = plain[1], run.keep()
        lines: list[Any] = []
        self.below(outline.root, _Above(run.carried, {}, ()), lines, None, 1)
        slots = [slot + n for slot, leaves, _ in self.plain for n in range(len(leaves.rows))]
        sheet = outline.sheet.in_order([row for _, leaves, _ in self.plain for row in leaves.rows])
        inherited = [self.inherited(section, leaves, above) for _, leaves, above in self.plain]
        made = None
        if len(slots) == len(sheet.positions) and len(run.faults) == before.faults:
            made = section.columns.make(sheet, inherited, [slot + 1 for slot in slots], run.context)
        if made is None:
            run.restore(before)
            return False
        if len(made) == len(lines):
            lines = made
        else:
            for slot, line in zip(slots, made, strict=True):
                lines[slot] = line
        self.add(lines)
        return True

    def add(self, lines: list[Any]) -> None:
        field = self.run.map.list_field
        if field and lines:
            self.run.outer[field] = [*self.run.outer.get(field, ()), *lines]

    def inherited(self, section: Section, leaves: Leaves, above: _Above) -> Inherited:
        """What plain lines inherit."""
        units: dict[str, Any] = {}
        for into, unit, _ in above.units:
            units[into] = (*units.get(into, ()), unit)
        values = {**above.carried, **section.fixed} if section.fixed else above.carried
        return Inherited(values, units, len(leaves.rows))

    def below(self, loop: Loop, above: _Above, lines: list[Any], line: _Line | None, depth: int) -> None:
        """The levels inside a loop."""
        for child in loop.loops:
            if type(child) is Leaves:
                if depth <= DEPTH_MAX:
                    self.run.hl_count += len(child.rows)
                    self.plain.append((len(lines), child, above))
                    lines += [None] * len(child.rows)
            elif child.level:
                self.walk(child, above, lines, line, depth)

    def walk(self, loop: Loop, above: _Above, lines: list[Any], line: _Line | None, depth: int) -> None:
        self.run.hl_count += 1
        if depth > DEPTH_MAX:
            text = f"HL levels nest deeper than {DEPTH_MAX}"
            self.run.note(Fault(code="too_deep", text=text, segment=loop.segments[0][0], tag="HL"))
            return
        section = self.run.map.levels.get(loop.level)
        if section is None:
            self.below(loop, above, lines, line, depth + 1)
            return
        index = index_loop(section, loop)
        anchor = loop.segments[0][0]
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
        self, section: Section, loop: Loop, index: dict[str, list[Any]], above: _Above, lines: list[Any], depth: int,
        trace: Trace | None,
    ) -> None:  # fmt: skip
        before = len(self.run.faults)
        anchor = loop.segments[0][0]
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

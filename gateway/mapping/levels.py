"""Read HL levels: pointers nest them, carried values fall through, handling units come to the lines inside them.

Levels that a map does not name are passed through, and absent ones change nothing, so that one map reads S-I, S-O-I,
S-T-O-I, S-O-P-I, S-P-O-I and S-O-I-P alike.
"""

from __future__ import annotations

from typing import Any

from gateway.document import Fault, Loop
from gateway.mapping.explaining import Trace, nest
from gateway.mapping.finding import index_loop
from gateway.mapping.plan import Section
from gateway.mapping.scopes import Run
from gateway.mapping.targets import make

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
        self.level = ""
        self.plain: Section | None = None
        """The section, of level `level`, whose lines are read at once when all are met, if they hold no loop."""
        self.together: list[tuple[int, Loop, _Above]] = []

    def read(self, root: Loop) -> None:
        lines = self.read_together(root) if self.run.provenance is None else None
        if lines is None:
            lines = []
            self.below(root, _Above(self.run.carried, self.run.carried_trace, ()), lines, None, 1)
        if self.run.map.list_field and lines:
            self.run.outer[self.run.map.list_field] = [*self.run.outer.get(self.run.map.list_field, ()), *lines]

    def read_together(self, root: Loop) -> list[Any] | None:
        """The lines, of which plain ones are read field by field; None, and nothing done, where that cannot be."""
        run = self.run
        section = next((s for s in run.map.levels.values() if s.columns and s.into == run.map.list_field), None)
        if section is None:
            return None
        before = run.keep()
        self.plain = section
        lines: list[Any] = []
        self.level = next(name for name, one in run.map.levels.items() if one is section)
        self.below(root, _Above(run.carried, {}, ()), lines, None, 1)
        self.plain = None
        bases = [self.base(section, above) for _, _, above in self.together]
        slots = [slot for slot, _, _ in self.together]
        made = section.columns.make([one[1] for one in self.together], bases, [n + 1 for n in slots], run.context)
        if made is None or len(run.faults) > before.faults:
            run.restore(before)
            return None
        for slot, line in zip(slots, made, strict=True):
            lines[slot] = line
        return lines

    def base(self, section: Section, above: _Above) -> dict[str, Any]:
        """What a plain line inherits."""
        if not above.units:
            return above.carried if not section.fixed else {**above.carried, **section.fixed}
        units: dict[str, Any] = {}
        for into, unit, _ in above.units:
            units[into] = (*units.get(into, ()), unit)
        return {**above.carried, **section.fixed, **units}

    def below(self, loop: Loop, above: _Above, lines: list[Any], line: _Line | None, depth: int) -> None:
        """The levels inside a loop."""
        plain = self.level if self.plain is not None and depth <= DEPTH_MAX else ""
        for child in loop.loops:
            if child.level == plain != "" and not child.loops:
                self.run.hl_count += 1
                self.together.append((len(lines), child, above))
                lines.append(None)
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

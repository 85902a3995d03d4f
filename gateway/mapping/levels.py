"""Read HL levels: pointers nest them, carried values fall through, handling units come to the lines inside them.

Levels that a map does not name are passed through, and absent ones change nothing, so that one map reads S-I, S-O-I,
S-T-O-I, S-O-P-I, S-P-O-I and S-O-I-P alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.document import Fault, Loop
from gateway.mapping.columns import Inherited
from gateway.mapping.explaining import Trace, nest
from gateway.mapping.finding import index_loop
from gateway.mapping.plan import Section
from gateway.mapping.scopes import Run
from gateway.mapping.targets import make
from gateway.x12 import Carrier, Leaves, Outline, Sheet

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
        self.sheets: Mapping[str, Sheet] = {}
        self.carried: dict[str, list[dict[str, Any]] | None] = {}
        """What the rows of an outline's carriers carry, by kind; None where that cannot be read at once."""

    def read(self, root: Loop) -> None:
        """Every level, one by one."""
        lines: list[Any] = []
        self.below(root, _Above(self.run.carried, self.run.carried_trace, ()), lines, None, 1)
        self.add(lines)

    def read_outline(self, outline: Outline) -> bool:
        """The same, but what is rows of the outline's sheets all at once; False, and nothing done, where one of these
        or anything else is not as it should be: reading one by one tells what."""
        run, before = self.run, self.run.keep()
        self.sheets = outline.carried
        lines: list[Any] = []
        self.below(outline.root, _Above(run.carried, {}, ()), lines, None, 1)
        made = None
        if len(run.faults) == before.faults and None not in self.carried.values():
            made = self.made_at_once(outline.sheet)
        if made is None:
            run.restore(before)
            return False
        if len(made) < len(lines):
            slots = [slot + n for slot, leaves, _ in self.plain for n in range(len(leaves.rows))]
            for slot, line in zip(slots, made, strict=True):
                lines[slot] = line
        self.add(made if len(made) == len(lines) else lines)
        return True

    def made_at_once(self, sheet: Sheet) -> list[Any] | None:
        """The plain lines, in their order; None where one of them is not plain after all."""
        plain = self.plain
        if not plain:
            return None
        section = self.run.map.levels[plain[0][1].level]
        ordinals = [range(slot + 1, slot + 1 + len(leaves.rows)) for slot, leaves, _ in plain]
        sheet = sheet.in_order([leaves.rows for _, leaves, _ in plain])
        inherited = [self.inherited(section, leaves, above) for _, leaves, above in plain]
        found: list[Any] | None = section.columns.make(sheet, inherited, ordinals, self.run.context)
        return found

    def carried_by(self, carrier: Carrier) -> dict[str, Any]:
        """What one level carries; those of its kind are read when the first one is met, and all above it is known."""
        kind = carrier.level
        if kind not in self.carried:
            self.carried[kind] = self.run.map.levels[kind].columns.rows(self.sheets[kind], self.run.context)
        rows = self.carried[kind]
        return rows[carrier.row] if rows is not None else {}

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
            if type(child) is Leaves and depth <= DEPTH_MAX:
                self.run.hl_count += len(child.rows)
                self.plain.append((len(lines), child, above))
                lines += [None] * len(child.rows)
            elif type(child) is Carrier and depth <= DEPTH_MAX:
                self.run.hl_count += 1
                values = {**above.carried, **self.carried_by(child)}
                self.below(child, _Above(values, {}, above.units), lines, line, depth + 1)
            elif child.level:
                self.walk(child, above, lines, line, depth)

    def walk(self, loop: Loop, above: _Above, lines: list[Any], line: _Line | None, depth: int) -> None:
        self.run.hl_count += 1
        if depth > DEPTH_MAX:
            text = f"HL levels nest deeper than {DEPTH_MAX}"
            anchor = loop.segments[0][0] if loop.segments else None
            self.run.note(Fault(code="too_deep", text=text, segment=anchor, tag="HL"))
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

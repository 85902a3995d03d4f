"""Write HL levels from flat lines: orders and handling units that lines share become the levels above them.

Lines keep their order; a level is opened again when its value comes back later. A line without order or unit hangs
under the nearest level that it has, so S-I, S-O-I, S-T-I, S-O-P-I and S-O-T-P-I all come from the same event. A line
spread over several units that do not stand on each other has them below it (S-O-I-P).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.mapping.compiling.targets import values_of
from gateway.mapping.plan import Map, Section

if TYPE_CHECKING:
    from gateway.mapping.writing.writing import Segments, Values, Writer


def write_levels(writer: Writer, map: Map) -> tuple[Segments, int]:
    """The HL loops of an event, and how many there are."""
    return _Levels(writer, map).write()


class _Levels:
    def __init__(self, writer: Writer, map: Map) -> None:
        self.writer, self.map = writer, map
        self.tops = {k: s for k, s in map.levels.items() if s.struct is None and not s.carries}
        self.carries = {k: s for k, s in map.levels.items() if s.carries}
        self.units = {k: s for k, s in map.levels.items() if s.struct is not None and s.into != map.list_field}
        self.lines = {k: s for k, s in map.levels.items() if s.struct is not None and s.into == map.list_field}
        self.segments: Segments = []
        self.count = 0
        self.open: list[tuple[Any, int]] = []
        """Levels open above the next line, outermost first: what they hold, and their HL01."""

    def write(self) -> tuple[Segments, int]:
        parent = 0
        for level, section in self.tops.items():
            parent = self.level(level, parent, self.writer.scope(section, self.writer.outer, ""))
        for level, section in self.lines.items():
            for n, entry in enumerate(self.writer.entries(section, self.writer.outer)):
                self.line(level, section, entry, f"{section.into}[{n}].", parent)
        return self.segments, self.count

    def level(self, level: str, parent: int, body: Segments) -> int:
        self.count += 1
        self.segments.append(("HL", str(self.count), str(parent) if parent else "", level))
        self.segments += body
        return self.count

    def line(self, level: str, section: Section, line: Values, path: str, top: int) -> None:
        above, below = self.around(line)
        shared = 0
        while shared < min(len(self.open), len(above)) and self.open[shared][0] == above[shared]:
            shared += 1
        del self.open[shared:]
        for key in above[shared:]:
            parent = self.open[-1][1] if self.open else top
            self.open.append((key, self.level(key[0], parent, self.body(key, line, path))))
        carried = frozenset(
            rule.name
            for name, carrying in self.carries.items()
            if any(key[0] == name for key, _ in self.open)
            for rule in carrying.rules
            if rule.writes
        )
        carried |= self.writer.told
        parent = self.open[-1][1] if self.open else top
        own = self.level(level, parent, self.writer.scope(section, line, path, carried))
        for key in below:
            self.level(key[0], own, self.body(key, line, path))

    def around(self, line: Values) -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
        """Levels above a line (orders, then units that stand on each other), and units below it."""
        above: list[tuple[str, Any]] = []
        for name, section in self.carries.items():
            held = tuple(line.get(rule.name) for rule in section.rules if rule.writes)
            if any(value not in (None, "", ()) for value in held):
                above.append((name, held))
        units: list[tuple[str, Any]] = []
        for into in {section.into for section in self.units.values()}:
            for unit in line.get(into) or ():
                for name, section in self.units.items():
                    if all(getattr(unit, n) == fixed for n, fixed in section.fixed.items()):
                        units.append((name, unit))
                        break
        if _is_chain([unit for _, unit in units]):
            return above + units, []
        return above, units

    def body(self, key: tuple[str, Any], line: Values, path: str) -> Segments:
        name, held = key
        if name in self.carries:
            return self.writer.scope(self.carries[name], line, path)
        section = self.units[name]
        return self.writer.scope(section, values_of(held), f"{path}{section.into}.")


def _is_chain(units: list[Any]) -> bool:
    """True when each unit stands in the one before it, the first in none."""
    parent = ""
    for unit in units:
        if getattr(unit, "parent", "") != parent:
            return False
        parent = unit.id
    return True

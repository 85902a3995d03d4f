"""Read a document into events or advices by a compiled map: all faults in one pass, nothing raised for bad data.

Pure; the same document, map, partner and zones give the same result. Provenance and the count of what was not mapped
are computed when asked for, from the same rules.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import Any

import msgspec

from gateway.document import Document, Fault, Loop, Provenance, Segment
from gateway.mapping.canonical import read_canonical
from gateway.mapping.convert import Context, Unreadable
from gateway.mapping.coverage import Unmapped, count_unmapped
from gateway.mapping.finding import Found, Node, Row, at_pointer, find_all, index_loop, index_segments
from gateway.mapping.places import Step
from gateway.mapping.plan import Check, Kind, Map, Repeat, Rule, Section
from gateway.partners import Partner
from ledger.advices import Advice
from ledger.events import Event

FAULTS_MAX = 500
DEPTH_MAX = 64
"""HL levels under one another; real notices use five."""

ZoneOf = Callable[[str], tzinfo | None]
Trace = dict[str, list[tuple[Rule, Found]]]


class MapReading:
    """What a map made of a document. With a fault that rejects, `events` and `advices` are empty."""

    __slots__ = ("_again", "_document", "_map", "_unmapped", "advices", "events", "faults")

    def __init__(
        self, map: Map, document: Document, events: tuple[Event, ...], advices: tuple[Advice, ...],
        faults: tuple[Fault, ...], again: Callable[[], list[Provenance]],
    ) -> None:  # fmt: skip
        self._map, self._document, self._again = map, document, again
        self.events, self.advices, self.faults = events, advices, faults
        self._unmapped: Unmapped | None = None

    @property
    def unmapped(self) -> Unmapped:
        """How many segments and elements no rule looks at; `str()` says it in words, "" for none."""
        if self._unmapped is None:
            self._unmapped = count_unmapped(self._map, self._document)
        return self._unmapped

    def provenance(self) -> list[Provenance]:
        """Where each produced value came from, paths as in the first event (`lines[3].quantity`), or `[n]` before
        it where the document made several events. Read again from the document: costs as much as reading did."""
        return self._again()


def read_document(
    map: Map, document: Document, partner: Partner | None = None, *, zone_of: ZoneOf | None = None, year: int = 2030
) -> MapReading:
    """Read one document.

    `zone_of` gives the zone of a party string (`92:PLT07`), for times that name none; without it the partner's zone
    stands for all places. `year` is the middle of the century window for six-digit dates.
    """
    run = _Run(map, document, partner, zone_of, year)
    made = run.read()
    faults = tuple(run.faults)
    if any(fault.rejects for fault in faults):
        made = []

    def again() -> list[Provenance]:
        tracing = _Run(map, document, partner, zone_of, year)
        tracing.provenance = []
        tracing.read()
        return tracing.provenance

    events = tuple(one for one in made if isinstance(one, Event))
    advices = tuple(one for one in made if isinstance(one, Advice))
    return MapReading(map, document, events, advices, faults, again)


class _Run:
    """One reading. `outer` gathers the fields of the event in the making."""

    def __init__(
        self, map: Map, document: Document, partner: Partner | None, zone_of: ZoneOf | None, year: int
    ) -> None:
        self.map, self.document, self.partner = map, document, partner
        zone = partner.zone if partner is not None else UTC
        self.context = Context(zone, zone_of, year, document.delimiters.component)
        self.faults: list[Fault] = []
        self.provenance: list[Provenance] | None = None
        self.deferred: list[tuple[Rule, Any, dict[str, Any]]] = []
        self.outer: dict[str, Any] = {}
        self.outer_trace: Trace = {}
        self.hl_count = 0

    def read(self) -> list[Any]:
        if self.map.canonical:
            made, faults = read_canonical(self.document)
            self.faults += faults
            return made
        if self.map.format == "csv":
            return self.read_rows()
        if self.map.format == "json":
            return self.read_nodes()
        root = self.document.root
        anchor = root.segments[0][0] if root.segments else 1
        for section in (self.map.header, self.map.summary):
            index = index_loop(section, root)
            self.fill(section, index, self.outer, self.outer_trace if self.tracing else None, anchor)
            self.fill_inner(section, root, index, self.outer, self.outer_trace if self.tracing else None)
        if self.map.levels:
            self.read_levels(root)
        return self.finish(anchor, "")

    @property
    def tracing(self) -> bool:
        return self.provenance is not None

    # --- one scope ---

    def fill(self, section: Section, index: Any, own: dict[str, Any], trace: Trace | None, anchor: int) -> None:
        """Run the section's rules over one scope."""
        context, outer = self.context, self.outer
        for name, value_of, rule, plain in section.readers:
            try:
                value = value_of(index, context)
            except Unreadable as error:
                self.unreadable(rule, index, error)
                continue
            if plain:
                if value is not None:
                    own[name] = value
            elif value is None:
                self.absent(rule, own, anchor)
            elif rule.zone_place and context.zone_of is not None:
                self.deferred.append((rule, index, outer if rule.outer else own))
            elif not rule.outer:
                own[name] = value
            else:
                outer.setdefault(name, value)
            if trace is not None and value is not None:
                self.trace(rule, index, self.outer_trace if rule.outer else trace)
        if section.checks:
            for check in section.checks:
                self.check(check, own if check.own else {**outer, **own}, anchor)

    def absent(self, rule: Rule, own: dict[str, Any], anchor: int) -> None:
        where = self.outer if rule.outer else own
        if rule.name in where:
            return
        if rule.default is not None:
            where[rule.name] = rule.default
        elif rule.required:
            self.missing(rule, anchor)

    def fill_inner(
        self, section: Section, loop: Loop, index: dict[str, list[Any]], own: dict[str, Any], trace: Trace | None
    ) -> None:
        """Inner loops and repeated groups of one X12 scope."""
        if section.loops:
            for child in loop.loops:
                inner = section.loops.get(child.segments[0][1][0]) if child.segments and not child.level else None
                if inner is not None:
                    self.read_items(inner, child, own, trace)
        for repeat in section.repeats:
            self.read_repeat(repeat, index, own, trace)

    def read_items(self, section: Section, loop: Loop, own: dict[str, Any], trace: Trace | None) -> None:
        """The entry of one loop occurrence, or one for each `each:` segment in it."""
        if section.each is None:
            index = index_loop(section, loop)
            self.add_item(section, index, loop.segments[0][0], own, trace, loop)
            return
        for run in _runs(section, loop.segments):
            self.add_item(section, index_segments(section, run), loop.segments[0][0], own, trace, None)

    def read_repeat(
        self, repeat: Repeat, index: dict[str, list[Any]], own: dict[str, Any], trace: Trace | None
    ) -> None:
        for segment in index.get(repeat.tag, ()):
            elements = segment[1]
            width = max((p.element for r in repeat.section.rules for parts in r.places for p in parts), default=0)
            if any(elements[repeat.start : width + 1]):
                self.add_item(repeat.section, {repeat.tag: [segment]}, segment[0], own, trace, None)

    def add_item(
        self, section: Section, index: Any, anchor: int, own: dict[str, Any], trace: Trace | None, loop: Loop | None
    ) -> dict[str, Any] | None:
        """Make one entry of the list `into` and append it to its parent's values; None when it could not be made."""
        before = len(self.faults)
        values: dict[str, Any] = dict(section.fixed)
        values_trace: Trace | None = {} if trace is not None else None
        if section.struct is None:
            self.fill(section, index, own, trace, anchor)
            if loop is not None:
                self.fill_inner(section, loop, index, own, trace)
            return None
        self.fill(section, index, values, values_trace, anchor)
        if loop is not None:
            self.fill_inner(section, loop, index, values, values_trace)
        entries = own.setdefault(section.into, [])
        if section.marks_segment:
            values["segment"] = anchor
        self.number(section, values, len(entries) + 1)
        if not self.complete(section, values, anchor, before):
            return None
        if trace is not None and values_trace is not None:
            _nest(trace, f"{section.into}[{len(entries)}].", values_trace)
        entries.append(_make(section.struct, values))
        return values

    def number(self, section: Section, values: dict[str, Any], ordinal: int) -> None:
        for rule in section.ordinals:
            if rule.name not in values:
                values[rule.name] = ordinal if rule.target and rule.target.shape == "int" else str(ordinal)

    def complete(self, section: Section, values: dict[str, Any], anchor: int, before: int) -> bool:
        """True when an entry can be made; a required field that is missing is a fault unless one was noted."""
        lacking = [name for name in section.required if name not in values]
        if not lacking:
            return len(self.faults) == before or not any(
                f.rejects or self.map.line_faults for f in self.faults[before:]
            )
        if len(self.faults) == before and section.each is None:
            for rule in section.rules:
                if rule.name in lacking and not rule.outer:
                    self.missing(rule, anchor)
        return False

    # --- HL levels ---

    def read_levels(self, root: Loop) -> None:
        levels = [loop for loop in root.loops if loop.level]
        lines: list[Any] = []
        for loop in levels:
            self.walk(loop, _Above({}, {}, ()), lines, None, 1)
        if self.map.list_field and lines:
            self.outer[self.map.list_field] = [*self.outer.get(self.map.list_field, ()), *lines]

    def walk(self, loop: Loop, above: _Above, lines: list[Any], line: _Line | None, depth: int) -> None:
        self.hl_count += 1
        if depth > DEPTH_MAX:
            text = f"HL levels nest deeper than {DEPTH_MAX}"
            self.note(Fault(code="too_deep", text=text, segment=loop.segments[0][0], tag="HL"))
            return
        section = self.map.levels.get(loop.level)
        if section is None:
            for child in loop.loops:
                if child.level:
                    self.walk(child, above, lines, line, depth + 1)
            return
        index = index_loop(section, loop)
        anchor = loop.segments[0][0]
        trace: Trace | None = {} if self.provenance is not None else None
        if section.struct is None:
            if section.into == "carry":
                own = dict(above.carried)
                if trace is not None:
                    trace |= above.trace
                self.fill(section, index, own, trace, anchor)
                above = _Above(own, trace or {}, above.units)
            else:
                outer_trace = self.outer_trace if trace is not None else None
                self.fill(section, index, self.outer, outer_trace, anchor)
                self.fill_inner(section, loop, index, self.outer, outer_trace)
        elif section.into == self.map.list_field:
            self.walk_line(section, loop, index, above, lines, depth, trace)
            return
        else:
            unit = self.unit(section, index, anchor, above.units if line is None else line.units, trace)
            if unit is not None and line is not None:
                line.units.append(unit)
            elif unit is not None:
                above = _Above(above.carried, above.trace, (*above.units, unit))
        for child in loop.loops:
            if child.level:
                self.walk(child, above, lines, line, depth + 1)

    def walk_line(
        self, section: Section, loop: Loop, index: dict[str, list[Any]], above: _Above, lines: list[Any], depth: int,
        trace: Trace | None,
    ) -> None:  # fmt: skip
        before = len(self.faults)
        anchor = loop.segments[0][0]
        values: dict[str, Any] = {**above.carried, **section.fixed}
        if trace is not None:
            trace |= above.trace
        self.fill(section, index, values, trace, anchor)
        line = _Line(list(above.units))
        inner: dict[str, Any] = {}
        self.fill_inner(section, loop, index, inner, trace)
        if section.marks_segment:
            values["segment"] = anchor
        slot = len(lines)
        lines.append(None)
        for child in loop.loops:
            if child.level:
                self.walk(child, above, lines, line, depth + 1)
        for field, entries in inner.items():
            values[field] = entries
        for n, (into, unit, unit_trace) in enumerate(line.units):
            values[into] = [*values.get(into, ()), unit]
            if trace is not None:
                _nest(trace, f"{into}[{len(inner.get(into, ())) + n}].", unit_trace)
        self.number(section, values, slot + 1)
        if self.complete(section, values, anchor, before) and section.struct is not None:
            lines[slot] = _make(section.struct, values)
            if trace is not None:
                _nest(self.outer_trace, f"{section.into}[{slot}].", trace)

    def unit(
        self, section: Section, index: dict[str, list[Any]], anchor: int, above: Any, trace: Trace | None
    ) -> tuple[str, Any, Trace] | None:
        """A handling unit; None where the level names none (structure only)."""
        values: dict[str, Any] = dict(section.fixed)
        self.fill(section, index, values, trace, anchor)
        if section.struct is None or any(name not in values for name in section.required):
            return None
        parents = [unit for into, unit, _ in above if into == section.into]
        if parents and "parent" in section.struct.__struct_fields__ and "parent" not in values:
            values["parent"] = parents[-1].id
        return section.into, _make(section.struct, values), trace or {}

    # --- flat files and JSON ---

    def read_rows(self) -> list[Any]:
        columns = self.document.columns
        names = [""] * (max(columns.values(), default=0) + 1)
        for name, position in columns.items():
            names[position] = name
        groups: dict[tuple[str, ...], list[Row]] = {}
        for loop in self.document.root.loops:
            segment = loop.segments[0]
            row = Row(dict(zip(names, segment[1], strict=False)), segment[0], columns)
            groups.setdefault(tuple(row.cells.get(c, "") for c in self.map.group_by), []).append(row)
        made: list[Any] = []
        for rows in groups.values():
            self.outer, self.outer_trace = {}, {}
            trace = self.outer_trace if self.tracing else None
            self.fill(self.map.header, rows[0], self.outer, trace, rows[0].position)
            section = self.map.header.loops.get("row")
            if section is not None:
                for row in rows:
                    self.add_item(section, row, row.position, self.outer, trace, None)
            made += self.finish(rows[0].position, f"[{len(made)}]." if len(groups) > 1 else "")
        return made

    def read_nodes(self) -> list[Any]:
        node = Node(self.document.value, "", 1)
        trace = self.outer_trace if self.tracing else None
        self.fill(self.map.header, node, self.outer, trace, 1)
        self.read_node_lists(self.map.header, node, self.outer, trace)
        return self.finish(1, "")

    def read_node_lists(self, section: Section, node: Node, own: dict[str, Any], trace: Trace | None) -> None:
        for pointer, inner in section.loops.items():
            entries = at_pointer(node.value, pointer)
            for n, entry in enumerate(entries if isinstance(entries, list) else ()):
                child = Node(entry, f"{node.pointer}{pointer}/{n}", n + 1)
                self.add_node(inner, child, own, trace)

    def add_node(self, section: Section, node: Node, own: dict[str, Any], trace: Trace | None) -> None:
        before = len(self.faults)
        values: dict[str, Any] = dict(section.fixed)
        inner_trace: Trace | None = {} if trace is not None else None
        self.fill(section, node, values, inner_trace, node.position)
        self.read_node_lists(section, node, values, inner_trace)
        entries = own.setdefault(section.into, [])
        if section.marks_segment:
            values["segment"] = node.position
        self.number(section, values, len(entries) + 1)
        if section.struct is not None and self.complete(section, values, node.position, before):
            if trace is not None and inner_trace is not None:
                _nest(trace, f"{section.into}[{len(entries)}].", inner_trace)
            entries.append(_make(section.struct, values))

    # --- the event ---

    def finish(self, anchor: int, prefix: str) -> list[Any]:
        """Make the event from what was gathered; nothing where a fault forbids it."""
        outer = self.outer
        self.tell_deferred()
        for section in (self.map.header, self.map.summary, *self.map.levels.values()):
            for rule in section.rules:
                if rule.counts:
                    outer[rule.name] = self.count(rule.counts)
        for name in self.map.sender_fields:
            if not outer.get(name):
                outer[name] = _sender(self.document, self.partner)
        kind = self.kind(anchor)
        for check in self.map.checks:
            self.check(check, outer, anchor)
        if kind is None or any(fault.rejects for fault in self.faults):
            return []
        lines = outer.get(self.map.list_field)
        if lines is not None:
            outer[self.map.list_field] = [line for line in lines if line is not None]
        values = {name: value for name, value in outer.items() if name in kind.fields} | kind.fixed
        if self.provenance is not None:
            self.provenance += _provenance(prefix, self.outer_trace)
        return [_make(kind.struct, values)]

    def kind(self, anchor: int) -> Kind | None:
        kinds = self.map.kinds
        if not self.map.chooser:
            return kinds[""]
        value = self.outer.get(self.map.chooser)
        kind = kinds.get(str(value))
        if kind is None and value is not None:
            text = f'{self.map.path} event: no event is made for {self.map.chooser} "{value}"'
            self.note(Fault(code="unknown_code", text=text, level="document", segment=anchor, value=str(value)))
        return kind

    def tell_deferred(self) -> None:
        """Times whose zone is that of a place: told once the places are known."""
        context = self.context
        for rule, index, where in self.deferred:
            party = self.outer.get(rule.zone_place)
            context.place = context.zone_of(party) if party and context.zone_of is not None else None
            try:
                where.setdefault(rule.name, rule.value(index, context))
            except Unreadable as error:
                self.unreadable(rule, index, error)
        context.place = None
        self.deferred.clear()

    def count(self, tag: str) -> int:
        return self.hl_count if tag == "HL" else _count(self.document.root, tag)

    # --- faults and traces ---

    def check(self, check: Check, names: dict[str, Any], anchor: int) -> None:
        if check.when is not None and check.when.run(names) is not True:
            return
        if check.expr.run(names) is False:
            text = f"{check.origin} check {check.id} <- {self.at(anchor)}: {check.text}"
            self.note(
                Fault(
                    code=check.id,
                    text=text,
                    segment=anchor,
                    rejects=check.rejects and not self.map.line_faults,
                    origin=f"{check.origin} {check.id}",
                )
            )

    def unreadable(self, rule: Rule, index: Any, error: Unreadable) -> None:
        found = self.locate(rule, index, error.part)
        rejects = not self.map.line_faults or rule.outer
        origin = f"{rule.origin} {rule.name}"
        if found is None:
            self.note(Fault(code=error.code, text=f"{origin} <- {rule.label}: {error.words}", origin=origin))
            return
        shown = found.text if len(found.text) <= 80 else found.text[:77] + "..."
        self.note(
            Fault(
                code=error.code,
                text=f'{origin} <- {self.at(found.position)} {self.element(found)} "{shown}": {error.words}',
                level="element",
                segment=found.position,
                tag=found.tag,
                element=found.element or None,
                component=found.component or None,
                value=shown,
                rejects=rejects,
                origin=origin,
            )
        )

    def missing(self, rule: Rule, anchor: int) -> None:
        place = rule.places[0][-1]
        origin = f"{rule.origin} {rule.name}"
        self.note(
            Fault(
                code="required",
                text=f"{origin} <- {self.at(anchor)} {rule.label}: is required and missing",
                segment=anchor,
                tag=place.step.tag if self.map.format == "x12" else place.column,
                element=place.element or None,
                rejects=not self.map.line_faults or rule.outer,
                origin=origin,
            )
        )

    def at(self, position: int) -> str:
        return f"{ {'x12': 'segment', 'csv': 'line'}.get(self.map.format, 'entry') } {position}"

    def element(self, found: Found) -> str:
        if self.map.format != "x12":
            return found.tag
        return f"{found.tag}{found.element:02d}" + (f"-{found.component}" if found.component else "")

    def note(self, fault: Fault) -> None:
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(fault)

    def locate(self, rule: Rule, index: Any, part: int = 0) -> Found | None:
        for parts in rule.places:
            at = parts[part] if part < len(parts) else parts[0]
            for found in find_all(at, index, self.context):
                return found
        return None

    def trace(self, rule: Rule, index: Any, trace: Trace) -> None:
        """Every element that took part in a value: all parts of the first place that has any."""
        if rule.name in trace:
            return
        shape = rule.target.shape if rule.target else "text"
        for parts in rule.places:
            found = [(rule, f) for place in parts for f in _first(find_all(place, index, self.context), shape)]
            if found:
                trace[rule.name] = found
                return


class _Above:
    """What an HL level inherits: carried values, their trace, and the handling units it stands in."""

    __slots__ = ("carried", "trace", "units")

    def __init__(self, carried: dict[str, Any], trace: Trace, units: tuple[tuple[str, Any, Trace], ...]) -> None:
        self.carried, self.trace, self.units = carried, trace, units


class _Line:
    __slots__ = ("units",)

    def __init__(self, units: list[tuple[str, Any, Trace]]) -> None:
        self.units = units


def _first(found: Any, shape: str) -> Any:
    if shape == "texts":
        return list(found)
    one = next(found, None)
    return [] if one is None else [one]


def _make(struct: type[msgspec.Struct], values: dict[str, Any]) -> Any:
    for name, value in values.items():
        if type(value) is list:
            values[name] = tuple(value)
    return struct(**values)


def _runs(section: Section, segments: tuple[Segment, ...]) -> list[list[Segment]]:
    """The segments of a loop cut at each `each:` segment; what stands before the first belongs to every run."""
    head: list[Segment] = []
    runs: list[list[Segment]] = []
    tag, keys = section.each if section.each is not None else Step("")
    for segment in segments:
        elements = segment[1]
        starts = elements[0] == tag and all(k < len(elements) and elements[k] in values for k, values in keys)
        if starts:
            runs.append([*head, segment])
        elif runs:
            runs[-1].append(segment)
        else:
            head.append(segment)
    return runs


def _nest(outer: Trace, prefix: str, inner: Trace) -> None:
    for name, found in inner.items():
        outer[prefix + name] = found


def _provenance(prefix: str, trace: Trace) -> list[Provenance]:
    return [
        Provenance(prefix + path, f.position, f.tag, f.element, f.component, f.text, rule.origin)
        for path, found in trace.items()
        for rule, f in found
    ]


PARTY_OF_ISA = {"01": "1", "14": "9", "ZZ": "ZZ"}
"""Qualifier of an interchange id -> of a party (X12 I05 -> data element 66): DUNS, DUNS with suffix, mutual."""


def _sender(document: Document, partner: Partner | None) -> str:
    """The party that sent a document: as the partner's file names it, else as the envelope does."""
    if partner is not None and partner.identities.party:
        return partner.identities.party[0]
    sender = document.control.sender
    qualifier = PARTY_OF_ISA.get(sender.qualifier, sender.qualifier)
    return f"{qualifier}:{sender.id.strip()}" if sender.id.strip() else ""


def _count(loop: Loop, tag: str) -> int:
    stack, total = [loop], 0
    while stack:
        one = stack.pop()
        total += sum(1 for segment in one.segments if segment[1][0] == tag)
        stack.extend(one.loops)
    return total

"""Read a document into events or advices by a compiled map: all faults in one pass, nothing raised for bad data.

Pure; the same document, map, partner and zones give the same result. Provenance and the count of what was not mapped
are computed when asked for, from the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gateway.document import Document, Fault, Loop, Provenance
from gateway.formats import lines_of
from gateway.mapping.canonical import read_canonical
from gateway.mapping.compiling.targets import make
from gateway.mapping.converting.convert import Unreadable
from gateway.mapping.converting.expressions import remembered_totals
from gateway.mapping.converting.referring import References, to_ours
from gateway.mapping.plan import Kind, Map, Rule, Section
from gateway.mapping.reading.branches import Scope, entries_in, tops_of
from gateway.mapping.reading.coverage import Unmapped, count_unmapped
from gateway.mapping.reading.explaining import (
    Trace,
    fault_at_line,
    fault_lacking,
    fault_no_event,
    fault_unreadable,
    nest,
    provenance_of,
    trace_rule,
)
from gateway.mapping.reading.finding import Node, Row, ZoneOf, anchor_of, count_tag, index_loop
from gateway.mapping.reading.levels import Levels
from gateway.mapping.reading.scopes import Emitted, Run
from gateway.partners import Partner
from gateway.x12 import Body, Outline
from ledger.advices import Advice
from ledger.events import Event


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
    map: Map, document: Document, partner: Partner | None = None, *, zone_of: ZoneOf | None = None, year: int = 2030,
    references: References | None = None,
) -> MapReading:  # fmt: skip
    """Read one document.

    `zone_of` gives the zone of a party string (`92:PLT07`), for times that name none; without it the partner's zone
    stands for all places. `year` is the middle of the century window for six-digit dates. `references` says what the
    partner's identifiers mean (`xref:`); without it they go on as sent.
    """
    run = Reader(map, document, partner, zone_of, year, references)
    with remembered_totals():
        made = run.read()
    faults = tuple(run.faults)
    if run.refused:
        made = []

    def again() -> list[Provenance]:
        tracing = Reader(map, document, partner, zone_of, year, references)
        tracing.provenance = []
        with remembered_totals():
            tracing.read()
        return tracing.provenance

    events = tuple(one for one in made if isinstance(one, Event))
    advices = tuple(one for one in made if isinstance(one, Advice))
    return MapReading(map, document, events, advices, faults, again)


class Reader(Run):
    """Reads one document of any format into the events it holds."""

    lines: dict[str, int] | None = None

    def read(self) -> list[Any]:
        if self.map.canonical:
            made, faults = read_canonical(self.document)
            self.faults += faults
            return [*made]
        if self.map.style == "rows":
            return self.read_rows()
        if self.map.style == "tree":
            return self.read_nodes()
        if self.map.file.each:
            return self.read_units()
        outline = self.outline()
        root = outline.root if outline is not None else self.document.root
        anchor = anchor_of(root)
        for section in (self.map.header, self.map.summary):
            index = index_loop(section, root)
            self.fill(section, index, self.outer, self.trace, anchor)
            if section is self.map.header and self.map.carry is not None:
                self.carry(self.map.carry, index_loop(self.map.carry, root), anchor)
            self.fill_inner(section, root, index, self.outer, self.trace)
        if self.map.levels:
            Levels(self, outline).read(root)
        return self.finish_all(anchor, "")

    def outline(self) -> Outline | None:
        """The levels of the document, to be read by their shapes; None where rules read them, as for provenance."""
        tree, line = self.document.tree, self.map.line_level
        return tree.outline(line) if line and self.provenance is None and isinstance(tree, Body) else None

    def read_units(self) -> list[Any]:
        """An event for each record of the type that `each:` names, with what stands before them all."""
        root = self.document.root
        made: list[Any] = []
        units = [loop for loop in root.loops if loop.id == self.map.file.each]
        self.expect(units)
        for unit in units:
            whole = Loop(id=unit.id, segments=(*unit.segments, *root.segments), loops=unit.loops)
            anchor = unit.segments[0][0]
            self.outer, self.outer_trace = {}, {}
            self.context.event = self.outer
            for section in (self.map.header, self.map.summary):
                index = index_loop(section, whole)
                self.fill(section, index, self.outer, self.trace, anchor)
                self.fill_inner(section, whole, index, self.outer, self.trace)
            made += self.finish_all(anchor, f"[{len(made)}]." if len(units) > 1 else "")
        return made

    def expect(self, found: Sequence[Any]) -> None:
        """A document without any of what `each:` names says nothing, and somebody should know."""
        if not found:
            text = f"{self.map.path} file each: {self.map.file.each} stands nowhere in the document"
            self.note(Fault(code="empty", text=text, level="document", segment=1))

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
        if self.map.emit:
            return self.emit_rows([row for rows in groups.values() for row in rows])
        made: list[Any] = []
        for rows in groups.values():
            self.outer, self.outer_trace = {}, {}
            self.context.event = self.outer
            trace = self.trace
            self.fill(self.map.header, rows[0], self.outer, trace, rows[0].position)
            section = self.map.header.loops.get("row")
            if section is not None:
                for row in rows:
                    self.add_item(section, row, row.position, self.outer, trace, None)
            made += self.finish_all(rows[0].position, f"[{len(made)}]." if len(groups) > 1 else "")
        return made

    def emit_rows(self, rows: list[Row]) -> list[Any]:
        """Each row makes an event: the fields of the header are the row's own as well."""
        section = self.map.header.loops["row"]
        for row in rows:
            self.outer, self.outer_trace, before = {}, {}, len(self.emitted)
            self.context.event = self.outer
            self.fill(self.map.header, row, self.outer, self.trace, row.position)
            waiting, self.deferred = self.deferred, []
            self.add_item(section, row, row.position, self.outer, self.trace, None)
            for one in self.emitted[before:]:
                one.deferred.extend(waiting)
                one.trace.update({path: found for path, found in self.outer_trace.items() if path not in one.trace})
        self.outer, self.outer_trace = {}, {}
        return self.finish_all(rows[0].position if rows else 1, "")

    def read_nodes(self) -> list[Any]:
        made: list[Any] = []
        tops = tops_of(self.map, self.document)
        self.expect(tops)
        for top in tops:
            self.outer, self.outer_trace = {}, {}
            self.context.event = self.outer
            trace = self.trace
            before = len(self.faults)
            self.fill(self.map.header, top, self.outer, trace, top.position)
            self.at_line(before, top)
            self.read_node_lists(self.map.header, top, self.outer, trace)
            made += self.finish_all(top.position, f"[{len(made)}]." if len(tops) > 1 else "")
            self.at_line(before, top)
        return made

    def at_line(self, before: int, node: Scope) -> None:
        """Say of what is wrong in a node of JSON on which line it stands."""
        if len(self.faults) == before or not isinstance(node, Node):
            return
        if self.lines is None:
            self.lines = lines_of(self.document.text)
        self.faults[before:] = [fault_at_line(fault, node.pointer, self.lines) for fault in self.faults[before:]]

    def read_node_lists(self, section: Section, node: Scope, own: dict[str, Any], trace: Trace | None) -> None:
        for pointer, inner in section.loops.items():
            entries, fault = entries_in(node, pointer, inner)
            if fault is not None:
                own.setdefault(inner.into, [])
                self.note(fault)
            for child in entries:
                self.add_node(inner, child, own, trace)

    def add_node(self, section: Section, node: Scope, own: dict[str, Any], trace: Trace | None) -> None:
        if section.emits and self.outer is not self.emitting:
            self.emit(section, node, node.position, trace, None, None)
            return
        if section.struct is None:
            before = len(self.faults)
            self.fill(section, node, own, trace, node.position)
            self.at_line(before, node)
            self.read_node_lists(section, node, own, trace)
            return
        before = len(self.faults)
        values: dict[str, Any] = dict(section.fixed)
        inner_trace: Trace | None = {} if trace is not None else None
        self.fill(section, node, values, inner_trace, node.position)
        self.at_line(before, node)
        self.read_node_lists(section, node, values, inner_trace)
        entries = own.setdefault(section.into, [])
        if section.marks_segment:
            values["segment"] = node.position
        self.number(section, values, len(self.emitted if section.emits else entries) + 1)
        if section.when is not None and section.when.run(values) is False:
            return
        entry = self.entry(section, values, node.position, before)
        self.at_line(before, node)
        if entry is not None:
            if trace is not None and inner_trace is not None:
                nest(trace, f"{section.into}[{len(entries)}].", inner_trace)
            entries.append(entry)

    def add_emitted(
        self, section: Section, index: Any, anchor: int, trace: Trace | None, loop: Any, part: Any
    ) -> None:
        if self.map.format in ("json", "xml"):
            self.add_node(section, index, self.outer, trace)
        else:
            super().add_emitted(section, index, anchor, trace, loop, part)

    # --- the event ---

    @property
    def refused(self) -> bool:
        """Something was found for which the document is refused."""
        return bool(self.faults) and any(fault.rejects for fault in self.faults)

    def finish_all(self, anchor: int, prefix: str) -> list[Any]:
        """The event of what was gathered; where a loop emits, those of its occurrences, in their order."""
        if not self.map.emit:
            return self.finish(anchor, prefix)
        self.tell_deferred(anchor)
        above, above_trace, told = self.outer, self.outer_trace, dict(self.referred_to)
        made: list[Any] = []
        for one in self.joined():
            own = {rule.name for rule, _ in one.deferred}
            # What it has from above it has as it was sent.
            sent = {name for name, (said, _) in told.items() if name not in own and one.outer.get(name) == said}
            inner = {name: value for name, value in one.outer.items() if name not in sent}
            self.outer, self.deferred = {**above, **inner}, one.deferred
            self.context.event = self.outer
            self.outer_trace = {**above_trace, **one.trace}
            made += self.finish(one.anchor, prefix or (f"[{len(made)}]." if len(self.emitted) > 1 else ""))
        self.emitted.clear()
        return made

    def joined(self) -> list[Emitted]:
        """What was emitted; with `join`, those that differ in nothing but their lines together."""
        if not self.map.join:
            return list(self.emitted)
        lines = self.map.list_field
        found: dict[Any, Emitted] = {}
        for one in self.emitted:
            told = {name: value for name, value in one.outer.items() if name not in (lines, "ordinal")}
            key = repr(sorted(told.items()))
            first = found.setdefault(key, one)
            if first is one:
                continue
            before = len(first.outer.get(lines, ()))
            first.outer[lines] = [*first.outer.get(lines, ()), *one.outer.get(lines, ())]
            for path, trace in one.trace.items():
                if path.startswith(f"{lines}[0]."):
                    first.trace[f"{lines}[{before}].{path.partition('.')[2]}"] = trace
        return list(found.values())

    def finish(self, anchor: int, prefix: str) -> list[Any]:
        """Make the event from what was gathered; nothing where a fault forbids it."""
        outer = self.outer
        self.tell_deferred(anchor)
        for name, tag in self.map.counted:
            outer[name] = self.count(tag)
        for name in self.map.sender_fields:
            if not outer.get(name):
                outer[name] = _sender(self.document, self.partner)
        kind = self.kind(anchor)
        if not self.refused:
            # A line that could not be read is missing in every total: it is told once.
            self.compare(outer)
        for check in self.map.checks:
            self.check(check, outer, anchor)
        if kind is None or self.refused:
            return []
        lines = outer.get(self.map.list_field)
        if lines is not None:
            outer[self.map.list_field] = [line for line in lines if line is not None]
        values = {name: value for name, value in outer.items() if name in kind.fields} | kind.fixed
        lacking = [name for name in kind.required if name not in values]
        if lacking:
            self.note(fault_lacking(self.map, kind.name, lacking, anchor))
            return []
        if self.provenance is not None:
            self.provenance += provenance_of(prefix, self.outer_trace)
        return [make(kind.struct, values)]

    def kind(self, anchor: int) -> Kind | None:
        kinds = self.map.kinds
        if not self.map.chooser:
            return kinds[""]
        value = self.outer.get(self.map.chooser)
        kind = kinds.get(str(value))
        if kind is None and value is not None:
            self.note(fault_no_event(self.map, value, anchor))
        return kind

    def tell_deferred(self, anchor: int) -> None:
        """Times whose zone is that of a place: told once the places are known; then identifiers, by the day."""
        for rule, index in sorted(self.deferred, key=lambda one: one[0].xref is not None):
            try:
                if rule.xref is not None:
                    self.tell_reference(rule, index)
                    continue
                value = self.placed(rule, index)
            except Unreadable as error:
                self.note(fault_unreadable(self.map, rule, index, self.context, error))
                continue
            if value is None:
                self.absent(rule, self.outer, anchor)
            else:
                self.outer.setdefault(rule.name, value)
                if self.trace is not None:
                    trace_rule(rule, index, self.context, self.outer_trace)
        self.deferred.clear()

    def tell_reference(self, rule: Rule, index: Any) -> None:
        """The identifier of the event itself in our words, in place of what was sent. Raises Unreadable."""
        xref, outer = rule.xref, self.outer
        said = outer.pop(rule.name, None)
        if xref is None or said is None:
            return
        ours = outer[rule.name] = to_ours(xref, said, outer.get(xref.within), self.context)
        self.referred_to[rule.name] = said, ours
        if self.trace is not None:
            self.outer_trace.pop(rule.name, None)
            trace_rule(rule, index, self.context, self.outer_trace)

    def count(self, tag: str) -> int:
        return self.hl_count if tag == "HL" else count_tag(self.document.root, tag)


PARTY_OF_ISA = {"01": "1", "14": "9", "ZZ": "ZZ"}
"""Qualifier of an interchange id -> of a party (X12 I05 -> data element 66): DUNS, DUNS with suffix, mutual."""


def _sender(document: Document, partner: Partner | None) -> str:
    """The party that sent a document: as the partner's file names it, else as the envelope does."""
    if partner is not None and partner.identities.party:
        return partner.identities.party[0]
    sender = document.control.sender
    qualifier = PARTY_OF_ISA.get(sender.qualifier, sender.qualifier)
    return f"{qualifier}:{sender.id.strip()}" if sender.id.strip() else ""

"""One reading: rules run over scopes of a document and fill the event in the making. Knows no format's nesting."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from itertools import zip_longest
from typing import Any, NamedTuple

from gateway.document import Document, Fault, Loop, Provenance, Segment
from gateway.mapping.compiling.targets import make
from gateway.mapping.converting.convert import Context, Unreadable
from gateway.mapping.converting.referring import LEFT_OUT, References, remember_day, to_ours
from gateway.mapping.places import Place
from gateway.mapping.plan import Check, Computed, Map, Repeat, Rule, Section
from gateway.mapping.reading.cutting import cut_runs, outside_runs, run_of, starts_of
from gateway.mapping.reading.explaining import (
    Trace,
    fault_check,
    fault_missing,
    fault_no_event,
    fault_total,
    fault_unreadable,
    nest,
    tells,
    trace_rule,
)
from gateway.mapping.reading.finding import ZoneOf, find_all, index_loop, index_segments
from gateway.partners import Partner
from gateway.x12 import Scope

FAULTS_MAX = 500
COUNTED_MAX = 10_000
"""Entries that one document may have made of a number in it (CLD01), rather than of segments."""


class Emitted(NamedTuple):
    """What one occurrence of the loop that emits gave: fields of its event, times that wait for places, traces."""

    outer: dict[str, Any]
    deferred: list[tuple[Rule, Any]]
    trace: Trace
    anchor: int


class Run:
    """`outer` gathers the fields of the event in the making; with `provenance` a list, traces are kept too."""

    def __init__(
        self, map: Map, document: Document, partner: Partner | None, zone_of: ZoneOf | None, year: int,
        references: References | None = None,
    ) -> None:  # fmt: skip
        self.map, self.document, self.partner = map, document, partner
        zone = partner.zone if partner is not None else UTC
        self.context = Context(zone, zone_of, year, document.delimiters.component)
        self.context.references = references
        self.faults: list[Fault] = []
        self.provenance: list[Provenance] | None = None
        self.deferred: list[tuple[Rule, Any]] = []
        self.carried: dict[str, Any] = {}
        """Values that fall through to the lines below, and where they stood."""
        self.carried_trace: Trace = {}
        self.to_compare: list[tuple[Computed, Any]] = []
        self.outer: dict[str, Any] = {}
        self.context.event = self.outer
        self.outer_trace: Trace = {}
        self.emitted: list[Emitted] = []
        self.above: dict[str, Any] = {}
        """While an occurrence that emits is read: what the document says for all of them."""
        self.emitting: dict[str, Any] | None = None
        self.referred_to: dict[str, tuple[Any, Any]] = {}
        """Identifiers of the event itself that were told in our words: as sent, and ours."""
        self.hl_count = 0
        self.counted = 0

    @property
    def trace(self) -> Trace | None:
        """Where values of the event itself are traced; None when nobody asked."""
        return None if self.provenance is None else self.outer_trace

    def fill(self, section: Section, index: Any, own: dict[str, Any], trace: Trace | None, anchor: int) -> None:
        """Run the section's rules over one scope."""
        context, outer = self.context, self.outer
        if section.runs:
            index = outside_runs(section, index)
        for name, value_of, rule, plain, only_with in section.readers:
            if only_with is not None and only_with.isdisjoint(index):
                continue
            if not plain:
                if rule.when is not None and rule.when.run({**self.above, **outer, **own}) is False:
                    continue
                if rule.zone_place and rule.outer and context.zone_of is not None:
                    # The place may stand further down in the document; such a time is told when all is read.
                    self.deferred.append((rule, index))
                    remember_day(rule.name, value_of, index, context)
                    continue
            try:
                value = value_of(index, context) if plain else self.placed(rule, index)
                if not plain and rule.xref is not None and rule.xref.late and value is not None:
                    value = self.referred(rule, index, value, own)
            except Unreadable as error:
                self.note(fault_unreadable(self.map, rule, index, context, error))
                continue
            if value is None:
                if not plain:
                    self.absent(rule, own, anchor)
            elif not rule.outer:
                own[name] = value
            else:
                outer.setdefault(name, value)
            if trace is not None and value is not None:
                trace_rule(rule, index, context, self.outer_trace if rule.outer else trace)
        for computed in section.computed:
            if computed.severity:
                self.to_compare.append((computed, index))
        for check in section.checks:
            self.check(check, own if check.own else {**outer, **own}, anchor)

    def placed(self, rule: Rule, index: Any) -> Any:
        """A value, told in the zone of its place where that is known. Raises Unreadable."""
        context = self.context
        if not rule.zone_place or context.zone_of is None:
            return rule.value(index, context)
        party = self.outer.get(rule.zone_place)
        context.place = context.zone_of(party) if party else None
        try:
            return rule.value(index, context)
        finally:
            context.place = None

    def referred(self, rule: Rule, index: Any, said: Any, own: dict[str, Any]) -> Any:
        """An identifier in our words; those of the event itself are told when its day and its places are known."""
        xref = rule.xref
        if xref is None or self.context.references is None:
            return said
        if rule.outer:
            if rule.name not in self.outer:
                self.deferred.append((rule, index))
            return said
        within = own.get(xref.within) or self.outer.get(xref.within) or self.above.get(xref.within)
        return to_ours(xref, said, within, self.context)

    def absent(self, rule: Rule, own: dict[str, Any], anchor: int) -> None:
        where = self.outer if rule.outer else own
        if rule.name in where:
            return
        if rule.default is not None:
            where[rule.name] = rule.default
            return
        value = None if rule.read is None else rule.read.run({**self.above, **self.outer, **own})
        if value is not None:
            where[rule.name] = int(value) if rule.target and rule.target.shape == "int" else value
        elif rule.required:
            self.note(fault_missing(self.map, rule, anchor))

    def fill_inner(
        self, section: Section, loop: Loop | Scope, index: dict[str, list[Any]], own: dict[str, Any],
        trace: Trace | None,
    ) -> None:  # fmt: skip
        """Inner loops and repeated groups of one X12 scope."""
        if section.loops:
            for child in (loop.loop if isinstance(loop, Scope) else loop).loops:
                inner = section.inner_for(child.segments[0][1]) if child.segments and not child.level else None
                if inner is not None and not inner.splits:
                    self.read_items(inner, child, own, trace)
        for repeat in section.repeats:
            self.read_repeat(repeat, index, own, trace)

    def carry(self, section: Section, index: Any, anchor: int) -> None:
        """Take the values of a section that fall through to the lines below it."""
        self.carried, self.carried_trace = dict(self.carried), dict(self.carried_trace)
        self.fill(section, index, self.carried, self.carried_trace if self.trace is not None else None, anchor)

    def read_items(self, section: Section, loop: Loop, own: dict[str, Any], trace: Trace | None) -> None:
        """The entry of one loop occurrence, or one for each `each:` segment in it."""
        if section.carries:
            before = self.carried, self.carried_trace
            index = index_loop(section, loop)
            self.carry(section, index, loop.segments[0][0])
            self.fill_inner(section, loop, index, own, trace)
            self.carried, self.carried_trace = before
            return
        if section.each is None:
            index = index_loop(section, loop)
            if section.split and self.read_split(section, loop, index, own, trace):
                return
            self.add_item(section, index, loop.segments[0][0], own, trace, loop)
            return
        head, runs = cut_runs(section.each, loop.segments)
        for run in runs:
            self.add_item(section, index_segments(section, run), loop.segments[0][0], own, trace, None)
        if section.count is not None:
            # Loads without a label of their own: they hold goods all the same.
            for _ in range(self.unlabelled(section.count, head) - len(runs)):
                self.add_item(section, index_segments(section, head), loop.segments[0][0], own, None, None)

    def read_split(
        self, section: Section, loop: Loop, index: dict[str, list[Any]], own: dict[str, Any], trace: Trace | None
    ) -> bool:
        """An entry for each inner loop that splits the outer one; False where there is none."""
        inner: list[tuple[Section, Loop]] = []
        for split in section.split:
            found = [(split, c) for c in loop.loops if c.segments and split.is_for(c.segments[0][1])]
            inner = found if len(found) > len(inner) else inner
        before = len(self.faults)
        for part in inner:
            self.add_item(section, index, part[1].segments[0][0], own, trace, loop, part)
        # What is wrong above the inner loops is met once for each of them, and told once.
        self.faults[before:] = dict.fromkeys(self.faults[before:])
        return bool(inner)

    def fill_split(
        self, split: Section, index: dict[str, list[Any]], child: Loop, values: dict[str, Any], trace: Trace | None
    ) -> None:
        """What the inner loop says goes before what the outer one says; what stands nearer is found first."""
        near = index_loop(split, child)
        far = {tag: found for tag, found in index.items() if tag not in split.nearest}
        joined = {tag: [*near.get(tag, ()), *far.get(tag, ())] for tag in {*near, *far}}
        joined[split.tag] = near.get(split.tag, [])
        own: dict[str, Any] = {}
        own_trace: Trace | None = {} if trace is not None else None
        self.fill(split, joined, own, own_trace, child.segments[0][0])
        self.fill_inner(split, child, joined, own, own_trace)
        values |= own
        if trace is not None and own_trace is not None:
            trace |= own_trace

    def unlabelled(self, count: Place, head: list[Segment]) -> int:
        """How many entries the document says there are, as far as a document may have so many made of one number."""
        counting = (elements for _, elements in head if elements[0] == count.step.tag)
        said = next((elements[count.element] for elements in counting if count.element < len(elements)), "")
        found = int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0
        self.counted += found
        return found if self.counted <= COUNTED_MAX else 0

    def read_repeat(
        self, repeat: Repeat, index: dict[str, list[Any]], own: dict[str, Any], trace: Trace | None
    ) -> None:
        if repeat.section.otherwise and own.get(repeat.section.into):
            return
        if repeat.step is not None:
            starts = starts_of(repeat, index)
            ends = [segment[0] for segment in starts[1:]]
            for segment, end in zip_longest(starts, ends):
                inner = run_of(index, segment[0], end) if repeat.run else {**index, repeat.tag: [segment]}
                self.add_item(repeat.section, inner, segment[0], own, trace, None)
            return
        for segment in index.get(repeat.tag, ()):
            elements = segment[1]
            width = max((p.element for r in repeat.section.rules for parts in r.places for p in parts), default=0)
            if any(elements[repeat.start : width + 1]):
                self.add_item(repeat.section, {repeat.tag: [segment]}, segment[0], own, trace, None)

    def add_item(
        self, section: Section, index: Any, anchor: int, own: dict[str, Any], trace: Trace | None, loop: Loop | None,
        part: tuple[Section, Loop] | None = None,
    ) -> dict[str, Any] | None:  # fmt: skip
        """Make one entry of the list `into` and append it to its parent's values; None when it could not be made.

        `part` is the inner loop that the entry is of, where there are several (`into: split`), with its section.
        """
        if section.emits and self.outer is not self.emitting:
            self.emit(section, index, anchor, trace, loop, part)
            return None
        before = len(self.faults)
        values: dict[str, Any] = dict(section.fixed)
        values_trace: Trace | None = {} if trace is not None else None
        if self.carried and section.into == self.map.list_field:
            values = {**self.carried, **section.fixed}
        if section.struct is None:
            self.fill(section, index, own, trace, anchor)
            if loop is not None:
                self.fill_inner(section, loop, index, own, trace)
            return None
        self.fill(section, index, values, values_trace, anchor)
        if loop is not None:
            self.fill_inner(section, loop, index, values, values_trace)
        if part is not None:
            self.fill_split(part[0], index, part[1], values, values_trace)
        entries = own.setdefault(section.into, [])
        if section.marks_segment:
            values["segment"] = anchor
        self.number(section, values, len(self.emitted if section.emits else entries) + 1)
        if section.when is not None and section.when.run(values) is False:
            return None
        entry = self.entry(section, values, anchor, before)
        if entry is None:
            return None
        if trace is not None and values_trace is not None:
            above = self.carried_trace if section.into == self.map.list_field else {}
            nest(trace, f"{section.into}[{len(entries)}].", above | values_trace)
        entries.append(entry)
        return values

    def emit(
        self, section: Section, index: Any, anchor: int, trace: Trace | None, loop: Loop | None,
        part: tuple[Section, Loop] | None,
    ) -> None:  # fmt: skip
        """One occurrence of the loop that emits: its event is made when the whole document is read."""
        above, above_trace, deferred = self.outer, self.outer_trace, self.deferred
        bound = {rule.name for rule in section.rules if rule.outer}
        self.above, self.outer_trace, self.deferred = above, {}, []
        self.outer = {name: value for name, value in above.items() if name not in bound}
        self.outer["ordinal"] = len(self.emitted) + 1
        self.context.event = self.emitting = self.outer
        own_trace = self.outer_trace if trace is not None else None
        self.add_emitted(section, index, anchor, own_trace, loop, part)
        if section.struct is None or self.outer.get(section.into):
            self.emitted.append(Emitted(self.outer, self.deferred, self.outer_trace, anchor))
        self.outer, self.outer_trace, self.deferred, self.above = above, above_trace, deferred, {}
        self.context.event = above

    def add_emitted(
        self, section: Section, index: Any, anchor: int, trace: Trace | None, loop: Loop | None,
        part: tuple[Section, Loop] | None,
    ) -> None:  # fmt: skip
        """Read the occurrence itself; formats that nest otherwise than segments say how."""
        self.add_item(section, index, anchor, self.outer, trace, loop, part)

    def entry(self, section: Section, values: dict[str, Any], anchor: int, before: int) -> Any:
        """The entry of these values, None where it cannot be made."""
        struct, required = section.struct, section.required
        kind = self.map.kinds.get(str(self.outer.get(self.map.chooser, ""))) if section.variants else None
        if kind is not None:
            struct, required, fields = section.variants[kind.name]
            values = {name: value for name, value in values.items() if name in fields}
        elif section.variants:
            if self.map.emit:
                self.note(fault_no_event(self.map, self.outer.get(self.map.chooser), anchor))
            return None
        if struct is None or not self.complete(section, required, values, anchor, before):
            return None
        return make(struct, values)

    def number(self, section: Section, values: dict[str, Any], ordinal: int) -> None:
        for rule in section.ordinals:
            if rule.name not in values:
                values[rule.name] = ordinal if rule.target and rule.target.shape == "int" else str(ordinal)
        for rule in section.lessened:
            more = rule.less.run({**self.outer, **values}) if rule.less is not None else None
            if isinstance(more, Decimal) and isinstance(values.get(rule.name), Decimal):
                values[rule.name] += more

    def complete(
        self, section: Section, required: tuple[str, ...], values: dict[str, Any], anchor: int, before: int
    ) -> bool:
        """True when an entry can be made; a required field that is missing is a fault unless one was noted."""
        lacking = [name for name in required if name not in values]
        if not lacking:
            return len(self.faults) == before or not any(
                f.rejects or (self.map.line_faults and f.code != LEFT_OUT) for f in self.faults[before:]
            )
        if len(self.faults) == before and section.each is None:
            for rule in section.rules:
                if rule.name in lacking and not rule.outer:
                    self.note(fault_missing(self.map, rule, anchor))
        return False

    def check(self, check: Check, names: dict[str, Any], anchor: int) -> None:
        if check.when is not None and check.when.run(names) is not True:
            return
        if check.expr.run(names) is False:
            self.note(fault_check(self.map, check, anchor))

    def compare(self, names: dict[str, Any]) -> None:
        """Totals of the document beside what was read of it."""
        for computed, index in self.to_compare:
            found = next(find_all(computed.place, index, self.context), None)
            total = computed.expr.run(names)
            if found is not None and isinstance(total, Decimal) and not tells(found.text, total):
                self.note(fault_total(self.map, computed, found, total))
        self.to_compare.clear()

    def note(self, fault: Fault) -> None:
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(fault)

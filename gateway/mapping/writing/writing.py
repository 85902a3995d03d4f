"""Write an event or advice as a document by a compiled map; the counterpart of `reading.py`.

What a map reads it writes: canonical form is the first code, the first qualifier, the first place of each rule.
Nothing raises for a value that does not fit; it is a fault that names the field and the place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import msgspec

from gateway.document import Fault
from gateway.formats import write_xml
from gateway.mapping.compiling.choosing import as_written, choose
from gateway.mapping.compiling.targets import values_of
from gateway.mapping.converting.convert import Context, Unreadable
from gateway.mapping.converting.expressions import Expression, remembered_totals
from gateway.mapping.converting.referring import References, to_theirs
from gateway.mapping.plan import EVENT, Map, Repeat, Rule, Section
from gateway.mapping.writing.flat import unfit_texts, write_records, write_rows
from gateway.mapping.writing.hierarchy import write_levels
from gateway.mapping.writing.sharing import share, write_around, write_groups, write_runs
from gateway.mapping.writing.slots import Slots
from gateway.mapping.writing.trees import write_element, write_members
from gateway.partners import Partner
from gateway.x12.checking.patterns import CHARACTERS
from ledger.advices import Advice
from ledger.events import Event, write_event

Segments = list[tuple[str, ...]]
Values = dict[str, Any]

_json = msgspec.json.Encoder(decimal_format="number")


class MapWriting(msgspec.Struct, frozen=True, kw_only=True):
    """What was written. X12: `segments` between ST and SE, each `(tag, element 1, ...)` without trailing blanks.

    Flat files: `segments` are the rows, header first, and `data` the file; JSON: `data` alone. With a fault that
    rejects, nothing is to be sent: the event lacks what the document needs.
    """

    segments: tuple[tuple[str, ...], ...] = ()
    data: bytes = b""
    faults: tuple[Fault, ...] = ()


def write_document(
    map: Map, value: Event | Advice | Sequence[Event | Advice], partner: Partner | None = None, *,
    zone_of: Callable[[str], tzinfo | None] | None = None, references: References | None = None,
) -> MapWriting:  # fmt: skip
    """Write one event or advice for a partner. Pure; control numbers and envelope are the writer's business.

    Several events make one document where the map emits (`emit:`), or where rows hold many (`group_by:`). Times are
    told in the zone of their place where `zone_of` knows it, else in the partner's. `references` knows what the
    partner calls our parts, units and places (`xref:`); without it they are written as they are.
    """
    values = tuple(value) if isinstance(value, Sequence) else (value,)
    if len(values) != 1 and (not values or not (map.emit or map.group_by or map.file.each)):
        text = f"{map.path} event: writes one event into a document, not {len(values)}"
        return MapWriting(faults=(Fault(code="other_event", text=text, level="document"),))
    if map.canonical and isinstance(values[0], Event):
        return MapWriting(data=write_event(values[0]))
    writer = Writer(map, partner, zone_of)
    writer.context.references = references
    for value in values:
        one = as_written(map, value)
        chosen = choose(map, one)
        if chosen is None:
            text = f"{map.path} event: writes {', '.join(map.events)}, not {type(value).__name__}"
            return MapWriting(faults=(Fault(code="other_event", text=text, level="document"),))
        writer.events.append({**values_of(one), map.chooser: chosen})
    writer.outer = writer.context.event = writer.events[0]
    with remembered_totals():
        return _written(writer, map)


def _written(writer: Writer, map: Map) -> MapWriting:
    writer.check_header()
    if map.style == "rows":
        rows, data = write_rows(writer, map)
        return MapWriting(segments=tuple(rows), data=data, faults=tuple(writer.faults))
    if map.format == "json":
        members = _json.encode(write_members(writer, map))
        data = msgspec.json.format(members, indent=map.file.indent) + b"\n" if map.file.indent else members
        return MapWriting(data=data, faults=tuple(writer.faults))
    if map.format == "xml":
        root = write_element(writer, map)
        return MapWriting(data=write_xml(root, map.file.namespaces, map.file.indent), faults=tuple(writer.faults))
    segments = tuple(writer.documents())
    data = b"" if map.format == "x12" else write_records(writer, map, segments)
    return MapWriting(segments=segments, data=data, faults=tuple(writer.faults))


class Writer:
    """One writing: `outer` is the event, `counted` what only the writer knows (HL levels written)."""

    def __init__(self, map: Map, partner: Partner | None, zone_of: Callable[[str], tzinfo | None] | None) -> None:
        self.map, self.zone_of = map, zone_of
        x12 = partner.x12 if partner is not None else None
        self.delimiters = (x12.element, x12.segment, x12.component) if x12 else ("*", "~", ">")
        zone = partner.zone if partner is not None else UTC
        self.context = Context(zone, component=self.delimiters[2], release=map.release)
        self.events: list[Values] = []
        """Every event that goes into the document; `outer` is the one whose header is written."""
        self.outer: Values = {}
        self.counted: Values = {}
        self.shared: Values = {}
        """What all lines have in common and the document says once."""
        self.told = frozenset[str]()
        """Fields of lines that something above them has written."""
        self.first = 0
        """How many lines stand before those that are written."""
        self.faults: list[Fault] = []

    def documents(self) -> Segments:
        """One after the other where `each:` makes an event of each; else all in one."""
        if not self.map.file.each:
            return self.document()
        segments: Segments = []
        for event in self.events:
            self.outer = self.context.event = event
            segments += self.document()
        return segments

    def document(self) -> Segments:
        map = self.map
        self.shared, self.told = share(self)
        segments = self.scope(map.header, self.outer, "")
        if map.levels:
            levels, count = write_levels(self, map)
            segments += levels
            self.counted["hl_count"] = count
        return segments + self.scope(map.summary, self.outer, "")

    def check_header(self) -> None:
        """The header is written once: an event that says another thing there belongs in another document."""
        if len(self.events) == 1 or self.map.style == "rows" or self.map.file.each:
            return
        rules = [rule for rule in self.map.header.rules if rule.writes]
        first = [self.texts(rule, self.outer, "") for rule in rules]
        for n, event in enumerate(self.events[1:], 2):
            for rule, said in zip(rules, first, strict=True):
                if self.texts(rule, {**event, EVENT: event}, "") != said:
                    self.fault("other_event", rule, "", f"event {n} says another thing here: write it apart")

    # --- one scope ---

    def scope(self, section: Section, values: Values, path: str, skip: frozenset[str] = frozenset()) -> Segments:
        """The segments of one scope with its loops; fields named in `skip` were written above."""
        return _in_order(self.ranked(section, values, path, skip))

    def ranked(
        self, section: Section, values: Values, path: str, skip: frozenset[str] = frozenset()
    ) -> list[tuple[int, tuple[str, ...]]]:
        """As `scope`, each segment with its rank among its like, in no order yet."""
        slots = Slots(section.order)
        self.fill(section, section.rules, slots, values, path, skip)
        if section is self.map.header and self.map.carry is not None:
            self.fill(self.map.carry, self.map.carry.rules, slots, self.shared, "")
        inner: list[tuple[int, tuple[str, ...]]] = []
        for repeat in section.repeats:
            if repeat.step is not None:
                inner += [(slots.rank(repeat.tag, 0), s) for s in self.loop(repeat.section, values, path)]
        for key, loop in section.loops.items():
            tag = loop.tag or key
            written = self.loop(loop, values, path)
            if written:
                slots.drop({tag})
            inner += [(slots.rank(tag, 1), segment) for segment in written]
        own = slots.build(section.tag if section.tag != "HL" else "", self.delimiters[2])
        return [*own, *inner]

    def fill(
        self, section: Section, rules: Sequence[Rule], slots: Slots, values: Values, path: str,
        skip: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        for rule in sorted(rules, key=lambda rule: rule.beside or rule.needs is not None):
            if rule.writes and not (rule.name in skip and not rule.outer):
                self.put(rule, slots, values, path)
        groups = [repeat for repeat in section.repeats if repeat.step is None]
        for repeat, entry in zip(groups, self.repeated(section, groups, values, path), strict=False):
            for rule in repeat.section.rules:
                if rule.writes:
                    self.put(rule, slots, entry, path)
        for place, text in section.constants:
            slots.put_constant(place, text)
        for computed in section.computed:
            slots.put(computed.place, self.run(computed.expr, values))

    def run(self, expression: Expression, values: Values) -> str:
        """What is computed from the event and an entry of it, as text."""
        return _told(expression.run(self.names(values)))

    def names(self, values: Values) -> Values:
        """What an expression reads: what only the writer knows, else the entry's fields, else its event's."""
        return {**values.get(EVENT, self.outer), **values, **self.counted}

    def put(self, rule: Rule, slots: Slots, values: Values, path: str) -> None:
        if rule.needs is not None and not slots.has(rule.needs):
            return
        texts = self.texts(rule, values, path)
        if texts is None:
            return
        places = rule.places[0]
        if rule.beside:
            for place, text in zip(places, texts, strict=False):
                slots.put_constant(place, text)
        elif rule.target is not None and rule.target.shape == "texts":
            for n, text in enumerate(texts):
                slots.put(places[0], text, n)
        else:
            for place, text in zip(places, texts, strict=False):
                if text:
                    slots.put(place, text)
        if any(texts):
            # A qualifier stands only before what it qualifies: no time role without a time.
            blank = {(p.step.tag, p.element - 1) for p, text in zip_longest(places, texts) if p and not text}
            for place, text in rule.constants:
                if (place.step.tag, place.element) not in blank:
                    slots.put(place, text)
            if rule.minus is not None and rule.minus.place is not None:
                below = (values.get(EVENT, self.outer) if rule.outer else values).get(rule.name, 0) < 0
                slots.put(rule.minus.place, rule.minus.below[0] if below else rule.minus.above)

    def texts(self, rule: Rule, values: Values, path: str) -> tuple[str, ...] | None:
        """The texts of a rule's first place; None where the event has no value."""
        if rule.when is not None and rule.when.run(self.names(values)) is False:
            return None
        outer = self.context.event = values.get(EVENT, self.outer)
        value = (outer if rule.outer else values).get(rule.name)
        if rule.write is not None and (value is None or value == ""):
            value = rule.write.run(self.names(values))
            if isinstance(value, Decimal) and rule.target is not None and rule.target.shape == "int":
                value = int(value)
        if self.is_absent(rule, value):
            if rule.required:
                self.fault("required", rule, path, "is required, and the event has none")
            return None
        if rule.less is not None and isinstance(value, Decimal):
            value -= rule.less.run(self.names(values)) or 0
        if rule.unless and value == outer.get(rule.unless):
            return None
        if rule.xref is not None:
            value = self.named(rule, value, values, path)
            if value is None:
                return None
        if rule.zone_place and self.zone_of is not None:
            party = outer.get(rule.zone_place)
            self.context.place = self.zone_of(party) if party else None
        try:
            texts = rule.text(value, self.context)
        except Unreadable as error:
            self.fault(error.code, rule, path, f'"{value}" {error.words}')
            return None
        finally:
            self.context.place = None
        if self.map.format == "x12":
            if rule.clip:
                texts = tuple(self.with_blanks(text) for text in texts)
            for text in texts:
                if any(mark in text for mark in self.delimiters) or not text.isprintable():
                    self.fault("delimiter", rule, path, f'"{text[:40]}" holds a delimiter or a control character')
                    return None
        elif not self.fits(rule, texts, path):
            return None
        return texts

    def named(self, rule: Rule, ours: Any, values: Values, path: str) -> Any:
        """What the partner calls it; None where that is left out, or a fault."""
        if rule.xref is None or self.context.references is None:
            return ours
        try:
            return to_theirs(rule.xref, ours, self.names(values).get(rule.xref.within), self.context)
        except Unreadable as error:
            self.fault(error.code, rule, path, f'"{ours}": {error.words}')
            return None

    def fits(self, rule: Rule, texts: tuple[str, ...], path: str) -> bool:
        """Whether a file can hold these texts; a fault where it cannot."""
        for code, text, words in unfit_texts(self.map, rule, texts):
            self.fault(code, rule, path, f'"{text[:40]}" {words}')
            return False
        return True

    def with_blanks(self, text: str) -> str:
        """The text with a blank for each character that X12 has not or that is a delimiter here."""
        shown = "".join(c if c in CHARACTERS and c not in self.delimiters else " " for c in text)
        return shown.strip() or "-"

    def is_absent(self, rule: Rule, value: Any) -> bool:
        if value is None or value == "" or value == ():
            return True
        target = rule.target
        plain = target is not None and target.shape in ("decimal", "int", "flag") and not target.required
        return plain and not rule.required and target is not None and bool(value == target.default)

    def repeated(self, section: Section, groups: Sequence[Repeat], values: Values, path: str) -> list[Values]:
        """Entries of a repeated group; more than the segment has room for is a fault."""
        if not groups:
            return []
        into = groups[0].section.into
        entries = [values_of(entry) for entry in values.get(into) or ()]
        if len(entries) > len(groups):
            text = f"{section.origin} {into}: {path}{into} has {len(entries)} entries, {len(groups)} have room"
            self.faults.append(Fault(code="too_many", text=text, origin=section.origin))
        return entries

    # --- loops ---

    def loop(self, section: Section, values: Values, path: str) -> Segments:
        if not section.writes or section.splits:
            return []
        if section.carries:
            return write_groups(self, section, values)
        if section.struct is None and not section.emits:
            return write_around(self, section, values, path)
        entries = self.entries(section, values)
        if section.each is not None:
            return write_runs(self, section, entries, path)
        for split in section.split:
            if split.writes:
                return self.split(section, split, entries, path)
        segments: Segments = []
        lines = section.into == self.map.list_field
        for n, entry in enumerate(entries, self.first if lines else 0):
            told = self.told if lines else frozenset()
            segments += self.scope(section, entry, f"{path}{section.into}[{n}].", told)
        return segments

    def entries(self, section: Section, values: Values) -> list[Values]:
        """The entries that a loop writes: those whose fixed values are its own; of every event, where it emits."""
        if not section.emits:
            found = [values_of(entry) for entry in values.get(section.into) or ()]
        elif section.struct is None:
            return [{**event, EVENT: event} for event in self.events]
        else:
            found = [{**values_of(e), EVENT: event} for event in self.events for e in event.get(section.into) or ()]
        chosen = [e for e in found if all(e.get(n) == fixed for n, fixed in section.fixed.items())]
        found = [e for e in chosen if section.when is None or section.when.run(e) is not False]
        for rule in section.ordinals:
            for n, entry in enumerate(found, 1):
                entry[rule.name] = entry[rule.name] or (n if rule.target and rule.target.shape == "int" else str(n))
        return found

    def split(self, section: Section, split: Section, entries: list[Values], path: str) -> Segments:
        """One loop for consecutive entries alike in what stands in it, each with an inner loop of its own."""
        found: list[list[tuple[int, tuple[str, ...]]]] = []
        before: list[tuple[int, tuple[str, ...]]] | None = None
        rank = Slots(section.order).rank(split.tag, 1)
        told = self.told if section.into == self.map.list_field else frozenset[str]()
        for n, entry in enumerate(entries):
            here = f"{path}{section.into}[{n}]."
            head = self.ranked(section, entry, here, told)
            if head != before:
                found.append([*head])
                before = head
            found[-1] += [(rank, segment) for segment in self.scope(split, entry, here, told)]
        return [segment for one in found for segment in _in_order(one)]

    def fault(self, code: str, rule: Rule, path: str, words: str) -> None:
        origin = f"{rule.origin} {rule.name}"
        text = f"{rule.origin} {path}{rule.name} -> {rule.label}: {words}"
        self.faults.append(Fault(code=code, text=text, level="element", origin=origin))


def _in_order(ranked: list[tuple[int, tuple[str, ...]]]) -> Segments:
    return [segment for _, segment in sorted(ranked, key=lambda one: one[0])]


def _told(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else "" if value is None else str(value)

"""Compile the sections of a map: header, levels, loops and repeated groups, with their rules in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, cast

import msgspec

from gateway.formats import FileShape
from gateway.mapping.compiling.rules import compile_rule, read_place
from gateway.mapping.compiling.source import Effective
from gateway.mapping.compiling.targets import Target, targets_of, union_of
from gateway.mapping.compiling.vocabulary import REPEAT, SECTION
from gateway.mapping.converting.codes import CodeTable
from gateway.mapping.converting.expressions import BadExpression, Expression, read_expression
from gateway.mapping.converting.pairs import Scope
from gateway.mapping.places import BadPlace, Place, Step, read_step
from gateway.mapping.plan import Check, Computed, Repeat, Rule, Section, Variant
from gateway.mapping.reading.readying import make_ready
from gateway.mapping.writing.ranks import ranks_of
from gateway.resources import Entry, Mistake, did_you_mean

SPLIT = "split"
"""`into:` of an inner loop that makes the entries of the loop it stands in."""


class _Nothing(msgspec.Struct):
    """Stands for the entries of a list that does not exist."""


class Around(NamedTuple):
    """The section that an inner one stands in: what its entries are, and their fields."""

    struct: type[msgspec.Struct] | None
    own: Mapping[str, Target]


class SectionCompiler:
    """What sections need to know of their map: its format, tables, checks, and the fields of its event."""

    def __init__(self, effective: Effective, format: str, mistakes: list[Mistake]) -> None:
        self.effective, self.format, self.mistakes = effective, format, mistakes
        self.tables: dict[str, CodeTable] = {}
        self.chooser = ""
        self.locals: tuple[str, ...] = ()
        """Names that no event has, for checks and expressions (`locals:`)."""
        self.emitted = ""
        """Name of the section of which each occurrence makes an event."""
        self.made: dict[str, type[msgspec.Struct]] = {}
        """The structs of the events that the map makes, by their names."""
        self.outer: dict[str, Target] = {}
        self.line: type[msgspec.Struct] | None = None
        """Struct of the lines that the document makes: carried values belong to it."""
        self.checks: list[Check] = []
        self.file = FileShape()

    def section(
        self, entry: Entry, name: str, tag: str, fields: Mapping[str, Target],
        loops: dict[str, Section] | None = None, line: type[msgspec.Struct] | None = None,
        shift: tuple[str, int] | None = None, around: Around | None = None, carrying: bool = False,
    ) -> Section:  # fmt: skip
        entry = self.alike(entry)
        step = self.loop_step(tag, entry)
        tag = step.tag if step is not None else tag
        keys = entry.mapping(SECTION)
        into = "carry" if carrying else keys["into"].text() if "into" in keys else ""
        splits = into == SPLIT and around is not None and around.struct is not None
        struct = around.struct if around is not None and splits else self.struct_into(keys, into, fields, line)
        own: Mapping[str, Target] = (
            self.fields_of(into, struct) if struct else targets_of(self.line) if self.line and into == "carry" else {}
        )
        if struct is _Nothing:
            keys = {key: one for key, one in keys.items() if key in ("note", "into")}
        elif not into and around is not None:
            own = around.own
        chooser = frozenset({self.chooser, *self.locals} - {""})
        scope = Scope(name, own, self.outer, chooser, self.format, self.tables, shift, self.file, tag)
        rules = self.rules(keys, scope)
        inner = dict(loops or {}) | self.inner(keys, name, own, None if into == "carry" else Around(struct, own))
        section = Section(
            name=name,
            tag=tag,
            into="" if splits else into,
            struct=struct,
            rules=tuple(rules),
            loops=inner,
            repeats=self.repeats(keys["repeats"], name, own or self.outer) if "repeats" in keys else (),
            otherwise="otherwise" in keys and keys["otherwise"].flag(),
            split=tuple(one for one in inner.values() if one.splits),
            splits=splits,
            nearest=keys["nearest"].texts() if "nearest" in keys else (),
            each=self.step(keys["each"]) if "each" in keys else None,
            count=self.place(keys["count"], scope) if "count" in keys else None,
            emits=name == self.emitted,
            variants=self.variants(into),
            fixed=self.fixed(keys["set"], own) if "set" in keys else {},
            constants=(
                *(self.constants(keys["constants"], scope) if "constants" in keys else ()),
                *key_texts(step),
            ),
            step=step,
            keyed=keyed_by_tag(inner),
            computed=self.computed(keys["computed"], scope) if "computed" in keys else (),
            order=keys["segments"].texts() if "segments" in keys else (),
            most=keys["most"].whole(0, 1, 100_000) if "most" in keys else 0,
            writes="way" not in keys or keys["way"].choice(("both", "read"), "both") == "both",
            when=self.expression(keys["when"]) if "when" in keys else None,
            checks=self.checks_of(name, own),
            origin="{}:{}".format(*entry.place),
            at=self.loop_at(tag, entry, scope) if self.format == "xml" and tag else None,
        )
        self.check_most(section, keys)
        make_ready(section, own, self.format)
        if self.format == "xml":
            section.ranks = ranks_of(section, self.file.namespaces, keys.get("segments", entry))
        return section

    def checks_of(self, name: str, own: Mapping[str, Target]) -> tuple[Check, ...]:
        mine = (check for check in self.checks if check.section == name.split(".", 1)[-1])
        return tuple(check._replace(own=_reads(check) <= set(own)) for check in mine)

    def inner(
        self, keys: Mapping[str, Entry], name: str, own: Mapping[str, Target], around: Around | None
    ) -> dict[str, Section]:
        """The sections inside one, by what opens each; `around` is None where values are carried into them."""
        fields = own if own and around is not None else {**own, **self.outer}
        within = around if own else None
        return {
            tag: self.section(entry, f"{name}.{tag}", tag, fields, around=within)
            for tag, entry in (keys["loops"].mapping().items() if "loops" in keys else ())
        }

    def fields_of(self, into: str, struct: type[msgspec.Struct]) -> Mapping[str, Target]:
        """The fields of a list's entries; of any of the events' own where they differ in it."""
        target = self.outer.get(into)
        several = target is not None and target.item is struct and target.items
        return union_of((struct, *target.items)) if several and target is not None else targets_of(struct)

    def variants(self, into: str) -> dict[str, Variant]:
        target = self.outer.get(into)
        if target is None or not target.items:
            return {}
        items = {kind: targets_of(struct).get(into) for kind, struct in self.made.items()}
        return {kind: _variant(one.item) for kind, one in items.items() if one is not None and one.item is not None}

    def check_most(self, section: Section, keys: Mapping[str, Entry]) -> None:
        holds = section.struct is None and any(loop.writes for loop in section.loops.values())
        if section.most and not holds:
            keys["most"].note("most: is said of a loop that holds others")

    def alike(self, entry: Entry) -> Entry:
        """The section that `like: LX.AT7` names; itself where it names none."""
        if not isinstance(entry.value, dict) or "like" not in entry.value:
            return entry
        like = entry.mapping(("like",)).get("like")
        path: list[str] = []
        found: Any = {"loops": self.effective.value.get("loops")}
        for tag in like.text().split(".") if like is not None else ():
            path += ["loops", tag]
            inner = found.get("loops") if isinstance(found, dict) else None
            found = inner.get(tag) if isinstance(inner, dict) else None
        if like is None or not isinstance(found, dict) or _names_another(found):
            entry.note(f'like: "{like.value if like else ""}" is no loop that says all of itself', "as LX.AT7")
            return Entry(entry.source, entry.mistakes, entry.path, {})
        return Entry(entry.source, entry.mistakes, tuple(path), found)

    def rules(self, keys: Mapping[str, Entry], scope: Scope) -> list[Rule]:
        """The rules of `fields:`; a field may have several, of which one is read."""
        rules: list[Rule] = []
        for field, bound in keys["fields"].mapping().items() if "fields" in keys else ():
            several = isinstance(bound.value, list) and any(isinstance(v, dict) for v in bound.value)
            for one in bound.items() if several else [bound]:
                rule = compile_rule(field, one, scope)
                if rule is not None:
                    rules.append(rule)
        self.read_once(rules, keys)
        return rules

    def read_once(self, rules: list[Rule], keys: Mapping[str, Entry]) -> None:
        names = [rule.name for rule in rules if rule.reads and rule.when is None]
        for name in sorted({name for name in names if names.count(name) > 1}):
            keys["fields"].mapping()[name].note(f"{name} is read twice in one section", "use else:")

    def struct_into(
        self, keys: Mapping[str, Entry], into: str, fields: Mapping[str, Target], line: type[msgspec.Struct] | None
    ) -> type[msgspec.Struct] | None:
        if into in ("", "carry"):
            return None
        if into == SPLIT:
            keys["into"].note("into: split stands in no loop that makes entries")
            return None
        known = dict(fields) | (targets_of(line) if line else {})
        target = known.get(into)
        if target is None or target.shape != "structs":
            lists = [name for name, t in known.items() if t.shape == "structs"]
            keys["into"].note(f'into: "{into}" is no list', did_you_mean(into, [*lists, "carry"]))
            # Nobody can say what its fields are: what stands in it is not looked at.
            return _Nothing
        return target.item

    def repeats(self, entry: Entry, name: str, own: Mapping[str, Target]) -> tuple[Repeat, ...]:
        found: list[Repeat] = []
        for item in entry.items():
            keys = item.mapping(REPEAT)
            if "at" not in keys:
                found += self.repeated_segments(item, keys, name, own)
                continue
            if missing := {"each", "into", "fields"} - keys.keys():
                item.note(f"repeats: {', '.join(sorted(missing))} missing")
                continue
            step = self.step(keys["each"])
            if step is None or step.keys or "run" in keys:
                keys["each"].note("at: counts in every segment of a tag, and no run", "each: RCD")
                continue
            body = {key: value for key, value in item.value.items() if key in ("into", "fields")}
            inner = Entry(item.source, item.mistakes, item.path, body)
            for start in keys["at"].items():
                first = start.whole(1, 1, 99)
                section = self.section(inner, f"{name}.{step.tag}", step.tag, own, shift=(step.tag, first))
                found.append(Repeat(step.tag, first, section))
        return tuple(found)

    def repeated_segments(
        self, item: Entry, keys: Mapping[str, Entry], name: str, own: Mapping[str, Target]
    ) -> Iterable[Repeat]:
        """`{each: ATH[FI|MT], into: authorizations, fields: ...}`: an entry for each such segment."""
        if "each" not in keys:
            item.note("repeats: each missing", "each: REF[LS]")
            return
        step = self.step(keys["each"])
        if "like" not in item.value and ("into" not in keys or "fields" not in keys):
            item.note("each: needs into: and fields:")
        elif step is not None:
            body = {key: value for key, value in item.value.items() if key not in ("each", "run")}
            inner = Entry(item.source, item.mistakes, item.path, body)
            section = self.section(inner, f"{name}.{step.tag}", step.tag, own)
            yield Repeat(step.tag, 0, section, step, "run" in keys and keys["run"].flag())

    def fixed(self, entry: Entry, own: Mapping[str, Target]) -> dict[str, Any]:
        return {n: self.fixed_value(n, e.text(), own.get(n), e) for n, e in entry.mapping().items()}

    def constants(self, entry: Entry, scope: Scope) -> tuple[tuple[Place, str], ...]:
        found = []
        for key, value in entry.mapping().items():
            try:
                found.append((read_place(key, scope), value.text()))
            except BadPlace as error:
                value.note(str(error))
        return tuple(found)

    def computed(self, entry: Entry, scope: Scope) -> tuple[Computed, ...]:
        """`{CTT.01: len(lines)}`, or with `{expr, severity}` compared when it is read."""
        found = []
        for key, value in entry.mapping().items():
            several = value.mapping(("expr", "severity")) if isinstance(value.value, dict) else {"expr": value}
            if "expr" not in several:
                value.note("computed: expr is missing")
                continue
            expression = self.expression(several["expr"])
            severity = several["severity"].choice(("warn", "fault"), "fault") if "severity" in several else ""
            if severity and scope.section not in ("header", "summary"):
                several["severity"].note("computed: only totals of the whole document are compared")
            try:
                place = read_place(key, scope)
            except BadPlace as error:
                value.note(str(error))
                continue
            if expression is not None:
                origin = "{}:{}".format(*value.place)
                found.append(Computed(place, expression, cast(Literal["", "warn", "fault"], severity), origin))
        return tuple(found)

    def loop_step(self, tag: str, entry: Entry) -> Step | None:
        """The qualifier of a loop's key, `SAC[A]`; None where it is all loops of its tag."""
        if self.format != "x12" or "[" not in tag:
            return None
        try:
            return read_step(tag)
        except BadPlace as error:
            entry.note(str(error))
            return None

    def loop_at(self, path: str, entry: Entry, scope: Scope) -> Place | None:
        """Where the elements of a loop stand."""
        try:
            place = read_place(path, scope)
        except BadPlace as error:
            entry.note(str(error))
            return None
        if place.attribute or not place.path or place.absolute:
            entry.note(
                f'loop "{path}" names no elements below its section', "a loop stands for elements, as cac:Line"
            )
        return place

    def step(self, entry: Entry) -> Step | None:
        try:
            return read_step(entry.text())
        except BadPlace as error:
            entry.note(str(error))
            return None

    def place(self, entry: Entry, scope: Scope) -> Place | None:
        try:
            return read_place(entry.text(), scope)
        except BadPlace as error:
            entry.note(str(error))
            return None

    def fixed_value(self, name: str, text: str, target: Target | None, entry: Entry) -> Any:
        if target is None:
            entry.note(f'set: unknown field "{name}"')
        elif target.shape == "flag":
            return text == "true"
        elif target.choices and text not in target.choices:
            entry.note(f'set: {name} "{text}" {did_you_mean(text, target.choices)}')
        elif text == target.default:
            return target.default  # the very same: what is left out of an event is told by identity
        return text

    def expression(self, entry: Entry) -> Expression | None:
        try:
            return read_expression(entry.text())
        except BadExpression as error:
            entry.note(str(error))
            return None


def key_texts(step: Step | None) -> tuple[tuple[Place, str], ...]:
    """The qualifier by which a loop is chosen, as it is written where the segment does not say it."""
    if step is None:
        return ()
    return tuple((Place(f"{step.tag}.{n:02d}", Step(step.tag), n), text) for n, text in step.written)


def keyed_by_tag(loops: Mapping[str, Section]) -> dict[str, tuple[Section, ...]]:
    found: dict[str, tuple[Section, ...]] = {}
    for one in loops.values():
        if one.step is not None:
            found[one.tag] = (*found.get(one.tag, ()), one)
    return found


def _names_another(section: Any) -> bool:
    """A section that is like another, or has such a loop: it could be like itself without end."""
    loops = section.get("loops") if isinstance(section, dict) else None
    inner = loops.values() if isinstance(loops, dict) else ()
    return isinstance(section, dict) and ("like" in section or any(_names_another(one) for one in inner))


def _reads(check: Check) -> frozenset[str]:
    return check.expr.names | (check.when.names if check.when else frozenset())


def all_sections(sections: Iterable[Section]) -> Iterable[Section]:
    for section in sections:
        yield section
        yield from all_sections(section.loops.values())
        yield from all_sections(repeat.section for repeat in section.repeats)


def _variant(struct: type[msgspec.Struct]) -> Variant:
    targets = targets_of(struct)
    return Variant(struct, tuple(name for name, one in targets.items() if one.required), frozenset(targets))

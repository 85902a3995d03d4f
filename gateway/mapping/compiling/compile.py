"""Compile a map in force into a plan: every section, rule and check, with every mistake noted where it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from gateway.formats import FileShape
from gateway.mapping.compiling.files import nested_file, read_file_shape
from gateway.mapping.compiling.rules import read_place
from gateway.mapping.compiling.sections import SectionCompiler, all_sections
from gateway.mapping.compiling.source import Effective, read_map_source
from gateway.mapping.compiling.targets import ADVICE_KINDS, kind_named, targets_of, union_of
from gateway.mapping.compiling.vocabulary import CHECK, TEST, TOP
from gateway.mapping.converting.codes import build_table, read_table_file, table_path
from gateway.mapping.converting.pairs import Scope
from gateway.mapping.converting.referring import KINDS as REFERENCES
from gateway.mapping.places import BadPlace, Place, Step, read_step
from gateway.mapping.plan import Check, Kind, Map, Section
from gateway.mapping.reading.readers import line_level_of
from gateway.resources import Entry, Mistake, Mistakes, did_you_mean
from ledger.events import KINDS

FLAT = ("csv", "fixed", "json", "xml")
"""Formats whose folder is one document type, without a release."""
NEED_FILE = {"fixed": "its columns", "xml": "its root"}


class Folder(NamedTuple):
    """What the folder of a map says: format, release, document type, partner."""

    format: str
    release: str
    type: str
    partner: str


def folder_of(path: str) -> Folder | None:
    """Read a virtual path; None when it is no map's path."""
    parts = path.split("/")
    if parts[-1] != "map.yaml":
        return None
    partner = parts[1] if parts[0] == "partners" else ""
    inside = parts[2:-1] if partner else parts[1:-1]
    if len(inside) == 3 and inside[0] == "x12":
        return Folder("x12", inside[1], inside[2], partner)
    return Folder(inside[0], "", inside[1], partner) if len(inside) == 2 and inside[0] in FLAT else None


def compile_map(files: Mapping[str, bytes], path: str) -> Map:
    """Read, lay over, check and compile the map at a virtual path. Raises Mistakes with all of them."""
    effective = read_map_source(files, path)
    folder = folder_of(path)
    mistakes: list[Mistake] = []
    if folder is None:
        raise Mistakes([Mistake(path, None, "stands in no folder of a document type", "x12/<release>/<set>")])
    compiled = _Compiler(effective, folder, files, mistakes).map()
    if mistakes:
        raise Mistakes(mistakes)
    return compiled


class _Compiler(SectionCompiler):
    def __init__(
        self, effective: Effective, folder: Folder, files: Mapping[str, bytes], mistakes: list[Mistake]
    ) -> None:
        super().__init__(effective, folder.format, mistakes)
        self.folder, self.files = folder, files
        self.used_tables: dict[str, bytes] = {}

    def map(self) -> Map:
        root = Entry(self.effective, self.mistakes)
        keys = root.mapping(TOP)
        self.read_tables(keys)
        kinds = self.kinds(keys, root)
        canonical = kinds is None
        if kinds == {}:
            # Without an event nobody can say which fields there are: what stands below is not looked at.
            raise Mistakes(self.mistakes)
        self.made = {kind.name: kind.struct for kind in (kinds or {}).values()}
        self.outer = union_of(self.made.values())
        emit, join = self.emission(keys["emit"]) if "emit" in keys else ("", False)
        lists = [name for name, target in self.outer.items() if target.shape == "structs"]
        self.file = self.file_shape(keys, root)
        self.locals = keys["locals"].texts() if "locals" in keys else ()
        if "checks" in keys:
            self.checks = [c for item in keys["checks"].items() if (c := self.check(item)) is not None]
        self.line = self.line_struct([entry for key in ("levels", "loops") if key in keys for entry in (keys[key],)])
        header, summary, levels = self.sections(keys, root)
        carry = self.section(keys["carry"], "carry", "", self.outer, carrying=True) if "carry" in keys else None
        if carry is not None and self.format != "x12":
            keys["carry"].note("carry: is said of X12", "name the place in the lines themselves")
        sections = list(all_sections([header, *([carry] if carry else []), summary, *levels.values()]))
        digest = hashlib.sha256(self.effective.hash.encode())
        for name in sorted(self.used_tables):
            digest.update(name.encode() + b"\0" + self.used_tables[name])
        found = Map(
            id=keys["map"].text() if "map" in keys else self.effective.path,
            path=self.effective.path,
            format=self.folder.format,
            type=self.folder.type,
            release=self.folder.release,
            hash=digest.hexdigest(),
            kinds=kinds or {},
            chooser=self.chooser,
            advice="advice" in keys,
            canonical=canonical,
            header=header,
            carry=carry,
            summary=summary,
            levels=levels,
            group_by=keys["group_by"].texts() if "group_by" in keys else (),
            emit=emit,
            join=join,
            file=self.file,
            ignore=self.ignored(keys["ignore"]) if "ignore" in keys else (),
            line_faults="faults" in keys and keys["faults"].choice(("document", "line"), "document") == "line",
            list_field=lists[0] if len(lists) == 1 else "lines" if "lines" in lists else "",
            counted=tuple((r.name, r.counts) for s in sections for r in s.rules if r.counts),
            refers=any(rule.xref is not None for section in sections for rule in section.rules),
            sender_fields=tuple(sorted({r.name for s in sections for r in s.rules if r.sender})),
            checks=tuple(check for check in self.checks if check.section == "event"),
            tests=self.tests(keys["tests"]) if "tests" in keys else (),
            origins={".".join(map(str, p)): f"{o[0]}:{o[1]}" for p, o in self.effective.origins.items() if p},
        )
        found.file = nested_file(found)
        found.line_level = line_level_of(found)
        self.bound(found, root)
        return found

    # --- tables, kinds ---

    def read_tables(self, keys: Mapping[str, Entry]) -> None:
        for name, entry in keys["codes"].mapping().items() if "codes" in keys else ():
            values: dict[str, str] = {}
            if isinstance(entry.value, str):
                values = self.table_file(entry.value, entry)
            else:
                for code, value in entry.mapping().items():
                    if code == "use":
                        values |= self.table_file(value.text(), value)
                    else:
                        values[code] = value.text()
            self.tables[name] = build_table(name, values)

    def table_file(self, name: str, entry: Entry) -> dict[str, str]:
        path = table_path(name)
        if path not in self.files:
            known = [
                p.rsplit("/", 1)[-1].removesuffix(".yaml") for p in self.files if p.startswith("mappings/codes/")
            ]
            entry.note(f'no table file is called "{name}"', did_you_mean(name, known))
            return {}
        self.used_tables[name] = self.files[path]
        return read_table_file(self.files[path], path, self.mistakes)

    def kinds(self, keys: Mapping[str, Entry], root: Entry) -> dict[str, Kind] | None:
        """The events by value of the chooser; None for a canonical document."""
        if ("event" in keys) == ("advice" in keys):
            root.note("a map makes one event: or one advice:")
            return {}
        entry = keys.get("event") or keys["advice"]
        if entry.value == "canonical":
            return None
        if isinstance(entry.value, str):
            kind = self.kind(entry.value, {}, entry)
            return {"": kind} if kind else {}
        choices = entry.mapping()
        by = choices.pop("by", None)
        if by is None:
            entry.note("several events need by:, the field that chooses")
            return {}
        self.chooser = by.text()
        found: dict[str, Kind] = {}
        for value, choice in choices.items():
            parts = {"kind": choice} if isinstance(choice.value, str) else choice.mapping(("kind", "set"))
            if "kind" not in parts:
                choice.note("kind: is missing")
                continue
            fixed = {n: e.text() for n, e in parts["set"].mapping().items()} if "set" in parts else {}
            kind = self.kind(parts["kind"].text(), fixed, choice)
            if kind is not None:
                found[value] = kind
        return found

    def kind(self, name: str, fixed: dict[str, str], entry: Entry) -> Kind | None:
        struct = kind_named(name)
        if struct is None:
            entry.note(f'unknown event "{name}"', did_you_mean(name, [*KINDS, *ADVICE_KINDS]))
            return None
        targets = targets_of(struct)
        values = {n: self.fixed_value(n, text, targets.get(n), entry) for n, text in fixed.items()}
        required = tuple(target.name for target in targets.values() if target.required)
        return Kind(name, struct, values, frozenset(targets), required)

    # --- sections ---

    def emission(self, entry: Entry) -> tuple[str, bool]:
        """The loop of which each occurrence makes an event, and whether those that are alike are one."""
        keys = {"loop": entry} if isinstance(entry.value, str) else entry.mapping(("loop", "join"))
        if "loop" not in keys:
            entry.note("emit: names the loop of which each makes an event", "emit: row")
            return "", False
        name = keys["loop"].text()
        loops = self.effective.value.get("loops")
        known = loops if isinstance(loops, dict) else {}
        if name not in known:
            keys["loop"].note(f'emit: there is no loop "{name}"', did_you_mean(name, known))
            return "", False
        self.emitted = f"loops.{name}"
        return name, "join" in keys and keys["join"].flag()

    def sections(self, keys: Mapping[str, Entry], root: Entry) -> tuple[Section, Section, dict[str, Section]]:
        nothing = Entry(self.effective, self.mistakes, ("header",), "")
        loops = {}
        for tag, entry in keys["loops"].mapping().items() if "loops" in keys else ():
            loops[tag] = self.section(entry, f"loops.{tag}", tag, self.outer)
        header = self.section(keys.get("header", nothing), "header", "", self.outer, loops)
        summary = self.section(keys.get("summary", nothing), "summary", "", self.outer)
        levels = {}
        entries = keys["levels"].mapping() if "levels" in keys else {}
        for level, entry in entries.items():
            levels[level] = self.section(entry, f"levels.{level}", "HL", self.outer, {}, self.line)
        return header, summary, levels

    def line_struct(self, holders: Iterable[Entry]) -> type[msgspec.Struct] | None:
        """The struct of the lines that levels or loops make: carried values and handling units belong to it."""
        for holder in holders:
            for entry in holder.mapping().values() if isinstance(holder.value, dict) else ():
                keys = entry.value if isinstance(entry.value, dict) else {}
                target = self.outer.get(str(keys.get("into")))
                if target is not None and target.shape == "structs":
                    return target.item
                inner = Entry(entry.source, [], entry.path, keys.get("loops"))
                if (found := self.line_struct([inner])) is not None:
                    return found
        return None

    def ignored(self, entry: Entry) -> tuple[Place, ...]:
        scope = Scope("", {}, {}, frozenset(), self.folder.format, {}, file=self.file)
        found = []
        for item in entry.items():
            text = item.text()
            try:
                whole = self.folder.format == "x12" and "." not in text and "@" not in text
                step = Step(text) if text in self.file.layouts else read_step(text) if whole else None
                found.append(read_place(text, scope) if step is None else Place(text, step))
            except BadPlace as error:
                item.note(str(error))
        return tuple(found)

    # --- checks, files, tests ---

    def check(self, entry: Entry) -> Check | None:
        keys = entry.mapping(CHECK)
        for needed in ("id", "expr"):
            if needed not in keys:
                if isinstance(entry.value, dict):
                    entry.note(f"check: {needed} is missing")
                return None
        where = keys.get("level") or keys.get("loop")
        expr, when = self.expression(keys["expr"]), self.expression(keys["when"]) if "when" in keys else None
        if expr is None:
            return None
        severity = keys["severity"].choice(("warn", "fault"), "fault") if "severity" in keys else "fault"
        text = keys["text"].text() if "text" in keys else f"{expr.text} does not hold"
        file, line = entry.place
        section = where.text() if where else "event"
        known = {"event", *self.section_names()}
        if section not in known:
            entry.note(f'check of unknown section "{section}"', did_you_mean(section, known))
        return Check(keys["id"].text(), section, when, expr, severity == "fault", text, f"{file}:{line}")

    def section_names(self) -> Iterable[str]:
        """Names by which checks speak of sections: `PO1`, and `PO1.ACK` for a loop inside it."""
        value = self.effective.value
        yield "row"
        stack = [("", value.get("levels")), ("", value.get("loops"))]
        while stack:
            start, found = stack.pop()
            for key, inner in found.items() if isinstance(found, dict) else ():
                yield start + key
                stack.append((f"{start}{key}.", inner.get("loops") if isinstance(inner, dict) else None))

    def file_shape(self, keys: Mapping[str, Entry], root: Entry) -> FileShape:
        if "file" in keys:
            return read_file_shape(keys["file"], self.folder.format)
        if self.folder.format in NEED_FILE:
            root.note(f"file: is missing; a map of {self.folder.format} says {NEED_FILE[self.folder.format]}")
        return FileShape()

    def tests(self, entry: Entry) -> tuple[dict[str, Any], ...]:
        found = []
        for item in entry.items():
            keys = item.mapping(TEST)
            if "in" not in keys:
                item.note("a test names its input, in:")
                continue
            if "roundtrip" in keys:
                keys["roundtrip"].choice(("bytes", "canonical", "none"), "canonical")
            told: dict[str, Any] = {key: value.text() for key, value in keys.items() if key != "references"}
            if "references" in keys:
                told["references"] = self.listed(keys["references"])
            found.append(told)
        return tuple(found)

    def listed(self, entry: Entry) -> dict[str, dict[str, str]]:
        """What identifiers mean in a sample."""
        tables: dict[str, dict[str, str]] = {}
        for of, table in entry.mapping(REFERENCES).items():
            tables[of] = {said: meant.text() for said, meant in table.mapping().items()}
        return tables

    # --- what must be bound ---

    def chosen(self, found: Map) -> None:
        """Every value that the chooser can take makes an event."""
        said = self.effective.value
        rules = _said_of(found.chooser, {"header": said.get("header"), "loops": {"loops": said.get("loops")}})
        tables = [self.tables.get(str(rule.get("code"))) for rule in rules if isinstance(rule, dict)]
        for table, code, value in ((t, *item) for t in tables if t is not None for item in t.values.items()):
            if value not in found.kinds:
                place = self.effective.place("codes", table.name, code)
                self.mistakes.append(
                    Mistake(*place, f'{found.chooser} "{value}" makes no event', "name it under event:")
                )

    def bound(self, found: Map, root: Entry) -> None:
        """Every required field of every struct it makes is bound (or carried, or set).

        What is bound but at fault is told where it stands, and not here as missing.
        """
        if found.canonical:
            return
        tried = frozenset(_fields_in(self.effective.value)) if self.mistakes else frozenset()
        carry = [found.carry] if found.carry is not None else []
        sections = [found.header, *carry, found.summary, *found.levels.values()]
        names = {rule.name for section in all_sections(sections) for rule in section.rules if rule.reads}
        for kind in found.kinds.values():
            for target in targets_of(kind.struct).values():
                if target.required and target.name not in names | tried | kind.fixed.keys():
                    root.note(f"{kind.name} cannot be made: {target.name} is not bound")
        if found.chooser and found.chooser not in names | tried:
            root.note(f"by: {found.chooser} is not bound")
        self.chosen(found)
        carried = {rule.name for section in all_sections(sections) if section.carries for rule in section.rules}
        for section in all_sections(sections):
            if section.struct is None or section.splits:
                continue
            rules = (*section.rules, *(rule for split in section.split for rule in split.rules))
            bound = {rule.name for rule in rules if rule.reads} | carried | tried | section.fixed.keys()
            for name in section.required:
                if name not in bound:
                    file, line = section.origin.rsplit(":", 1)
                    text = f"{section.name} makes {section.into}, but {name} is not bound"
                    self.mistakes.append(Mistake(file, int(line), text))


def _fields_in(value: Any) -> Iterable[str]:
    """Every name that stands under `fields:` anywhere in a map, faulty or not."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            fields = one.get("fields")
            yield from fields if isinstance(fields, dict) else ()
            stack += one.values()
        elif isinstance(one, list):
            stack += one


def _said_of(name: str, sections: Any) -> Iterable[Any]:
    """What the sections of a map, and those inside them, say of one field."""
    for section in sections.values() if isinstance(sections, dict) else ():
        if isinstance(section, dict):
            fields = section.get("fields")
            yield from [fields[name]] if isinstance(fields, dict) and name in fields else []
            yield from _said_of(name, section.get("loops"))

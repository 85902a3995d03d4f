"""Draft a map from a document: what maps in force, names and values suggest, each line with how sure that is and why.

Where a map reads the document already, the draft is an overlay that names what it leaves unread; else a whole map.
Every binding that is written passes the check of maps; what is not sure enough stands as a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gateway.document import Document
from gateway.formats import Element, FileShape, read_csv, read_json, read_xml, recognise
from gateway.mapping.compiling.targets import ADVICE_KINDS, targets_of
from gateway.mapping.configuration import Configuration
from gateway.mapping.drafting.candidates import (
    SURE,
    Candidate,
    Drafted,
    Knowledge,
    alternatives,
    places_in,
    struct_of,
)
from gateway.mapping.drafting.sightings import (
    Scope,
    Sighting,
    Sightings,
    sight_json,
    sight_rows,
    sight_x12,
    sight_xml,
)
from gateway.mapping.drafting.spans import Records, find_records
from gateway.mapping.plan import Map
from gateway.mapping.reading.reading import read_document
from gateway.x12 import read

TRIES = 4
"""How often lines that do not pass the check are put aside before the draft is given as it is."""
COLUMN = 44

MEANT: Mapping[str, str] = {
    "214": "ShipmentStatusReported", "810": "SupplierInvoiceReceived", "824": "ApplicationAdvice",
    "830": "ScheduleReleased", "846": "InventorySnapshotReported", "850": "OrderPlaced", "855": "OrderAcknowledged",
    "856": "ShipmentNotified", "860": "OrderChanged", "861": "ReceivingAdvice", "862": "ScheduleReleased",
    "865": "OrderAcknowledged", "866": "ScheduleReleased", "943": "ShipmentNotified", "944": "GoodsReceived",
    "945": "GoodsShipped", "947": "InventoryAdjusted",
}  # fmt: skip
"""What a transaction set mostly says, by its number (ST01); an agreement may say otherwise."""

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*\Z")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "~"})


class _Line(NamedTuple):
    """One line of a draft; `remark` stands behind it. A binding that fails its check becomes a remark as a whole."""

    text: str
    remark: str = ""
    binds: bool = False

    def __str__(self) -> str:
        return f"{self.text:<{COLUMN}} # {self.remark}" if self.remark else self.text


def draft_map(configuration: Configuration, data: bytes, partner_id: str = "", event: str = "") -> str | None:
    """YAML of a map: an overlay over the map that reads the document, or a whole one. `event` "" is the likeliest.

    None where no format or guide reads the document. Raises OperatorMistake for an event that there is not.
    """
    if event:
        struct_of(event)
    format = recognise(data)
    if format == "x12":
        documents = read(data, configuration.guides, partner_of=lambda *_: partner_id).documents
        document = next((d for d in documents if d.root.segments), None)
        return None if document is None else _draft_x12(configuration, document, partner_id, event)
    if format == "csv":
        records = find_records(data)
        return (
            _draft_csv(configuration, data, event) if records is None else _draft_fixed(configuration, records, event)
        )
    if format == "json":
        sightings = sight_json(read_json(data, "draft").value)
        return _draft_file(configuration, "json", sightings, event, [])
    if format == "xml":
        root = read_xml(data, "draft").value
        return None if root is None else _draft_xml(configuration, root, event)
    return None


# --- X12 -----------------------------------------------------------------------------------------------------


def _draft_x12(configuration: Configuration, document: Document, partner_id: str, event: str) -> str:
    owner = partner_id or "PARTNER"
    release = document.release or document.control.version[:6]
    guide = configuration.guides.find(partner_id, document.control.group_id, document.control.version, document.type)
    sightings = sight_x12(document, configuration.guides.describe(guide)[0] if guide is not None else None)
    path = f"partners/{owner}/x12/{release}/{document.type}/map.yaml"
    base = configuration.map_for("", document) or _of_another_release(configuration, document.type)
    knowledge = Knowledge(configuration, "x12")
    if base is None or event:
        meant = event or MEANT.get(document.type, "")
        drafted = knowledge.draft(sightings, meant) if meant else knowledge.best(sightings)
        lines = [_Line(f"# {path}"), _Line(f"map: {owner}.{document.type}"), *_whole(drafted, sightings, {})]
        return _passing(configuration, path, lines)
    extends = base.path.removeprefix("mappings/").removesuffix("/map.yaml")
    head = f"# {path}\nmap: {owner}.{document.type}\nextends: {extends}\n"
    unmapped = read_document(base, document, configuration.partners.get(partner_id)).unmapped
    if not unmapped:
        return head + "\n# The base map reads everything in the sample; nothing is left to say.\n"
    missed = {name for name, _ in unmapped.places}
    left = Sightings()
    for sight in sightings:
        if sight.place.partition(".")[0] in missed or sight.place.replace(".", "") in missed:
            for text in sight.samples:
                left.note(sight.scope, sight.place, sight.words, text)
    left.loops.update(sightings.loops)
    drafted = knowledge.draft(left, next(iter(base.events)))
    return head + "\n".join(["", *_remarks(base, str(unmapped), left, drafted), "ignore: []"]) + "\n"


def _of_another_release(configuration: Configuration, type: str) -> Map | None:
    """The base map of the same set in another release, the newest of them: most of it holds here as well."""
    found = [map for path in configuration.maps if (map := configuration.map_at(path)).type == type]
    base = [map for map in found if map.format == "x12" and map.path.startswith("mappings/")]
    return max(base, key=lambda map: map.release, default=None)


def _remarks(base: Map, unmapped: str, left: Sightings, drafted: Drafted) -> Iterator[str]:
    proposed = {(one.sight.scope, one.sight.place): one for one in drafted.candidates}
    yield f"# {unmapped}; bind what matters, and list under ignore: what does not."
    for sight in left:
        one = proposed.get((sight.scope, sight.place))
        shown = f'{sight.place:<16} # "{sight.samples[0][:40]}"'
        if one is None:
            yield f"#   FIELD: {shown}"
        else:
            yield f"#   {one.field}: {shown}; {_percent(one)} in {'.'.join(sight.scope)}: {one.because}"


# --- other formats -------------------------------------------------------------------------------------------


def _draft_csv(configuration: Configuration, data: bytes, event: str) -> str:
    text = data[:4096].decode("utf-8", "replace")
    delimiter = max(",;\t|", key=text.partition("\n")[0].count)
    document = read_csv(data, FileShape(delimiter=delimiter), "draft")
    shown = "tab" if delimiter == "\t" else f'"{delimiter}"'
    lines = [f"file: {{header: true, delimiter: {shown}}}"]
    return _draft_file(configuration, "csv", sight_rows(document), event, lines)


def _draft_fixed(configuration: Configuration, records: Records, event: str) -> str:
    """Columns by what stands under what. Of several record types the most frequent is a line, all others its head."""
    types = list(records.layouts)
    line = max(types, key=lambda type: len(records.of(type)))
    sightings, lines = Sightings(), ["file:"]
    pad = "  " if types == [""] else "    "
    if records.named:
        lines.append("  skip: 1")
    lines += ["  columns:"] if types == [""] else ['  type: "1"', "  layouts:"]
    for type in types:
        lines += [f"    {_flow(type)}:"] if type else []
        lines += [f"{pad}  {_flow(span.name)}: {_flow(span.said)}" for span in records.layouts[type]]
        scope: Scope = ("loops", type or "row") if type == line else ("header",)
        for text in records.of(type):
            sightings.enter(scope)
            for span in records.layouts[type][1 if type else 0 :]:
                place = span.name if type == line else f"{type}.{span.name}"
                sightings.note(scope, place, span.name, span.of(text))
    return _draft_file(configuration, "fixed", sightings, event, lines)


def _draft_xml(configuration: Configuration, root: Element, event: str) -> str:
    prefixes: dict[str, str] = {}
    for path in configuration.maps:
        if "/xml/" in path:
            prefixes |= {space: prefix for prefix, space in configuration.map_at(path).file.namespaces.items()}
    namespace, _, name = root.tag.rpartition("}")
    used = {tag.rpartition("}")[0].removeprefix("{") for tag in _tags(root)} - {""}
    prefixes = {space: prefixes.get(space) or f"n{n}" for n, space in enumerate(sorted(used), 1)}
    prefixes[namespace.removeprefix("{")] = ""
    lines = ["file:", f"  root: {name}"]
    if used:
        lines += ["  namespaces:"]
        lines += [f'    {_flow(prefixes[space]) or chr(34) * 2}: "{space}"' for space in sorted(used)]
    return _draft_file(configuration, "xml", sight_xml(root, prefixes), event, lines)


def _tags(root: Element) -> Iterator[str]:
    stack = [root]
    while stack:
        element = stack.pop()
        yield element.tag
        stack += element.children


def _draft_file(
    configuration: Configuration, format: str, sightings: Sightings, event: str, head: Iterable[str]
) -> str:
    # How many decimals are implied is each file's own affair: columns are told by what other files with columns say.
    knowledge = Knowledge(configuration, "csv" if format == "fixed" else format)
    drafted = knowledge.draft(sightings, event) if event else knowledge.best(sightings)
    path = f"mappings/{format}/TYPE/map.yaml"
    lines = [_Line(f"# {path}: put the name of the document type for TYPE"), _Line(f"map: {format}.TYPE")]
    scope = ("loops", "row") if ("loops", "row") in {sight.scope for sight in sightings} else None
    lines += _whole(drafted, sightings, {"header": scope} if scope is not None else {}, head)
    return _passing(configuration, path, lines)


# --- rendering -----------------------------------------------------------------------------------------------


def _whole(
    drafted: Drafted, sightings: Sightings, moved: Mapping[str, Scope], head: Iterable[str] = ()
) -> Iterator[_Line]:
    """All of a map but its name. `moved`: where the header's fields were seen, in files whose rows say everything."""
    sure = [one for one in drafted.candidates if one.sureness >= SURE]
    yield _Line(f"{'advice' if drafted.event in ADVICE_KINDS else 'event'}: {drafted.event}")
    yield from map(_Line, head)
    yield from _codes(sure)
    key = next((one for one in sure if one.field == "number" and not one.inner), None)
    if moved:
        column = _flow(key.sight.place) if key is not None else ""
        yield _Line(f"group_by: [{column}]", "the columns that tell one document from the next")
    used = {
        (one.sight.scope, place)
        for one in drafted.candidates
        for part in (one.sight.place, *places_in(one.said))
        for place in alternatives(part)
    }
    scopes = list(dict.fromkeys((("header",), *(sight.scope for sight in sightings), drafted.lines)))
    opened = ""
    for scope in scopes:
        here = [
            one
            for one in drafted.candidates
            if (scope if one.inner or not moved else ("header",)) == one.sight.scope or
            (scope == ("header",) and bool(moved) and not one.inner)
        ]  # fmt: skip
        here = [one for one in here if not moved or (one.inner == (scope != ("header",)))]
        unknown = [sight for sight in sightings if sight.scope == scope and (scope, sight.place) not in used]
        if len(scope) > 2:
            yield from (_Line(f"# FIELD: {sight.place}", f'in {"".join(scope[1:])}; "{sight.samples[0][:40]}"')
                        for sight in unknown)  # fmt: skip
            continue
        if scope != ("header",) and scope[0] != opened:
            opened = scope[0]
            yield _Line(f"{opened}:")
        yield from _section(drafted, scope, here, unknown)
    missing = [
        name for name, target in targets_of(struct_of(drafted.event)).items()
        if target.required and not any(one.field == name and not one.inner for one in sure)
    ]  # fmt: skip
    if missing:
        yield _Line(f"# still to bind: {', '.join(missing)}")


def _section(drafted: Drafted, scope: Scope, here: list[Candidate], unknown: list[Sighting]) -> Iterator[_Line]:
    pad = "  " if scope == ("header",) else "    "
    if scope == ("header",):
        yield _Line("header:")
    else:
        yield _Line(f"  {_flow(scope[1])}:")
        if scope == drafted.lines and drafted.into:
            yield _Line(f"{pad}into: {drafted.into}")
    yield _Line(f"{pad}fields:")
    for one in here:
        remark = f'{_percent(one)}: {one.because}; "{one.sight.samples[0][:40]}"'
        mark = "" if one.sureness >= SURE else "# "
        yield _Line(f"{pad}  {mark}{one.field}: {_flow(one.said)}", remark, binds=not mark)
    for sight in unknown:
        yield _Line(
            f"{pad}  # FIELD: {sight.place}", f'"{sight.samples[0][:40]}" {sight.words.strip()[:60]}'.rstrip()
        )


def _codes(sure: list[Candidate]) -> Iterator[_Line]:
    tables: dict[str, Any] = {}
    for one in sure:
        name = one.said.get("code") if isinstance(one.said, dict) else None
        if isinstance(name, str) and name in one.codes:
            tables.setdefault(name, one.codes[name])
    if tables:
        yield _Line("codes:")
        yield from (_Line(f"  {name}: {_flow(table)}") for name, table in tables.items())


def _percent(one: Candidate) -> str:
    return f"{round(100 * one.sureness)} %"


def _flow(value: Any) -> str:
    """A value of a map as one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    text = str(value)
    if (_PLAIN.match(text) and text.lower() not in _NOT_TEXT) or text in ("true", "false"):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _passing(configuration: Configuration, path: str, lines: Iterable[_Line]) -> str:
    """The draft with every binding put aside that does not pass the check of maps, and why."""
    written = list(lines)
    for _ in range(TRIES):
        text = "\n".join(map(str, written)) + "\n"
        tried = Configuration.from_files({**configuration.files, path: text.encode()}, check=False)
        wrong = {one.line: one.text for one in tried.check_map(path) if one.line}
        faulty = [n for n, line in enumerate(written, 1) if n in wrong and line.binds]
        if not faulty:
            break
        for n in faulty:
            line = written[n - 1]
            indent = len(line.text) - len(line.text.lstrip())
            kept = f"{line.text[:indent]}# {line.text.lstrip()}"
            written[n - 1] = _Line(kept, f"{line.remark}; not as it stands: {wrong[n]}")
    return "\n".join(map(str, written)) + "\n"

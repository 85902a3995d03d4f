"""Draft a map from a document, so that an integration begins with what the partner really sends."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from gateway.document import Document, Loop
from gateway.formats import FileShape, read_csv, read_json, recognise
from gateway.mapping.configuration import Configuration
from gateway.mapping.coverage import QUALIFIED
from gateway.mapping.reading import read_document
from gateway.mapping.targets import targets_of
from gateway.x12 import read
from ledger.events import GoodsReceived, ReceiptLine


def draft_map(configuration: Configuration, data: bytes, partner_id: str = "") -> str | None:
    """YAML of a map: an overlay naming what its base does not map, or a whole map with its fields to fill in.

    None where no format or guide reads the document.
    """
    format = recognise(data)
    if format == "x12":
        documents = read(data, configuration.guides, partner_of=lambda *_: partner_id).documents
        document = next((d for d in documents if d.root.segments), None)
        return None if document is None else _draft_x12(configuration, document, partner_id)
    if format == "csv":
        return _draft_csv(configuration, data)
    return _draft_json(data) if format == "json" else None


def _draft_x12(configuration: Configuration, document: Document, partner_id: str) -> str:
    owner = partner_id or "PARTNER"
    release = document.release or document.control.version[:6]
    base = configuration.map_for("", document)
    head = f"# partners/{owner}/x12/{release}/{document.type}/map.yaml\nmap: {owner}.{document.type}\n"
    if base is None:
        lines = [head + "event: ShipmentNotified        # the event or advice that it makes", "header:", "  fields:"]
        lines += [f"    # FIELD: {place}" for place in dict.fromkeys(_places(document.root))]
        return "\n".join(lines) + "\n"
    unmapped = read_document(base, document, configuration.partners.get(partner_id)).unmapped
    lines = [head + f"extends: x12/{release}/{document.type}", ""]
    if not unmapped:
        return "\n".join([*lines, "# The base map reads everything in the sample; nothing is left to say."]) + "\n"
    lines.append(f"# {unmapped}; bind what matters, and list under ignore: what does not.")
    missed = {name for name, _ in unmapped.places}
    lines += [f"#   FIELD: {text}" for text in dict.fromkeys(_missed(document.root, missed))]
    lines.append("ignore: []")
    return "\n".join(lines) + "\n"


def _missed(root: Loop, names: set[str]) -> Iterator[str]:
    """Places with text whose segment (`MEA`) or element (`LIN01`) no rule looks at."""
    for place, tag, element, text in _walk(root):
        if place.partition(".")[0] in names or f"{tag}{element:02d}" in names:
            yield f'{place:<16} # "{text[:40]}"'


def _places(root: Loop) -> Iterator[str]:
    for place, _tag, _element, text in _walk(root):
        yield f'{place:<16} # "{text[:40]}"'


def _walk(root: Loop) -> Iterator[tuple[str, str, int, str]]:
    stack = [root]
    while stack:
        loop = stack.pop(0)
        stack[:0] = loop.loops
        for segment in loop.segments:
            tag = segment.tag
            if tag in ("ST", "SE", "HL"):
                continue
            keyed = tag in QUALIFIED
            for n, text in enumerate(segment.elements[1:], 1):
                if text and not (keyed and n == 1):
                    qualifier = f"[{segment.elements[1]}]" if keyed and segment.elements[1] else ""
                    yield f"{tag}{qualifier}.{n:02d}", tag, n, text


def _draft_csv(configuration: Configuration, data: bytes) -> str:
    document = read_csv(data, FileShape(), "draft")
    known = _known_columns(configuration)
    free = dict.fromkeys(targets_of(ReceiptLine))
    lines = ["# mappings/csv/TYPE/map.yaml", "map: csv.TYPE", "event: GoodsReceived", "file: {header: true}"]
    lines += ["group_by: []                # the columns that tell one receipt from the next", "header:", "  fields:"]
    header, rows = ["    number: COLUMN"], []
    for column in document.columns:
        field = known.get(column) or next(iter(difflib.get_close_matches(column.lower(), free, n=1, cutoff=0.75)), "")
        if field in targets_of(GoodsReceived) and field not in free:
            header.append(f"    {field}: {column}")
        elif field in free:
            del free[field]
            rows.append(f"      {field}: {column}")
        else:
            rows.append(f"      # FIELD: {column}")
    named = header[1:] if any(line.startswith("    number:") for line in header[1:]) else header
    return "\n".join([*lines, *named, "loops:", "  row:", "    into: lines", "    fields:", *rows]) + "\n"


def _known_columns(configuration: Configuration) -> dict[str, str]:
    """Columns that the maps in force know, and the field each fills."""
    maps = [configuration.map_at(path) for path in configuration.maps if "/csv/" in path]
    sections = [section for map in maps for section in (map.header, *map.header.loops.values())]
    return {parts[0].column: rule.name for s in sections for rule in s.rules for parts in rule.places}


def _draft_json(data: bytes) -> str:
    document = read_json(data, "draft")
    lines = ["# mappings/json/TYPE/map.yaml", "map: json.TYPE", "event: OrderPlaced", "header:", "  fields:"]
    lines += [f"    # FIELD: {pointer}" for pointer in _pointers(document.value, "")]
    return "\n".join(lines) + "\n"


def _pointers(value: object, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _pointers(inner, f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        if value and isinstance(value[0], dict):
            yield f"{at} (a list: loops: with these places)"
            yield from (f"  {pointer}" for pointer in _pointers(value[0], ""))
    else:
        yield at

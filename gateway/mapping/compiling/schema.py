"""JSON Schema of map files for editors: completes keys and fields while one types, made of the language's own tables.

It says what may stand where; whether it is right (places in the guide, events that can be made) `map check` says.
Every value of a map is text as written, so that numbers and booleans that an editor may see are taken as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.mapping.compiling.files import KEYS as FILE_KEYS
from gateway.mapping.compiling.rules import FALLBACKS, WAYS
from gateway.mapping.compiling.targets import ADVICE_KINDS, targets_of
from gateway.mapping.compiling.vocabulary import CHECK, FIELD, OPTIONS, REPEAT, SECTION, TEST, TOP, XREF
from gateway.mapping.converting.pairs import SHAPES, UNKNOWN
from gateway.mapping.converting.referring import KINDS as REFERENCES
from gateway.mapping.converting.referring import MISSES
from ledger.events import KINDS, PART_QUALIFIERS

Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
TEXTS: Schema = {"type": ["string", "number", "array"]}
BOOLEAN: Schema = {"enum": [True, False, "true", "false"]}
NAMED: Schema = {"type": "object"}
PLACE: Schema = {"type": "string"}
BINDING: Schema = {"$ref": "#/$defs/binding"}


def build_schema() -> Schema:
    """The whole schema, JSON Schema 2020-12."""
    events = [*KINDS, *ADVICE_KINDS]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping",
        "description": "Binds fields of events to places in documents; reads and writes.",
        **_object(TOP, _top(events), required=()),
        "$defs": {
            "section": _object(SECTION, _section()),
            "field": {"anyOf": [PLACE, BINDING, {"type": "array", "items": {"anyOf": [PLACE, BINDING]}}]},
            "binding": _object(FIELD | OPTIONS, _binding()),
            "repeat": _object(REPEAT, {**_section(), "each": TEXT, "at": TEXTS, "run": BOOLEAN}),
            "check": _object(CHECK, {"severity": {"enum": ["fault", "warn"]}}, required=("id", "expr")),
            "test": _object(
                TEST, {"roundtrip": {"enum": ["bytes", "canonical", "none"]}, "references": NAMED}, required=("in",)
            ),
        },
    }


def _top(events: Iterable[str]) -> Mapping[str, Schema]:
    made = {"anyOf": [{"enum": [*events, "canonical"]}, {"type": "object", "required": ["by"]}]}
    sections = {"type": "object", "additionalProperties": {"$ref": "#/$defs/section"}}
    section = {"$ref": "#/$defs/section"}
    file_keys = dict.fromkeys(key for keys in FILE_KEYS.values() for key in keys)
    return {
        "event": made,
        "advice": made,
        "remove": TEXTS,
        "codes": {"type": "object", "additionalProperties": {"type": ["string", "object"]}},
        "file": {"type": "object", "properties": {key: {} for key in file_keys}, "additionalProperties": False},
        "group_by": TEXTS,
        "locals": TEXTS,
        "emit": {"type": ["string", "object"]},
        "header": section,
        "summary": section,
        "carry": section,
        "levels": sections,
        "loops": sections,
        "checks": {"type": "array", "items": {"$ref": "#/$defs/check"}},
        "tests": {"type": "array", "items": {"$ref": "#/$defs/test"}},
        "ignore": TEXTS,
        "faults": {"enum": ["document", "line"]},
    }


def _section() -> Mapping[str, Schema]:
    return {
        "fields": {
            "type": "object",
            "properties": {name: {"$ref": "#/$defs/field"} for name in field_names()},
            "additionalProperties": {"$ref": "#/$defs/field"},
        },
        "loops": {"type": "object", "additionalProperties": {"$ref": "#/$defs/section"}},
        "repeats": {"type": "array", "items": {"$ref": "#/$defs/repeat"}},
        "set": NAMED,
        "constants": NAMED,
        "computed": NAMED,
        "segments": TEXTS,
        "nearest": TEXTS,
        "way": {"enum": ["both", "read"]},
        "otherwise": BOOLEAN,
    }


def _binding() -> Mapping[str, Schema]:
    flags = dict.fromkeys(("required", "single", "trim", "upper", "lower", "whole_days"), BOOLEAN)
    return {
        **flags,
        "at": TEXTS,
        "empty": TEXTS,
        "else": {"anyOf": [{"enum": list(FALLBACKS)}, TEXTS]},
        "as": {"enum": list(SHAPES)},
        "unknown": {"enum": [*UNKNOWN, None]},
        "way": {"enum": list(WAYS)},
        "xref": {"anyOf": [{"enum": list(REFERENCES)}, _object(XREF, _reference(), required=("of",))]},
        "with": NAMED,
        "minus": NAMED,
        "true": TEXTS,
        "false": TEXTS,
        "side": {"enum": ["left", "right"]},
        "sign": {"enum": ["first", "last"]},
        "edge": {"enum": ["start", "end"]},
    }


def _reference() -> Mapping[str, Schema]:
    return {
        "of": {"enum": list(REFERENCES)},
        "qualifier": {"enum": list(PART_QUALIFIERS)},
        "miss": {"enum": [*MISSES, None]},
    }


def field_names() -> tuple[str, ...]:
    """Every field that any event, advice or entry of theirs has, in order of the alphabet."""
    found: set[str] = set()
    stack: list[Any] = [*KINDS.values(), *ADVICE_KINDS.values()]
    seen: set[Any] = set()
    while stack:
        struct = stack.pop()
        if struct in seen:
            continue
        seen.add(struct)
        for target in targets_of(struct).values():
            found.add(target.name)
            if target.shape == "structs" and target.item is not None:
                stack.append(target.item)
    return tuple(sorted(found))


def _object(words: Mapping[str, str], shapes: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """An object of these keys and no others, each with its words and the shape that it has, else any text."""
    properties = {key: {**shapes.get(key, TEXT), "description": said.replace("`", "")} for key, said in words.items()}
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    needed = list(required)
    return made | ({"required": needed} if needed else {})

"""The pair of each rule: its converter and code table, as one function to read and one to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gateway.formats import FileShape
from gateway.mapping import convert
from gateway.mapping.codes import CodeTable
from gateway.mapping.convert import Context, Unreadable
from gateway.mapping.places import Place
from gateway.mapping.styles import Style, style_of
from gateway.mapping.targets import Target
from gateway.resources import Entry, did_you_mean

JOINED_MAX = 8
"""Places whose texts one field may join."""
LISTED_MAX = 30
"""Codes of a table that a fault still lists."""

SHAPES: dict[str, tuple[str, ...]] = {
    "text": ("text", "texts"),
    "party": ("text",),
    "implied": ("decimal",),
    "boolean": ("flag",),
    "datetime": ("datetime",),
    "decimal": ("decimal",),
    "int": ("int",),
    "date": ("date",),
    "iso": ("datetime",),
    "isodate": ("date",),
}
"""Converter -> shapes of fields that it fills."""

_FOR_SHAPE = {"text": "text", "texts": "text", "decimal": "decimal", "int": "int", "flag": "boolean", "date": "date"}


class Scope(NamedTuple):
    """Where a rule stands: its section's fields, the event's fields, the format, and the tables of the map."""

    section: str
    own: Mapping[str, Target]
    outer: Mapping[str, Target]
    locals: frozenset[str]
    format: str
    tables: Mapping[str, CodeTable]
    shift: tuple[str, int] | None = None
    """Segment and first element of a repeated group, which `.01` counts from."""
    file: FileShape = FileShape()
    record: str = ""
    """Flat files: the record type that opens the section's loop."""

    @property
    def style(self) -> Style:
        return style_of(self.format, self.file)


def converter_name(keys: Mapping[str, Entry], shape: str, places: tuple[tuple[Place, ...], ...], entry: Entry) -> str:
    if "as" in keys:
        name = keys["as"].choice(convert.NAMES, "text", "converter")
        if shape not in SHAPES[name]:
            keys["as"].note(f"as: {name} makes no {shape}")
    elif shape == "datetime":
        name = "datetime"
    elif shape in _FOR_SHAPE:
        name = _FOR_SHAPE[shape]
    elif shape == "struct":
        entry.note("is made of parts, which are bound one by one, as price.amount")
        name = "text"
    else:
        entry.note("a list of structs is filled by a loop with into:, not by a field")
        name = "text"
    most = {"datetime": 4, "party": 2, "iso": 2, "text": JOINED_MAX if "join" in keys else 1}.get(name, 1)
    for parts in places:
        if len(parts) > most:
            entry.note(f"{name} stands in {most} place{'s' if most > 1 else ''}, not in {len(parts)}")
    return name


class Pair(NamedTuple):
    """A field's converter: `read` takes the text (or the parts, where `many`), `write` gives one text per part."""

    read: Callable[[Any, Context], Any]
    write: Callable[[Any, Context], tuple[str, ...]]
    many: bool = False


def build_pair(
    converter: str,
    keys: Mapping[str, Entry],
    shape: str,
    scope: Scope,
    target: Target | None,
    name: str,
    entry: Entry,
) -> Pair | None:
    if converter == "datetime":
        count = len(keys["at"].items()) if "at" in keys else 1
        write_moment = convert.write_moment
        if "whole_days" in keys and keys["whole_days"].flag():
            write_moment = convert.write_moment_or_day
        return Pair(convert.read_moment, lambda value, context: write_moment(value, context, count), True)
    if converter == "party":
        count = len(keys["at"].items()) if "at" in keys else 1
        qualifiers = scope.tables.get(keys["code"].text()) if "code" in keys else None
        if "code" in keys and (qualifiers is None or count == 1):
            keys["code"].note("code: of a party is a table of this map for the qualifier in the first of two places")
        return _party(count, keys["qualifier"].text() if "qualifier" in keys else "", qualifiers)
    if converter == "iso" and "at" in keys and len(keys["at"].items()) == 2:
        return Pair(convert.read_iso_parts, convert.write_iso_parts, True)
    if converter == "implied":
        read, write = convert.implied(keys["places"].whole(2, 0, 9) if "places" in keys else 2)
    elif converter == "decimal" and scope.file.decimal == ",":
        read, write = convert.read_comma_decimal, convert.write_comma_decimal
    elif converter == "boolean":
        read, write = convert.flag(
            keys["true"].text() if "true" in keys else "true", keys["false"].text() if "false" in keys else "false"
        )
    elif converter == "text" and "join" in keys:
        return _joined(keys["join"].text(), len(keys["at"].items()) if "at" in keys else 1)
    elif converter == "text":
        read, write = _text_pair(keys, target)
    else:
        _, read, write = convert.CONVERTERS[converter]
    if "code" in keys:
        return _coded(keys, scope, read, write, shape, target, name)
    return Pair(read, lambda value, context: (write(value, context),))


def _text_pair(keys: Mapping[str, Entry], target: Target | None) -> tuple[convert.Read, convert.Write]:
    choices = target.choices if target is not None else ()
    trim = "trim" in keys and keys["trim"].flag()
    clip = keys["clip"].whole(80, 1, 10_000) if "clip" in keys else 0

    def read(text: str, _: Context) -> str:
        text = text.strip() if trim else text
        if choices and text not in choices:
            raise Unreadable("unknown_code", f"is none of {', '.join(c for c in choices if c)}")
        return text

    def write(value: str, _: Context) -> str:
        return value[:clip].rstrip() if clip else value

    return read, write


def _party(parts: int, qualifier: str, table: CodeTable | None = None) -> Pair:
    """`qualifier:id` from its two elements; with one element, `qualifier:` is put before an id that has none.

    With a table the first element holds another code for the qualifier; codes it does not know stay as they are.
    """
    values = table.values if table is not None else {}
    codes = table.codes if table is not None else {}

    def read(texts: Any, _: Context) -> str:
        if parts == 2:
            if not texts[1]:
                raise Unreadable("no_identifier", "names no identifier")
            said = texts[0] or qualifier
            return f"{values.get(said, said)}:{texts[1]}"
        text: str = texts[0]
        return text if ":" in text or not qualifier else f"{qualifier}:{text}"

    def write(value: str, _: Context) -> tuple[str, ...]:
        before, colon, after = value.partition(":")
        if parts == 2:
            if not colon:
                return ("", before)
            return ("" if qualifier and before == qualifier else codes.get(before, before), after)
        return (after if before == qualifier and colon else value,)

    return Pair(read, write, True)


def _joined(mark: str, parts: int) -> Pair:
    """Texts of several places as one, the mark between them: `Toledo, OH, US`. Empty ones at the end are left out."""

    def read(texts: Any, _: Context) -> str:
        last = max((n for n, text in enumerate(texts, 1) if text), default=0)
        return mark.join(texts[:last])

    def write(value: str, _: Context) -> tuple[str, ...]:
        texts = value.split(mark, parts - 1) if mark else [value]
        return (*texts, *[""] * (parts - len(texts)))

    return Pair(read, write, True)


def _coded(
    keys: Mapping[str, Entry], scope: Scope, read: convert.Read, write: convert.Write, shape: str,
    target: Target | None, name: str,
) -> Pair | None:  # fmt: skip
    table_name = keys["code"].text()
    table = scope.tables.get(table_name)
    if table is None:
        keys["code"].note(f'no code table is called "{table_name}"', did_you_mean(table_name, scope.tables))
        return None
    unknown = keys["unknown"].choice(("fault", "skip", "keep"), "fault") if "unknown" in keys else "fault"
    made: dict[str, Any] = {}
    for code, meaning in table.values.items():
        try:
            made[code] = read(meaning, Context())
        except Unreadable as error:
            keys["code"].note(f'table {table_name}, code "{code}": "{meaning}" {error.words}')
    if name == "unit" and not table.one_to_one:
        keys["code"].note(f"unit table {table_name} must be one to one")
    back: dict[Any, str] = {}
    for code, canonical in made.items():
        back.setdefault(canonical, code)
    kept = f"{scope.format}:"
    listed = f" ({', '.join(made)})" if len(made) <= LISTED_MAX else ""

    def read_code(text: str, _: Context) -> Any:
        try:
            return made[text]
        except KeyError:
            if unknown == "keep" and shape == "text":
                return kept + text
            if unknown == "skip":
                return None
            raise Unreadable("unknown_code", f"is not in code table {table_name}{listed}") from None

    def write_code(value: Any, _: Context) -> tuple[str, ...]:
        code = back.get(value)
        if code is None and isinstance(value, str) and value.startswith(kept):
            code = value[len(kept) :]
        if code is None:
            if unknown == "skip":
                return ("",)
            raise Unreadable("unknown_code", f"has no code in table {table_name}")
        return (code,)

    return Pair(read_code, write_code)

"""The pair of each rule: its converter and code table, as one function to read and one to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from gateway.formats import FileShape
from gateway.mapping.compiling.targets import Target
from gateway.mapping.converting import convert, durations, moments
from gateway.mapping.converting.codes import CodeTable
from gateway.mapping.converting.convert import Context, Unreadable
from gateway.mapping.places import Place
from gateway.mapping.writing.styles import Style, style_of
from gateway.resources import Entry, did_you_mean

JOINED_MAX = 8
"""Places whose texts one field may join."""
LISTED_MAX = 30
"""Codes of a table that a fault still lists."""

SHAPES: dict[str, tuple[str, ...]] = {
    "text": ("text",),
    "party": ("text",),
    "implied": ("decimal",),
    "decimal": ("decimal",),
    "int": ("int",),
    "boolean": ("flag",),
    "date": ("date",),
    "datetime": ("datetime",),
    "period": ("datetime",),
    "iso": ("datetime",),
    "isodate": ("date",),
    "formatted": ("datetime", "date"),
    "duration": ("decimal", "int", "duration", "text"),
}
"""Converter -> shapes of fields that it fills; a list takes the converters of its entries."""

PARTS = {"datetime": (1, 4), "party": (1, 2), "period": (2, 2), "duration": (1, 2), "iso": (1, 2)}
"""Converter -> fewest and most places that make one value together; the others stand in one."""

OPTIONS: dict[str, tuple[str, ...]] = {
    "text": ("trim", "clip", "join", "upper", "lower", "pad", "fill", "side", "zero_fill"),
    "party": ("qualifier",),
    "implied": ("places",),
    "decimal": ("point", "group", "sign"),
    "boolean": ("true", "false"),
    "datetime": ("whole_days", "place"),
    "period": ("edge", "place"),
    "iso": ("place",),
    "isodate": ("place",),
    "formatted": ("format", "place"),
    "duration": ("in",),
}
"""Converter -> its options."""

UNKNOWN = ("fault", "pass", "null", "keep")
"""What becomes of a code that no table knows."""

_FOR_SHAPE = {
    "text": "text", "decimal": "decimal", "int": "int", "flag": "boolean", "date": "date", "datetime": "datetime",
    "duration": "duration",
}  # fmt: skip


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


def converter_name(
    keys: Mapping[str, Entry], target: Target | None, places: tuple[tuple[Place, ...], ...], entry: Entry
) -> str:
    """The converter that a rule names, else that of its field; what does not fit is noted."""
    shape: str = "text" if target is None else target.each if target.shape == "texts" else target.shape
    listed = target is not None and target.shape == "texts"
    if shape not in _FOR_SHAPE:
        name = "text"
        field = entry.path[-1]
        wanted = {
            "structs": "a list of structs is filled by a loop with into:, not by a field",
            "struct": f"{field} is a struct: bind its own fields, as {field}.{_first_field(target)}",
        }
        entry.note(wanted.get(shape, f"a map cannot fill a field of this kind ({field})"))
    elif "as" in keys:
        name = keys["as"].choice(SHAPES, _FOR_SHAPE[shape], "converter")
        if shape not in SHAPES[name]:
            keys["as"].note(f"as: {name} makes no {shape}")
    else:
        name = _FOR_SHAPE[shape]
    least, most = (1, JOINED_MAX) if name == "text" and "join" in keys else PARTS.get(name, (1, 1))
    for parts in () if listed else places:
        if not least <= len(parts) <= most:
            several = f"{least} places" if least == most and most > 1 else f"{most} place{'s' if most > 1 else ''}"
            entry.note(f"{name} stands in {several}, not in {len(parts)}")
    for key in sorted(keys.keys() & _ALL_OPTIONS - {*OPTIONS.get(name, ())}):
        takers = " or ".join(sorted(taker for taker, options in OPTIONS.items() if key in options))
        keys[key].note(f"{key}: belongs to as: {takers}, and this is {name}")
    return name


_ALL_OPTIONS = frozenset(option for options in OPTIONS.values() for option in options)


def _first_field(target: Target | None) -> str:
    return target.item.__struct_fields__[0] if target is not None and target.item is not None else "field"


class Pair(NamedTuple):
    """A field's converter: `read` takes the text (or the parts, where `many`), `write` gives one text per part."""

    read: Callable[[Any, Context], Any]
    write: Callable[[Any, Context], tuple[str, ...]]
    many: bool = False


def build_pair(
    converter: str, keys: Mapping[str, Entry], scope: Scope, target: Target | None, name: str, entry: Entry
) -> Pair | None:
    """The pair of a rule, code table included; None with the mistake noted."""
    shape: str = "text" if target is None else target.each if target.shape == "texts" else target.shape
    count = len(keys["at"].items()) if "at" in keys else 1
    many = _of_parts(converter, keys, scope, shape, count, entry)
    if many is not None:
        return many
    read, write = _of_one(converter, keys, target, entry)
    if converter == "decimal" and scope.file.decimal == "," and not keys.keys() & {"point", "group"}:
        read, write = convert.decimal_of(",", ".", "sign" in keys and keys["sign"].value == "last")
    if "code" in keys:
        return _coded(keys, scope, read, write, shape, target, name)
    return Pair(read, lambda value, context: (write(value, context),))


def _of_parts(
    converter: str, keys: Mapping[str, Entry], scope: Scope, shape: str, count: int, entry: Entry
) -> Pair | None:
    """Converters that make one value of several places."""
    if converter == "datetime":
        whole = "whole_days" in keys and keys["whole_days"].flag()
        write_moment = moments.write_moment_or_day if whole else moments.write_moment
        return Pair(moments.read_moment, lambda value, context: write_moment(value, context, count), True)
    if converter == "party":
        qualifiers = scope.tables.get(keys["code"].text()) if "code" in keys else None
        if "code" in keys and (qualifiers is None or count == 1):
            keys["code"].note("code: of a party is a table of this map for the qualifier in the first of two places")
        return _party(count, keys["qualifier"].text() if "qualifier" in keys else "", qualifiers)
    if converter == "iso" and count == 2:
        return Pair(moments.read_iso_parts, moments.write_iso_parts, True)
    if converter == "period":
        edge = keys["edge"].choice(("start", "end"), "start") if "edge" in keys else "start"
        return Pair(*moments.period(edge), True)
    if converter == "text" and "join" in keys:
        return _joined(keys["join"].text(), count)
    if converter == "duration":
        units = tuple(durations.SECONDS)
        unit = keys["in"].choice(units, "minutes", "unit of time") if "in" in keys else ""
        if not unit and (shape in ("decimal", "int") or count == 2):
            entry.note(f"in: says in which unit of time, one of {', '.join(units)}")
        return Pair(*durations.duration(shape, unit or "minutes", count), True)
    return None


def _of_one(
    converter: str, keys: Mapping[str, Entry], target: Target | None, entry: Entry
) -> tuple[convert.Read, convert.Write]:
    """Converters of one text."""
    if converter == "implied":
        return convert.implied(keys["places"].whole(2, 0, 9) if "places" in keys else 2)
    if converter == "boolean":
        true, false = (keys[key].texts() if key in keys else (key,) for key in ("true", "false"))
        if not true or not false:
            entry.note("true: and false: each name a text")
            return convert.flag(("true",), ("false",))
        return convert.flag(true, false)
    if converter == "decimal" and keys.keys() & {"point", "group", "sign"}:
        marks = {key: keys[key].such(_is_mark, "is one mark") for key in keys.keys() & {"point", "group"}}
        point, group = marks.get("point") or ".", marks.get("group", "")
        if point == group:
            keys["group"].note("the same mark cannot be point: and group:")
        last = "sign" in keys and keys["sign"].choice(("first", "last"), "first") == "last"
        return convert.decimal_of(point, group, last)
    if converter == "formatted":
        return _formatted(keys, target, entry)
    return _text_pair(keys, target) if converter == "text" else PLAIN[converter]


def _is_mark(text: str) -> bool:
    return len(text) == 1 and not text.isalnum() and text not in "+-"


PLAIN: dict[str, tuple[convert.Read, convert.Write]] = {
    "decimal": (convert.read_decimal, convert.write_decimal),
    "int": (convert.read_int, convert.write_int),
    "date": (moments.read_date, moments.write_date),
    "iso": (moments.read_iso, moments.write_iso),
    "isodate": (moments.read_iso_date, moments.write_iso_date),
}
"""Converters of one text without options."""


def _formatted(keys: Mapping[str, Entry], target: Target | None, entry: Entry) -> tuple[convert.Read, convert.Write]:
    if "format" not in keys:
        entry.note("formatted: says how, with format:", "format: DD.MM.CCYY hh:mm")
        return PLAIN["iso"]
    try:
        read, write = moments.form_of(keys["format"].text())
    except moments.BadForm as error:
        keys["format"].note(f"format: {error}")
        return PLAIN["iso"]
    if target is None or target.shape != "date":
        return read, write
    return (lambda text, context: read(text, context).date()), lambda value, context: write(
        datetime(value.year, value.month, value.day, tzinfo=context.place or context.zone), context
    )


def _text_pair(keys: Mapping[str, Entry], target: Target | None) -> tuple[convert.Read, convert.Write]:
    choices = target.choices if target is not None else ()
    trim = "trim" in keys and keys["trim"].flag()
    clip = keys["clip"].whole(80, 1, 10_000) if "clip" in keys else 0
    steps = _text_steps(keys)

    def read(text: str, _: Context) -> str | None:
        text = text.strip() if trim else text
        for back, _there in reversed(steps):
            text = back(text)
        if not text:
            return None
        if choices and text not in choices:
            raise Unreadable("unknown_code", f"is none of {', '.join(c for c in choices if c)}")
        return text

    def write(value: str, _: Context) -> str:
        for _back, there in steps:
            value = there(value)
        return value[:clip].rstrip() if clip else value

    return read, write


def _text_steps(keys: Mapping[str, Entry]) -> list[tuple[Callable[[str], str], Callable[[str], str]]]:
    """What is done to a text on its way, in the order in which it is written: case, then zeros, then padding."""
    steps = [convert.cased(key == "upper") for key in ("upper", "lower") if key in keys and keys[key].flag()]
    if "zero_fill" in keys:
        steps.append(convert.zero_filled(keys["zero_fill"].whole(10, 1, 99)))
    if "pad" in keys:
        fill = keys["fill"].such(lambda v: len(v) == 1, "is one character", " ") if "fill" in keys else " "
        left = "side" in keys and keys["side"].choice(("left", "right"), "right") == "left"
        steps.append(convert.padded(keys["pad"].whole(10, 1, 999), fill, left))
    else:
        for key in keys.keys() & {"fill", "side"}:
            keys[key].note(f"{key}: says how to pad, and there is no pad:")
    return steps


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
    unknown = keys["unknown"].choice(UNKNOWN, "fault", "policy") if "unknown" in keys else "fault"
    if unknown in ("keep", "pass") and shape != "text":
        keys["unknown"].note(f"unknown: {unknown} goes on as text, and {name} is a {shape}", "null or fault")
    made: dict[str, Any] = {}
    wrong: list[str] = []
    for code, meaning in table.values.items():
        try:
            made[code] = read(meaning, Context())
        except Unreadable as error:
            wrong.append(f'table {table_name}, code "{code}": "{meaning}" {error.words}')
    if wrong:
        keys["code"].note(wrong[0] + (f", and {len(wrong) - 1} more like it" if len(wrong) > 1 else ""))
    if name == "unit" and not table.one_to_one:
        keys["code"].note(f"unit table {table_name} must be one to one")
    back: dict[Any, str] = {}
    for code, canonical in made.items():
        back.setdefault(canonical, code)
    kept = f"{scope.format}:"
    choices = target.choices if target is not None else ()
    listed = f" ({', '.join(made)})" if len(made) <= LISTED_MAX else ""

    def read_code(text: str, _: Context) -> Any:
        try:
            return made[text]
        except KeyError:
            if unknown == "keep":
                return kept + text
            if unknown == "null":
                return None
            if unknown == "pass" and (not choices or text in choices):
                return text
            raise Unreadable("unknown_code", f"is not in code table {table_name}{listed}") from None

    def write_code(value: Any, _: Context) -> tuple[str, ...]:
        code = back.get(value)
        if code is None and isinstance(value, str) and value.startswith(kept):
            code = value[len(kept) :]
        if code is None:
            if unknown == "null":
                return ("",)
            if unknown == "pass":
                return (str(value),)
            raise Unreadable("unknown_code", f"has no code in table {table_name}")
        return (code,)

    return Pair(read_code, write_code)

"""Compile one binding of a map, `field: place` or `field: {at: place, ...}`, into a rule for both directions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from gateway.mapping.compiling.targets import Target
from gateway.mapping.compiling.vocabulary import FIELD
from gateway.mapping.converting.convert import Context, Unreadable
from gateway.mapping.converting.expressions import BadExpression, Expression, read_expression
from gateway.mapping.converting.pairs import OPTIONS, Pair, Scope, build_pair, converter_name
from gateway.mapping.converting.referring import Xref, read_xref, translated
from gateway.mapping.converting.signs import signed
from gateway.mapping.paths import read_path
from gateway.mapping.places import (
    BadPlace,
    Place,
    Step,
    read_column,
    read_pointer,
    read_record_column,
    read_x12_place,
)
from gateway.mapping.plan import Minus, Rule
from gateway.mapping.reading.composing import Plain
from gateway.mapping.reading.picking import but_for, list_of, only_once, parts_in, pick_in
from gateway.resources import Entry, did_you_mean

KEYS = (*FIELD, *dict.fromkeys(option for options in OPTIONS.values() for option in options))

WAYS = ("both", "read", "write", "beside")

FALLBACKS = ("carry", "ordinal", "sender")
"""What `else:` may say instead of a place."""


def compile_rule(name: str, entry: Entry, scope: Scope) -> Rule | None:
    """The rule, or None with its mistakes noted."""
    before = len(entry.mistakes)
    keys = {"at": entry} if isinstance(entry.value, str) else entry.mapping(KEYS)
    target, outer = _target(name, entry, scope)
    if target is None and name not in scope.locals:
        return None
    if not {"at", "count", "write", "read"} & keys.keys():
        entry.note(f"{name} says nowhere where it stands", "add at:")
        return None
    places = _places(keys, scope)
    fallback = keys["else"].value if "else" in keys else ""
    shape = target.shape if target is not None else "text"
    converter = converter_name(keys, target, places, entry)
    pair = build_pair(converter, keys, scope, target, name, entry)
    required = keys["required"].flag() if "required" in keys else target is None
    xref = read_xref(keys["xref"], target, places, {**scope.outer, **scope.own}, required) if "xref" in keys else None
    if len(entry.mistakes) > before or pair is None:
        return None
    if xref is not None:
        xref = xref._replace(late=outer or bool(xref.within))
    to_ours = pair if xref is None or xref.late else pair._replace(read=translated(pair.read, xref))
    silent = _silent(name, keys, shape, target, scope)
    minus = _minus(keys["minus"], scope) if "minus" in keys else None
    value, text = _signed(_directions(places, keys, shape, converter, to_ours, scope), silent, minus, scope)
    way = keys["way"].choice(WAYS, "both") if "way" in keys else "both"
    rule = Rule(
        name=name,
        target=target,
        outer=outer,
        places=places,
        value=value,
        text=text,
        reads=way in ("both", "read") and (bool(places) or "read" in keys),
        writes=way != "read" and bool(places),
        required=required,
        default=_default(keys["default"], pair, shape) if "default" in keys else None,
        carry=fallback == "carry",
        zone_place=_zone_place(keys["place"], scope) if "place" in keys else "",
        constants=_constants(keys["with"], places, scope) if "with" in keys else (),
        write=_expression(keys["write"]) if "write" in keys else None,
        read=_expression(keys["read"]) if "read" in keys else None,
        needs=_noted(keys["needs"], scope) if "needs" in keys else None,
        minus=minus,
        xref=xref,
        when=_expression(keys["when"]) if "when" in keys else None,
        less=_less(keys["less"], shape, outer) if "less" in keys else None,
        label=", ".join(place.text for place in places[0]) if places else "count",
        origin="{}:{}".format(*entry.place),
        unless=keys["unless"].choice(scope.outer, "", "field") if "unless" in keys else "",
        beside=way == "beside",
        counts=keys["count"].text() if "count" in keys else "",
        ordinal=fallback == "ordinal",
        sender=fallback == "sender",
        together=_plain(places, keys, shape, converter, pair, silent, xref),
        clip="clip" in keys,
        joined="split" in keys,
        repeat=_repeated(keys["repeat"], places) if "repeat" in keys else -1,
        number=converter in ("decimal", "int") and "code" not in keys,
    )
    return rule if len(entry.mistakes) == before else None


def _target(name: str, entry: Entry, scope: Scope) -> tuple[Target | None, bool]:
    if name in scope.own:
        return scope.own[name], False
    if name in scope.outer:
        return scope.outer[name], True
    if name not in scope.locals:
        entry.note(f'unknown field "{name}"', did_you_mean(name, {*scope.own, *scope.outer}))
    return None, True


def read_place(text: str, scope: Scope) -> Place:
    """A place in the format's own tongue. Raises BadPlace."""
    if scope.format == "json":
        return read_pointer(text)
    if scope.format == "xml":
        return read_path(text, scope.file.namespaces)
    if scope.style == "rows":
        return _known_column(read_column(text), scope)
    if scope.format != "x12":
        return read_record_column(text, scope.file, scope.record)
    place = read_x12_place(text)
    if not place.step.tag:
        if scope.shift is None:
            raise BadPlace(f'"{text}" counts inside a repeated group, and here is none')
        tag, first = scope.shift
        return place._replace(step=Step(tag), element=first + place.element - 1)
    return place


def _known_column(place: Place, scope: Scope) -> Place:
    """A column of a fixed-width file is one of those that the map lays out; of others the header tells."""
    if scope.format == "fixed" and place.column not in scope.file.columns:
        raise BadPlace(f'the file has no column "{place.column}"; {did_you_mean(place.column, scope.file.columns)}')
    return place


def _places(keys: Mapping[str, Entry], scope: Scope) -> tuple[tuple[Place, ...], ...]:
    alternatives: list[tuple[Place, ...]] = []
    if "at" in keys:
        alternatives.append(tuple(_noted(item, scope) for item in keys["at"].items()))
    if "else" in keys and keys["else"].value not in FALLBACKS:
        # Each entry of `else:` is one more place, or, as a list, the parts of one more.
        for item in keys["else"].items():
            alternatives.append(tuple(_noted(part, scope) for part in item.items()))
    return tuple(parts for parts in alternatives if parts)


def _noted(entry: Entry, scope: Scope) -> Place:
    try:
        return read_place(entry.text(), scope)
    except BadPlace as error:
        entry.note(str(error))
        return Place(str(entry.value), Step("?"), 1)


# --- both directions of a rule -------------------------------------------------------------------------------


def _directions(
    places: tuple[tuple[Place, ...], ...],
    keys: Mapping[str, Entry],
    shape: str,
    converter: str,
    pair: Pair,
    scope: Scope,
) -> tuple[Callable[[Any, Context], Any], Callable[[Any, Context], tuple[str, ...]]]:
    if not places:
        return (lambda _index, _context: None), pair.write
    if shape == "texts":
        plain_texts = converter == "text" and not keys.keys() & {"code", *OPTIONS["text"]}
        return list_of(places, keys, pair, scope, plain_texts)
    options = keys.keys() & {"code", "xref", *OPTIONS["text"]} - {"clip"}
    plain = converter == "text" and not options and shape == "text"
    single = "single" in keys and keys["single"].flag()
    nothing = frozenset(keys["empty"].texts()) if "empty" in keys else frozenset()
    readers = [_reader(parts, pair, plain, single, scope, nothing) for parts in places]
    if len(readers) == 1:
        return readers[0], pair.write

    def value(index: Any, context: Context) -> Any:
        for reader in readers:
            found = reader(index, context)
            if found is not None:
                return found
        return None

    return value, pair.write


def _silent(name: str, keys: Mapping[str, Entry], shape: str, target: Target | None, scope: Scope) -> Any:
    """The value that says no more than absence does, None where each says something: it may choose the event."""
    if target is None or "required" in keys or name in scope.locals:
        return None
    if shape in ("decimal", "int", "flag"):
        return target.default
    return (target.default or None) if shape in ("text", "texts") else None


def _plain(
    places: tuple[tuple[Place, ...], ...], keys: Mapping[str, Entry], shape: str, converter: str, pair: Pair,
    silent: Any, xref: Xref | None,
) -> Plain | None:  # fmt: skip
    """How to read the field in many scopes at once, where it is one text or another."""
    if shape == "texts" or pair.many or keys.keys() & {"single", "minus", "empty"} or not places:
        return None
    options = keys.keys() & {"code", *OPTIONS["text"]} - {"clip"}
    handed = converter == "text" and not options and not _has_choices(pair)
    return Plain(tuple(parts[0] for parts in places), None if handed else pair.read, silent, xref)


def _without_default(value: Callable[[Any, Context], Any], default: Any) -> Callable[[Any, Context], Any]:
    """A value that says no more than absence does is taken as absent, so that both make the same event."""

    def told(index: Any, context: Context) -> Any:
        found = value(index, context)
        return None if found == default else found

    return told


def _reader(
    parts: tuple[Place, ...], pair: Pair, plain: bool, single: bool, scope: Scope, nothing: frozenset[str]
) -> Callable[[Any, Context], Any]:
    read = pair.read
    if pair.many:
        pick_parts = parts_in(parts, scope)

        def read_parts(index: Any, context: Context) -> Any:
            texts = pick_parts(index, context)
            return None if texts is None else read(texts, context)

        return read_parts
    pick = pick_in(parts[0], scope)
    if single:
        pick = only_once(parts[0], pick, scope)
    if nothing:
        pick = but_for(nothing, pick)
    if plain and not _has_choices(pair):
        return pick

    def read_text(index: Any, context: Context) -> Any:
        text = pick(index, context)
        return None if text is None else read(text, context)

    return read_text


def _has_choices(pair: Pair) -> bool:
    # A text field of closed choices is checked on reading; one that takes any text is handed through.
    try:
        pair.read("\0", Context())
    except Unreadable:
        return True
    return False


def _signed(
    both: tuple[Callable[[Any, Context], Any], Callable[[Any, Context], tuple[str, ...]]], silent: Any,
    minus: Minus | None, scope: Scope,
) -> tuple[Callable[[Any, Context], Any], Callable[[Any, Context], tuple[str, ...]]]:  # fmt: skip
    """Both directions without what says no more than absence does, and with the sign told as the map says."""
    value, text = both
    value = value if silent is None else _without_default(value, silent)
    if minus is None:
        return value, text
    return signed(value, text, minus, pick_in(minus.place, scope) if minus.place is not None else None)


# --- amounts below zero --------------------------------------------------------------------------------------


def _minus(entry: Entry, scope: Scope) -> Minus | None:
    """`minus: {at: SAC.01, is: A, else: C}` or `minus: {when: invoice == 'credit_note'}`."""
    keys = entry.mapping(("at", "is", "else", "when"))
    if "when" in keys:
        return Minus(None, (), "", _expression(keys["when"]))
    if "at" not in keys or "is" not in keys:
        entry.note("minus: says neither when: nor at: and is:")
        return None
    return Minus(_noted(keys["at"], scope), keys["is"].texts(), keys["else"].text() if "else" in keys else "", None)


# --- what is written beside ----------------------------------------------------------------------------------


def _repeated(entry: Entry, places: tuple[tuple[Place, ...], ...]) -> int:
    """Which step of an XML path is written again for each text of a list."""
    names = [step.name for step in places[0][0].path] if places else []
    name = entry.choice(names, names[-1] if names else "", "element of the path")
    return names.index(name) if name in names else -1


def _default(entry: Entry, pair: Pair, shape: str) -> Any:
    text = entry.text()
    if shape == "text":
        return text
    try:
        return Decimal(text) if shape == "decimal" else pair.read(text, Context())
    except (Unreadable, ArithmeticError):
        entry.note(f'default "{text}" is no {shape}')
        return None


def _constants(entry: Entry, places: tuple[tuple[Place, ...], ...], scope: Scope) -> tuple[tuple[Place, str], ...]:
    """`with: {3: "92"}` (elements of the same segment) or `with: {"BRA.03": "00"}` (any place of the section)."""
    found: list[tuple[Place, str]] = []
    for key, value in entry.mapping().items():
        if key.isascii() and key.isdigit() and scope.format == "x12":
            base = places[0][0]
            found.append(
                (base._replace(element=int(key), component=0, pair=(), text=f"{base.text}/{key}"), value.text())
            )
            continue
        try:
            found.append((read_place(key, scope), value.text()))
        except BadPlace as error:
            value.note(str(error))
    return tuple(found)


def _zone_place(entry: Entry, scope: Scope) -> str:
    name = entry.text()
    if name not in scope.outer:
        entry.note(f'place "{name}" is no field', did_you_mean(name, scope.outer))
    return name


def _less(entry: Entry, shape: str, outer: bool) -> Expression | None:
    if shape != "decimal" or outer:
        entry.note("less: takes from a quantity of the entry itself")
    return _expression(entry)


def _expression(entry: Entry) -> Expression | None:
    try:
        return read_expression(entry.text())
    except BadExpression as error:
        entry.note(f"{entry.path[-1]}: {error}")
        return None

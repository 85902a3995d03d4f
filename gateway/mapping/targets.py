"""What a map may fill: the fields of events and advices, with the shape that each one takes.

Read from the frozen structs themselves, so that a field added to an event can be bound the same day.
"""

from __future__ import annotations

import types
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from ledger.advices import ADVICES, Advice
from ledger.events import KINDS, Event

Shape = Literal["text", "decimal", "int", "flag", "datetime", "date", "texts", "struct", "structs", "other"]

ADVICE_KINDS: dict[str, type[Advice]] = {advice.__name__: advice for advice in ADVICES}

STAMPED = frozenset(Event.STAMPS - {"created_at"}) | {"causation"}
"""Fields that the street or the ledger fills; a map that binds them would let a partner write them."""


class Target(NamedTuple):
    """One field: its shape, its default, whether a struct cannot be made without it, the texts it may hold."""

    name: str
    shape: Shape
    default: Any
    required: bool
    choices: tuple[str, ...] = ()
    item: type[msgspec.Struct] | None = None
    """Struct of each entry, where `shape` is structs; the struct itself, where it is struct."""


def kind_named(name: str) -> type[msgspec.Struct] | None:
    """The event or advice of that name, None if there is none."""
    return KINDS.get(name) or ADVICE_KINDS.get(name)


@cache
def targets_of(struct: type[msgspec.Struct]) -> dict[str, Target]:
    """The fields of a struct that a map may fill, by name; those of a struct in it as `price.amount`."""
    hints = get_type_hints(struct)
    found: dict[str, Target] = {}
    for field in msgspec.structs.fields(struct):
        if field.name in STAMPED and issubclass(struct, Event | Advice):
            continue
        shape, choices, item = _shape(hints[field.name])
        required = field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
        default = None if field.default is msgspec.NODEFAULT else field.default
        found[field.name] = Target(field.name, shape, default, required and shape != "struct", choices, item)
        if shape == "struct" and item is not None:
            for inner in targets_of(item).values():
                name = f"{field.name}.{inner.name}"
                found[name] = inner._replace(name=name, required=inner.required and required)
    return found


@cache
def nested_in(struct: type[msgspec.Struct]) -> tuple[tuple[str, type[msgspec.Struct], frozenset[str]], ...]:
    """The structs that stand in fields of a struct: field, struct, and the fields it cannot be without."""
    found = [t for t in targets_of(struct).values() if t.shape == "struct" and "." not in t.name]
    return tuple(
        (t.name, t.item, frozenset(inner.name for inner in targets_of(t.item).values() if inner.required))
        for t in found
        if t.item is not None
    )


def make(struct: type[msgspec.Struct], values: dict[str, Any]) -> Any:
    """The struct of these values, lists as the tuples that it holds; a struct in it where its own fields suffice."""
    for name, value in values.items():
        if type(value) is list:
            values[name] = tuple(value)
    for name, inner, needed in nested_in(struct):
        start = f"{name}."
        parts = {key.removeprefix(start): values.pop(key) for key in [k for k in values if k.startswith(start)]}
        if parts and needed <= parts.keys():
            values[name] = inner(**parts)
    return struct(**values)


def values_of(value: msgspec.Struct) -> dict[str, Any]:
    """The counterpart of `make`: the fields of a struct by name, those of a struct in it as `price.amount`."""
    values = msgspec.structs.asdict(value)
    for name, _, _ in nested_in(type(value)):
        if values[name] is not None:
            values |= {f"{name}.{key}": inner for key, inner in msgspec.structs.asdict(values[name]).items()}
    return values


def union_of(structs: Iterable[type[msgspec.Struct]]) -> dict[str, Target]:
    """Fields of any of the structs; required only where every one of them requires it."""
    structs = tuple(structs)
    found: dict[str, Target] = {}
    for struct in structs:
        for name, target in targets_of(struct).items():
            found.setdefault(name, target)
    for name, target in list(found.items()):
        if target.required and not all(targets_of(s).get(name, target).required for s in structs):
            found[name] = target._replace(required=False)
    return found


_PLAIN: dict[Any, Shape] = {
    str: "text",
    Decimal: "decimal",
    int: "int",
    bool: "flag",
    datetime: "datetime",
    date: "date",
}


def _shape(hint: Any) -> tuple[Shape, tuple[str, ...], type[msgspec.Struct] | None]:
    if get_origin(hint) in (Union, types.UnionType):
        inner = [part for part in get_args(hint) if part is not type(None)]
        return _shape(inner[0]) if len(inner) == 1 else ("other", (), None)
    if get_origin(hint) is Literal:
        return "text", tuple(map(str, get_args(hint))), None
    if get_origin(hint) is tuple:
        inner_hint = get_args(hint)[0]
        if inner_hint is str:
            return "texts", (), None
        if isinstance(inner_hint, type) and issubclass(inner_hint, msgspec.Struct):
            return "structs", (), inner_hint
        return "other", (), None
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return "struct", (), hint
    return _PLAIN.get(hint, "other"), (), None

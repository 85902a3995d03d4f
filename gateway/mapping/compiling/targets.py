"""What a map may fill: the fields of events and advices, with the shape that each one takes.

Read from the frozen structs themselves, so that a field added to an event can be bound the same day.
"""

from __future__ import annotations

import types
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from ledger.advices import ADVICES, Advice
from ledger.events import KINDS, Event

Shape = Literal[
    "text", "decimal", "int", "flag", "datetime", "date", "duration", "texts", "struct", "structs", "other"
]

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
    each: Shape = "text"
    """What each entry is, where `shape` is texts: a text, a whole number, a date."""
    items: tuple[type[msgspec.Struct], ...] = ()
    """Structs of the entries in the other events of a map, where they differ from `item`."""


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
        target = _target_of(field.name, hints[field.name])
        shape, item = target.shape, target.item
        required = field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
        default = None if field.default is msgspec.NODEFAULT else field.default
        found[field.name] = target._replace(default=default, required=required and shape != "struct")
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
            known = found.setdefault(name, target)
            if (
                target.item is not None
                and target.shape == "structs"
                and target.item not in (known.item, *known.items)
            ):
                found[name] = known._replace(items=(*known.items, target.item))
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
    timedelta: "duration",
}


def _target_of(name: str, hint: Any) -> Target:
    """The field as its hint tells it; default and need are for the caller to say."""
    if get_origin(hint) in (Union, types.UnionType):
        inner = [part for part in get_args(hint) if part is not type(None)]
        return _target_of(name, inner[0]) if len(inner) == 1 else Target(name, "other", None, False)
    if get_origin(hint) is Literal:
        return Target(name, "text", None, False, tuple(map(str, get_args(hint))))
    if get_origin(hint) is tuple:
        each = get_args(hint)[0]
        if _is_struct(each):
            return Target(name, "structs", None, False, (), each)
        shape = _PLAIN.get(each)
        return Target(name, "texts", None, False, each=shape) if shape else Target(name, "other", None, False)
    if _is_struct(hint):
        return Target(name, "struct", None, False, (), hint)
    return Target(name, _PLAIN.get(hint, "other"), None, False)


def _is_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)

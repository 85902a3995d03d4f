"""Fill a frozen struct from a YAML entry by the struct's own types: unknown keys and wrong values are noted with
their line. What a key means is the struct's business."""

from __future__ import annotations

import types
from decimal import Decimal
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from gateway.resources import Entry

T = TypeVar("T", bound=msgspec.Struct)


def fill(entry: Entry, base: T) -> T:
    """`base` with the fields that the entry names; a field that is a struct or a mapping is laid over in turn."""
    hints = get_type_hints(type(base))
    given = entry.mapping(type(base).__struct_fields__)
    values = {name: _value(one, hints[name], getattr(base, name)) for name, one in given.items()}
    return msgspec.structs.replace(base, **values) if values else base


def _value(entry: Entry, kind: Any, base: Any) -> Any:
    """The entry as `kind`; `base` is what it is laid over, and what stands where it is wrong."""
    if get_origin(kind) in (Union, types.UnionType):
        (kind,) = (one for one in get_args(kind) if one is not type(None))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return fill(entry, base if isinstance(base, kind) else _blank(kind))
    if get_origin(kind) is dict:
        return _mapping(entry, kind, base or {})
    if get_origin(kind) is tuple:
        return tuple(_value(item, get_args(kind)[0], None) for item in entry.items())
    return _scalar(entry, kind, base)


def _blank(kind: type[T]) -> T:
    """The struct with its defaults; a field without one must be a struct itself."""
    hints = get_type_hints(kind)
    return kind(**{field.name: _blank(hints[field.name]) for field in msgspec.structs.fields(kind) if field.required})


def _mapping(entry: Entry, kind: Any, base: dict[str, Any]) -> dict[str, Any]:
    of = get_args(kind)[1]
    return base | {key: _value(one, of, base.get(key)) for key, one in entry.mapping().items()}


def _scalar(entry: Entry, kind: Any, base: Any) -> Any:
    if kind is bool:
        return entry.flag(bool(base))
    if kind is str:
        return entry.text()
    if get_origin(kind) is Literal:
        return entry.choice([one for one in get_args(kind) if one], str(base or ""))
    if kind is int:
        return entry.whole(int(base or 0))
    if kind in (Decimal, float):
        return kind(entry.amount(Decimal(base or 0)))
    raise AssertionError(f"a rule of type {kind} is not read")

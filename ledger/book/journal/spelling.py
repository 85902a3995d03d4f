"""One spelling for each fact: defaults that were written out are left out, and numbers lose what says nothing.

A struct leaves out a default only where it is the very same object, and a Decimal keeps the digits it came with; so
`"0"`, `0.00` and nothing at all would be three contents. Nothing here changes what is recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, TypeVar, get_args

import msgspec

StructT = TypeVar("StructT", bound=msgspec.Struct)

_encode = msgspec.json.Encoder(decimal_format="string", order="deterministic").encode
_replace = msgspec.structs.replace


class _Plan(NamedTuple):
    """What has to be looked at in one kind of struct; all else is spelled in one way only."""

    numbers: tuple[tuple[str, Any], ...]
    """(field, default) of Decimals."""
    others: tuple[tuple[str, Any], ...]
    """(field, default) where the default says something."""
    nested: tuple[tuple[str, type[msgspec.Struct]], ...]
    """(field, what it holds) of structs."""


def spell(value: msgspec.Struct) -> bytes:
    """JSON of a struct in its one spelling: the same bytes for the same fact.

    Nearly all that comes is in it already, which its JSON shows faster than its fields do.
    """
    body = _encode(value)
    return _encode(_plain(value)) if _may_differ(type(value), body) else body


def spell_all(values: Iterable[msgspec.Struct]) -> list[bytes]:
    """`spell` of each; values of one kind are looked at together."""
    found = list(values)
    bodies = [_encode(value) for value in found]
    kinds = set(map(type, found))
    if len(kinds) == 1 and not _may_differ(kinds.pop(), b"\n".join(bodies)):
        return bodies
    return [spell(value) for value in found]


_EMPTY_DIGITS = re.compile(rb'\.[0-9]*0"|\."').search


def _may_differ(struct: type[msgspec.Struct], body: bytes) -> bool:
    """Whether anything in the JSON may be spelled otherwise; True for some texts that only look so."""
    if b"E+" in body or b"E-" in body or b'"-0"' in body or (b"." in body and _EMPTY_DIGITS(body)):
        return True
    return any([written in body for written in _written_defaults(struct)])


@cache
def _written_defaults(struct: type[msgspec.Struct]) -> tuple[bytes, ...]:
    """How the defaults look where they were written out, those of structs inside included."""
    plan = _plan_for(struct)
    own = [
        _encode({name: default})[1:-1]
        for name, default in (*plan.numbers, *plan.others)
        if default is not msgspec.NODEFAULT and default is not None
    ]
    inside = [written for _, held in plan.nested for written in _written_defaults(held)]
    return tuple(dict.fromkeys((*own, *inside)))


def _plain(value: StructT) -> StructT:
    plan = _plan_for(type(value))
    changes: dict[str, Any] = {}
    for name, default in plan.numbers:
        number = getattr(value, name)
        if number is not None:
            changes[name] = default if number == default else _shortest(number)
    for name, default in plan.others:
        if getattr(value, name) == default:
            changes[name] = default
    for name, _ in plan.nested:
        held = getattr(value, name)
        if isinstance(held, tuple):
            changes[name] = tuple(_plain(one) for one in held) if held else ()
        elif held is not None:
            changes[name] = _plain(held)
    return _replace(value, **changes)


def _shortest(number: Decimal) -> Decimal:
    if not number:
        return Decimal(0)
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


@cache
def _plan_for(struct: type[msgspec.Struct]) -> _Plan:
    fields = msgspec.structs.fields(struct)
    numbers = tuple((field.name, field.default) for field in fields if _held(field.type, Decimal))
    others = tuple(
        (field.name, field.default)
        for field in fields
        if field.default is not msgspec.NODEFAULT and field.default and not _held(field.type, Decimal)
    )
    structs = [(field.name, _held(field.type, msgspec.Struct)) for field in fields]
    return _Plan(numbers, others, tuple((name, held) for name, held in structs if held is not None))


def _held(kind: Any, wanted: type) -> Any:
    """The type in an annotation that is of the wanted kind, None where there is none."""
    if isinstance(kind, type) and issubclass(kind, wanted):
        return kind
    return next((found for one in get_args(kind) if (found := _held(one, wanted)) is not None), None)

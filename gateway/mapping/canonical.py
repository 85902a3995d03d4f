"""Canonical JSON: the document is the event itself, or a list of them, decoded by the structs that define it.

What the street stamps (book, partner, source, policy, ...) is never taken from a sender.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from gateway.document import Document, Fault
from ledger.events import AnyEvent, Event, OrderPlaced

EXPONENT_MAX = 20
DIGITS_MAX = 30

_STAMPS = Event.STAMPS - {"created_at"} | {"causation"}


def read_canonical(document: Document) -> tuple[list[Event], list[Fault]]:
    """The events in a JSON document, or what is wrong with each, located by JSON path (`$.lines[3].quantity`)."""
    value = document.value
    events: list[Event] = []
    faults: list[Fault] = []
    several = isinstance(value, list)
    for n, body in enumerate(value if several else [value]):
        prefix = f"$[{n}]" if several else "$"
        if isinstance(body, dict):
            body = {key: item for key, item in body.items() if key not in _STAMPS}
        try:
            event = msgspec.convert(body, AnyEvent, strict=True)
        except msgspec.ValidationError as error:
            faults.append(_fault(str(error), prefix, n + 1))
            continue
        wrong = _unfit(event, prefix)
        if wrong is not None:
            faults.append(Fault(code="not_a_value", text=wrong, segment=n + 1))
            continue
        if not event.number:
            faults.append(Fault(code="required", text=f"{prefix}.number: is required and empty", segment=n + 1))
            continue
        if isinstance(event, OrderPlaced) and not event.lines:
            faults.append(Fault(code="required", text=f"{prefix}.lines: is required and empty", segment=n + 1))
            continue
        events.append(event)
    if several and not value:
        faults.append(Fault(code="empty", text="$: a list with no event in it", level="document"))
    return events, faults


def _fault(message: str, prefix: str, position: int) -> Fault:
    """msgspec says `Expected ..., got ... - at `$.lines[3].quantity``; the path leads, the words follow."""
    words, _, path = message.partition(" - at `")
    path = prefix + (path.rstrip("`").removeprefix("$") if path else "")
    return Fault(code="not_an_event", text=f"{path}: {words}", level="element", segment=position, tag=path)


def _unfit(value: Any, path: str) -> str | None:
    """What is wrong with the first number no book can hold, or time that names no zone; None when all are fit."""
    if isinstance(value, datetime):
        return f"{path}: a time without its offset" if value.tzinfo is None else None
    if isinstance(value, Decimal):
        sign_digits = value.as_tuple()
        exponent = sign_digits.exponent
        fits = isinstance(exponent, int) and abs(exponent) <= EXPONENT_MAX and len(sign_digits.digits) <= DIGITS_MAX
        return None if fits else f"{path}: not a decimal that can be booked"
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            found = _unfit(getattr(value, name), f"{path}.{name}")
            if found is not None:
                return found
    if isinstance(value, tuple):
        for n, item in enumerate(value):
            found = _unfit(item, f"{path}[{n}]")
            if found is not None:
                return found
    return None

"""Amounts below zero that a document writes without a sign: told by an element beside them, or by what it is.

Makes the two directions of such a rule; the element that tells the sign is written by `writing.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.mapping.converting.convert import Context
from gateway.mapping.plan import Minus

Read = Callable[[Any, Context], Any]
Write = Callable[[Any, Context], tuple[str, ...]]


def signed(read: Read, write: Write, minus: Minus, pick: Read | None) -> tuple[Read, Write]:
    """The pair with its sign told as the map says; `pick` finds the element that tells it, if one does."""

    def holds(context: Context) -> bool:
        return minus.when is not None and minus.when.run(context.event) is True

    def value(index: Any, context: Context) -> Any:
        found = read(index, context)
        if found is None:
            return None
        if pick is not None:
            return -abs(found) if pick(index, context) in minus.below else found
        return abs(found) if holds(context) else found

    def text(found: Any, context: Context) -> tuple[str, ...]:
        if pick is not None:
            return write(abs(found), context)
        return write(-found if holds(context) else found, context)

    return value, text

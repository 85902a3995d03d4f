"""Checks that hold for whole columns at once: told from the columns, without a look at each line.

Knows the plain comparisons that most checks are made of, and says nothing of others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Proof = Callable[[Mapping[str, Sequence[Any]]], bool]
"""Over columns by field, those without a value left out: True where the check is false of no line; else ask each."""

_OTHER = re.compile(r"""([a-z_]+) != (?:"([^"]*)"|'([^']*)')""")
_THERE = re.compile(r"([a-z_]+) is not null")
_WORDS = frozenset({"null", "true", "false", "not", "and", "or", "in", "is"})


def proof_of(text: str) -> Proof | None:
    """What proves an expression, one of `field != "text"` and `field is not null`, or several with `or` between.

    Such an expression is false only where each part of it is; and a field that has no value differs from no text.
    """
    parts = [_part(part.strip()) for part in text.split(" or ")]
    proofs = [proof for proof in parts if proof is not None]
    if len(proofs) < len(parts):
        return None
    return lambda columns: any(proof(columns) for proof in proofs)


def _part(text: str) -> Proof | None:
    if (match := _OTHER.fullmatch(text)) is not None and match[1] not in _WORDS:
        name, unwanted = match[1], match[2] if match[2] is not None else match[3]
        return lambda columns: unwanted not in columns.get(name, ())
    if (match := _THERE.fullmatch(text)) is not None and match[1] not in _WORDS:
        name = match[1]
        return lambda columns: name in columns and None not in columns[name]
    return None

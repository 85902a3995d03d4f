"""Words for a reader who wrote something that nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LISTED_MAX = 40


def instead_of(word: str, known: Iterable[str]) -> str:
    """What was probably meant, else what there is: `did you mean "damaged"?`, `there are: a, b`."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"there are: {', '.join(names[:LISTED_MAX])}" if names else "there are none"

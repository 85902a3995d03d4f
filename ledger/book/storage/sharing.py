"""Rows put into a wide table of SQLite, where what all of them share is given to the driver once for all.

Binding forty values costs as much as writing them, and half of them are the same in fifty rows: the book, the site,
a date, and what few lines have. Which columns these are differs from batch to batch, while each set of them is a
statement of its own to be parsed. So a table keeps few of these sets, each inside the one before it, the last empty,
and rows take the first that holds for them. Nothing here knows what a row means.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain, compress
from typing import Any

from sqlalchemy import Table

SHARING_MIN = 12
"""Columns of a table for which it pays to look at what its rows share."""
SETS_MAX = 16
"""Sets of shared columns that a table keeps, each with a statement of its own."""
WORTH = 3
"""Columns more that rows have to share for a set of their own."""

Shared = tuple[bool, ...]
"""Of each column, whether all rows hold the same in it."""

_sets: dict[Table, list[Shared]] = {}


def shared_insert(table: Table, rows: Sequence[tuple[Any, ...]]) -> tuple[str, list[Any]]:
    """The statement that inserts these rows into a table on SQLite, and what it is given. There is one at least."""
    columns = tuple(zip(*rows, strict=True))
    count = len(rows)
    same = tuple([column[0] == column[-1] and column.count(column[0]) == count for column in columns])
    shared = _known(_sets.setdefault(table, [(False,) * len(columns)]), same)
    own = [not one for one in shared]
    given = [column[0] for column in compress(columns, shared)]
    given += chain.from_iterable(zip(*compress(columns, own), strict=True))
    return _statement(table, shared, count), given


def _known(sets: list[Shared], same: Shared) -> Shared:
    """The largest set that holds where these columns are the same, or one of its own where that is worth it."""
    at = next(n for n, one in enumerate(sets) if all(map(_holds, one, same)))
    fitting = tuple(map(_both, same, sets[at - 1])) if at else same
    if len(sets) == SETS_MAX or sum(fitting) < sum(sets[at]) + WORTH or all(fitting):
        return sets[at]
    sets.insert(at, fitting)
    return fitting


def _holds(wanted: bool, same: bool) -> bool:
    return same or not wanted


def _both(one: bool, other: bool) -> bool:
    return one and other


@cache
def _statement(table: Table, shared: Shared, rows: int) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    numbers = iter(range(1, len(shared) + 1))
    listed = ", ".join("?" if one else f"column{next(numbers)}" for one in shared)
    marks = ", ".join([f"({', '.join('?' * shared.count(False))})"] * rows)
    return f'INSERT INTO "{table.name}" ({names}) SELECT {listed} FROM (VALUES {marks})'  # noqa: S608

"""The dimensions of a bucket as questions name them: filters, grouping, and rows in one order on both engines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple, cast

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, and_, func, literal_column, not_, or_, tuple_

from ledger.book.storage import tables

DIMENSIONS = (
    "part", "revision", "lot", "serial", "site", "location", "state", "owner", "segment", "hold_reason",
    "handling_unit", "asn_line", "demand",
)  # fmt: skip
USUAL = DIMENSIONS[:8]
NOTHING: Any = literal_column("0")
"""Zero, spelled out in the statement: a partial index is used only where its condition is."""


class Filters(NamedTuple):
    """Which buckets a question means."""

    equal: Mapping[str, str] = {}
    """Dimension -> its value."""
    absent: tuple[str, ...] = ()
    """Dimensions that must be empty."""
    external: bool = False
    """Accounts outside our walls too."""
    within: tuple[tuple[str, str], ...] | None = None
    """(site, location) pairs, one of which it must be."""
    hidden: frozenset[str] = frozenset()
    """Segments that whoever asks does not see (`Policy.hidden_from`)."""

    @property
    def names_any(self) -> bool:
        """Whether anything narrows the question down at all."""
        return bool(self.equal or self.absent or self.within is not None)

    def conditions(self, conn: Connection, book: str, table: Any = None) -> list[ColumnElement[bool]]:
        """The same as conditions on the bucket table, or an alias of it."""
        at = (tables.bucket if table is None else table).c
        found: list[ColumnElement[bool]] = [at.book == book]
        found += [
            few(conn, at[name] == value) if name == "part" else at[name] == value
            for name, value in self.equal.items()
        ]
        found += [at[name] == "" for name in self.absent]
        if not self.external:
            found.append(at.external == 0)
        if self.within is not None:
            found.append(tuple_(at.site, at.location).in_(self.within))
        if self.hidden:
            found.append(not_(in_segments(at, self.hidden)))
        return found


def in_segments(at: Any, names: AbstractSet[str]) -> ColumnElement[bool]:
    """Whether goods are of any of the segments, as `ledger.policy.segments.segments_of` has it, in the database."""
    by_place: dict[str, ColumnElement[bool]] = {
        "hold": at.state.in_(("quality_hold", "quarantine")),
        "consigned": or_(at.state == "consigned", and_(at.owner != "", at.state != "in_transit")),
        "line_side": at.state == "line_side",
    }
    return or_(at.segment.in_(sorted(names)), *(by_place[name] for name in sorted(names & by_place.keys())))


def read_filters(
    equal: Mapping[str, str], *, absent: Iterable[str] = (), external: bool = False, by: Iterable[str] = ()
) -> Filters:
    """Filters of a question; "" filters nothing, `absent` asks for what has no value.

    Raises `ValueError` for a dimension that does not exist, and where one is to be empty and to have a value.
    """
    absent = tuple(absent)
    given = {name: value for name, value in equal.items() if value}
    unknown = sorted({*by, *equal, *absent} - {*DIMENSIONS})
    if unknown:
        raise ValueError(f"no such dimension: {', '.join(unknown)} (there are {', '.join(DIMENSIONS)})")
    both = sorted(given.keys() & set(absent))
    if both:
        raise ValueError(f"{', '.join(both)} cannot be absent and have a value: leave one of both out")
    return Filters(given, absent, external)


def few(conn: Connection, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that few rows meet: SQLite keeps no statistics of ours, and would walk the whole book instead of
    using the index that begins with it."""
    if conn.dialect.name != "sqlite":
        return condition
    hinted: Any = func.likelihood(condition, literal_column("0.0001"))
    return cast("ColumnElement[bool]", hinted)


def in_one_order(conn: Connection, column: Any) -> Any:
    """The column as it is sorted and compared everywhere: by code point, whatever the database was made with."""
    return column.collate("C") if conn.dialect.name == "postgresql" else column


def write_cursor(key: Sequence[Any]) -> str:
    """The place after a row, as plain ASCII: what a page hands to the next one."""
    return json.dumps(key)


def read_cursor(text: str, width: int) -> tuple[Any, ...]:
    """The place behind a cursor. Raises `ValueError` for one that belongs to another question."""
    try:
        found = msgspec.json.decode(text, type=tuple[str | int, ...])
    except msgspec.DecodeError:
        found = ()
    if len(found) != width:
        raise ValueError("the cursor belongs to another list")
    return found


def columns_of(table: Table, names: Iterable[str]) -> list[Any]:
    return [table.c[name] for name in names]

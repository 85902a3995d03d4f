"""What a map says of its files: the dialect of flat ones, the root and namespaces of XML, how JSON is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec


class Column(NamedTuple):
    """One column of a flat record. In a fixed-width record `first` and `last` are its characters, counted from 1."""

    name: str
    first: int = 0
    last: int = 0
    right: bool = False
    """Written against the right edge, filled before; else filled after."""
    fill: str = " "

    @property
    def width(self) -> int:
        return self.last - self.first + 1


class FileShape(msgspec.Struct, frozen=True, kw_only=True):
    """The shape of a file, as `file:` in its map says it; each format looks at its own part."""

    encoding: str = "utf-8"
    each: str = ""
    """What makes an event of its own each time it stands in the file: a record type, a path, a pointer; "" the whole
    file makes one (or one for each group)."""

    # --- flat files ---
    delimiter: str = ","
    quote: str = '"'
    """ "" where nothing is quoted."""
    header: bool = True
    skip: int = 0
    """Lines before the header or the first row that say nothing."""
    decimal: Literal[".", ","] = "."
    """Mark of decimals in numbers; with a comma, points group thousands."""
    line_end: str = "\r\n"
    """Written after each record; fixed-width: "" where records stand one after the other without any."""
    columns: tuple[str, ...] = ()
    """Columns in order: those of a file without header, and those that are written."""
    required: tuple[str, ...] = ()
    """Columns without which a file is not of this type."""
    record_column: str = ""
    """Column that tells record types apart; where it is absent all rows are rows."""
    row_type: str = "D"
    defaults_type: str = ""
    default_columns: tuple[str, ...] = ()
    """What a defaults record gives to the rows after it that leave these columns blank."""
    totals_type: str = ""
    count_column: str = ""
    """Column of the totals record that holds the number of rows."""
    sums: tuple[tuple[str, str], ...] = ()
    """Column of the totals record, and the column whose sum over the rows it holds."""
    layouts: Mapping[str, tuple[Column, ...]] = {}
    """Columns of each record type, where every type has its own; the type "" where all records are alike."""
    type_at: Column | None = None
    """Where the record type stands: its characters, or the number of its cell in `first`."""
    nesting: Mapping[str, str] = {}
    """Record type that opens a loop -> the type of the loop it stands in, "" for none."""
    homes: Mapping[str, frozenset[str]] = {}
    """Record type that opens no loop -> the types of the loops that look at it; none: the whole file does."""
    length: int = 0
    """Characters of a fixed-width record; 0 where its line ends it."""

    @property
    def typed(self) -> bool:
        """Records differ by type: they are read as segments, not as rows."""
        return self.type_at is not None

    # --- XML and JSON ---
    root: str = ""
    """Name of the root element in braces and local name, as `{urn:x}Order`; "" takes any."""
    namespaces: Mapping[str, str] = {}
    """Prefix of the map -> namespace; "" is what names without prefix are in."""
    indent: int = 2
    """Blanks by which inner lines are indented; 0 writes everything on one line."""

"""Find the columns of a fixed-width file that nobody described: by what stands under what. A guess for a draft only.

Columns that touch each other look like one; a person parts them. Reads texts, knows no map.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

LINES_MAX = 500
"""Lines that are looked at."""
TYPES_MAX = 9
"""Kinds of records, told by the first character; more of them are the beginnings of texts."""
_DELIMITERS = ",;\t|"
_TOKEN = re.compile(r"\S+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*\Z")


class Span(NamedTuple):
    """One column: name, first and last character from 1, and how its texts stand in it."""

    name: str
    first: int
    last: int
    right: bool = False
    fill: str = " "

    @property
    def said(self) -> str | dict[str, str]:
        """As `columns:` of a map says it."""
        at = f"{self.first}-{self.last}" if self.last > self.first else str(self.first)
        if not self.right:
            return at
        return {"at": at, "align": "right"} | ({"fill": self.fill} if self.fill != " " else {})

    def of(self, line: str) -> str:
        return line[self.first - 1 : self.last].strip()


class Records(NamedTuple):
    """The records of a file: their columns by type ("" where all are alike), and whether line 1 names them."""

    layouts: dict[str, tuple[Span, ...]]
    lines: tuple[str, ...]
    named: bool = False

    def of(self, type: str) -> tuple[str, ...]:
        rows = self.lines[1:] if self.named else self.lines
        return tuple(line for line in rows if not type or line[:1] == type)


def find_records(data: bytes) -> Records | None:
    """The columns of a file, None where a delimiter parts them or nothing does."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    lines = tuple(line for line in text.split("\n", LINES_MAX)[:LINES_MAX] if line.strip())
    if not lines or any(_parts(lines, delimiter) for delimiter in _DELIMITERS):
        return None
    if not any(re.search(r"\S {2,}\S", line) for line in lines):
        return None
    named = len(lines) > 1 and _is_header(lines[0])
    rows = lines[1:] if named else lines
    spans = _spans(lines)
    types = Counter(line[:1] for line in rows)
    # Where all are alike, no column holds what lines of another kind keep apart.
    alike = not any(re.search(r"\S {2,}\S", line[first:end]) for line in rows for first, end in spans)
    if named or alike or not 2 <= len(types) <= TYPES_MAX or " " in types:
        return Records({"": tuple(_described(spans, rows, lines[0] if named else ""))}, lines, named)
    layouts = {
        type: (Span("record", 1, 1), *_described(_spans(same, 1), same, ""))
        for type in types
        for same in ([line for line in rows if line[:1] == type],)
    }
    return Records(layouts, lines)


def _parts(lines: Sequence[str], delimiter: str) -> bool:
    count = lines[0].count(delimiter)
    return count > 0 and all(line.count(delimiter) >= count for line in lines)


def _is_header(line: str) -> bool:
    tokens = _TOKEN.findall(line)
    return len(tokens) > 1 and all(_NAME.match(token) for token in tokens) and not re.search(r"\d{2}", line)


def _spans(lines: Iterable[str], start: int = 0) -> list[tuple[int, int]]:
    """Runs of characters between columns of blanks that all lines share; from 0, the end not in it."""
    used: set[int] = set()
    for line in lines:
        used.update(n for n, letter in enumerate(line) if n >= start and not letter.isspace())
    found: list[tuple[int, int]] = []
    for at in sorted(used):
        if found and found[-1][1] == at:
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
    return found


def _described(spans: Sequence[tuple[int, int]], rows: Sequence[str], head: str) -> Iterable[Span]:
    for n, (first, end) in enumerate(spans):
        texts = [line[first:end] for line in rows if line[first:end].strip()]
        right = bool(texts) and all(len(text) == end - first for text in texts)
        zeros = (
            right and all(text.strip().isdigit() for text in texts) and any(text.startswith("0") for text in texts)
        )
        right = zeros or (right and any(text.startswith(" ") for text in texts))
        # A text may be longer than any that came: its column goes on to the next.
        last = end if right or n + 1 == len(spans) else spans[n + 1][0]
        name = head[first:end].strip().replace(" ", "_") or f"column_{first + 1}"
        yield Span(name, first + 1, last, right, "0" if zeros else " ")

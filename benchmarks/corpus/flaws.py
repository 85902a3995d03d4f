"""Damages clean documents of the corpus in the ways that partners do: syntax, envelope, business.

Each flaw is named by the code a correct answer carries (`AK403-6`), so that a test can ask whether it was found.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from benchmarks.corpus.documents import Dialect

Rows = list[list[str]]


def damage(body: bytes, dialect: Dialect, flaw: str) -> bytes:
    """The document with one flaw in it; the same bytes back where the flaw finds nothing to bite on."""
    rows = [part.split(dialect.element) for part in body.decode("latin-1").split(dialect.segment) if part]
    FLAWS[flaw](rows)
    return (dialect.segment.join(dialect.element.join(row) for row in rows) + dialect.segment).encode("latin-1")


def choose(rng: random.Random, set_id: str) -> str:
    """A flaw for one document of a set: half syntax, a quarter envelope, a quarter business."""
    kind = rng.choices(("syntax", "envelope", "business"), (50, 25, 25))[0]
    return rng.choice(KINDS[kind] if kind != "business" else BUSINESS[set_id])


def _index(rows: Rows, tag: str, last: bool = False) -> int:
    order = range(len(rows) - 1, -1, -1) if last else range(len(rows))
    return next(i for i in order if rows[i][0] == tag)


def _row(rows: Rows, *tags: str) -> list[str]:
    return next(row for row in rows if row[0] in tags)


def _put(row: list[str], element: int, value: str) -> None:
    while len(row) <= element:
        row.append("")
    row[element] = value


def _recount(rows: Rows, by: int) -> None:
    end = _row(rows, "SE")
    end[1] = str(int(end[1]) + by)


def _insert(rows: Rows, place: int, row: list[str]) -> None:
    rows.insert(place, row)
    _recount(rows, 1)


def _quantity(rows: Rows, value: str) -> None:
    row = _row(rows, *_QUANTITY)
    _put(row, _QUANTITY[row[0]], value)


_QUANTITY = {"SN1": 2, "PO1": 2, "RCD": 2, "FST": 1}
_UNIT = {"SN1": 3, "PO1": 3, "UIT": 1}
_DATE = {"BEG": 5, "BSN": 3, "BRA": 2, "BSS": 3, "BFR": 6}
_NAME = {"BEG": 3, "BSN": 2, "BRA": 1, "BSS": 2, "BFR": 2}
_NEEDED = {"BFR": 5}
"""Elements by the beginning segment: a date, the longest name, and one that has to be there (else the second)."""


def _unknown_segment(rows: Rows) -> None:
    _insert(rows, 4, ["ZQX", "1"])


def _segment_missing(rows: Rows) -> None:
    del rows[3]
    _recount(rows, -1)


def _segment_too_often(rows: Rows) -> None:
    head = rows[3]
    _insert(rows, 4, list(head))


def _element_missing(rows: Rows) -> None:
    _put(rows[3], _NEEDED.get(rows[3][0], 2), "")


def _too_many_elements(rows: Rows) -> None:
    row = _row(rows, "CTT")
    row += ["", "", "", "", "", "", "", "X"]


def _too_short(rows: Rows) -> None:
    _put(rows[3], _DATE[rows[3][0]], "2026")


def _too_long(rows: Rows) -> None:
    _put(rows[3], _NAME[rows[3][0]], "X" * 40)


def _not_a_number(rows: Rows) -> None:
    _quantity(rows, "1O")


def _bad_code(rows: Rows) -> None:
    _put(rows[3], 1 if rows[3][0] != "BRA" else 3, "QQ")


def _bad_date(rows: Rows) -> None:
    _put(rows[3], _DATE[rows[3][0]], "20261341")


def _conditional(rows: Rows) -> None:
    row = _row(rows, "N1")
    del row[4:]


def _count(tag: str, element: int, by: int) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        row = rows[_index(rows, tag, last=True)]
        row[element] = str(int(row[element]) + by).zfill(len(row[element]))

    return change


def _truncated(rows: Rows) -> None:
    del rows[-2:]


def _unknown_part(rows: Rows) -> None:
    row = _row(rows, "LIN", "PO1")
    row[row.index("BP") + 1] = "NO-SUCH-PART"
    row[row.index("VP") + 1] = "NO-SUCH-VP"


def _unknown_order(rows: Rows) -> None:
    _row(rows, "PRF")[1] = "PONONE" + _row(rows, "PRF")[1][-6:]


def _over_order(rows: Rows) -> None:
    _quantity(rows, "900000")


def _unknown_unit(rows: Rows) -> None:
    row = _row(rows, *_UNIT)
    _put(row, _UNIT[row[0]], "CT")


def _unknown_place(rows: Rows) -> None:
    next(row for row in rows if row[:2] == ["N1", "ST"])[4] = "PLT99"


def _wrong_total(rows: Rows) -> None:
    row = _row(rows, "CTT")
    row[1] = str(int(row[1]) + 3)


FLAWS: dict[str, Callable[[Rows], None]] = {
    "AK304-1": _unknown_segment,
    "AK304-3": _segment_missing,
    "AK304-5": _segment_too_often,
    "AK403-1": _element_missing,
    "AK403-2": _conditional,
    "AK403-3": _too_many_elements,
    "AK403-4": _too_short,
    "AK403-5": _too_long,
    "AK403-6": _not_a_number,
    "AK403-7": _bad_code,
    "AK403-8": _bad_date,
    "AK502-3": _count("SE", 2, 1),
    "AK502-4": _count("SE", 1, 1),
    "AK905-4": _count("GE", 2, 1),
    "AK905-5": _count("GE", 1, 1),
    "TA105-001": _count("IEA", 2, 1),
    "TA105-021": _count("IEA", 1, 1),
    "TA105-023": _truncated,
    "D02": _unknown_order,
    "D04": _unknown_part,
    "D06": _unknown_unit,
    "D07": _unknown_place,
    "D08": _over_order,
    "D35": _wrong_total,
}

KINDS: dict[str, tuple[str, ...]] = {
    "syntax": tuple(name for name in FLAWS if name.startswith(("AK3", "AK4"))),
    "envelope": tuple(name for name in FLAWS if name.startswith(("AK5", "AK9", "TA1"))),
    "business": tuple(name for name in FLAWS if name.startswith("D")),
}
BUSINESS: dict[str, tuple[str, ...]] = {
    "850": ("D04", "D06", "D07", "D35"),
    "856": ("D02", "D04", "D06", "D07", "D08", "D35"),
    "861": ("D04",),
    "862": ("D04", "D06", "D07", "D35"),
    "830": ("D04", "D06", "D07", "D35"),
}

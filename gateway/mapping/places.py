"""Where a value stands in a document: the `at:` of a rule, parsed once.

X12 speaks `SEG[qualifier].element-component`: `BSN.02`, `DTM[011].02`, `N1[SU|SF].04` (SU, else SF), `MEA[PD,G].03`
(elements 1 and 2), `OTI[2=SI].03`, `LIN[@BP]` (the value after qualifier BP among qualifier/value pairs),
`N1[ST]/REF[DK].02` (a segment inside a loop), `.02` (inside the repeated part). Flat files give a column's name,
JSON a JSON Pointer, XML a path (`paths.py`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gateway.formats import FileShape
from gateway.resources import did_you_mean

PAIRS_TO = 32
"""Qualifier/value pairs end before this element in every segment (LIN31)."""
PAIRS_AT = {tag: tuple(range(first, PAIRS_TO, 2)) for tag, first in (
    ("LIN", 2), ("PO1", 6), ("IT1", 6), ("POC", 8), ("SLN", 9), ("ACK", 7),
)} | {"W01": (4, 6, 15), "W04": (4, 6, 14), "W07": (4, 6, 10), "W12": (7, 17, 21), "W19": (5, 7, 17)}  # fmt: skip
"""Elements where the qualifiers of a segment stand, each before its value (X12 data elements 235 and 234); the
warehouse's segments have lots and weights between them."""

_STEP = re.compile(r"([A-Z][A-Z0-9]{1,2})(?:\[([^\]]+)\])?\Z")
_LAST = re.compile(r"([A-Z][A-Z0-9]{1,2})(?:\[([^\]]+)\])?(?:\.(\d{1,2})(?:-(\d{1,2}))?)?\Z")
_KEY = re.compile(r"(?:(\d{1,2})=)?([A-Za-z0-9 ]+(?:\|[A-Za-z0-9 ]+)*)\Z")
_PAIR = re.compile(r"@([A-Z0-9]{1,3}(?:\|[A-Z0-9]{1,3})*)(?::(\d{1,2}))?\Z")
_INNER = re.compile(r"\.(\d{1,2})(?:-(\d{1,2}))?\Z")


class Step(NamedTuple):
    """A segment chosen by its tag and by what stands in its key elements; earlier alternatives are preferred."""

    tag: str
    keys: tuple[tuple[int, tuple[str, ...]], ...] = ()

    @property
    def written(self) -> tuple[tuple[int, str], ...]:
        """Key elements as written: the first alternative of each."""
        return tuple((element, values[0]) for element, values in self.keys)


class XmlCondition(NamedTuple):
    """What an element must hold: a text at a path below it, or in an attribute there; preferred texts first."""

    path: tuple[XmlStep, ...]
    attribute: str
    values: tuple[str, ...]


class XmlStep(NamedTuple):
    """An element by its full name (`{namespace}local`) and by the name that the map writes."""

    tag: str
    name: str
    conditions: tuple[XmlCondition, ...] = ()
    position: int = 0
    """Which of its like, from 1; 0 for any."""


class Place(NamedTuple):
    """One element: the loops to enter, the segment, the element and component; or a qualifier of its pairs."""

    text: str
    step: Step
    element: int = 0
    component: int = 0
    loops: tuple[Step, ...] = ()
    pair: tuple[str, ...] = ()
    """Qualifiers of qualifier/value pairs, preferred first; `element` is then where the pairs begin."""
    pairs: tuple[int, ...] = ()
    """Elements where the qualifiers of such pairs may stand."""
    column: str = ""
    """Flat files: name of the column. JSON: the pointer. XML: the path as the map writes it."""
    path: tuple[XmlStep, ...] = ()
    """XML: the elements to go through, from the root where `absolute`."""
    attribute: str = ""
    """XML: the attribute of the last element, "" for its text."""
    absolute: bool = False


class BadPlace(ValueError):
    """The text is no place; says why."""


def read_step(text: str) -> Step:
    """A segment with its keys, as `REF[LS]`. Raises BadPlace."""
    match = _STEP.match(text)
    if match is None:
        raise BadPlace(f'"{text}" names no segment, as REF or REF[LS]')
    return Step(match[1], _keys(match[2]))


def read_x12_place(text: str) -> Place:
    """A place in X12. Raises BadPlace with what is wrong."""
    inner = _INNER.match(text)
    if inner is not None:
        return Place(text, Step(""), int(inner[1]), int(inner[2] or 0))
    *outer, last = text.split("/")
    loops = tuple(read_step(part) for part in outer)
    match = _LAST.match(last)
    if match is None:
        raise BadPlace(f'"{text}" is no place, as BSN.02, DTM[011].02 or LIN[@BP]')
    tag, keys, element, component = match.groups()
    pair = _PAIR.match(keys or "")
    if pair is not None:
        pairs = tuple(range(int(pair[2]), PAIRS_TO, 2)) if pair[2] else PAIRS_AT.get(tag, ())
        if element or not pairs:
            raise BadPlace(
                f'"{text}": {"pairs take no element" if element else f"say where the pairs of {tag} begin"}'
            )
        return Place(text, Step(tag), pairs[0], 0, loops, tuple(pair[1].split("|")), pairs)
    if element is None or int(element) == 0:
        raise BadPlace(f'"{text}" names no element; elements count from 01')
    return Place(text, Step(tag, _keys(keys)), int(element), int(component or 0), loops)


def _keys(text: str | None) -> tuple[tuple[int, tuple[str, ...]], ...]:
    keys: list[tuple[int, tuple[str, ...]]] = []
    for position, part in enumerate(text.split(",") if text else (), 1):
        match = _KEY.match(part.strip())
        if match is None:
            raise BadPlace(f'"[{text}]" is no qualifier')
        keys.append((int(match[1] or position), tuple(match[2].split("|"))))
    return tuple(keys)


def read_column(text: str) -> Place:
    """A column of a flat file, by its name."""
    if not text.strip():
        raise BadPlace("a column has a name")
    return Place(text, Step("row"), column=text)


def read_record_column(text: str, file: FileShape, record: str) -> Place:
    """A column of a record type, `713.note_number`; of the loop's own record by its name alone. Raises BadPlace."""
    kind, dot, name = text.partition(".")
    if not dot or kind not in file.layouts:
        kind, name = record, text
    names = [column.name for column in file.layouts.get(kind, ())]
    if not kind:
        raise BadPlace(f'"{text}" names no record type, as {next(iter(file.layouts), "H")}.{text}')
    if name not in names:
        raise BadPlace(f'record {kind} has no column "{name}"; {did_you_mean(name, names)}')
    return Place(text, Step(kind), names.index(name) + 1, column=f"{kind}.{name}")


def read_pointer(text: str) -> Place:
    """A JSON Pointer (RFC 6901), relative to the object that the rule stands in. Raises BadPlace."""
    if text and not text.startswith("/"):
        raise BadPlace(f'"{text}" is no JSON Pointer; it begins with /')
    if re.search(r"~(?![01])", text):
        raise BadPlace(f'"{text}": ~ is written ~0 and / is written ~1')
    return Place(text, Step("value"), column=text)


def pointer_keys(pointer: str) -> tuple[str, ...]:
    """The keys of a JSON Pointer, unescaped."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])

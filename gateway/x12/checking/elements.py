"""Element by element: what is wrong in one segment, located, for segments that their expression did not match.

Codes are those of data element 723 (AK403). What a person would read without doubt (national letters, blanks at the
end) is noted and does not reject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import cast

from gateway.document import Delimiters, Fault
from gateway.x12.checking.patterns import CHARACTERS, Match, element_pattern, letters_beside, relations_test
from gateway.x12.checking.rules import CompositeRule, ElementRule, SegmentRule

_KNOWN = frozenset(CHARACTERS)
_DIGITS = frozenset("0123456789")
_PLAIN_DATE = re.compile(r"(?:(?:1[89]|2\d)\d\d|\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|1\d|2[0-8])", re.ASCII).fullmatch
"""A day that every month of every year has."""


Found = tuple[int, int, str, str, str, str, bool]
"""Element, component (0: none), data element, code, value, words, rejects."""


def check_segment(
    rule: SegmentRule, elements: Sequence[str], position: int, loop: str, delimiters: Delimiters
) -> Iterator[Fault]:
    """Faults of one segment. `elements[0]` is the tag; `position` counts ST as 1; `loop` is AK303."""
    looker = Looker(rule, delimiters)
    for found in looker.look(elements):
        yield looker.fault(found, position, loop)


class Looker:
    """A segment rule compiled for looking element by element: only a value at fault costs more than a match."""

    __slots__ = ("_delimiters", "_has_composites", "_holds", "_required", "_rule", "_simple")

    def __init__(self, rule: SegmentRule, delimiters: Delimiters) -> None:
        self._rule, self._delimiters = rule, delimiters
        letters = letters_beside(delimiters)
        self._simple = tuple(
            None if isinstance(element, CompositeRule) else _fullmatch(element, letters) for element in rule.elements
        )
        """For each element what takes a clean value; None for a composite."""
        self._required = tuple(element for element in rule.elements if element.required)
        self._has_composites = any(isinstance(element, CompositeRule) for element in rule.elements)
        self._holds = relations_test(rule.syntax)

    def look(self, elements: Sequence[str]) -> Iterator[Found]:
        """What is wrong, in order of elements; relations last."""
        rule, delimiters, size = self._rule, self._delimiters, len(elements)
        for element, fits, value in zip(rule.elements, self._simple, islice(elements, 1, None), strict=False):
            if fits is None:
                yield from _check_composite(cast(CompositeRule, element), value, delimiters)
            elif element.required if not value else fits(value) is None:
                for code, words, rejects in _check_value(cast(ElementRule, element), value, delimiters):
                    yield element.number, 0, element.data_element, code, value, words, rejects
        for element in self._required:
            if element.number >= size:
                yield element.number, 0, element.data_element, "1", "", f"({element.name}) is missing", True
        for number in range(len(rule.elements) + 1, size):
            if elements[number]:
                words = f"is one element too many: {rule.tag} ends at {len(rule.elements):02d}"
                yield number, 0, "", "3", elements[number], words, True
                break
        if self._holds is None:
            return
        values = elements
        if self._has_composites and delimiters.component:
            values = [value.strip(delimiters.component) and value for value in elements]
        if not self._holds(values, size):
            for kind, at in rule.syntax:
                yield from _check_relation(rule, values, kind, at)

    def fault(self, found: Found, position: int, loop: str) -> Fault:
        """What was found as a fault of the segment at a position."""
        number, component, data_element, code, value, text, rejects = found
        tag = self._rule.tag
        return Fault(
            code=code,
            text=f"{tag}{number:02d}-{component} {text}" if component else f"{tag}{number:02d} {text}",
            level="element",
            segment=position,
            tag=tag,
            loop=loop,
            element=number,
            component=component or None,
            data_element=data_element,
            value=value[:99],
            rejects=rejects,
        )


def _fullmatch(rule: ElementRule, letters: str) -> Match:
    return _compiled(element_pattern(rule, letters, True) if rule.used else "(?!)")


@lru_cache(maxsize=2048)
def _compiled(pattern: str) -> Match:
    return re.compile(pattern).fullmatch


def _check_composite(rule: CompositeRule, value: str, delimiters: Delimiters) -> Iterator[Found]:
    if not value.strip(delimiters.component):
        if rule.required:
            yield rule.number, 0, rule.data_element, "1", "", f"({rule.name}) is missing", True
        return
    if not rule.used:
        yield rule.number, 0, rule.data_element, "3", value, f"({rule.name}) is not used here", True
        return
    if rule.repeats > 1 and delimiters.repetition and delimiters.repetition in value:
        turns = value.split(delimiters.repetition)
        for turn in turns[: rule.repeats]:
            yield from _check_composite(rule._replace(repeats=1), turn, delimiters)
        if len(turns) > rule.repeats:
            words = f"({rule.name}) stands {len(turns)} times, and may {rule.repeats}"
            yield rule.number, 0, rule.data_element, "12", value, words, True
        return
    parts = value.split(delimiters.component) if delimiters.component else [value]
    for part in rule.parts:
        text = parts[part.number - 1] if part.number <= len(parts) else ""
        for code, words, rejects in _check_value(part, text, delimiters):
            yield rule.number, part.number, part.data_element, code, text, words, rejects
    for number in range(len(rule.parts) + 1, len(parts) + 1):
        if parts[number - 1]:
            yield rule.number, number, "", "3", parts[number - 1], "is one component too many", True
            break


def _check_relation(rule: SegmentRule, elements: Sequence[str], kind: str, at: tuple[int, ...]) -> Iterator[Found]:
    """Relations between elements; the fault stands on the first element that would mend it."""
    empty = [n for n in at if n >= len(elements) or not elements[n]]
    filled = [n for n in at if n not in empty]
    names = ", ".join(f"{rule.tag}{n:02d}" for n in at)
    if kind == "P" and filled and empty:
        at_fault, words = empty[0], f"is missing: {names} come together or not at all"
    elif kind == "R" and not filled:
        at_fault, words = at[0], f"is missing: one of {names} is needed"
    elif kind == "C" and at[0] in filled and empty:
        at_fault, words = empty[0], f"is missing: {rule.tag}{at[0]:02d} asks for it"
    elif kind == "L" and at[0] in filled and len(filled) == 1:
        at_fault, words = at[1], f"is missing: {rule.tag}{at[0]:02d} asks for one of {names}"
    elif kind == "E" and len(filled) > 1:
        element = rule.elements[filled[1] - 1]
        yield filled[1], 0, element.data_element, "10", elements[filled[1]], f"may not stand beside {names}", True
        return
    else:
        return
    element = rule.elements[at_fault - 1]
    yield at_fault, 0, element.data_element, "2", "", f"({element.name}) {words}", True


def _check_value(rule: ElementRule, value: str, delimiters: Delimiters) -> Iterator[tuple[str, str, bool]]:
    """Code, words and whether it rejects, for one simple value."""
    if not value:
        if rule.required:
            yield "1", f"({rule.name}) is missing", True
        return
    if not rule.used:
        yield "3", f"({rule.name}) is not used here", True
        return
    if delimiters.repetition and delimiters.repetition in value:
        yield "12", f"({rule.name}) is repeated, and may stand once", True
        return
    kind = rule.type[0] if rule.type.startswith("N") else rule.type
    size = len(value.replace("-", "").replace(".", "")) if kind in ("N", "R") else len(value)
    if size < rule.least:
        yield "4", f"({rule.name}) is too short: {size} of at least {rule.least}", True
    if size > rule.most:
        yield "5", f"({rule.name}) is too long: {size} of at most {rule.most}", True
    if rule.codes:
        if value not in rule.codes:
            yield "7", f'({rule.name}) "{value[:20]}" is none of {" ".join(sorted(rule.codes)[:12])}', True
    elif kind in ("AN", "ID"):
        yield from _check_text(rule, kind, value, delimiters)
    elif kind == "DT":
        if not is_date(value):
            yield "8", f'({rule.name}) "{value[:20]}" is no date', True
    elif kind == "TM":
        if not is_time(value):
            yield "9", f'({rule.name}) "{value[:20]}" is no time', True
    elif not _is_number(kind, value):
        yield "6", f'({rule.name}) "{value[:20]}" is no {"whole number" if kind == "N" else "number"}', True


def _check_text(rule: ElementRule, kind: str, value: str, delimiters: Delimiters) -> Iterator[tuple[str, str, bool]]:
    if delimiters.component and delimiters.component in value:
        yield "6", f"({rule.name}) holds the component separator, though it has no components", True
    elif not _KNOWN.issuperset(value):
        strange = next(letter for letter in value if letter not in _KNOWN)
        control = strange < " " or "\x7f" <= strange < "\xa0"
        shown = f"character {ord(strange):#04x}" if control else f'"{strange}"'
        yield "6", f"({rule.name}) holds {shown}, outside of the X12 character sets", control or kind == "ID"
    elif value.endswith(" ") and len(value.rstrip(" ")) >= rule.least:
        yield "6", f"({rule.name}) ends in blanks", False
    elif not value.strip(" "):
        yield "6", f"({rule.name}) is blank", rule.required


def is_date(value: str) -> bool:
    """CCYYMMDD from 1800 on, or YYMMDD."""
    if _PLAIN_DATE(value) is not None:
        return True
    if len(value) not in (6, 8) or not _DIGITS.issuperset(value):
        return False
    whole = value if len(value) == 8 else ("20" if value < "50" else "19") + value
    try:
        return date(int(whole[:4]), int(whole[4:6]), int(whole[6:])).year >= 1800
    except ValueError:
        return False


def is_time(value: str) -> bool:
    """HHMM, HHMMSS, or with one or two decimals of a second."""
    if len(value) == 4 and value.isascii() and value.isdecimal():
        return value[:2] < "24" and value[2:] < "60"
    if len(value) not in (4, 6, 7, 8) or not _DIGITS.issuperset(value):
        return False
    return value[:2] < "24" and value[2:4] < "60" and value[4:6] < "60"


def _is_number(kind: str, value: str) -> bool:
    digits = value[1:] if value[0] == "-" else value
    if kind == "R":
        whole, _, decimals = digits.partition(".")
        digits = whole + decimals
    return bool(digits) and _DIGITS.issuperset(digits)

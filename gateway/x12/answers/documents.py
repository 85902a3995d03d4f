"""What an acknowledgment says of one document: its faults by segment and element, and the verdict.

997 and 999 differ in tags, codes and what a 999 adds: the number of the business document, and what made an element
necessary (CTX). Whatever the document held, every element written here fits its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from gateway.document import Delimiters, Document, Fault
from gateway.x12.answers.forms import BUSINESS_NUMBERS, Form, document_codes, element_code, segment_code
from gateway.x12.checking.patterns import CHARACTERS

_DOCUMENT_CODES_MAX = 5
"""AK502 to AK506."""
_ELEMENTS_MAX = 99
"""AK4 segments beneath one AK3."""
_IN_SEGMENTS = ("segment", "element")
_TAG = re.compile(r"[A-Z0-9]{2,3}\Z", re.ASCII | re.IGNORECASE)
_KNOWN = frozenset(CHARACTERS)
_CONDITIONAL = ("2", "10")
"""Faults of relations between elements (AK403): only for these has something else made the difference."""


def faults_to_tell(document: Document) -> list[Fault]:
    """Faults of the document itself; what refused its group or interchange is told there."""
    return [fault for fault in document.faults if fault.level in ("document", *_IN_SEGMENTS)]


def ack_document(
    document: Document, faults: Sequence[Fault], verdict: str, form: Form, delimiters: Delimiters, notes_max: int
) -> Iterator[tuple[str, ...]]:
    """The AK2 loop: AK2, about `notes_max` notes on segments and elements, AK5."""
    number, set_id = document.control.number, document.type
    if not (4 <= len(number) <= 9 and number.isascii() and number.isalnum()):
        number = (in_characters(number, delimiters).strip() or "0")[:9].rstrip().zfill(4)
    if not (len(set_id) == 3 and set_id.isascii() and set_id.isalnum()):
        set_id = ("".join(letter for letter in set_id if letter.isascii() and letter.isalnum()) + "000")[:3]
    yield _trimmed("AK2", set_id, number, _convention(document, form, delimiters))
    if not faults:
        yield form.trailer, verdict
        return
    located = [fault for fault in faults if fault.level in _IN_SEGMENTS]
    notes = _Notes(document, form, delimiters, notes_max)
    for (position, tag, loop), members in groupby(located, lambda f: (f.segment or 0, f.tag, f.loop)):
        if notes.is_full:
            break
        # AK301 cannot name it, or AK302 not place it; AK5 still says that a segment is in error.
        if _TAG.match(tag) and 0 < position <= form.position_max:
            yield from notes.of_segment(tag, position, loop, list(members))
    codes = document_codes(form, [fault for fault in faults if fault.level == "document"])
    if located:
        is_ours = form.is_implementation and all(fault.origin for fault in located)
        codes.append("I5" if is_ours else "5")
    yield (form.trailer, verdict, *codes[:_DOCUMENT_CODES_MAX])


def _convention(document: Document, form: Form, delimiters: Delimiters) -> str:
    """ST03 as it came, which a 999 repeats; "" where it has none or the document was read without its segments."""
    if form.set_id != "999" or not document.root.segments:
        return ""
    first = document.root.segments[0].elements
    if len(first) < 4:
        return ""
    return in_characters(first[3], delimiters).strip()[:35].rstrip()


class _Notes:
    """Writes the notes of one document, and counts them."""

    def __init__(self, document: Document, form: Form, delimiters: Delimiters, notes_max: int) -> None:
        self._form, self._delimiters = form, delimiters
        self._left = notes_max
        self._business = _business_number(document, delimiters) if form.is_implementation else ""

    @property
    def is_full(self) -> bool:
        return self._left <= 0

    def of_segment(self, tag: str, position: int, loop: str, faults: Sequence[Fault]) -> Iterator[tuple[str, ...]]:
        """Notes on one segment: one for each fault of its own, one for all that stand on its elements."""
        form = self._form
        loop_id = in_characters(loop, self._delimiters)[: form.loop_length_max].rstrip()
        where = (tag.upper(), str(position), loop_id)
        for is_element, here in groupby(faults, lambda fault: fault.level == "element"):
            batch = list(here)
            for fault in batch[:1] if is_element else batch:
                code = form.of_segment.get("8", "8") if is_element else segment_code(form, fault)
                yield self._note(form.segment, *where, code)
                if self._business:
                    yield self._note("CTX", self._business)
            for fault in (batch if is_element else ())[:_ELEMENTS_MAX]:
                if self.is_full:
                    return
                yield self._element(fault)
                if form.is_implementation and fault.code in _CONDITIONAL:
                    yield self._note("CTX", "SITUATIONAL TRIGGER", *where)

    def _element(self, fault: Fault) -> tuple[str, ...]:
        form, delimiters = self._form, self._delimiters
        place = str(min(fault.element or 1, 99))
        if form.names_component and fault.component and fault.component <= 99:
            place += delimiters.component + str(fault.component)
        number = fault.data_element if fault.data_element.isascii() and fault.data_element.isdecimal() else ""
        value = fault.value.rstrip(" ")
        shown = value[:99].rstrip(" ") if in_characters(value, delimiters) == value else ""
        return self._note(form.element, place, number[:4], element_code(form, fault), shown)

    def _note(self, *elements: str) -> tuple[str, ...]:
        self._left -= 1
        return _trimmed(*elements)


def _business_number(document: Document, delimiters: Delimiters) -> str:
    """CTX01 of a 999: which element holds the document's own number, and the number; "" where neither is known."""
    tag, element = BUSINESS_NUMBERS.get(document.type, ("", 0))
    found = next((one.elements for one in document.root.segments if one.elements[0] == tag), ()) if tag else ()
    value = in_characters(found[element], delimiters).strip()[:35].rstrip() if len(found) > element else ""
    return f"{tag}{element:02d}{delimiters.component}{value}" if value else ""


def in_characters(text: str, delimiters: Delimiters) -> str:
    """The text without what an element of the answer cannot hold."""
    if _KNOWN.issuperset(text) and not any(mark in text for mark in delimiters if mark):
        return text
    return "".join(letter for letter in text if letter in _KNOWN and letter not in delimiters)


def _trimmed(*elements: str) -> tuple[str, ...]:
    kept = len(elements)
    while kept > 1 and not elements[kept - 1]:
        kept -= 1
    return elements[:kept]

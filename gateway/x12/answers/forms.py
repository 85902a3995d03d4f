"""The forms of an acknowledgment: which set answers a release, with which segments and with which codes.

Codes of the checker are those of release 005010. An older release does not know all of them: what it lacks is said by
the nearest code that it has, and never by one that means something else there. Data only; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from gateway.document import Fault
from gateway.x12.codes import ANSWERS

IMPLEMENTATION_FROM = "005010"
"""The first release whose groups a 999 answers."""


class Form(NamedTuple):
    """How one release says what was found. Each mapping turns a code of ours into the release's, "" for none."""

    set_id: str
    segment: str
    element: str
    trailer: str
    """Tags of the segment note, the element note and the verdict: AK3, AK4, AK5 or IK3, IK4, IK5."""
    names_component: bool = True
    """The element note names a component (C030); before 003050 it holds the number of the element alone."""
    names_release: bool = False
    """AK103 repeats GS08."""
    loop_length_max: int = 6
    """Data element 447."""
    position_max: int = 999_999
    """Data element 719: a fault further on cannot be placed."""
    of_segment: Mapping[str, str] = {}
    of_element: Mapping[str, str] = {}
    of_document: Mapping[str, str] = {}
    of_group: Mapping[str, str] = {}

    @property
    def is_implementation(self) -> bool:
        """A 999, which tells of the standard and of our guide apart, and names the business document."""
        return self.set_id == "999"


# Before 003050: no composite, no code for a segment with faulty elements, none for dates, times and exclusions
# (a date that is none is a bad value). Group numbers have no code, and a document's is bad or good.
_EARLY = Form(
    "997", "AK3", "AK4", "AK5",
    names_component=False,
    loop_length_max=4,
    of_segment={"8": ""},
    of_element={"8": "7", "9": "7", "10": "3", "12": "3", "13": "3"},
    of_document={"23": "7"},
    of_group={"6": "", "19": ""},
)  # fmt: skip
# 19 meant a missing security segment until 004010, and 23 is newer than 003060.
_MIDDLE = _EARLY._replace(
    names_component=True,
    of_segment={},
    of_element={"12": "3", "13": "3"},
    of_group={"19": "6"},
)
_CURRENT = _MIDDLE._replace(loop_length_max=6, of_document={})
_LATE = _CURRENT._replace(
    names_release=True, loop_length_max=4, position_max=9_999_999_999, of_element={}, of_group={}
)
_IMPLEMENTATION = _LATE._replace(set_id="999", segment="IK3", element="IK4", trailer="IK5")

_FORMS = (("003050", _EARLY), ("003070", _MIDDLE), (IMPLEMENTATION_FROM, _CURRENT))
"""(release, form of all before it)."""

_IMPLEMENTATION_SEGMENT = {"2": "I4", "3": "I8"}
_IMPLEMENTATION_ELEMENT = {"1": "I9", "3": "I10", "7": "I6"}
"""What only our guide asks for and the standard does not. Source: X12 005010 data elements 620 and 621."""


def form_for(version: str, answers: Collection[str] = ANSWERS) -> Form:
    """The form in which a group is answered; `version` is its GS08, `answers` the sets that are agreed.

    From 005010 on it is a 999 where that is agreed, else a 997. Older groups get a 997 whatever is agreed: there is
    no 999 for them.
    """
    release = version[:6]
    for before, form in _FORMS:
        if release < before:
            return form
    return _IMPLEMENTATION if "999" in answers else _LATE


def segment_code(form: Form, fault: Fault) -> str:
    """AK304 or IK304 of a fault on a segment, "" where the release has none."""
    if form.is_implementation and fault.origin:
        return _IMPLEMENTATION_SEGMENT.get(fault.code, fault.code)
    return form.of_segment.get(fault.code, fault.code)


def element_code(form: Form, fault: Fault) -> str:
    """AK403 or IK403 of a fault on an element."""
    if form.is_implementation and fault.origin:
        return _IMPLEMENTATION_ELEMENT.get(fault.code, fault.code)
    # The checker says 3 for one element or one component too many.
    code = "13" if fault.code == "3" and fault.component else fault.code
    return form.of_element.get(code, code)


def document_codes(form: Form, faults: Collection[Fault]) -> list[str]:
    """AK502 to AK506 of the faults on a document as a whole, each once."""
    codes = (_UNSUPPORTED.get(fault.code, fault.code) for fault in faults)
    return list(dict.fromkeys(filter(None, (form.of_document.get(code, code) for code in codes))))


_UNSUPPORTED = {"no_guide": "1"}


def group_codes(form: Form, faults: Collection[Fault]) -> list[str]:
    """AK905 to AK909, each once."""
    return list(dict.fromkeys(filter(None, (form.of_group.get(fault.code, fault.code) for fault in faults))))


BUSINESS_NUMBERS = {
    "810": ("BIG", 2), "820": ("TRN", 2), "824": ("BGN", 2), "830": ("BFR", 2), "846": ("BIA", 3),
    "850": ("BEG", 3), "855": ("BAK", 3), "856": ("BSN", 2), "860": ("BCH", 3), "861": ("BRA", 1),
    "862": ("BSS", 2), "865": ("BCA", 3), "866": ("BSS", 2), "870": ("BSR", 3), "940": ("W05", 2),
    "943": ("W06", 2), "944": ("W17", 3), "945": ("W06", 2), "947": ("W15", 2), "214": ("B10", 2),
}  # fmt: skip
"""Where a document says its own number: a 999 names it, so that a person finds it without our control numbers."""

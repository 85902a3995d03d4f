"""Where our verdict and pyx12's differ on purpose: each kind of interchange, with the reason and an example."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from gateway.document import Fault
from gateway.x12 import Reading
from gateway.x12.checking.elements import is_date
from gateway.x12.codes import ANSWERS
from tests.properties.x12_findings import all_faults


class Change(NamedTuple):
    """What to put in the place of what, in a clean ship notice or acknowledgment, so that the difference is seen."""

    old: str
    new: str


class Divergence(NamedTuple):
    """A kind of interchange on which the verdicts differ on purpose: ours, why, and how one is recognised."""

    name: str
    we_accept: bool
    reason: str
    example: Change
    explains: Callable[[str, Reading], bool]


def _rejecting(reading: Reading) -> list[Fault]:
    return [fault for fault in all_faults(reading) if fault.rejects]


def _envelope_is_untidy(text: str, reading: Reading) -> bool:
    segments = [segment.split("*") for segment in text.split("~")]
    return any(_is_untidy(elements) for elements in segments if elements[0] in ("GS", "GE", "IEA"))


def _is_untidy(elements: Sequence[str]) -> bool:
    """True unless the segment is exactly as the standard wants it, element by element."""
    if elements[0] != "GS":
        return not re.fullmatch(r"(GE\*\d{1,6}\*\d{1,9})|(IEA\*\d{1,5}\*\d{9})", "*".join(elements))
    name = r"[\x20-\x3d\x3f-\x7d]{1,14}[\x21-\x3d\x3f-\x7d]"
    time = r"([01]\d|2[0-3])[0-5]\d"
    form = rf"GS\*\w\w\*{name}\*{name}\*(\d{{6}}|\d{{8}})\*{time}\*\d{{1,9}}\*[XT]\*00\d0\d0"
    return not re.fullmatch(form, "*".join(elements), re.ASCII) or not is_date(elements[4])


def points_outside_the_open_levels(text: str, reading: Reading) -> bool:
    """True when a level hangs under one that is not the last level or one above it."""
    for document in text.split("ST*")[1:]:
        open_levels: list[str] = []
        for segment in document.split("~"):
            if segment.startswith("HL*"):
                fields = [*segment.split("*"), "", ""]
                if fields[2] and fields[2] not in open_levels:
                    return True
                while fields[2] and open_levels[-1] != fields[2]:
                    open_levels.pop()
                open_levels.append(fields[1])
    return False


def _control_numbers_are_spelled_otherwise(text: str, reading: Reading) -> bool:
    """True when a trailer's control number is its header's but for blanks (ST02, SE02) or zeros in front (GE02)."""
    segments = [segment.split("*") for segment in text.split("~")]
    padded = any(len(e) > 2 and e[2] != e[2].strip() for e in segments if e[0] in ("ST", "SE"))
    groups = {e[6].lstrip("0"): e[6] for e in segments if e[0] == "GS" and len(e) > 6}
    return padded or any(groups.get(e[2].lstrip("0"), e[2]) != e[2] for e in segments if e[0] == "GE" and len(e) > 2)


RELEASES = frozenset(path.name for path in Path("mappings/x12").iterdir() if path.name.isdecimal())


def _answers_in_a_release_without_guides(text: str, reading: Reading) -> bool:
    """True when an acknowledgment was checked by the guide of the nearest release."""
    return any(
        document.type in ANSWERS and document.accepted is not None and document.release not in RELEASES
        for interchange in reading.interchanges
        for group in interchange.groups
        for document in group.documents
    )


DIVERGENCES: tuple[Divergence, ...] = (
    Divergence(
        "acknowledgments of other releases",
        True,
        "a 997 or 999 hardly changes: in a release without guides that of the nearest one holds; nobody else would "
        "tell its sender",
        Change("*X*004010~ST*997", "*X*004000~ST*997"),
        _answers_in_a_release_without_guides,
    ),
    Divergence(
        "noted faults",
        True,
        "a gap in HL01, HL04, blanks at an end, national letters and empty segments are noted, not refused",
        Change("HL*3*2*I~", "HL*4*2*I~"),
        lambda text, reading: any(True for _ in all_faults(reading)) and not _rejecting(reading),
    ),
    Divergence(
        "separators at the end",
        True,
        "separators without a value behind them change nothing",
        Change("REF*LT*L2611A~", "REF*LT*L2611A*~"),
        lambda text, reading: bool(re.search(r"[*>]~|>\*", text.partition("~")[2])),
    ),
    Divergence(
        "segment without elements",
        True,
        "a segment all of whose elements are optional says nothing without them, and changes nothing",
        Change("TD1*PLT71*2~", "TD1~"),
        lambda text, reading: bool(re.search(r"~[A-Z][A-Z0-9]{1,2}~", text)),
    ),
    Divergence(
        "untidy envelope",
        True,
        "a date, a time, a blank or a surplus element of GS, GE or IEA changes nothing",
        Change("*20261122*1200*101*X*004010~", "*20261122**101*X*004010~"),
        _envelope_is_untidy,
    ),
    Divergence(
        "control numbers spelled otherwise",
        True,
        "0201 in GE02 is the 201 of GS06, both N0; a blank beside ST02 or SE02 makes no other number of it",
        Change("~GE*1*101~", "~GE*1*0101~"),
        _control_numbers_are_spelled_otherwise,
    ),
    Divergence(
        "a point at the end of a number",
        True,
        "`12.` can be read only one way",
        Change("SN1*1*240*EA*5240~", "SN1*1*240.*EA*5240~"),
        lambda text, reading: bool(re.search(r"\d\.[*>~]", text)),
    ),
    Divergence(
        "pointers to closed levels",
        True,
        "HL02 decides nesting, never the order of segments",
        Change("CTT*3*240~SE*27*", "HL*4*1*O~PRF*PO450013~HL*5*2*I~LIN**BP*ECM-1~SN1**1*EA~CTT*5*241~SE*32*"),
        points_outside_the_open_levels,
    ),
    Divergence(
        "repeated composites",
        True,
        "ISA11 parts repetitions from 00402 on, and a composite may stand as often as its guide says",
        Change("CTX*BSN02>0000457~", "CTX*BSN02>0000457^LIN03>ECM-88-410~"),
        lambda text, reading: text[82] == "^" and "^" in text[106:],
    ),
    Divergence(
        "blank before a segment",
        True,
        "indented files can be read",
        Change("~REF*LT*", "~ REF*LT*"),
        lambda text, reading: "~ " in text,
    ),
    Divergence(
        "segments outside of documents",
        False,
        "pyx12 logs them and answers that all is well",
        Change("~ST*", "~REF*LT*1~ST*"),
        lambda text, reading: any(
            fault.level == "interchange" and fault.code in ("022", "024") for fault in _rejecting(reading)
        ),
    ),
    Divergence(
        "bytes outside of interchanges",
        False,
        "pyx12 stops reading at the first empty segment and does not see what comes behind",
        Change("~IEA*1*000000101~", "~IEA*1*000000101~~REF*LT*1~"),
        lambda text, reading: any(fault.code == "unreadable" for fault in reading.faults),
    ),
    Divergence(
        "pointers of levels",
        False,
        "pyx12 does not compare HL02 with the level, nor ask for it",
        Change("HL*2*1*O~", "HL*2**O~"),
        lambda text, reading: all(fault.tag == "HL" and fault.element in (2, 3) for fault in _rejecting(reading)),
    ),
    Divergence(
        "set without a guide, or in a wrong group",
        False,
        "pyx12 finds its map by GS01 alone; what does not fit goes to its log",
        Change("ST*856*", "ST*210*"),
        lambda text, reading: any(
            (fault.level == "document" and fault.code in ("no_guide", "6")) or (fault.tag, fault.element) == ("ST", 1)
            for fault in _rejecting(reading)
        ),
    ),
    Divergence(
        "blank in a required element",
        False,
        "an order number of blanks is none; pyx12 takes it for a value",
        Change("PRF*PO450012*", "PRF* *"),
        lambda text, reading: all(
            fault.code == "6" and fault.text.endswith("is blank") for fault in _rejecting(reading)
        ),
    ),
    Divergence(
        "loop that repeats at once",
        False,
        "when the first segment of a loop follows itself, pyx12 does not see what the first turn lacks",
        Change("AK2*850*0001~AK5*A~AK9*A*1*1*1~SE*6*", "AK2*850*0001~AK2*850*0001~AK5*A~AK9*A*1*1*1~SE*7*"),
        lambda text, reading: {(fault.level, fault.code) for fault in _rejecting(reading)} == {("segment", "3")},
    ),
)

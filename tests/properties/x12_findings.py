"""What a checker says of an interchange, in the terms that we and pyx12 have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gateway.document import Fault
from gateway.x12 import Reading


class Finding(NamedTuple):
    """One thing held against one segment."""

    at: int
    """Which segment of the message, the ISA being 0."""
    place: str
    """`interchange`, `group`, `document`; `segment`, `missing N1`; `03`, `05-2` (elements), `surplus`, `relation`."""
    code: str
    """As our own faults have it."""


class Opinion(NamedTuple):
    """A verdict, and everything that was found."""

    accepted: bool
    findings: frozenset[Finding]
    """What is refused."""
    noted: frozenset[Finding] = frozenset()
    """What is told and accepted."""
    stopped: int | None = None
    """The segment at which the checker gave up, and said nothing more; None when it came to the end."""


def opinion_of(reading: Reading, text: str) -> Opinion:
    """Ours, of what was read from a text whose segments end in `~`."""
    refused: set[Finding] = set()
    noted: set[Finding] = set()
    for fault in all_faults(reading):
        (refused if fault.rejects else noted).add(_finding(text.count("~", 0, fault.first_byte or 0), fault))
    # ST01 and ST02 are told twice: as elements, and by a code of AK502 that exists for them alone.
    twice = {
        f for f in refused if f.place == "document" and f.code in "67" and Finding(f.at, "02", "") in _bare(refused)
    }
    return Opinion(reading.accepted, frozenset(refused - twice), frozenset(noted))


def _bare(findings: set[Finding]) -> set[Finding]:
    return {finding._replace(code="") for finding in findings}


def all_faults(reading: Reading) -> Iterator[Fault]:
    """Faults of all levels; not that a document is refused with its group or interchange, which is no new one."""
    yield from reading.faults
    for interchange in reading.interchanges:
        yield from interchange.faults
        for group in interchange.groups:
            yield from group.faults
            for document in group.documents:
                yield from (fault for fault in document.faults if not fault.text.startswith("refused with its"))


def _finding(at: int, fault: Fault) -> Finding:
    if "stands outside of" in fault.text:
        return Finding(at, "segment", "1")
    if (fault.level, fault.code) == ("document", "2"):
        at += 1  # it is told of the last segment; SE is missing behind it
    if fault.level in ("interchange", "group", "document"):
        return Finding(at, fault.level, fault.code)
    if fault.level == "segment":
        if fault.code == "3":
            return Finding(at, f"missing {fault.tag}", "3")
        # Whether a segment without a place is unknown (6) or out of order (7) is more than pyx12 tells.
        return Finding(at, "segment", "1" if fault.code in ("6", "7") else fault.code)
    if fault.code in ("2", "10") and fault.tag != "HL":
        return Finding(at, "relation", fault.code)
    if "too many" in fault.text:
        return Finding(at, "surplus", fault.code)
    return Finding(at, f"{fault.element:02d}" + (f"-{fault.component}" if fault.component else ""), fault.code)

"""Reads what a partner's 997 or 999 says about what we sent. Pure; the reconciliation acts on it."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.document import Document, Fault, Loop, Segment
from gateway.pipeline.reading.values import ReceivedAck, SetAck
from ledger.events.answers import SentStatus

VERDICTS: dict[str, SentStatus] = {
    "A": "accepted",
    "E": "accepted",
    "P": "partial",
    "R": "rejected",
    "M": "rejected",
    "W": "rejected",
    "X": "rejected",
}
"""AK501, IK501 and AK901 to the state of what we sent. Source: X12 data elements 717 and 715."""
REFUSALS = frozenset(code for code, status in VERDICTS.items() if status == "rejected")


def segments_of(loop: Loop) -> Iterator[Segment]:
    """All segments beneath a loop, in the order of the document."""
    found: list[Segment] = []
    pending = [loop]
    while pending:
        one = pending.pop()
        found.extend(one.segments)
        pending.extend(one.loops)
    return iter(sorted(found, key=lambda segment: segment.position))


def read_acks(document: Document) -> tuple[ReceivedAck, ...]:
    """The verdicts of one 997 or 999, group by group (one, unless the partner bends the standard)."""
    found: list[ReceivedAck] = []
    group: tuple[str, str] = ("", "")
    sets: list[SetAck] = []
    faults: list[Fault] = []
    current: tuple[str, str] | None = None
    place, tag = 0, ""
    for segment in segments_of(document.root):
        match segment.tag:
            case "AK1":
                group, sets, faults = (_element(segment, 1), _element(segment, 2)), [], []
            case "AK2":
                current, faults = (_element(segment, 1), _element(segment, 2)), []
            case "AK3" | "IK3":
                tag, place = _element(segment, 1), _whole(_element(segment, 2))
                # Until 003050 a note holds up to five codes.
                codes = [code for n in range(4, 9) if (code := _element(segment, n))]
                faults += [_fault(document.type, code, tag, place, None, "") for code in codes or ["8"]]
            case "AK4" | "IK4":
                at = _whole(_element(segment, 1).split(document.delimiters.component)[0])
                code, value = _element(segment, 3), _element(segment, 4)
                faults.append(_fault(document.type, code, tag, place, at or None, value))
            case "AK5" | "IK5" if current is not None:
                codes = [code for n in range(2, 7) if (code := _element(segment, n))]
                # 5 and I5 say only that segments are in error, which stand above.
                faults += [
                    Fault(code=code, text=f"document fault {code}", level="document")
                    for code in codes
                    if code not in ("5", "I5")
                ]
                sets.append(
                    SetAck(set_id=current[0], control=current[1], code=_element(segment, 1), faults=tuple(faults))
                )
                current, faults = None, []
            case "AK9" if group[0] and _element(segment, 1):
                codes = [code for n in range(5, 10) if (code := _element(segment, n))]
                found.append(
                    ReceivedAck(
                        group_id=group[0],
                        group_control=group[1],
                        code=_element(segment, 1),
                        accepted=_whole(_element(segment, 4)),
                        sets=tuple(sets),
                        faults=tuple(Fault(code=code, text=f"group fault {code}", level="group") for code in codes),
                    )
                )
    return tuple(found)


def _element(segment: Segment, n: int) -> str:
    return segment.elements[n].strip() if len(segment.elements) > n else ""


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _fault(answer: str, code: str, tag: str, place: int, element: int | None, value: str) -> Fault:
    where = f"segment {place} {tag}" + (f" element {element}" if element else "")
    return Fault(
        code=code,
        text=f"the partner's {answer} says {code} at {where}",
        level="element" if element else "segment",
        segment=place or None,
        tag=tag,
        element=element,
        value=value,
    )

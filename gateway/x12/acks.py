"""What answers an interchange: TA1 and 997, planned as values. Numbers, dates and delimiters come when it is written.

A 997 speaks of syntax only: totals and business never change it. Functional acknowledgments are never acknowledged,
and a TA1 goes out when it was asked for or when the interchange is refused. Source: X12 004010 997, TA1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from gateway.document import Delimiters, Document, Fault
from gateway.x12.limits import LIMITS
from gateway.x12.patterns import CHARACTERS
from gateway.x12.reading import STANDARD, AckPlan, Group, GroupAck, Interchange

_SET_CODES_MAX = 5
"""AK502 to AK506; AK905 to AK909."""
_UNSUPPORTED = {"no_guide": "1"}
_IN_SEGMENTS = ("segment", "element")


def plan_acks(interchange: Interchange, *, delimiters: Delimiters = STANDARD, refused: str = "") -> AckPlan:
    """The answers to one interchange. `delimiters` are those of the answer.

    `refused` is a TA105 code for which the street itself refuses an interchange that reads well (`025` control number
    used before, `020` test indicator). A refused interchange gets a TA1 and nothing else: its groups were not taken.
    """
    if _is_answer(interchange):
        return AckPlan()
    code = refused or interchange.ta1_code
    if refused or not interchange.accepted:
        return AckPlan(ta1=_ta1(interchange, "R", code))
    ta1 = _ta1(interchange, "E" if interchange.faults else "A", code) if interchange.ack_requested else None
    groups = tuple(
        _ack_group(group, delimiters) for group in interchange.groups if group.id != "FA" and _is_nameable(group)
    )
    return AckPlan(ta1=ta1, groups=groups)


def _is_answer(interchange: Interchange) -> bool:
    """True when it carries nothing but acknowledgments: answering those would never end."""
    answers = bool(interchange.groups or interchange.acks)
    return answers and all(group.id == "FA" for group in interchange.groups)


def _is_nameable(group: Group) -> bool:
    return len(group.id) == 2 and group.id.isalnum()


def _ta1(interchange: Interchange, verdict: str, code: str) -> tuple[str, ...]:
    number = "".join(filter(str.isdecimal, interchange.control))[-9:].zfill(9)
    return "TA1", number, interchange.date, interchange.time, verdict, code


def _ack_group(group: Group, delimiters: Delimiters) -> GroupAck:
    """AK1, the AK2 loops, AK9. In a refused group only documents with faults of their own are listed."""
    segments: list[tuple[str, ...]] = [("AK1", group.id, group.control if group.control.isdecimal() else "0")]
    verdicts: list[str] = []
    for document in group.documents:
        own = [fault for fault in document.faults if fault.level in ("document", *_IN_SEGMENTS)]
        verdict = "R" if not document.accepted else "E" if own else "A"
        verdicts.append(verdict)
        if group.accepted or own:
            segments += _ack_document(document, own, verdict, delimiters)
    taken = sum(verdict != "R" for verdict in verdicts)
    if not group.accepted or (verdicts and not taken):
        verdict = "R"
    elif taken < len(verdicts):
        verdict = "P"
    else:
        verdict = "E" if "E" in verdicts else "A"
    received = str(len(verdicts))
    declared = group.documents_declared if group.documents_declared.isdecimal() else received
    codes = tuple(dict.fromkeys(fault.code for fault in group.faults))[:_SET_CODES_MAX]
    segments.append(("AK9", verdict, declared[:6], received, str(taken), *codes))
    return GroupAck(
        verdict=verdict,
        group_id=group.id,
        control=group.control,
        version=group.version,
        group_sender=group.receiver,
        group_receiver=group.sender,
        segments=tuple(segments),
    )


def _ack_document(
    document: Document, faults: Sequence[Fault], verdict: str, delimiters: Delimiters
) -> Iterator[tuple[str, ...]]:
    number = _writable(document.control.number, delimiters) or "0"
    yield "AK2", (_writable(document.type, delimiters) + "000")[:3], number[:9].zfill(4)
    located = [fault for fault in faults if fault.level in _IN_SEGMENTS]
    written = 0
    for (position, tag, loop), members in groupby(located, lambda f: (f.segment, f.tag, f.loop)):
        if not (2 <= len(tag) <= 3 and tag.isascii() and tag.isalnum()):
            continue  # AK301 cannot name it; AK5 still says that a segment is in error
        for is_element, here in groupby(members, lambda f: f.level == "element"):
            batch = list(here)
            for fault in batch[:1] if is_element else batch:
                yield _trimmed("AK3", tag, str(position), loop[:6], "8" if is_element else fault.code)
                written += 1
            for fault in (batch if is_element else ())[:99]:
                if written >= LIMITS.ack_segments_max:
                    break
                yield _ak4(fault, delimiters)
                written += 1
        if written >= LIMITS.ack_segments_max:
            break
    codes = [_UNSUPPORTED.get(fault.code, fault.code) for fault in faults if fault.level == "document"]
    if located:
        codes.append("5")
    yield ("AK5", verdict, *list(dict.fromkeys(codes))[:_SET_CODES_MAX])


def _ak4(fault: Fault, delimiters: Delimiters) -> tuple[str, ...]:
    place = str(fault.element or 1)
    if fault.component:
        place += delimiters.component + str(fault.component)
    number = fault.data_element if fault.data_element.isdecimal() else ""
    value = fault.value.rstrip(" ")
    shown = value[:99].rstrip(" ") if _writable(value, delimiters) == value else ""
    return _trimmed("AK4", place, number, fault.code, shown)


def _writable(text: str, delimiters: Delimiters) -> str:
    """The text without what an element of the answer cannot hold."""
    return "".join(letter for letter in text if letter in CHARACTERS and letter not in delimiters)


def _trimmed(*elements: str) -> tuple[str, ...]:
    kept = len(elements)
    while kept > 1 and not elements[kept - 1]:
        kept -= 1
    return elements[:kept]

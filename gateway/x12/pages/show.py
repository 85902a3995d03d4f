"""A reading for people, as text: loops indented, every value with its name and meaning, faults where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gateway.document import Document, Fault
from gateway.x12.guides.registry import Guides
from gateway.x12.pages.explain import (
    Explainer,
    ShownSegment,
    clean,
    loose_faults,
    readable_date,
    readable_time,
    verdict,
)
from gateway.x12.reading import Group, Interchange, Reading

_NO_GUIDES = Guides({})


def show(reading: Reading, guides: Guides = _NO_GUIDES) -> str:
    """Text without control characters, ending in a line break; `show_lines` at once."""
    return "\n".join(show_lines(reading, guides)) + "\n"


def show_lines(reading: Reading, guides: Guides = _NO_GUIDES, *, brief: bool = False) -> Iterator[str]:
    """Lines without control characters. The reading must have been made with its trees.

    `guides` are those it was read with; without them nothing has a name. `brief`: a segment a line, as it came.
    """
    explainer = Explainer(guides)
    for fault in reading.faults:
        yield f"! {clean(fault.text)}"
    for interchange in reading.interchanges:
        yield from _interchange(interchange, explainer)
        for ack in interchange.acks:
            yield clean(f"  TA1 on {explainer.answer(ack)}")
        for group in interchange.groups:
            yield from _group(group, explainer)
            for document in group.documents:
                yield from _document(document, explainer, brief)


def _interchange(interchange: Interchange, explainer: Explainer) -> Iterator[str]:
    when = f"{readable_date(interchange.date)} {readable_time(interchange.time)}".strip()
    test = ", test" if interchange.test else ""
    yield clean(
        f"interchange {interchange.control}{' of ' + when if when else ''}, release {interchange.version}{test}"
    )
    for word, party in (("from", interchange.sender), ("to", interchange.receiver)):
        kind = explainer.qualifier(party)
        yield clean(f"  {word:4} {party}" + (f"  {kind}" if kind else ""))
    yield from _faults(interchange.faults, "  ")


def _group(group: Group, explainer: Explainer) -> Iterator[str]:
    name = explainer.group_name(group.id, group.version)
    kind = f"{group.id}, {name}," if name else group.id
    yield clean(f"  group {group.control} {kind} from {group.sender} to {group.receiver}, {group.version}")
    yield from _faults(group.faults, "    ")


def _document(document: Document, explainer: Explainer, brief: bool) -> Iterator[str]:
    number = document.control.number
    yield clean(f"    {explainer.title(document)} {document.type} {number}: {verdict(document)}")
    yield from _faults(loose_faults(document), "      ")
    for segment in explainer.segments(document):
        yield from _brief(segment) if brief else _segment(segment)


def _segment(segment: ShownSegment) -> Iterator[str]:
    indent = "  " * segment.depth
    yield clean(f"{segment.position:>7} {indent}{segment.tag:3} {segment.name}".rstrip())
    names = max((len(element.name) for element in segment.elements), default=0)
    values = max((len(element.value) for element in segment.elements if element.meaning), default=0)
    inside = " " * 12 + indent
    for element in segment.elements:
        number = element.reference.removeprefix(segment.tag)
        line = f"{inside}{number:5} {element.name:{names}}  {element.value:{values}}  {element.meaning}"
        yield clean(line.rstrip())
        yield from _faults(element.faults, inside + "      ")
    yield from _faults(segment.faults, inside)


def _brief(segment: ShownSegment) -> Iterator[str]:
    indent = "  " * segment.depth
    values = " ".join(value or "." for value in segment.sent)
    yield clean(f"{segment.position:>7} {indent}{segment.tag:3} {values}".rstrip())
    inside = " " * 12 + indent
    for element in segment.elements:
        yield from _faults(element.faults, inside)
    yield from _faults(segment.faults, inside)


def _faults(faults: Iterable[Fault], indent: str) -> Iterator[str]:
    for fault in faults:
        yield f"{indent}{'!' if fault.rejects else '?'} {fault.code} {clean(fault.text)}"


# --- values -------------------------------------------------------------------------------------------------------


def show_values(reading: Reading, guides: Guides = _NO_GUIDES) -> Iterator[dict[str, Any]]:
    """The same for programs: one value for each document, its segments in tree order."""
    explainer = Explainer(guides)
    for interchange in reading.interchanges:
        for group in interchange.groups:
            for document in group.documents:
                yield {
                    "interchange": interchange.control,
                    "group": group.control,
                    "set": document.type,
                    "control": document.control.number,
                    "title": explainer.title(document),
                    "verdict": verdict(document),
                    "faults": _told(loose_faults(document)),
                    "segments": [_segment_value(segment) for segment in explainer.segments(document)],
                }


def _segment_value(segment: ShownSegment) -> dict[str, Any]:
    return {
        "position": segment.position,
        "depth": segment.depth,
        "tag": segment.tag,
        "name": segment.name,
        "elements": [
            {
                "reference": element.reference,
                "name": element.name,
                "value": element.value,
                "meaning": element.meaning or None,
                "faults": _told(element.faults),
            }
            for element in segment.elements
        ],
        "faults": _told(segment.faults),
    }


def _told(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    return [{"code": fault.code, "text": fault.text, "rejects": fault.rejects} for fault in faults]

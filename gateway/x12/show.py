"""A reading for people: one segment a line, loops indented, faults beneath the segment on which they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from gateway.document import Document, Fault, Loop
from gateway.x12.reading import Reading


def show(reading: Reading) -> str:
    """Text without control characters, ending in a line break. The reading must have been made with its trees."""
    return "\n".join(_lines(reading)) + "\n"


def _lines(reading: Reading) -> Iterator[str]:
    for fault in reading.faults:
        yield f"! {_clean(fault.text)}"
    for interchange in reading.interchanges:
        test = " (test)" if interchange.test else ""
        yield _clean(
            f"interchange {interchange.control} from {interchange.sender} to {interchange.receiver}, "
            f"release {interchange.version}{test}"
        )
        yield from _faults(interchange.faults, "  ")
        for group in interchange.groups:
            yield _clean(
                f"  group {group.id} {group.control} from {group.sender} to {group.receiver}, {group.version}"
            )
            yield from _faults(group.faults, "    ")
            for document in group.documents:
                yield from _document(document)


def _document(document: Document) -> Iterator[str]:
    verdict = {True: "accepted", False: "refused", None: "not checked"}[document.accepted]
    noted = " with faults noted" if document.accepted and document.faults else ""
    yield _clean(f"    document {document.type} {document.control.number}: {verdict}{noted}")
    by_segment: dict[int, list[Fault]] = defaultdict(list)
    loose = [fault for fault in document.faults if not fault.segment]
    for fault in document.faults:
        if fault.segment:
            by_segment[fault.segment].append(fault)
    yield from _faults(loose, "      ")
    yield from _loop(document.root, 3, by_segment)


def _loop(loop: Loop, depth: int, faults: dict[int, list[Fault]]) -> Iterator[str]:
    """Segments and inner loops in the order of the document; an HL loop is indented under its parent."""
    indent = "  " * depth
    inner = sorted(loop.loops, key=lambda child: child.segments[0].position if child.segments else 0)
    segments = list(loop.segments)
    for child in inner:
        first = child.segments[0].position if child.segments else 0
        while segments and segments[0].position < first:
            yield from _segment(segments.pop(0), indent, faults)
        yield from _loop(child, depth + 1, faults)
    for segment in segments:
        yield from _segment(segment, indent, faults)


def _segment(segment: tuple[int, tuple[str, ...]], indent: str, faults: dict[int, list[Fault]]) -> Iterator[str]:
    position, elements = segment
    yield f"{position:>5} {indent}{_clean(' '.join((elements[0].ljust(3), *(e or '.' for e in elements[1:]))))}"
    yield from _faults(faults.get(position, ()), " " * 6 + indent + "    ")


def _faults(faults: tuple[Fault, ...] | list[Fault], indent: str) -> Iterator[str]:
    for fault in faults:
        yield f"{indent}{'!' if fault.rejects else '?'} {fault.code} {_clean(fault.text)}"


def _clean(text: str) -> str:
    """Control characters would let a partner's bytes paint on our terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)

"""A document as a person reads it: segments in the order of its tree, each value with its name and what it means.

What the guide that checked it does not know is named by other guides of the release, then of any release. Nothing
here checks or decides, and whatever can be read can be explained.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gateway.document import Delimiters, Document, Fault, Loop, Party, Segment
from gateway.errors import OperatorMistake
from gateway.x12.checking.elements import is_date, is_time
from gateway.x12.checking.rules import ElementRule
from gateway.x12.guides.describe import ElementText, SegmentText
from gateway.x12.guides.registry import Guide, Guides
from gateway.x12.guides.words import Words
from gateway.x12.tree import nodes_of

_DEPTH_MAX = 100
"""Levels are shown no deeper than this, as in the tree of a guide."""


class ShownElement(NamedTuple):
    """One value, or one that is missing."""

    reference: str
    """`BSN02`, `MEA04-1`."""
    name: str
    value: str
    meaning: str
    """Of a code in our words, of a date or time as ISO 8601 writes it; "" where the value says it all."""
    faults: tuple[Fault, ...]


class ShownSegment(NamedTuple):
    """One segment at its depth in the tree; 0 is the document itself."""

    position: int
    """ST is 1."""
    depth: int
    opens: bool
    """It is the first of a loop, whose other segments follow at the same depth or deeper."""
    tag: str
    name: str
    """HL: the name of its level."""
    sent: tuple[str, ...]
    """Elements as they came, components joined."""
    elements: tuple[ShownElement, ...]
    faults: tuple[Fault, ...]
    """Those that stand on no element."""


class Explainer:
    """Explains documents by the guides in force."""

    def __init__(self, guides: Guides) -> None:
        self._guides = guides
        self._by_tag: dict[tuple[str, str], SegmentText | None] = {}

    def title(self, document: Document) -> str:
        """Our words for its set: `ship notice`; "document" when nobody knows it."""
        guide = self._guides.by_hash(document.guide) if document.guide else None
        return (guide.name if guide else "") or self.set_name(document.type, document.release) or "document"

    def set_name(self, set_id: str, release: str) -> str:
        return self._guides.words(release).code("143", set_id)

    def group_name(self, group_id: str, version: str) -> str:
        """GS01 in our words."""
        return self._guides.words(version[:6]).code("479", group_id)

    def qualifier(self, party: Party) -> str:
        """ISA05 or ISA07 in our words."""
        return self._guides.words("").code("I05", party.qualifier)

    def answer(self, ta1: Sequence[str]) -> str:
        """What a TA1 says: `interchange 000000101 of 2026-11-22 12:00: A accepted, 000 no error`."""
        fields = [*ta1[1:6], *[""] * 5]
        when = f"{readable_date(fields[1])} {readable_time(fields[2])}".strip()
        words = self._guides.words("")
        verdict, note = (
            f"{code} {words.code(f'I{n}', code)}".strip() for n, code in ((17, fields[3]), (18, fields[4]))
        )
        return f"interchange {fields[0]}{' of ' + when if when else ''}: {verdict}, {note}"

    def segments(self, document: Document) -> Iterator[ShownSegment]:
        """Every segment in tree order: an HL loop under its parent, otherwise as they came."""
        guide = self._guides.by_hash(document.guide) if document.guide else None
        words = self._guides.describe(guide)[1] if guide else self._guides.words(document.release)
        known = self._places(guide, document) if guide else {}
        faults: dict[int, list[Fault]] = defaultdict(list)
        for fault in document.faults:
            faults[fault.segment or 0].append(fault)
        walk = _walk(document.root, 0) if document.guide else _walk_levels(document.root.segments)
        for depth, opens, segment in walk:
            text = known.get(segment.position) or self._find(document.release, segment.tag)
            yield _show(segment, depth, opens, text, words, document.delimiters, faults.get(segment.position, ()))

    def _places(self, guide: Guide, document: Document) -> dict[int, SegmentText]:
        """What the guide says of each segment that has a place in it, by position."""
        description, _words = self._guides.describe(guide)
        texts = {id(text.rule): text for text in description.segments()}
        segments = sorted(segment for _depth, _opens, segment in _walk(document.root, 0))
        nodes = nodes_of(guide.automaton(document.delimiters), [segment.elements for segment in segments])
        pairs = zip(segments, nodes, strict=True)
        return {segment.position: texts[id(node.rule)] for segment, node in pairs if node is not None}

    def _find(self, release: str, tag: str) -> SegmentText | None:
        """A segment of that tag in any guide, of its own release first."""
        key = release, tag
        if key not in self._by_tag:
            self._by_tag[key] = self._search(release, tag)
        return self._by_tag[key]

    def _search(self, release: str, tag: str) -> SegmentText | None:
        for name in sorted(self._guides.releases, key=lambda name: (name != release, name)):
            for set_id in self._guides.sets(name):
                try:
                    guide = self._guides.find("", "", name, set_id)
                except OperatorMistake:
                    continue  # that guide is told elsewhere; a document can be shown without it
                if guide is not None and tag in guide.tags:
                    texts = self._guides.describe(guide)[0].segments()
                    return next((text for text in texts if text.rule.tag == tag), None)
        return None


def loose_faults(document: Document) -> tuple[Fault, ...]:
    """Faults of the document that stand on none of its segments."""
    last = document.segment_count
    return tuple(fault for fault in document.faults if not fault.segment or fault.segment > last)


def verdict(document: Document) -> str:
    """`accepted`, `accepted with faults noted`, `refused` or `not checked`."""
    if document.accepted is None:
        return "not checked"
    if not document.accepted:
        return "refused"
    return "accepted with faults noted" if document.faults else "accepted"


def clean(text: str) -> str:
    """Without control characters: those would let a partner's bytes paint on our terminal, and are no XML."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def readable_date(value: str) -> str:
    """`20261122` -> `2026-11-22`, `261122` -> `2026-11-22`; "" for what is no date."""
    if not is_date(value):
        return ""
    whole = value if len(value) == 8 else ("20" if value < "50" else "19") + value
    return f"{whole[:4]}-{whole[4:6]}-{whole[6:]}"


def readable_time(value: str) -> str:
    """`1130` -> `11:30`, `113005` -> `11:30:05`; "" for what is no time."""
    if not is_time(value):
        return ""
    parts = [value[:2], value[2:4], *([value[4:6]] if len(value) > 4 else [])]
    return ":".join(parts) + ("." + value[6:] if len(value) > 6 else "")


# --- one segment --------------------------------------------------------------------------------------------------


def _walk(loop: Loop, depth: int) -> Iterator[tuple[int, bool, Segment]]:
    """Depth, whether it opens a loop, segment; inner loops where their first segment stands."""
    inner = sorted(loop.loops, key=lambda child: child.segments[0].position if child.segments else 0)
    opens = depth > 0
    at = 0
    for child in inner:
        first = child.segments[0].position if child.segments else 0
        while at < len(loop.segments) and loop.segments[at].position < first:
            yield depth, opens, loop.segments[at]
            at, opens = at + 1, False
        yield from _walk(child, depth + 1)
    for segment in loop.segments[at:]:
        yield depth, opens, segment
        opens = False


def _walk_levels(segments: Sequence[Segment]) -> Iterator[tuple[int, bool, Segment]]:
    """The same for a document that no guide has put into loops: in its order, HL levels as deep as they point."""
    depths: dict[str, int] = {}
    depth = 0
    for segment in segments:
        opens = segment.tag == "HL"
        if opens:
            number, parent = ((*segment.elements, "", "", "")[n] for n in (1, 2))
            depth = depths[number] = min(depths.get(parent, 0) + 1, _DEPTH_MAX)
        elif segment.tag in ("CTT", "SE"):
            depth = 0
        yield depth, opens, segment


def _show(
    segment: Segment,
    depth: int,
    opens: bool,
    text: SegmentText | None,
    words: Words,
    delimiters: Delimiters,
    faults: Sequence[Fault],
) -> ShownSegment:
    tag = segment.tag
    by_element: dict[tuple[int, int], list[Fault]] = defaultdict(list)
    for fault in faults:
        by_element[fault.element or 0, fault.component or 0].append(fault)
    # A fault may name another segment than the one it stands on: what is missing before it.
    own = by_element.pop((0, 0), [])
    own += [fault for key in list(by_element) for fault in by_element[key] if fault.tag not in ("", tag)]
    elements: list[ShownElement] = []
    known = text.elements if text is not None else ()
    last = max([len(segment.elements) - 1, *(number for number, _component in by_element)])
    for number in range(1, last + 1):
        value = segment.elements[number] if number < len(segment.elements) else ""
        here = known[number - 1] if number <= len(known) else None
        elements += _elements(f"{tag}{number:02d}", number, value, here, words, delimiters, by_element)
    name = text.name if text is not None else words.segment(tag)
    if tag == "HL" and len(segment.elements) > 3:
        name = words.code("735", segment.elements[3]) or name
    return ShownSegment(segment.position, depth, opens, tag, name, segment.elements[1:], tuple(elements), tuple(own))


def _elements(
    reference: str,
    number: int,
    value: str,
    text: ElementText | None,
    words: Words,
    delimiters: Delimiters,
    faults: Mapping[tuple[int, int], Sequence[Fault]],
) -> Iterator[ShownElement]:
    """The element, each of its repetitions and components apart; nothing for one that is empty and not at fault."""
    parts = text.parts if text is not None else ()
    repeats = value.split(delimiters.repetition) if delimiters.repetition else [value]
    for turn, repeat in enumerate(repeats):
        here = tuple(faults.get((number, 0), ())) if turn == 0 else ()
        if not parts:
            if repeat or here:
                yield ShownElement(reference, text.name if text else "", repeat, _meaning(text, repeat, words), here)
            continue
        if here:
            yield ShownElement(reference, text.name if text else "", "", "", here)
        values = repeat.split(delimiters.component) if delimiters.component else [repeat]
        for at in range(1, max([len(values), *(c for n, c in faults if n == number)]) + 1):
            component = values[at - 1] if at <= len(values) else ""
            part = parts[at - 1] if at <= len(parts) else None
            found = tuple(faults.get((number, at), ())) if turn == 0 else ()
            if component or found:
                told = _meaning(part, component, words)
                yield ShownElement(f"{reference}-{at}", part.name if part else "", component, told, found)


def _meaning(text: ElementText | None, value: str, words: Words) -> str:
    if text is None or not value or not isinstance(text.rule, ElementRule):
        return ""
    kind = text.rule.type
    if kind == "DT":
        return readable_date(value)
    if kind == "TM":
        return readable_time(value)
    if kind[0] == "N" and kind[1:].strip("0") and value.removeprefix("-").isascii() and value[-1:].isdigit():
        return _implied(value, int(kind[1:]))
    return words.code(text.rule.data_element, value)


def _implied(value: str, places: int) -> str:
    """`12345` with two implied places -> `123.45`."""
    sign, digits = ("-", value[1:]) if value.startswith("-") else ("", value)
    digits = digits.zfill(places + 1)
    return f"{sign}{digits[:-places]}.{digits[-places:]}"

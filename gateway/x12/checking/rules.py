"""A guide as frozen rules: loops, segments, elements, read once from pyx12's map tree and then independent of it.

pyx12 reads the XML (so that a guide which loads here loads there, and the tests may compare verdicts); everything
after that works on these values. Nothing here checks data.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, cast
from xml.etree.ElementTree import Element

import pyx12.map_if
import pyx12.params

UNLIMITED = 2**31 - 1


class ElementRule(NamedTuple):
    """One simple element, or one component of a composite."""

    number: int
    """Position in the segment, or in the composite; from 1."""
    required: bool
    used: bool
    """False: must be empty."""
    data_element: str
    type: str
    """AN, ID, N0..N9, R, DT, TM."""
    least: int
    most: int
    name: str
    codes: frozenset[str] = frozenset()
    """Empty: any value of the type."""
    origin: str = ""
    """Line of the overlay that changed it; "" as in the base guide."""


class CompositeRule(NamedTuple):
    """An element of several components."""

    number: int
    required: bool
    used: bool
    data_element: str
    name: str
    parts: tuple[ElementRule, ...]
    origin: str = ""
    repeats: int = 1
    """How often it may stand in its place, parted by the repetition separator."""


class SegmentRule(NamedTuple):
    """One segment at one place of a loop."""

    tag: str
    required: bool
    used: bool
    position: int
    most: int
    elements: tuple[ElementRule | CompositeRule, ...]
    syntax: tuple[tuple[str, tuple[int, ...]], ...]
    """Relations between elements: P all or none, R one at least, E one at most, C and L: the first asks for all the
    others or for one of them."""
    origin: str = ""

    @property
    def key(self) -> tuple[int, frozenset[str]] | None:
        """Element whose value tells this segment from its namesakes, and the values; None when the tag alone does.

        Source: pyx12 segment_if: the first element if it is a required coded ID, the third of an HL.
        """
        at = 3 if self.tag == "HL" else 1
        if len(self.elements) < at:
            return None
        element = self.elements[at - 1]
        if isinstance(element, ElementRule) and element.codes and element.type == "ID" and element.required:
            return at, element.codes
        return None


class LoopRule(NamedTuple):
    """One loop; its first child is the segment that opens it."""

    xid: str
    """Name in the guide (`HLI`, `PO1`)."""
    required: bool
    used: bool
    position: int
    most: int
    children: tuple[SegmentRule | LoopRule, ...]
    """By position."""
    parents: frozenset[str] | None = None
    """HL loops: levels under which this one may hang; empty: at the top. None for other loops."""
    origin: str = ""

    @property
    def first(self) -> SegmentRule:
        return cast(SegmentRule, self.children[0])

    @property
    def tag(self) -> str:
        return self.first.tag

    @property
    def level(self) -> str:
        """HL03 of an HL loop, else ""."""
        key = self.first.key if self.tag == "HL" else None
        return next(iter(key[1])) if key else ""


def iterate_segments(loop: LoopRule) -> Iterator[SegmentRule]:
    """Every segment rule of a loop and of the loops inside it, depth first."""
    for child in loop.children:
        if isinstance(child, LoopRule):
            yield from iterate_segments(child)
        else:
            yield child


def read_rules(transaction: Element, release: Path) -> LoopRule:
    """The document's own loop (ST...SE) of a linted guide. `release` is the folder with dataele.xml and codes.xml."""
    root = pyx12.map_if.map_if(transaction, pyx12.params.ParamsBase(), str(release))
    interchange = root.getnodebypath("/ISA_LOOP")
    group = next(node for node in interchange.childIterator() if node.id == "GS_LOOP")
    document = next(node for node in group.childIterator() if node.id == "ST_LOOP")
    source = transaction.find("./loop[@xid='ISA_LOOP']/loop[@xid='GS_LOOP']/loop[@xid='ST_LOOP']")
    if source is None:  # linted before
        raise AssertionError("guide without ST_LOOP")
    return _loop(document, source, {key: value["codes"] for key, value in root.ext_codes.codes.items()})


def _loop(node: pyx12.map_if.loop_if, source: Element, external: dict[str, frozenset[str]]) -> LoopRule:
    children: list[SegmentRule | LoopRule] = []
    sources = {(child.tag, child.get("xid"), int(child.get("pos", "0"))): child for child in source}
    for position in sorted(node.pos_map):
        for child in node.pos_map[position]:
            if child.is_loop():
                children.append(_loop(child, sources["loop", child.id, position], external))
            else:
                children.append(_segment(child, sources["segment", child.id, position], external))
    parents = source.get("parents")
    return LoopRule(
        xid=node.id,
        required=node.usage == "R",
        used=node.usage != "N",
        position=node.pos,
        most=min(node.get_max_repeat(), UNLIMITED),
        children=tuple(children),
        parents=None if parents is None else frozenset(parents.split()),
        origin=source.get("origin", ""),
    )


def _segment(node: pyx12.map_if.segment_if, source: Element, external: dict[str, frozenset[str]]) -> SegmentRule:
    elements: list[ElementRule | CompositeRule] = []
    sources = {int(child.get("seq", "0")): child for child in source if child.tag in ("element", "composite")}
    for number, child in enumerate(node.children, 1):
        here = sources[number]
        if child.is_composite():
            parts = zip(child.children, here.findall("element"), strict=True)
            elements.append(
                CompositeRule(
                    number=number,
                    required=child.usage == "R",
                    used=child.usage != "N",
                    data_element=child.data_ele or "",
                    name=child.name or "",
                    parts=tuple(_element(part, xml, at, external) for at, (part, xml) in enumerate(parts, 1)),
                    origin=here.get("origin", ""),
                    repeats=int(here.get("repeat") or 1),
                )
            )
        else:
            elements.append(_element(child, here, number, external))
    return SegmentRule(
        tag=node.id,
        required=node.usage == "R",
        used=node.usage != "N",
        position=node.pos,
        most=min(node.get_max_repeat(), UNLIMITED),
        elements=tuple(elements),
        syntax=tuple((note[0], tuple(note[1:])) for note in node.syntax),
        origin=source.get("origin", ""),
    )


def _element(
    node: pyx12.map_if.element_if, source: Element, number: int, external: dict[str, frozenset[str]]
) -> ElementRule:
    codes = frozenset(code for code in node.valid_codes if code)
    if node.external_codes:
        codes |= external[node.external_codes]
    return ElementRule(
        number=number,
        required=node.usage == "R",
        used=node.usage != "N",
        data_element=node.data_ele or "",
        type=node.data_type or "AN",
        least=int(source.get("min_len") or node.min_len),
        most=int(source.get("max_len") or node.max_len),
        name=node.name or node.data_element_name or "",
        codes=codes,
        origin=source.get("origin", ""),
    )

"""An effective guide in words: every loop, segment and element with its name, meanings and the line that says so.

For people who read a guide or a document. What is right and wrong is decided by the rules alone (`rules.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree.ElementTree import Element

from gateway.x12.checking.rules import CompositeRule, ElementRule, LoopRule, SegmentRule
from gateway.x12.guides.words import Words

DOCUMENT = "./loop[@xid='ISA_LOOP']/loop[@xid='GS_LOOP']/loop[@xid='ST_LOOP']"


class ElementText(NamedTuple):
    """One element, or one component of a composite."""

    rule: ElementRule | CompositeRule
    reference: str
    """`BSN02`, `MEA04-1`."""
    name: str
    note: str
    codes: tuple[tuple[str, str], ...]
    """Codes taken and their meanings, sorted; () when every value of the type is taken."""
    parts: tuple[ElementText, ...]
    origin: str
    """File and line that says so: of the overlay where it changed the element, else of the base guide."""
    was: str
    """What the overlay changed, in words; "" as in the base guide."""


class SegmentText(NamedTuple):
    """One segment at one place. `path` is what an overlay calls it: `HLI/LIN`."""

    rule: SegmentRule
    path: str
    name: str
    note: str
    elements: tuple[ElementText, ...]
    relations: tuple[str, ...]
    """What the elements ask of each other, in words."""
    origin: str
    was: str


class LoopText(NamedTuple):
    """One loop; the document itself has the path ""."""

    rule: LoopRule
    path: str
    name: str
    note: str
    children: tuple[LoopText | SegmentText, ...]
    origin: str
    was: str


class Description(NamedTuple):
    """A whole guide; `removed` are the paths that an overlay took out, with the line that says so."""

    document: LoopText
    note: str
    removed: tuple[tuple[str, str], ...]

    def segments(self) -> Iterator[SegmentText]:
        """Every segment, depth first."""
        yield from iterate(self.document)

    def loops(self) -> tuple[LoopText, ...]:
        """Loops directly in the document."""
        return tuple(child for child in self.document.children if isinstance(child, LoopText))


def iterate(loop: LoopText) -> Iterator[SegmentText]:
    """Every segment of a loop and of the loops inside it, depth first."""
    for child in loop.children:
        if isinstance(child, LoopText):
            yield from iterate(child)
        else:
            yield child


def describe(transaction: Element, rule: LoopRule, words: Words, origins: Mapping[str, str]) -> Description:
    """Words for the rules that were read from `transaction`, whose nodes know their lines (`at`, `origin`, `was`)."""
    source = transaction.find(DOCUMENT)
    if source is None:  # linted before
        raise AssertionError("guide without ST_LOOP")
    document = _loop(rule, source, "", words)
    there = {path for path, _place in _paths(document)}
    removed = tuple((path, origin) for path, origin in origins.items() if path.split(".")[0] not in there)
    return Description(document, transaction.get("note", ""), removed)


def code_names(transaction: Element) -> dict[str, dict[str, str]]:
    """Meanings that the guide or its overlay gives to codes itself, by data element and code."""
    found: dict[str, dict[str, str]] = {}
    for element in transaction.iter("element"):
        for code in element.iterfind("./valid_codes/code[@name]"):
            found.setdefault(element.get("data_ele", ""), {})[code.text or ""] = code.get("name", "")
    return found


def _paths(loop: LoopText) -> Iterator[tuple[str, LoopText | SegmentText]]:
    for child in loop.children:
        yield child.path, child
        if isinstance(child, LoopText):
            yield from _paths(child)


def _loop(rule: LoopRule, source: Element, path: str, words: Words) -> LoopText:
    prefix = f"{path}/" if path else ""
    sources = {(child.tag, child.get("xid"), child.get("pos")): child for child in source}
    children: list[LoopText | SegmentText] = []
    for child in rule.children:
        if isinstance(child, LoopRule):
            here = sources["loop", child.xid, str(child.position)]
            children.append(_loop(child, here, prefix + child.xid, words))
        else:
            here = sources["segment", child.tag, str(child.position)]
            children.append(_segment(child, here, prefix + child.tag, words))
    level = words.code("735", rule.level) if rule.level else ""
    name = source.get("name") or level or words.segment(rule.tag)
    return LoopText(rule, path, name, source.get("note", ""), tuple(children), *_origin(source))


def _segment(rule: SegmentRule, source: Element, path: str, words: Words) -> SegmentText:
    sources = {int(child.get("seq", "0")): child for child in source if child.tag in ("element", "composite")}
    elements = tuple(
        _element(element, sources[element.number], f"{rule.tag}{element.number:02d}", words)
        for element in rule.elements
    )
    name = source.get("name") or words.segment(rule.tag)
    relations = tuple(relation_words(rule.tag, kind, at) for kind, at in rule.syntax)
    return SegmentText(rule, path, name, source.get("note", ""), elements, relations, *_origin(source))


def _element(rule: ElementRule | CompositeRule, source: Element, reference: str, words: Words) -> ElementText:
    parts: tuple[ElementText, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    if isinstance(rule, CompositeRule):
        pairs = zip(rule.parts, source.findall("element"), strict=True)
        parts = tuple(_element(part, xml, f"{reference}-{part.number}", words) for part, xml in pairs)
    else:
        codes = tuple((code, words.code(rule.data_element, code)) for code in sorted(rule.codes))
    return ElementText(rule, reference, rule.name, source.get("note", ""), codes, parts, *_origin(source))


def _origin(source: Element) -> tuple[str, str]:
    return source.get("origin", "") or source.get("at", ""), source.get("was", "")


def relation_words(tag: str, kind: str, at: tuple[int, ...]) -> str:
    """`P`, (4, 5) -> `LIN04 and LIN05 come together or not at all`."""
    names = [f"{tag}{number:02d}" for number in at]
    first, others = names[0], names[1:]
    if kind == "P":
        return f"{_list(names, 'and')} come together or not at all"
    if kind == "R":
        return f"at least one of {_list(names, 'or')} is needed"
    if kind == "E":
        return f"at most one of {_list(names, 'or')} may stand"
    if kind == "C":
        return f"{first} asks for {_list(others, 'and')}"
    return f"{first} asks for at least one of {_list(others, 'or')}"


def _list(names: list[str], last: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"

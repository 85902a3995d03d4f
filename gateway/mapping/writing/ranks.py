"""The order in which XML elements are written: as `segments:` names them, then as the map mentions them.

XML schemas fix an order, and a map need not: it only names its places in the order of the schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.formats import Element
from gateway.mapping.paths import SELF, read_path
from gateway.mapping.places import BadPlace, Place, XmlStep
from gateway.mapping.plan import Section
from gateway.resources import Entry

Ranks = dict[str, Any]
"""Name of an element -> the names inside it, both in the order in which they are written."""


def ranks_of(section: Section, namespaces: Mapping[str, str], order: Entry) -> Ranks:
    """The order of one section; notes what `segments:` names amiss."""
    ranks: Ranks = {}
    for text in section.order:
        try:
            _mention(ranks, read_path(text, namespaces).path)
        except BadPlace as error:
            order.note(str(error))
    for place in _places(section):
        if not place.absolute:
            _mention(ranks, place.path)
    return ranks


def arrange(element: Element, ranks: Ranks) -> None:
    """Put the children of an element in order, and theirs; what nobody ranked keeps its place behind."""
    if len(element.children) > 1:
        at = {tag: n for n, tag in enumerate(ranks)}
        element.children.sort(key=lambda child: at.get(child.tag, len(at)))
    for child in element.children:
        inner = ranks.get(child.tag)
        if inner:
            arrange(child, inner)


def _places(section: Section) -> Iterator[Place]:
    """The places that a section writes, in the order of the map."""
    for rule in section.rules:
        if rule.writes:
            yield from rule.places[0]
        for place, _ in rule.constants:
            yield place
    for place, _ in section.constants:
        yield place
    for computed in section.computed:
        yield computed.place
    for inner in section.loops.values():
        if inner.at is not None:
            yield inner.at


def _mention(ranks: Ranks, path: tuple[XmlStep, ...]) -> None:
    for step in path:
        if step.tag == SELF:
            for condition in step.conditions:
                _mention(ranks, condition.path)
            continue
        ranks = ranks.setdefault(step.tag, {})
        for condition in step.conditions:
            _mention(ranks, condition.path)

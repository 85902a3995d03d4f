"""Check a map against its guide: every place exists, every level and loop is known, before a document ever comes."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.mapping.places import Place
from gateway.mapping.plan import Map, Section
from gateway.mapping.reading.coverage import places_of
from gateway.resources import Mistake, did_you_mean
from gateway.x12 import Guide


def check_against_guide(map: Map, guide: Guide | None) -> list[Mistake]:
    """Places that the guide does not have, each at the line of the map that names it."""
    if guide is None:
        return [Mistake(map.path, None, f"no guide of {map.release} describes {map.type}")]
    mistakes: list[Mistake] = []
    for level, section in map.levels.items():
        if level not in guide.levels:
            mistakes.append(_mistake(section.origin, f"the guide has no HL level {level}", level, guide.levels))
            continue
        mistakes += _section(section, level, guide)
    mistakes += _section(map.header, "", guide)
    mistakes += _section(map.summary, "", guide)
    if map.carry is not None:
        mistakes += _section(map.carry, "", guide)
    return mistakes


def _section(section: Section, path: str, guide: Guide) -> Iterator[Mistake]:
    origins = {id(place): rule.origin for rule in section.rules for parts in rule.places for place in parts}
    above = path.rpartition("/")[0] if section.splits else path
    for place in places_of(section):
        if place.element and not (_known(place, path, guide) or _known(place, above, guide)):
            where = f"loop {path}" if path else "the document itself"
            yield _mistake(
                origins.get(id(place), section.origin), f"the guide has no {place.text} in {where}", "", ()
            )
    for key, inner in section.loops.items():
        tag = inner.tag or key
        inside = f"{path}/{tag}" if path else tag
        if not guide.has_loop(inside):
            yield _mistake(inner.origin, f"the guide has no loop {inside}", tag, guide.loops(path))
            continue
        yield from _section(inner, inside, guide)


def _known(place: Place, path: str, guide: Guide) -> bool:
    loops = "/".join(step.tag for step in place.loops)
    path = "/".join(filter(None, (path, loops)))
    tag = place.step.tag
    element = place.element + 1 if place.pair else place.element
    inner = f"{path}/{tag}" if path else tag
    return guide.has_element(path, tag, element, place.component) or (
        guide.has_loop(inner) and guide.has_element(inner, tag, element, place.component)
    )


def _mistake(origin: str, text: str, word: str, known: object) -> Mistake:
    file, _, line = origin.rpartition(":")
    mend = did_you_mean(word, list(known)) if word and isinstance(known, dict | tuple) else ""
    return Mistake(file, int(line) if line.isdigit() else None, text, mend)

"""Work out of a compiled section, once, what reading it would otherwise work out for every document."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.mapping.compiling.targets import Target
from gateway.mapping.plan import Rule, Section
from gateway.mapping.reading.readers import readers_of


def make_ready(section: Section, own: Mapping[str, Target], format: str) -> None:
    """What reading would otherwise work out for every document."""
    section.wanted, section.enters = _needs(section)
    # What is meant within something is read after it.
    read = sorted([rule for rule in section.rules if rule.reads], key=lambda rule: bool(rule.xref and rule.xref.late))
    section.readers = tuple((rule.name, rule.value, rule, _is_plain(rule), _only_with(rule, format)) for rule in read)
    section.lessened = tuple(rule for rule in section.rules if rule.less is not None and rule.reads)
    section.ordinals = tuple(rule for rule in section.rules if rule.ordinal)
    if section.struct is not None:
        section.required = tuple(target.name for target in own.values() if target.required)
        section.marks_segment = "segment" in own and "segment" not in {rule.name for rule in section.rules}
    section.runs = any(repeat.run for repeat in section.repeats)
    section.by_shape = readers_of(section)


def _is_plain(rule: Rule) -> bool:
    """What it finds is so wherever it stands, and where it finds nothing there is nothing to do."""
    asks = rule.required or rule.ordinal or rule.zone_place or rule.when or rule.read
    return not asks and rule.default is None and not (rule.xref and rule.xref.late)


def _only_with(rule: Rule, format: str) -> frozenset[str] | None:
    """The tags of X12 segments of which one must stand in the scope, or the rule has no effect there."""
    if format != "x12" or rule.required or rule.read or rule.default is not None or not rule.places:
        return None
    return frozenset(
        place.loops[0].tag if place.loops else place.step.tag for parts in rule.places for place in parts
    )


def _needs(section: Section) -> tuple[frozenset[str], bool]:
    """Tags that the section's own rules look for, and whether any of them looks inside a loop."""
    tags: set[str] = set()
    enters = False
    for rule in section.rules:
        for parts in rule.places:
            for place in parts:
                tags.add(place.loops[0].tag if place.loops else place.step.tag)
                enters = enters or bool(place.loops)
        if rule.minus is not None and rule.minus.place is not None:
            tags.add(rule.minus.place.step.tag)
    for repeat in section.repeats:
        tags |= {repeat.tag} | (repeat.section.wanted if repeat.step is not None else set())
    for split in section.split:
        tags |= split.wanted
        enters = enters or split.enters
    tags |= {computed.place.step.tag for computed in section.computed if computed.severity}
    if section.each is not None:
        tags.add(section.each.tag)
    return frozenset(tags), enters

"""Work out of a compiled section, once, what reading it would otherwise work out for every document."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.mapping.columns import columns_of
from gateway.mapping.plan import Section
from gateway.mapping.targets import Target


def make_ready(section: Section, own: Mapping[str, Target]) -> None:
    """What reading would otherwise work out for every document."""
    section.wanted, section.enters = _needs(section)
    # What is meant within something is read after it.
    late = [r for r in section.rules if r.xref is not None and r.xref.late]
    section.readers = tuple(
        (
            r.name,
            r.value,
            r,
            not (
                r.required or r.ordinal or r.outer or r.zone_place or r.when or r.read or r.default is not None
                or r in late
            ),
        )
        for r in [*(r for r in section.rules if r not in late), *late]
        if r.reads
    )  # fmt: skip
    section.lessened = tuple(rule for rule in section.rules if rule.less is not None and rule.reads)
    section.ordinals = tuple(rule for rule in section.rules if rule.ordinal)
    if section.struct is not None:
        section.required = tuple(target.name for target in own.values() if target.required)
        section.marks_segment = "segment" in own and "segment" not in {rule.name for rule in section.rules}
    section.runs = any(repeat.run for repeat in section.repeats)
    section.columns = columns_of(section)


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

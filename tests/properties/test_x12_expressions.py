"""The fast way and the slow way to look at a segment: what the expression takes, has no fault element by element."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from gateway import resources
from gateway.document import Delimiters
from gateway.x12 import Guide, Guides
from gateway.x12.checking.elements import check_segment
from gateway.x12.checking.patterns import segment_match, syntax_test
from gateway.x12.checking.rules import CompositeRule, ElementRule, SegmentRule, iterate_segments
from tests.properties.x12_mutations import STRANGE_VALUES

GUIDES = Guides.from_roots(resources.search_roots())
DELIMITERS = (Delimiters(), Delimiters("|", ":", "\n"), Delimiters("+", "", "'"), Delimiters("^", "<", "~", "!"))
ODD = (
    *STRANGE_VALUES, "-", "-5", "-5.5", ".5", "5.", "1.2.3", "0", "00", "A ", " A", "  ", "12345678901",
    "1234567890123456789", "12345.6789", "1234567.89012345", "20240229", "20230229", "19000229", "240229", "230229",
    "000229", "20261301", "17991231", "2400", "235959", "2359599", "23595999", "\x01", "Ä", "²", "A>B", ">", ">>",
    "A>", ">B", "EA>", "EA>1>1", "A:B", "A<B", "*", "!",
)  # fmt: skip


def _distinct_rules() -> list[SegmentRule]:
    return sorted({rule for guide in GUIDES.load_all() for rule in iterate_segments(guide.document)}, key=repr)


def _plausible(chance: random.Random, element: ElementRule, delimiters: Delimiters) -> str:
    size = chance.randint(max(element.least, 1), min(element.most, 40))
    if chance.random() < 0.15:
        return chance.choice(ODD)
    if element.codes and chance.random() < 0.9:
        return chance.choice(sorted(element.codes))
    if element.type == "DT":
        return chance.choice(("20261122", "261122"))
    if element.type == "TM":
        return chance.choice(("1130", "113000"))
    if element.type == "R" or element.type.startswith("N"):
        return "".join(chance.choice("0123456789") for _ in range(size + chance.choice((0, 0, 0, 1))))
    return "".join(chance.choice("ABZ019 .-") for _ in range(size + chance.choice((0, 0, 0, 1))))


def _segments(chance: random.Random, rule: SegmentRule, delimiters: Delimiters, count: int) -> Iterator[str]:
    for _ in range(count):
        last = chance.randint(0, len(rule.elements) + chance.choice((0, 0, 1)))
        density = chance.random()
        values = [rule.tag]
        for number in range(1, last + 1):
            element = rule.elements[number - 1] if number <= len(rule.elements) else rule.elements[-1]
            wanted = element.required or chance.random() < density
            if not wanted or chance.random() < 0.02:
                values.append("")
            elif isinstance(element, CompositeRule):
                parts = [
                    _plausible(chance, part, delimiters) if part.required or chance.random() < 0.3 else ""
                    for part in element.parts[: chance.randint(1, len(element.parts))]
                ]
                values.append(delimiters.component.join(parts) if delimiters.component else parts[0])
            else:
                values.append(_plausible(chance, element, delimiters))
        yield delimiters.element.join(values)


def test_what_an_expression_takes_has_no_fault_element_by_element() -> None:
    chance = random.Random(4)
    taken = 0
    for rule in chance.sample(_distinct_rules(), 200):
        delimiters = chance.choice(DELIMITERS)
        match, syntax = segment_match(rule, delimiters), syntax_test(rule)
        for raw in _segments(chance, rule, delimiters, 40):
            elements = raw.split(delimiters.element)
            if match(raw) is not None and (syntax is None or syntax(elements, len(elements))):
                taken += 1
                assert [*check_segment(rule, elements, 1, "", delimiters)] == [], (rule.tag, raw)
    assert taken > 1000


@cache
def _matches(guide: Guide, tag: str) -> list[Callable[[str], object]]:
    marks = Delimiters(repetition="^" if guide.release > "004020" else "")
    return [segment_match(rule, marks) for rule in iterate_segments(guide.document) if rule.tag == tag]


def test_clean_segments_of_samples_take_the_fast_way() -> None:
    slow = []
    for file in sorted(Path("mappings/x12").glob("*/*/*.sample.edi")):
        if file.name.startswith("faulty"):
            continue
        guide = GUIDES.find("", "", file.parts[2], file.parts[3])
        assert guide is not None
        for raw in file.read_text().replace("\n", "").split("~")[2:-3]:
            if not any(match(raw) for match in _matches(guide, raw.split("*")[0])):
                slow.append((file.name, raw))
    assert slow == []

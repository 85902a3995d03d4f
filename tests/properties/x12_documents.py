"""Documents drawn from a guide: what it says may come, as seldom or as often as it says, with values of its types.

They show what no sample does: that every loop of a guide can be reached, that nothing in it is taken for something
else, and that its relations can be kept.
"""

from __future__ import annotations

import random

from gateway.x12 import Guide
from gateway.x12.checking.rules import CompositeRule, ElementRule, LoopRule, SegmentRule

REPEATS_MAX = 3
LEVELS_MAX = 6
_WORDS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_MARKS = "abcxyz0123456789 !&'()+,-./:;?=\"%@[]_{}\\|<#$"
_DATES = ("20261124", "20240229", "20000229", "19991231", "20491130", "19500101")
_TIMES = ("0000", "1410", "2359", "141059", "1410591", "14105999")


def draw_document(chance: random.Random, guide: Guide) -> list[tuple[str, ...]]:
    """Segments between ST and SE, each as its tag and elements, none empty at the end."""
    levels = _Levels(chance, guide)
    return [segment for segment in _draw_loop(chance, guide.document, levels, 0) if segment[0] not in ("ST", "SE")]


def draw_interchange(chance: random.Random, guide: Guide) -> str:
    """A document drawn from the guide, in an envelope of its own, without our writer having a say in it."""
    segments = draw_document(chance, guide)
    number = chance.randint(1, 999_999)
    date = "20261124" if guide.release >= "004010" else "261124"
    repetition = "^" if guide.release >= "004020" else "U"
    every = [
        f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*SENDER         *ZZ*RECEIVER       *261124*1410*{repetition}"
        f"*{guide.release[:5]}*{number:09d}*0*T*>",
        f"GS*{guide.group_id}*SENDER*RECEIVER*{date}*1410*{number}*X*{guide.release}",
        f"ST*{guide.set_id}*0001",
        *("*".join(segment) for segment in segments),
        f"SE*{len(segments) + 2}*0001",
        f"GE*1*{number}",
        f"IEA*1*{number:09d}",
    ]
    return "".join(f"{segment}~" for segment in every)


def _draw_loop(chance: random.Random, loop: LoopRule, levels: _Levels, depth: int) -> list[tuple[str, ...]]:
    drawn: list[tuple[str, ...]] = []
    for child in loop.children:
        if isinstance(child, LoopRule) and child.tag == "HL":
            drawn += levels.draw_all()
            continue
        for _ in range(_times(chance, child, depth)):
            if isinstance(child, LoopRule):
                drawn += _draw_loop(chance, child, levels, depth + 1)
            else:
                drawn.append(draw_segment(chance, child))
    return drawn


def _times(chance: random.Random, rule: LoopRule | SegmentRule, depth: int) -> int:
    if not rule.used:
        return 0
    if not rule.required and chance.random() > 0.6 / (depth + 1):
        return 0
    return chance.randint(1, min(rule.most, REPEATS_MAX))


class _Levels:
    """HL loops as a tree: each under a level where the guide allows it, numbered in the order of writing."""

    def __init__(self, chance: random.Random, guide: Guide) -> None:
        self._chance = chance
        self._rules = [c for c in guide.document.children if isinstance(c, LoopRule) and c.tag == "HL"]
        self._number = 0
        self._drawn = False

    def draw_all(self) -> list[tuple[str, ...]]:
        """All levels, at the first call; the loops stand side by side in the guide, and come as a tree."""
        if self._drawn:
            return []
        self._drawn = True
        segments: list[tuple[str, ...]] = []
        for rule in self._rules:
            if rule.parents == frozenset():
                for _ in range(min(rule.most, REPEATS_MAX)):
                    segments += self._draw(rule, "", 0)
        return segments

    def _draw(self, rule: LoopRule, parent: str, depth: int) -> list[tuple[str, ...]]:
        self._number += 1
        number = str(self._number)
        segments = _draw_loop(self._chance, rule._replace(children=rule.children[1:]), self, depth + 1)
        segments.insert(0, ("HL", number, parent, rule.level))
        below = [other for other in self._rules if other.parents and rule.level in other.parents]
        for other in below:
            if self._number < LEVELS_MAX and self._chance.random() < 0.5:
                segments += self._draw(other, number, depth + 1)
        return segments


# --- segments -----------------------------------------------------------------------------------------------------


def draw_segment(chance: random.Random, rule: SegmentRule) -> tuple[str, ...]:
    """The segment with some of what may come, and with all that its relations then ask for."""
    chosen = _choose(chance, rule)
    values = [_draw_element(chance, e) if e.number in chosen else "" for e in rule.elements]
    while values and not values[-1]:
        values.pop()
    return (rule.tag, *values)


def _choose(chance: random.Random, rule: SegmentRule) -> set[int]:
    """Numbers of the elements that come: the required ones, by chance others, and whatever relations add."""
    usable = {element.number for element in rule.elements if element.used}
    needed = {element.number for element in rule.elements if element.required}
    for share in (chance.random(), chance.random(), 0.0, 1.0):
        chosen = needed | {number for number in sorted(usable) if chance.random() < share}
        for kind, numbers in rule.syntax:
            if kind == "E":
                for number in chance.sample(numbers, len(numbers) - 1):
                    chosen -= _with_dependents(number, rule)
        if _complete(chosen, rule) and needed <= chosen <= usable and chosen:
            return chosen
    raise AssertionError(f"no choice of elements keeps the relations of {rule.tag}")


def _with_dependents(number: int, rule: SegmentRule) -> set[int]:
    """An element, and those that may not come without it."""
    gone = {number}
    for _ in rule.elements:
        for kind, numbers in rule.syntax:
            if kind == "P" and gone & set(numbers):
                gone |= set(numbers)
            elif kind in ("C", "L") and gone & set(numbers[1:]) and (kind == "C" or set(numbers[1:]) <= gone):
                gone.add(numbers[0])
    return gone


def _complete(chosen: set[int], rule: SegmentRule) -> bool:
    """Add what relations ask for; False when they contradict each other for this choice."""
    for _ in rule.elements:
        before = len(chosen)
        for kind, numbers in rule.syntax:
            present = chosen & set(numbers)
            if kind == "P" and present:
                chosen |= set(numbers)
            elif kind == "R" and not present:
                chosen.add(numbers[0])
            elif kind == "C" and numbers[0] in chosen:
                chosen |= set(numbers)
            elif kind == "L" and numbers[0] in chosen and len(present) == 1:
                chosen.add(numbers[1])
        if len(chosen) == before:
            break
    return not any(kind == "E" and len(chosen & set(numbers)) > 1 for kind, numbers in rule.syntax)


def _draw_element(chance: random.Random, rule: ElementRule | CompositeRule) -> str:
    if isinstance(rule, ElementRule):
        return _draw_value(chance, rule)
    parts = [_draw_value(chance, part) if part.used else "" for part in rule.parts]
    first_optional = next((part.number for part in rule.parts if not part.required), len(parts) + 1)
    return ">".join(parts[: chance.randint(max(first_optional - 1, 1), len(parts))])


def _draw_value(chance: random.Random, rule: ElementRule) -> str:
    if rule.codes:
        return chance.choice(sorted(code for code in rule.codes if rule.least <= len(code) <= rule.most))
    if rule.type == "DT":
        return chance.choice(_DATES)[8 - rule.most :]
    if rule.type == "TM":
        return chance.choice([time for time in _TIMES if rule.least <= len(time) <= rule.most])
    length = chance.choice((rule.least, rule.most, min(rule.least + 2, rule.most)))
    if rule.type.startswith(("N", "R")):
        digits = "".join(chance.choice("0123456789") for _ in range(length))
        if rule.type == "R" and chance.random() < 0.4:
            point = chance.randrange(length)
            digits = f"{digits[:point]}.{digits[point:]}"
        # Neither a sign nor a point counts for the length.
        return f"-{digits}" if chance.random() < 0.2 else digits
    letters = [chance.choice(_WORDS if rule.type == "ID" else _WORDS + _MARKS) for _ in range(max(length, 1))]
    return "".join([*letters[:-1], chance.choice(_WORDS)])

"""One anchored, linear regular expression for each segment rule: the fast way to say that a segment is clean.

A match means clean but for the relations between elements (`syntax_test`). No match means only that the elements
are to be looked at one by one (`elements.py`): what is rare or tolerated need not be in the expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from gateway.document import Delimiters
from gateway.x12.checking.rules import CompositeRule, ElementRule, SegmentRule

CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !\"&'()*+,-./:;?=%~@[]_{}\\|<>#$"
"""X12 basic and extended sets. Source: X12.6; without the national letters."""

_DAY = r"(?:(?:0[1-9]|1[0-2])(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31)"
"""Month and day of any year."""

_DATE_8 = rf"(?:(?:1[89]|2\d)\d\d{_DAY}|(?:1[89]|2\d)(?:0[48]|[2468][048]|[13579][26])0229)"
_DATE_6 = rf"(?:\d\d{_DAY}|(?:[02468][048]|[13579][26])0229)"
_TIME = r"(?:[01]\d|2[0-3])[0-5]\d"
_SECONDS = {4: "", 6: r"(?:[0-5]\d)?", 8: r"(?:[0-5]\d{1,3})?"}
"""What may follow hours and minutes, by the greatest length: a time of 002040 ends with its minutes."""
_NEVER = "(?!)"

Match = Callable[[str], "re.Match[str] | None"]
SyntaxTest = Callable[[Sequence[str], int], bool]


def segment_match(rule: SegmentRule, delimiters: Delimiters) -> Match:
    """`match` of the segment's expression over its raw text, terminator and line breaks excluded.

    It also holds the relations of `clusters`. It may refuse what is clean but rare, never take what is not.
    """
    letters = letters_beside(delimiters)
    separator = re.escape(delimiters.element)
    together = {cluster.first: cluster for cluster in clusters(rule)}
    units: list[_Unit] = []
    number = 1
    while number <= len(rule.elements):
        size = together[number].size if number in together else 1
        elements = rule.elements[number - 1 : number - 1 + size]
        forms = tuple(
            (_pattern(e, delimiters, letters, True), _pattern(e, delimiters, letters, False)) for e in elements
        )
        element = elements[0]
        alone = (
            ((True,),) if element.used and element.required else ((True,), (False,)) if element.used else ((False,),)
        )
        units.append(_Unit(forms, together[number].shapes if number in together else frozenset(alone)))
        number += size
    return _compiled(re.escape(rule.tag) + _tail(units, separator)).match


@lru_cache(maxsize=8192)
def _compiled(pattern: str) -> re.Pattern[str]:
    """One expression for all guides and loops with equal rules: partners with overlays share most of theirs."""
    return re.compile(pattern)


def letters_beside(delimiters: Delimiters) -> str:
    """The X12 characters that are none of the delimiters, escaped for a class."""
    taken = {delimiters.element, delimiters.component, delimiters.segment, delimiters.repetition}
    return "".join(re.escape(letter) for letter in CHARACTERS if letter not in taken)


class Cluster(NamedTuple):
    """Neighbouring elements whose relations speak of one another alone."""

    first: int
    size: int
    shapes: frozenset[tuple[bool, ...]]
    """Which of them may stand together, one truth for each element."""
    relations: tuple[tuple[str, tuple[int, ...]], ...]


CLUSTER_SIZE_MAX = 6


def clusters(rule: SegmentRule) -> tuple[Cluster, ...]:
    """The relations that an expression can hold: those between few neighbours, which nearly all are."""
    spans: list[tuple[int, int, list[tuple[str, tuple[int, ...]]]]] = []
    for kind, at in sorted(rule.syntax, key=lambda relation: min(relation[1])):
        first, last, relations = min(at), max(at), [(kind, at)]
        while spans and spans[-1][1] >= first:
            before = spans.pop()
            first, last, relations = min(first, before[0]), max(last, before[1]), before[2] + relations
        spans.append((first, last, relations))
    return tuple(
        Cluster(first, last - first + 1, shapes, tuple(relations))
        for first, last, relations in spans
        if last <= len(rule.elements) and last - first < CLUSTER_SIZE_MAX
        if (shapes := _shapes(rule, first, last, relations))
    )


def _shapes(
    rule: SegmentRule, first: int, last: int, relations: Sequence[tuple[str, tuple[int, ...]]]
) -> frozenset[tuple[bool, ...]]:
    elements = rule.elements[first - 1 : last]
    choices = [(True,) if e.used and e.required else (True, False) if e.used else (False,) for e in elements]
    return frozenset(
        shape
        for shape in product(*choices)
        if all(_holds(kind, [shape[n - first] for n in at]) for kind, at in relations)
    )


def _holds(kind: str, present: Sequence[bool]) -> bool:
    if kind == "P":
        return all(present) or not any(present)
    if kind == "R":
        return any(present)
    if kind == "E":
        return sum(present) <= 1
    return not present[0] or (all(present[1:]) if kind == "C" else any(present[1:]))


class _Unit(NamedTuple):
    """One element, or a cluster: for each its expression when it stands there and when it may; and the shapes."""

    forms: tuple[tuple[str, str], ...]
    shapes: frozenset[tuple[bool, ...]]


def _tail(units: Sequence[_Unit], separator: str) -> str:
    """Units with a separator before each; what no required one follows may be left away, separators included.

    Either there is one more unit or the segment ends here: an alternative costs the matcher nothing to enter, as its
    first character decides, where an optional group would. That first character also keeps the expression linear.
    """
    body = r"\Z"
    must_follow = False
    for forms, shapes in reversed(units):
        body = separator + _unit(forms, shapes, separator, may_end=not must_follow) + body
        must_follow = must_follow or not any(not any(shape) for shape in shapes)
        if not must_follow:
            body = rf"(?:{body}|\Z)"
    return body


def _unit(
    forms: Sequence[tuple[str, str]], shapes: frozenset[tuple[bool, ...]], separator: str, *, may_end: bool
) -> str:
    """The elements of a unit with separators between them. `may_end`: the segment may end where the rest is empty."""
    present = frozenset(shape[1:] for shape in shapes if shape[0])
    absent = frozenset(shape[1:] for shape in shapes if not shape[0])

    def rest(shapes: frozenset[tuple[bool, ...]]) -> str:
        if len(forms) == 1:
            return ""
        more = separator + _unit(forms[1:], shapes, separator, may_end=may_end)
        return rf"(?:{more}|\Z)" if may_end and any(not any(shape) for shape in shapes) else more

    if present == absent:
        return forms[0][1] + rest(present)
    parts = [forms[0][0] + rest(present)] if present else []
    parts += [rest(absent)] if absent else []
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _pattern(element: ElementRule | CompositeRule, delimiters: Delimiters, letters: str, required: bool) -> str:
    if not element.used:
        return ""
    if isinstance(element, CompositeRule):
        return _composite_pattern(element, delimiters, letters, required)
    return element_pattern(element, letters, required)


def element_pattern(rule: ElementRule, letters: str, required: bool) -> str:
    """Expression for one clean value; for an empty one, too, unless it is required."""
    least, most = max(rule.least, 1), rule.most
    kind = rule.type[0] if rule.type.startswith("N") else rule.type
    empty = "" if required else "|"
    if rule.codes:
        return f"(?:{_any_of(code for code in rule.codes if rule.least <= len(code) <= rule.most)}{empty})"
    if kind in ("AN", "ID"):
        if least == 1 and not required:
            return f"[{letters}]{{0,{most}}}(?<! )"
        return _or_empty(f"[{letters}]{{{least},{most}}}(?<! )", required)
    digits = f"[0-9]{{{least},{most}}}"
    if kind == "N":
        return f"(?:{digits}|-{digits}{empty})"
    if kind == "R":
        return f"(?>{'|'.join(_decimal_forms(least, most))}{empty})"
    if kind == "DT":
        forms = [_DATE_8] * (least <= 8 <= most) + [_DATE_6] * (least <= 6 <= most)
        return _or_empty("|".join(forms) or _NEVER, required)
    timed = kind == "TM" and least <= 4 and most in _SECONDS
    return _or_empty(_TIME + _SECONDS[most] if timed else _NEVER, required)


def _decimal_forms(least: int, most: int) -> list[str]:
    """Decimals, whose digits are counted without sign and point: the usual forms first, others by looking ahead."""
    digits = rf"[0-9]{{{least},{most}}}+(?!\.)"
    places = min(4, most // 2)
    usual = [rf"[0-9]{{1,{most - places}}}+\.[0-9]{{1,{places}}}(?![0-9])"] if least == 1 and places else []
    other = rf"-?(?=(?:\.?[0-9]){{{least},{most}}}(?![0-9.]))[0-9]*\.[0-9]+"
    return [digits, *usual, other, f"-{digits}"]


def _or_empty(pattern: str, required: bool) -> str:
    return f"(?:{pattern})" if required else f"(?:{pattern}|)"


def _any_of(codes: Iterable[str]) -> str:
    """Codes by their first character, so that a long list is not walked from its beginning; longer ones first."""
    by_first: dict[str, list[str]] = {}
    for code in sorted(codes, key=lambda code: (-len(code), code)):
        by_first.setdefault(code[:1], []).append(re.escape(code[1:]))
    if not by_first:
        return _NEVER
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in sorted(by_first.items()))


def _composite_pattern(rule: CompositeRule, delimiters: Delimiters, letters: str, required: bool) -> str:
    """A composite of separators alone is empty, whatever the relations think of it: the slow path knows."""
    if not delimiters.component:  # an ISA without ISA16: only the first component can be told
        if any(part.required for part in rule.parts[1:]):
            return _or_empty(_NEVER, required)
        return element_pattern(rule.parts[0], letters, required)
    separator = re.escape(delimiters.component)
    units = [(_pattern(part, delimiters, letters, part.required), part.used and part.required) for part in rule.parts]
    again = re.escape(delimiters.repetition) if rule.repeats > 1 and delimiters.repetition else ""
    ends = "|".join(filter(None, (re.escape(delimiters.element), again, "\\Z")))
    whole = f"(?!{separator}*(?:{ends}))" + units[0][0] + _optional_tail(units[1:], separator)
    if again:
        whole += f"(?:{again}{whole}){{0,{rule.repeats - 1}}}"
    return _or_empty(whole, required)


def _optional_tail(units: Sequence[tuple[str, bool]], separator: str) -> str:
    """Components behind the first. What ends a composite is no one character, so these are optional groups."""
    body = ""
    must_follow = False
    for pattern, required in reversed(units):
        must_follow = must_follow or required
        body = separator + pattern + body
        if not must_follow:
            body = f"(?:{body})?"
    return body


def syntax_test(rule: SegmentRule) -> SyntaxTest | None:
    """A test of the relations that the expression does not see to, over split elements and their number.

    None when there are none.
    """
    held = {relation for cluster in clusters(rule) for relation in cluster.relations}
    return relations_test([relation for relation in rule.syntax if relation not in held])


def relations_test(syntax: Sequence[tuple[str, tuple[int, ...]]]) -> SyntaxTest | None:
    """A test of these relations over split elements and their number; None when there are none."""
    if not syntax:
        return None
    always = [_relation(kind, at) for kind, at in syntax if kind == "R"]
    ranked = sorted((at[0] if kind in "CL" else min(at), kind, at) for kind, at in syntax if kind != "R")
    nested = "True"
    # Most segments are short: what speaks of elements behind the end is passed over in one comparison.
    for least, kind, at in reversed(ranked):
        nested = f"(n <= {least} or ({_relation(kind, at)} and {nested}))"
    # The source is made of letters of ours and of integers that lint has checked; nothing of a partner's gets in.
    return eval("lambda e, n: " + " and ".join([*always, nested]))  # type: ignore[no-any-return]  # noqa: S307


def _relation(kind: str, at: tuple[int, ...]) -> str:
    def has(position: int) -> str:
        return f"(n > {position} and e[{position}] != '')"

    if kind == "P":
        if len(at) == 2:
            return f"({has(at[0])} == {has(at[1])})"
        return f"(({' + '.join(map(has, at))}) in (0, {len(at)}))"
    if kind == "R":
        return "(" + " or ".join(map(has, at)) + ")"
    if kind == "E":
        return f"({' + '.join(map(has, at))} <= 1)"
    joint = " and " if kind == "C" else " or "
    return f"(not {has(at[0])} or {joint.join(map(has, at[1:]))})"

"""One anchored, linear regular expression for each segment rule: the fast way to say that a segment is clean.

A match means clean but for the relations between elements (`syntax_test`). No match means only that the elements
are to be looked at one by one (`elements.py`): what is rare or tolerated need not be in the expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from gateway.document import Delimiters
from gateway.x12.rules import CompositeRule, ElementRule, SegmentRule

CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !\"&'()*+,-./:;?=%~@[]_{}\\|<>#$"
"""X12 basic and extended sets. Source: X12.6; without the national letters."""

_DAY = r"(?:(?:0[1-9]|1[0-2])(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31)"
"""Month and day of any year."""

_DATE_8 = rf"(?:(?:1[89]|2\d)\d\d{_DAY}|(?:1[89]|2\d)(?:0[48]|[2468][048]|[13579][26])0229)"
_DATE_6 = rf"(?:\d\d{_DAY}|(?:[02468][048]|[13579][26])0229)"
_TIME = r"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d{1,3})?"
_NEVER = "(?!)"

Match = Callable[[str], "re.Match[str] | None"]
SyntaxTest = Callable[[Sequence[str], int], bool]


def segment_match(rule: SegmentRule, delimiters: Delimiters) -> Match:
    """`match` of the segment's expression over its raw text, terminator and line breaks excluded.

    It also holds the relations of `folded_pairs`. It may refuse what is clean but rare, never take what is not.
    """
    taken = {delimiters.element, delimiters.component, delimiters.segment, delimiters.repetition}
    letters = "".join(re.escape(letter) for letter in CHARACTERS if letter not in taken)
    separator = re.escape(delimiters.element)
    pairs = folded_pairs(rule)
    units: list[tuple[str, bool]] = []
    number = 1
    while number <= len(rule.elements):
        element = rule.elements[number - 1]
        if number in pairs:
            both = (
                _pattern(element, delimiters, letters, True),
                _pattern(rule.elements[number], delimiters, letters, True),
            )
            units.append((f"(?:{both[0]}{separator}{both[1]}|{separator})", False))
            number += 2
        else:
            units.append(
                (_pattern(element, delimiters, letters, element.required), element.used and element.required)
            )
            number += 1
    return re.compile(re.escape(rule.tag) + _tail(units, separator)).match


def folded_pairs(rule: SegmentRule) -> frozenset[int]:
    """First numbers of neighbours that come together or not at all, which the expression itself sees to."""
    related = [at for kind, at in rule.syntax]
    found = set()
    for kind, at in rule.syntax:
        neighbours = kind == "P" and len(at) == 2 and at[1] == at[0] + 1 and at[1] <= len(rule.elements)
        if neighbours and sum(bool({*at} & {*other}) for other in related) == 1:
            both = rule.elements[at[0] - 1 : at[1]]
            if all(element.used and not element.required for element in both):
                found.add(at[0])
    return frozenset(found)


def _tail(units: Sequence[tuple[str, bool]], separator: str) -> str:
    """Units with a separator before each; what no required one follows may be left away, separators included.

    Either there is one more unit or the segment ends here: an alternative costs the matcher nothing to enter, as its
    first character decides, where an optional group would. That first character also keeps the expression linear.
    """
    body = r"\Z"
    must_follow = False
    for pattern, required in reversed(units):
        must_follow = must_follow or required
        body = separator + pattern + body if must_follow else f"(?:{separator}{pattern}{body}|\\Z)"
    return body


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
        # Whole numbers first, for they are the rule; a point behind the digits is left to the second alternative.
        decimal = rf"-?(?=(?:\.?[0-9]){{{least},{most}}}(?![0-9.]))[0-9]*\.[0-9]+"
        return f"(?:{digits}(?![0-9.])|{decimal}|-{digits}(?![0-9.]){empty})"
    if kind == "DT":
        forms = [_DATE_8] * (least <= 8 <= most) + [_DATE_6] * (least <= 6 <= most)
        return _or_empty("|".join(forms) or _NEVER, required)
    return _or_empty(_TIME if kind == "TM" and least <= 4 and most >= 8 else _NEVER, required)


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
        whole = not any(part.required for part in rule.parts[1:])
        return element_pattern(rule.parts[0], letters, required) if whole else _or_empty(_NEVER, required)
    separator = re.escape(delimiters.component)
    units = [(_pattern(part, delimiters, letters, part.required), part.used and part.required) for part in rule.parts]
    bare = f"(?!{separator}*(?:{re.escape(delimiters.element)}|\\Z))"
    whole = bare + units[0][0] + _optional_tail(units[1:], separator)
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
    pairs = folded_pairs(rule)
    syntax = [(kind, at) for kind, at in rule.syntax if not (kind == "P" and at[0] in pairs)]
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

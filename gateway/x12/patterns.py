"""One anchored, linear regular expression for each segment rule: the fast way to say that a segment is clean.

A match means clean but for the relations between elements (`syntax_test`). No match means only that the elements
are to be looked at one by one (`elements.py`): what is rare or tolerated need not be in the expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gateway.document import Delimiters
from gateway.x12.rules import CompositeRule, ElementRule, SegmentRule

CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !\"&'()*+,-./:;?=%~@[]_{}\\|<>#$"
"""X12 basic and extended sets. Source: X12.6; without the national letters."""

_DAY = r"(?:(?:0[1-9]|1[0-2])(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31)"
"""Month and day of any year; 29 February is left to the slow path, which knows leap years."""

_DATE_8, _DATE_6 = r"(?:1[89]|2\d)\d\d" + _DAY, r"\d\d" + _DAY
_TIME = r"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d{1,3})?"
_NEVER = "(?!)"

Match = Callable[[str], "re.Match[str] | None"]
SyntaxTest = Callable[[Sequence[str], int], bool]


def element_pattern(rule: ElementRule, letters: str) -> str:
    """Expression for one non-empty clean value."""
    if rule.codes:
        fitting = [code for code in rule.codes if rule.least <= len(code) <= rule.most]
        return "(?:" + "|".join(map(re.escape, sorted(fitting, key=lambda code: (-len(code), code)))) + ")"
    least, most = max(rule.least, 1), rule.most
    kind = rule.type[0] if rule.type.startswith("N") else rule.type
    if kind in ("AN", "ID"):
        return f"[{letters}]{{{least},{most}}}(?<! )"
    if kind == "N":
        return f"-?[0-9]{{{least},{most}}}"
    if kind == "R":
        digits = f"[0-9]{{{least},{most}}}"
        return rf"-?(?:{digits}(?![0-9.])|(?=(?:\.?[0-9]){{{least},{most}}}(?![0-9.]))[0-9]*\.[0-9]+)"
    if kind == "DT":
        return "(?:" + "|".join([_DATE_8] * (least <= 8 <= most) + [_DATE_6] * (least <= 6 <= most)) + ")"
    return _TIME if kind == "TM" and least <= 4 and most >= 8 else _NEVER


def segment_match(rule: SegmentRule, delimiters: Delimiters) -> Match:
    """`match` of the segment's expression over its raw text, terminator and line breaks excluded."""
    taken = {delimiters.element, delimiters.component, delimiters.segment, delimiters.repetition}
    letters = "".join(re.escape(letter) for letter in CHARACTERS if letter not in taken)
    parts: list[tuple[str, bool]] = []
    for element in rule.elements:
        if not element.used:
            parts.append(("", False))
        elif isinstance(element, CompositeRule):
            parts.append((_composite_pattern(element, delimiters, letters), element.required))
        else:
            parts.append((element_pattern(element, letters), element.required))
    return re.compile(re.escape(rule.tag) + _joined(parts, delimiters.element, leading=True) + r"\Z").match


def _composite_pattern(rule: CompositeRule, delimiters: Delimiters, letters: str) -> str:
    """A composite of separators alone is empty, whatever the relations think of it: the slow path knows."""
    if not delimiters.component:  # an ISA without ISA16: only the first component can be told
        return element_pattern(rule.parts[0], letters)
    inner = [
        (element_pattern(part, letters) if part.used else "", part.used and part.required) for part in rule.parts
    ]
    bare = f"(?!{re.escape(delimiters.component)}+(?:{re.escape(delimiters.element)}|\\Z))"
    return bare + _joined(inner, delimiters.component, leading=False)


def _joined(parts: Sequence[tuple[str, bool]], separator: str, *, leading: bool) -> str:
    """Parts with separators between them; what no required part follows may be left away, separators included.

    Each optional tail begins with a literal separator, which keeps the expression linear.
    """
    body = ""
    must_follow = False
    for index in range(len(parts) - 1, -1, -1):
        pattern, required = parts[index]
        must_follow = must_follow or required
        value = "" if not pattern else pattern if required else f"(?:{pattern})?"
        if index == 0 and not leading:
            return value + body
        body = re.escape(separator) + value + body
        if not must_follow:
            body = f"(?:{body})?"
    return body


def syntax_test(rule: SegmentRule) -> SyntaxTest | None:
    """A test of all relations of the segment over its split elements and their number; None when it has none."""
    if not rule.syntax:
        return None
    always = [_relation(kind, at) for kind, at in rule.syntax if kind == "R"]
    ranked = sorted((at[0] if kind in "CL" else min(at), kind, at) for kind, at in rule.syntax if kind != "R")
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

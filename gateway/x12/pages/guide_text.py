"""An effective guide for people, as text: loops indented, each line with its usage, codes and origin.

The words for usage, length and type that the HTML page uses as well stand here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.x12.checking.rules import UNLIMITED, CompositeRule, ElementRule, LoopRule, SegmentRule
from gateway.x12.guides.describe import Description, ElementText, LoopText, SegmentText
from gateway.x12.guides.registry import Guide
from gateway.x12.pages.explain import clean

_TYPES = {"AN": "text", "ID": "code", "R": "decimal number", "N": "whole number"}


def guide_lines(guide: Guide, description: Description) -> Iterator[str]:
    """Lines without control characters."""
    partner = f", for {guide.partner}" if guide.partner else ""
    yield clean(f"{guide.name} {guide.set_id}, release {guide.release}, group {guide.group_id}{partner}")
    for line in (guide.direction, description.note):
        if line:
            yield clean(f"  {line}")
    yield from _loop(description.document, 0)
    for path, origin in description.removed:
        yield clean(f"removed {path}  [{origin}]")


def _loop(loop: LoopText, depth: int) -> Iterator[str]:
    for child in loop.children:
        if isinstance(child, SegmentText):
            yield from _segment(child, depth)
            continue
        indent = "  " * (depth + 1)
        parents = under(child.rule)
        yield clean(
            f"{indent}loop {child.path} ({child.name}): {usage(child.rule)}, {repeat(child.rule)}"
            f"{', ' + parents if parents else ''}{_said(child)}"
        )
        yield from _loop(child, depth + 1)


def _segment(segment: SegmentText, depth: int) -> Iterator[str]:
    indent = "  " * (depth + 1)
    rule = segment.rule
    yield clean(f"{indent}{rule.tag:3} {segment.name}: {usage(rule)}, {repeat(rule)}{_said(segment)}")
    for element in segment.elements:
        for part in (element, *element.parts):
            number = part.reference.removeprefix(rule.tag)
            yield clean(f"{indent}    {number:5} {part.name}: {_element(part)}{_said(part)}")
    for relation in segment.relations:
        yield clean(f"{indent}    {relation}")


def _element(element: ElementText) -> str:
    rule = element.rule
    if isinstance(rule, CompositeRule) or not rule.used:
        return usage(rule) + turns(rule)
    codes = "; ".join(f"{code} {meaning}".strip() for code, meaning in element.codes)
    return f"{usage(rule)}, {kind(rule)}, {length(rule)}" + (f": {codes}" if codes else "")


def _said(text: LoopText | SegmentText | ElementText) -> str:
    note = f'; "{text.note}"' if text.note else ""
    was = f", was {text.was}" if text.was else ""
    return f"{note}  [{text.origin}{was}]"


# --- words --------------------------------------------------------------------------------------------------------


def usage(rule: LoopRule | SegmentRule | ElementRule | CompositeRule) -> str:
    if not rule.used:
        return "not used"
    return "required" if rule.required else "optional"


def repeat(rule: LoopRule | SegmentRule) -> str:
    if rule.most == UNLIMITED:
        return "any number"
    return "once" if rule.most == 1 else f"up to {rule.most}"


def turns(rule: ElementRule | CompositeRule) -> str:
    """How often a composite may stand in its place, where that is more than once."""
    return (
        f", up to {rule.repeats} times in its place" if isinstance(rule, CompositeRule) and rule.repeats > 1 else ""
    )


def length(rule: ElementRule) -> str:
    return f"{rule.least}" if rule.least == rule.most else f"{rule.least} to {rule.most}"


def kind(rule: ElementRule) -> str:
    """`N2` -> `number with 2 implied decimals`."""
    if rule.type in ("DT", "TM"):
        return {"TM": "time, HHMM", "DT": "date, YYMMDD" if rule.most == 6 else "date, CCYYMMDD"}[rule.type]
    if rule.type[:1] == "N" and rule.type[1:].strip("0"):
        return f"number with {rule.type[1:]} implied decimals"
    return _TYPES[rule.type[:1] if rule.type[:1] == "N" else rule.type]


def under(rule: LoopRule) -> str:
    """Where an HL loop may hang; "" for other loops."""
    if rule.parents is None:
        return ""
    return f"under {' or '.join(sorted(rule.parents))}" if rule.parents else "at the top"


# --- values -------------------------------------------------------------------------------------------------------


def guide_json(guide: Guide, description: Description) -> dict[str, Any]:
    """The same for programs: nested as the guide is, `null` for no limit."""
    return {
        "set": guide.set_id,
        "release": guide.release,
        "name": guide.name,
        "direction": guide.direction or None,
        "group": guide.group_id,
        "partner": guide.partner or None,
        "hash": guide.hash,
        "note": description.note or None,
        "removed": dict(description.removed),
        "children": [_json(child) for child in description.document.children],
    }


def _json(text: LoopText | SegmentText) -> dict[str, Any]:
    rule = text.rule
    told: dict[str, Any] = {
        "path": text.path,
        "kind": "loop" if isinstance(text, LoopText) else "segment",
        "name": text.name,
        "usage": usage(rule),
        "most": None if rule.most == UNLIMITED else rule.most,
        "note": text.note or None,
        "origin": text.origin,
        "was": text.was or None,
    }
    if isinstance(text, LoopText):
        told["children"] = [_json(child) for child in text.children]
    else:
        told["relations"] = list(text.relations)
        told["elements"] = [_element_json(element) for element in text.elements]
    return told


def _element_json(element: ElementText) -> dict[str, Any]:
    rule = element.rule
    told: dict[str, Any] = {
        "reference": element.reference,
        "name": element.name,
        "data_element": rule.data_element,
        "usage": usage(rule),
        "note": element.note or None,
        "origin": element.origin,
        "was": element.was or None,
    }
    if isinstance(rule, ElementRule):
        told |= {"type": rule.type, "least": rule.least, "most": rule.most, "codes": dict(element.codes) or None}
    else:
        told["repeats"] = rule.repeats
        told["components"] = [_element_json(part) for part in element.parts]
    return told

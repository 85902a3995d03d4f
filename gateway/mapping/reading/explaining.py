"""Explain what reading found: faults located in the map and in the document, and where each value came from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from gateway.document import Fault, Provenance
from gateway.mapping.converting.convert import Context, Unreadable, read_decimal
from gateway.mapping.converting.referring import LEFT_OUT
from gateway.mapping.places import Place, Step
from gateway.mapping.plan import Check, Computed, Map, Rule, Section
from gateway.mapping.reading.finding import Found, find_all, json_text

SHOWN_MAX = 80

Trace = dict[str, list[tuple[Rule, Found]]]
"""Field, or path below the event, -> the rule and the elements that made its value."""


def fault_unreadable(map: Map, rule: Rule, index: Any, context: Context, error: Unreadable) -> Fault:
    """`map.yaml:14 quantity <- segment 13 SN102 "1O.125": not a decimal`."""
    found = locate(rule, index, context, error.part)
    origin = f"{rule.origin} {rule.name}"
    if found is None:
        text = f"{origin} <- {rule.label}: {error.words}"
        rejects = error.code != LEFT_OUT
        return Fault(code=error.code, text=text, rejects=rejects, origin=origin, reference=error.reference)
    shown = found.text if len(found.text) <= SHOWN_MAX else found.text[: SHOWN_MAX - 3] + "..."
    return Fault(
        code=error.code,
        text=f'{origin} <- {_at(map, found.position)} {_element(map, found)} "{shown}": {error.words}',
        level="element",
        segment=found.position,
        tag=found.tag,
        element=found.element or None,
        component=found.component or None,
        value=shown,
        rejects=error.code != LEFT_OUT and (not map.line_faults or rule.outer),
        origin=origin,
        reference=error.reference,
    )


def fault_missing(map: Map, rule: Rule, anchor: int) -> Fault:
    """A required field that stands nowhere; `anchor` is the segment that opens its scope."""
    place = rule.places[0][-1] if rule.places else Place(rule.label, Step(""))
    origin = f"{rule.origin} {rule.name}"
    return Fault(
        code="required",
        text=f"{origin} <- {_at(map, anchor)} {rule.label}: is required and missing",
        segment=anchor,
        tag=place.step.tag if map.format == "x12" else place.column,
        element=place.element or None,
        rejects=not map.line_faults or rule.outer,
        origin=origin,
    )


def fault_lacking(map: Map, kind: str, names: list[str], anchor: int) -> Fault:
    """`x12/.../map.yaml event: ShipmentNotified needs number; nothing in the document gives it`."""
    text = f"{map.path} event: {kind} needs {', '.join(names)}; nothing in the document gives it"
    return Fault(code="required", text=text, level="document", segment=anchor)


def fault_no_list(section: Section, pointer: str, value: Any, position: int) -> Fault:
    """`map.yaml:22 lines <- /order/lines an object: a list is expected`."""
    shown = "an object" if isinstance(value, dict) else f'"{json_text(value)[:SHOWN_MAX]}"'
    origin = f"{section.origin} {section.into}"
    return Fault(
        code="no_list",
        text=f"{origin} <- {pointer} {shown}: a list is expected",
        level="element",
        segment=position,
        tag=pointer,
        value="" if isinstance(value, dict) else json_text(value)[:SHOWN_MAX],
        origin=origin,
    )


def fault_at_line(fault: Fault, pointer: str, lines: dict[str, int]) -> Fault:
    """A fault of JSON with the line of its value; where there is none, of the object at the pointer."""
    if fault.line is not None or fault.segment is None:
        return fault
    line = lines.get(pointer if fault.code == "required" else fault.tag) or lines.get(pointer)
    if line is None:
        return fault
    text = fault.text.replace(f"<- entry {fault.segment}", f"<- line {line}", 1)
    return msgspec.structs.replace(fault, line=line, text=text)


def fault_check(map: Map, check: Check, anchor: int) -> Fault:
    return Fault(
        code=check.id,
        text=f"{check.origin} check {check.id} <- {_at(map, anchor)}: {check.text}",
        segment=anchor,
        rejects=check.rejects and not map.line_faults,
        origin=f"{check.origin} {check.id}",
    )


def fault_no_event(map: Map, value: Any, anchor: int) -> Fault:
    """What chooses the event has a value that makes none."""
    text = f'{map.path} event: no event is made for {map.chooser} "{value}"'
    return Fault(code="unknown_code", text=text, level="document", segment=anchor, value=str(value))


def fault_total(map: Map, computed: Computed, found: Found, total: Decimal) -> Fault:
    """`map.yaml:40 segment 14 W1401 "300": sum(lines, quantity) is 299`."""
    text = f'{computed.origin} <- {_at(map, found.position)} {_element(map, found)} "{found.text[:SHOWN_MAX]}"'
    return Fault(
        code="totals",
        text=f"{text}: {computed.expr.text} is {total:f}",
        level="element",
        segment=found.position,
        tag=found.tag,
        element=found.element or None,
        component=found.component or None,
        value=found.text[:SHOWN_MAX],
        rejects=computed.severity == "fault",
        origin=computed.origin,
    )


def tells(text: str, total: Decimal) -> bool:
    """Whether a text is that number."""
    try:
        return read_decimal(text, Context()) == total
    except Unreadable:
        return False


def locate(rule: Rule, index: Any, context: Context, part: int = 0) -> Found | None:
    """The text that a rule would read; `part` of those that make one value together."""
    for parts in rule.places:
        at = parts[part] if part < len(parts) else parts[0]
        for found in find_all(at, index, context):
            return found
    return None


def trace_rule(rule: Rule, index: Any, context: Context, trace: Trace) -> None:
    """Note every element that took part in a value: all parts of the first place that has any."""
    if rule.name in trace:
        return
    several = rule.target is not None and rule.target.shape == "texts"
    for parts in rule.places:
        found: list[tuple[Rule, Found]] = []
        for place in parts:
            texts = find_all(place, index, context)
            found += [(rule, one) for one in (texts if several else [next(texts, None)]) if one is not None]
        if found:
            if rule.xref is not None:
                found = [(one, at._replace(via=context.via)) for one, at in found]
            trace[rule.name] = found
            return


def nest(outer: Trace, prefix: str, inner: Trace) -> None:
    """Take the trace of an entry into that of its parent: `lines[3].` before each of its paths."""
    for name, found in inner.items():
        outer[prefix + name] = found


def provenance_of(prefix: str, trace: Trace) -> list[Provenance]:
    return [
        Provenance(prefix + path, f.position, f.tag, f.element, f.component, f.text, rule.origin, f.via)
        for path, found in trace.items()
        for rule, f in found
    ]


def _at(map: Map, position: int) -> str:
    word = {"x12": "segment", "json": "entry"}.get(map.format, "line")
    return f"{word} {position}"


def _element(map: Map, found: Found) -> str:
    if map.format != "x12":
        return found.tag
    return f"{found.tag}{found.element:02d}" + (f"-{found.component}" if found.component else "")

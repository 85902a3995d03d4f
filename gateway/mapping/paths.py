"""Where a value stands in XML: the part of XPath that can be written as well as read, parsed once.

`cbc:ID`, `cac:Item/cbc:Name`, `cbc:DeliveredQuantity/@unitCode`, `@version`, `.` (the element itself),
`cbc:ID[@schemeID='GLN']`, `cac:Property[cbc:Name='Lot']/cbc:Value`, `[@a='x' or @a='y']` (x, else y; x is written),
`cbc:Line[2]` (the second of its name), `/inv:Report/inv:Site` (from the root, wherever the rule stands).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gateway.formats.xml import Element
from gateway.mapping.places import BadPlace, Place, Step, XmlCondition, XmlStep

STEPS_MAX = 30
POSITION_MAX = 1_000

SELF = "."
"""Tag of a step that stays where it is, as `.[cbc:Code='01']/cbc:Text` takes the text only beside that code."""

_NAME = r"(?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*"
_STEP = re.compile(rf"({_NAME}|\.(?=\[))((?:\[[^\]]*\])*)\Z")
_TEST = re.compile(rf"\s*(@?{_NAME}(?:/{_NAME})*(?:/@{_NAME})?|\.)\s*=\s*(?:'([^']*)'|\"([^\"]*)\")\s*")
_UNWRITABLE = (
    ("//", "name every element on the way"),
    ("..", "a place lies below the element that its section stands for, or begins with / at the root"),
    ("*", "an element is named"),
    ("::", "an element is named, an attribute has its @"),
    ("(", "functions are not read; the text of an element is meant by its name"),
    ("|", "else: names further places"),
)

Walk = Callable[[Element], Sequence[Element]]
"""The elements of a place below one."""


class Branch(NamedTuple):
    """Scope of an XML document: an element, the name by which messages call it, and the root of all."""

    element: Element
    label: str
    root: Element

    @property
    def position(self) -> int:
        return self.element.line


# --- reading what a map says ---------------------------------------------------------------------------------


def read_path(text: str, namespaces: Mapping[str, str]) -> Place:
    """A place in XML. Raises BadPlace with what is wrong, and how such a thing is said here."""
    for part, mend in _UNWRITABLE:
        if part in re.sub(r"'[^']*'|\"[^\"]*\"", "", text):
            raise BadPlace(f'"{text}": {part} cannot be written back; {mend}')
    rest, absolute = (text[1:], True) if text.startswith("/") else (text, False)
    parts = [part for part in _split(rest) if part != SELF]
    attribute = ""
    if parts and parts[-1].startswith("@"):
        attribute = _resolve(parts.pop()[1:], namespaces, text, attribute=True)
    steps = tuple(_step(part, namespaces, text) for part in parts)
    if len(steps) > STEPS_MAX:
        raise BadPlace(f'"{text}" has more than {STEPS_MAX} steps')
    if not rest.strip() or (absolute and not steps):
        raise BadPlace(f'"{text}" names no element')
    return Place(text, Step("element"), column=text, path=steps, attribute=attribute, absolute=absolute)


def resolve_name(name: str, namespaces: Mapping[str, str]) -> str:
    """`cac:Item` as `{namespace}Item`. Raises BadPlace for a prefix that the map does not declare."""
    return _resolve(name, namespaces, name, attribute=False)


def _split(text: str) -> list[str]:
    """The steps between slashes, those in brackets aside."""
    parts, depth, last = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "[") - (letter == "]")
        if letter == "/" and depth == 0:
            parts.append(text[last:at])
            last = at + 1
    return [*parts, text[last:]]


def _step(part: str, namespaces: Mapping[str, str], text: str) -> XmlStep:
    match = _STEP.match(part)
    if match is None:
        raise BadPlace(f'"{text}": "{part}" is no element, as cbc:ID or cbc:ID[@schemeID=\'GLN\']')
    conditions: list[XmlCondition] = []
    position = 0
    for inside in re.findall(r"\[([^\]]*)\]", match[2]):
        said = inside.strip()
        if said.isascii() and said.isdigit() and 0 < int(said) <= POSITION_MAX:
            position = int(said)
        else:
            conditions.append(_condition(said, namespaces, text))
    tag = SELF if match[1] == SELF else _resolve(match[1], namespaces, text, attribute=False)
    return XmlStep(tag, match[1], tuple(conditions), position)


def _condition(inside: str, namespaces: Mapping[str, str], text: str) -> XmlCondition:
    """`@a='x' or @a='y'`: one thing compared with one or more texts."""
    found: list[tuple[str, str]] = []
    at = 0
    while not found or inside[at:]:
        at += len("or") if found and inside.startswith("or", at) else 0
        match = _TEST.match(inside, at)
        if match is None:
            raise BadPlace(f"\"{text}\": \"[{inside}]\" is no condition, as [@schemeID='GLN'] or [cbc:Name='Lot']")
        found.append((match[1], match[2] if match[2] is not None else match[3]))
        at = match.end()
    if len({name for name, _ in found}) > 1:
        raise BadPlace(f'"{text}": "[{inside}]" compares two things; one condition asks for one')
    name, attribute = found[0][0], ""
    steps = [part for part in name.split("/") if part != "."]
    if steps and steps[-1].startswith("@"):
        attribute = _resolve(steps.pop()[1:], namespaces, text, attribute=True)
    path = tuple(XmlStep(_resolve(step, namespaces, text, attribute=False), step) for step in steps)
    return XmlCondition(path, attribute, tuple(value for _, value in found))


def _resolve(name: str, namespaces: Mapping[str, str], text: str, *, attribute: bool) -> str:
    prefix, colon, local = name.partition(":")
    if not colon:
        default = "" if attribute else namespaces.get("", "")
        return f"{{{default}}}{name}" if default else name
    if prefix not in namespaces:
        raise BadPlace(f'"{text}": prefix "{prefix}" has no namespace; declare it under file: namespaces')
    return f"{{{namespaces[prefix]}}}{local}"


# --- finding -------------------------------------------------------------------------------------------------


def walk_for(path: tuple[XmlStep, ...]) -> Walk:
    """A closure that finds the elements of a path below one, preferred alternatives first."""
    if not path:
        return lambda element: (element,)
    if len(path) == 1:
        return _walk_step(path[0])
    first, rest = _walk_step(path[0]), walk_for(path[1:])

    def walk(element: Element) -> Sequence[Element]:
        outer = first(element)
        if len(outer) == 1:
            return rest(outer[0])
        return [inner for one in outer for inner in rest(one)]

    return walk


def _walk_step(step: XmlStep) -> Walk:
    tag = step.tag
    if not step.conditions and not step.position:
        return lambda element: element.inner(tag)
    tests = [_test_for(condition) for condition in step.conditions]

    def walk(element: Element) -> Sequence[Element]:
        found: Sequence[Element] = (element,) if tag == SELF else element.inner(tag)
        for test in tests:
            found = test(found)
        return found[step.position - 1 : step.position] if step.position else found

    return walk


def _test_for(condition: XmlCondition) -> Callable[[Sequence[Element]], Sequence[Element]]:
    inside = walk_for(condition.path)

    def test(found: Sequence[Element]) -> Sequence[Element]:
        kept = []
        for value in condition.values:
            kept += [one for one in found if any(text_of(e, condition.attribute) == value for e in inside(one))]
        return kept

    return test


def text_of(element: Element, attribute: str) -> str:
    """The text of an element, or of one of its attributes; "" for none."""
    return element.attributes.get(attribute, "") if attribute else element.text


def elements_at(place: Place, branch: Branch) -> Sequence[Element]:
    """Every element of a place, slowly; from the root where the place says so."""
    if not place.absolute:
        return walk_for(place.path)(branch.element)
    first = place.path[0]
    return walk_for(place.path[1:])(branch.root) if branch.root.tag == first.tag else ()


def texts_at(place: Place, branch: Branch) -> Iterator[tuple[Element, str]]:
    """Every element of a place with text, and that text."""
    for element in elements_at(place, branch):
        text = text_of(element, place.attribute)
        if text:
            yield element, text


def pick_path(place: Place) -> Callable[[Branch, object], str | None]:
    """The first text at a place, None where there is none."""
    attribute, absolute = place.attribute, place.absolute
    walk = walk_for(place.path[1:] if absolute else place.path)
    top = place.path[0].tag if absolute else ""

    def pick(branch: Branch, _: object) -> str | None:
        start = branch[2] if absolute else branch[0]
        if absolute and start.tag != top:
            return None
        for element in walk(start):
            text = element.attributes.get(attribute) if attribute else element.text
            if text:
                return text
        return None

    return pick


def pick_all_paths(place: Place) -> Callable[[Branch, object], tuple[str, ...]]:
    """Every text at a place, in order of the document."""
    return lambda branch, _: tuple(text for _, text in texts_at(place, branch))

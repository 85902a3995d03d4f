"""A partner's guide.yaml applied to the base guide's XML before anything is loaded; every change knows its line.

    extends: x12/004010/856
    note:   Send it before the truck leaves.
    change: {"HLI/LIN.02": {usage: R, max: 30, codes: {only: [BP]}, note: Ours}, "HLP": {parents: [O, T]}}
    add:    [{after: HLS/TD3, segment: ETD, usage: S, max_use: 1}, {after: LIN/SHP, loop: N1, repeat: 200}]
    remove: [HLS/FOB]

A path is loops, segment and element: `HLI/LIN.02`, `MEA.04-1`. Codes may be listed with their meanings: `{only: {QX:
gate pass}}`. The result is a complete guide in pyx12's form, whose nodes say what was changed (`origin`, `was`).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, SubElement

from gateway.resources import Entry, did_you_mean

KNOWN_KEYS = ("extends", "note", "change", "add", "remove")
_PATH = re.compile(r"(?P<nodes>[A-Z0-9_]+(?:/[A-Z0-9_]+)*)(?:\.(?P<element>\d\d?)(?:-(?P<component>\d\d?))?)?")
_DOCUMENT = "./loop[@xid='ISA_LOOP']/loop[@xid='GS_LOOP']/loop[@xid='ST_LOOP']"

FindNode = Callable[[str, str], "Element | None"]
"""Definition of a `segment` or `loop` by its identifier, from any guide of the release."""
LengthOf = Callable[[str], tuple[str, str]]
"""Least and greatest length of a data element."""
ADDED = "not in the base guide"
"""`was` of a segment that the overlay adds."""


def apply_overlay(
    base: Element, overlay: dict[str, Entry], find_defined: FindNode, length_of: LengthOf
) -> tuple[Element, dict[str, str]]:
    """The effective guide and, for each path that was touched, `guide.yaml:<line>`.

    `overlay` has the entries of guide.yaml by key; mistakes are noted on them. `find_defined` gives what
    `add` copies; `length_of` what a data element has before a change.
    """
    guide = copy.deepcopy(base)
    document = guide.find(_DOCUMENT)
    origins: dict[str, str] = {}
    if document is None:
        return guide, origins
    if "note" in overlay:
        guide.set("note", overlay["note"].text())
    if "remove" in overlay:
        for entry in overlay["remove"].items():
            _remove(document, entry, origins)
    if "add" in overlay:
        for entry in overlay["add"].items():
            _add(document, entry, find_defined, origins)
    if "change" in overlay:
        for path, entry in overlay["change"].mapping().items():
            _change(document, path, entry, length_of, origins)
    return guide, origins


def _origin(entry: Entry) -> str:
    file, line = entry.place
    return f"{file}:{line}"


def find_node(guide: Element, path: str) -> Element | None:
    """The node that a path names in a whole guide; None where there is none."""
    document = guide.find(_DOCUMENT)
    trail = _resolve(document, path) if document is not None else []
    return trail[-1] if trail else None


def _resolve(document: Element, path: str) -> list[Element]:
    """Elements from the document down to what the path names; empty when there is no such thing."""
    match = _PATH.fullmatch(path)
    if match is None:
        return []
    trail = [document]
    names = match["nodes"].split("/")
    for at, name in enumerate(names):
        last = at == len(names) - 1
        order = ("segment", "loop") if last and match["element"] else ("loop", "segment")
        child = next((c for tag in order for c in trail[-1].findall(tag) if c.get("xid") == name), None)
        if child is None:
            return []
        trail.append(child)
    if match["element"] is None:
        return trail
    if trail[-1].tag == "loop":  # HLS/N1.02: the segment that opens loop N1
        opening = next(iter(trail[-1].findall("segment")), None)
        if opening is None:
            return []
        trail.append(opening)
    for kind, number in (("element", match["element"]), ("component", match["component"])):
        if number is not None:
            child = next(
                (c for c in trail[-1] if c.get("seq", "").isdigit() and int(c.get("seq", "")) == int(number)), None
            )
            if child is None or (kind == "component" and trail[-1].tag != "composite"):
                return []
            trail.append(child)
    return trail


def _found(document: Element, path: str, entry: Entry) -> list[Element]:
    trail = _resolve(document, path)
    if not trail:
        entry.note(
            f'the base guide has no "{path}"', did_you_mean(path.split(".")[0], sorted(set(_paths(document, ""))))
        )
    return trail


def _paths(loop: Element, prefix: str) -> Iterator[str]:
    for child in loop:
        if child.tag in ("loop", "segment"):
            name = prefix + child.get("xid", "")
            yield name
            if child.tag == "loop":
                yield from _paths(child, name + "/")


def _remove(document: Element, entry: Entry, origins: dict[str, str]) -> None:
    path = entry.text()
    trail = _found(document, path, entry)
    if not trail:
        return
    if trail[-1].tag in ("element", "composite"):
        trail[-1].set("was", _USAGE.get(trail[-1].get("usage", ""), ""))
        trail[-1].set("usage", "N")
        trail[-1].set("origin", _origin(entry))
    elif trail[-1] in (trail[-2].find("segment"), document.find("./segment[@xid='SE']")):
        entry.note(f'"{path}" opens or closes its loop and cannot be removed alone')
        return
    else:
        trail[-2].remove(trail[-1])
    origins[path] = _origin(entry)


def _add(document: Element, entry: Entry, find_defined: FindNode, origins: dict[str, str]) -> None:
    """A segment, or a loop with all that is in it, behind another one of the same loop."""
    given = entry.mapping(("after", "segment", "loop", "usage", "max_use", "repeat", "note", "name"))
    kind, count = ("loop", "repeat") if "loop" in given else ("segment", "max_use")
    if "after" not in given or kind not in given:
        entry.note("what is added needs `after`, and `segment` or `loop`")
        return
    path, name = given["after"].text(), given[kind].text()
    trail = _found(document, path, given["after"])
    if not trail:
        return
    definition = find_defined(kind, name)
    if definition is None:
        given[kind].note(f'no guide of this release has a {kind} "{name}" to copy')
        return
    before, loop = trail[-1], trail[-2]
    if before.tag not in ("segment", "loop") or any(child.get("xid") == name for child in loop.findall(kind)):
        given["after"].note(f'"{name}" cannot be added there: it is there already, or `after` names an element')
        return
    added = copy.deepcopy(definition)
    added.set("usage", given["usage"].choice(("R", "S"), "S") if "usage" in given else "S")
    _set_count(added, count, given, definition.get("repeat", "1") if kind == "loop" else "1")
    added.set("origin", _origin(entry))
    added.set("was", ADDED)
    _tell(added, given)
    children = [child for child in loop if child.tag in ("segment", "loop")]
    # Positions are spread, so that the new one has a number of its own between its neighbours.
    for child in children:
        child.set("pos", str(int(child.get("pos", "0")) * 10))
    added.set("pos", str(int(before.get("pos", "0")) + 5))
    taken = {child.get("pos") for child in children}
    while added.get("pos") in taken:
        added.set("pos", str(int(added.get("pos", "0")) + 1))
    loop.insert(list(loop).index(before) + 1, added)
    origins["/".join([*path.split("/")[:-1], name])] = _origin(entry)


def _set_count(node: Element, key: str, given: dict[str, Entry], default: str) -> None:
    """`repeat` of a loop or `max_use` of a segment."""
    value = default
    if key in given:
        value = given[key].such(
            lambda v: v == ">1" or (v.isdigit() and int(v) > 0), "must be >1 or a number", default
        )
    node.set(key, value)


_ALLOWED = {
    "loop": ("usage", "repeat", "parents", "note", "name"),
    "segment": ("usage", "max_use", "note", "name"),
    "element": ("usage", "min", "max", "codes", "note", "name"),
    "composite": ("usage", "repeat", "note", "name"),
}
_USAGE = {"R": "required", "S": "optional", "N": "not used"}


def _change(document: Element, path: str, entry: Entry, length_of: LengthOf, origins: dict[str, str]) -> None:
    trail = _found(document, path, entry)
    if not trail:
        return
    node = trail[-1]
    given = entry.mapping(_ALLOWED[node.tag])
    was = "; ".join(_was(node, given, length_of))
    if "usage" in given:
        node.set("usage", given["usage"].choice(("R", "S", "N"), node.get("usage", "S")))
    for key in ("repeat", "max_use"):
        if key in given:
            _set_count(node, key, given, "1")
    for key, attribute in (("min", "min_len"), ("max", "max_len")):
        if key in given:
            node.set(attribute, str(given[key].whole(1, 1, 512)))
    if "parents" in given:
        node.set("parents", " ".join(given["parents"].texts()))
    if "codes" in given:
        _change_codes(node, given["codes"])
    _tell(node, given)
    node.set("origin", _origin(entry))
    node.set("was", was)
    origins[path] = _origin(entry)


def _tell(node: Element, given: dict[str, Entry]) -> None:
    for key in ("note", "name"):
        if key in given:
            node.set(key, given[key].text())


def _was(node: Element, given: dict[str, Entry], length_of: LengthOf) -> Iterator[str]:
    """What the keys of a change were before, in words."""
    if "usage" in given:
        yield _USAGE.get(node.get("usage", ""), "")
    for key in ("repeat", "max_use"):
        if key in given:
            yield "any number" if node.get(key) == ">1" else f"at most {node.get(key, '1')}"
    if "min" in given or "max" in given:
        least, most = length_of(node.get("data_ele", ""))
        yield f"length {node.get('min_len') or least} to {node.get('max_len') or most}"
    if "parents" in given:
        yield f"under {node.get('parents')}" if node.get("parents") else "at the top"
    if "codes" in given:
        codes = [code.text or "" for code in node.findall("./valid_codes/code")]
        yield f"codes {' '.join(codes)}" if codes else "any code"


def _change_codes(element: Element, entry: Entry) -> None:
    """`only` replaces the list; `add` and `remove` change it. An element without a list takes any value."""
    given = entry.mapping(("only", "add", "remove"))
    codes = {code.text or "": code.get("name", "") for code in element.findall("./valid_codes/code")}
    if "only" in given:
        codes = {code: name or codes.get(code, "") for code, name in _listed(given["only"]).items()}
    if "add" in given:
        if not codes:
            given["add"].note("the base guide lists no codes here, so every code is allowed already", "use `only`")
        codes |= _listed(given["add"])
    if "remove" in given:
        gone = given["remove"].texts()
        for code in sorted(set(gone) - set(codes)):
            given["remove"].note(f'"{code}" is no code of the base guide here', did_you_mean(code, codes))
        codes = {code: name for code, name in codes.items() if code not in gone}
    if not codes:
        entry.note("leaves no code at all", "remove the element, or set its usage to N")
        return
    for old in element.findall("valid_codes"):
        element.remove(old)
    listed = SubElement(element, "valid_codes")
    for code, name in codes.items():
        made = SubElement(listed, "code", {"name": name} if name else {})
        made.text = code


def _listed(entry: Entry) -> dict[str, str]:
    """Codes as a list, or as a mapping of codes to what they mean."""
    if isinstance(entry.value, dict):
        return {code: meaning.text() for code, meaning in entry.mapping().items()}
    return dict.fromkeys(entry.texts(), "")

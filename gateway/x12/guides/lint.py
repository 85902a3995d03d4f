"""What a guide's XML must keep to, checked before pyx12 sees it: each mistake is named with its path in the guide.

pyx12 takes many of these silently and fails on them in the middle of a partner's file. The rest keep the compiled
checker exact: children of a loop have their own positions, and a loop is opened by its first segment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

_TYPES = re.compile(r"AN|ID|R|DT|TM|N\d?")
_NOTE = re.compile(r"[PRECL](?:\d\d){2,}")
_COUNT = re.compile(r">1|[1-9]\d*")
_TURNS = re.compile(r"[1-9]\d?")
_ENVELOPE = "./loop[@xid='ISA_LOOP']/loop[@xid='GS_LOOP']"


def lint_guide(
    transaction: Element, set_id: str, dictionary: Mapping[str, str], code_sets: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    """Path and words for each mistake. `dictionary` has the type of each data element of the release."""
    document = transaction.find(f"{_ENVELOPE}/loop[@xid='ST_LOOP']")
    if document is None:
        yield "/", "has no ISA_LOOP/GS_LOOP/ST_LOOP"
        return
    codes = [c.text for c in transaction.findall(f"{_ENVELOPE}/segment[@xid='GS']/element[@xid='GS01']//code")]
    if len(codes) != 1:
        yield "GS.01", "must list exactly one functional identifier"
    tags = [child.get("xid") for child in sorted(document, key=_position)]
    if tags[:1] != ["ST"] or tags[-1:] != ["SE"]:
        yield "/", "must begin with ST and end with SE"
    if [c.text for c in document.findall("./segment[@xid='ST']/element[@xid='ST01']//code")] != [set_id]:
        yield "ST.01", f"must list exactly {set_id}, as the folder is called"
    for loop in transaction.iter("loop"):
        yield from _lint_attributes(loop, loop.get("xid", "?"), "repeat")
    yield from _lint_loop(document, "", dictionary, code_sets)
    yield from _lint_levels(document)


def _lint_levels(document: Element) -> Iterator[tuple[str, str]]:
    """HL loops hang under levels that are there, and every one under the top in the end."""
    levels = {_level(loop): loop for loop in document.iter("loop") if loop.get("parents") is not None}
    parents = {level: set(loop.get("parents", "").split()) for level, loop in levels.items()}
    hung = {level for level in levels if not parents[level]}
    while more := {level for level in levels if level not in hung and parents[level] & hung}:
        hung |= more
    for level, loop in levels.items():
        xid = loop.get("xid", "?")
        for parent in sorted(parents[level] - set(levels)):
            yield xid, f"may hang under level {parent}, which the guide does not have ({level})"
        if level not in hung and parents[level] <= set(levels):
            yield xid, f"hangs under {' '.join(sorted(parents[level]))} only, and none of them under the top"


def _lint_loop(
    loop: Element, path: str, dictionary: Mapping[str, str], code_sets: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    children = sorted((c for c in loop if c.tag in ("loop", "segment")), key=_position)
    prefix = f"{path}/" if path else ""
    if not children or children[0].tag != "segment" or children[0].get("usage") != "R":
        yield path or "/", "must be opened by a required segment"
        return
    seen: dict[int, Element] = {}
    names: dict[str, set[str]] = {}
    for child in children:
        xid, position = child.get("xid", "?"), _position(child)
        other = seen.setdefault(position, child)
        if other is not child and not (_free(other) and _free(child)):
            yield (
                prefix + xid,
                f"shares position {position} with {other.get('xid')}: only optional, unlimited loops may",
            )
        keys = _keys(child)
        known = names.setdefault(_tag(child), set())
        if known & keys or (known and "" in keys | known):
            yield prefix + xid, f"cannot be told from another {_tag(child)} in the same loop"
        known |= keys
        if child.tag == "loop":
            yield from _lint_loop(child, prefix + xid, dictionary, code_sets)
        else:
            yield from _lint_attributes(child, prefix + xid, "max_use")
            yield from _lint_segment(child, prefix + xid, dictionary, code_sets)
    if children[0].get("xid") == "HL" and _level(loop) == "":
        yield path, "is an HL loop: its HL03 must list exactly one level"


def _lint_attributes(node: Element, path: str, count: str) -> Iterator[tuple[str, str]]:
    if node.get("usage") not in ("R", "S", "N"):
        yield path, f'usage "{node.get("usage")}" is none of R, S, N'
    if not _COUNT.fullmatch(node.get(count, "")):
        yield path, f'{count} "{node.get(count)}" is neither a number nor >1'
    if not node.get("pos", "").isdigit():
        yield path, f'pos "{node.get("pos")}" is no number'


def _lint_segment(
    segment: Element, path: str, dictionary: Mapping[str, str], code_sets: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    elements = [child for child in segment if child.tag in ("element", "composite")]
    numbers = sorted(int(e.get("seq", "0")) if e.get("seq", "").isdigit() else 0 for e in elements)
    if numbers != list(range(1, len(elements) + 1)):
        yield path, "numbers its elements with gaps or twice"
    for element in elements:
        here = f"{path}.{element.get('seq')}"
        parts = element.findall("element") if element.tag == "composite" else [element]
        if element.get("usage") not in ("R", "S", "N"):
            yield here, f'usage "{element.get("usage")}" is none of R, S, N'
        if element.get("repeat") is not None and (
            element.tag == "element" or not _TURNS.fullmatch(element.get("repeat", ""))
        ):
            yield here, f'repeat "{element.get("repeat")}": a composite alone may stand 1 to 99 times'
        for at, part in enumerate(parts, 1):
            where = f"{here}-{at}" if element.tag == "composite" else here
            yield from _lint_element(part, where, dictionary, code_sets)
    for note in segment.findall("syntax"):
        text = note.text or ""
        if not _NOTE.fullmatch(text):
            yield path, f'relation "{text}" is not a letter of PRECL and at least two positions'
        elif max(int(text[i : i + 2]) for i in range(1, len(text), 2)) > len(elements):
            yield path, f'relation "{text}" speaks of elements that the segment does not have'


def _lint_element(
    element: Element, path: str, dictionary: Mapping[str, str], code_sets: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    if element.get("usage") not in ("R", "S", "N"):
        yield path, f'usage "{element.get("usage")}" is none of R, S, N'
    kind = dictionary.get(element.get("data_ele", ""))
    if kind is None:
        yield path, f'data element "{element.get("data_ele")}" is not in _release/dataele.xml'
    elif not _TYPES.fullmatch(kind):
        yield path, f'data element "{element.get("data_ele")}" has type {kind}, which is not checked here'
    if element.find("regex") is not None:
        yield path, "has a regex; list its codes instead: only linear expressions of our own run on partners' data"
    external = element.find("valid_codes")
    if external is not None and external.get("external") and external.get("external") not in code_sets:
        yield path, f'code set "{external.get("external")}" is not in _release/codes.xml'


def _position(node: Element) -> int:
    text = node.get("pos", "0")
    return int(text) if text.isdigit() else 0


def _free(node: Element) -> bool:
    return node.tag == "loop" and node.get("usage") == "S" and node.get("repeat") == ">1"


def _tag(node: Element) -> str:
    """Tag of a segment, or of the segment that opens a loop."""
    if node.tag == "segment":
        return node.get("xid", "?")
    segments = sorted(node.findall("segment"), key=_position)
    return segments[0].get("xid", "?") if segments else "?"


def _keys(node: Element) -> set[str]:
    """Values that tell the node from a namesake; {""} when none do."""
    segment = node if node.tag == "segment" else min(node.findall("segment"), key=_position, default=node)
    number = "03" if segment.get("xid") == "HL" else "01"
    return {code.text or "" for code in segment.findall(f"./element[@seq='{number}']//code")} or {""}


def _level(loop: Element) -> str:
    codes = [code.text or "" for code in loop.findall("./segment[@xid='HL']/element[@seq='03']//code")]
    return codes[0] if len(codes) == 1 else ""

"""What segments are called and what codes mean, in our own short words; one table for all releases, one of a release.

Names of elements stand in the guide and in the release's dictionary. Nothing here decides whether a value is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from xml.etree.ElementTree import Element

from gateway.x12.guides.source import parse

SHARED = "mappings/x12/_release/words.xml"
_SEGMENT = "721"
"""Data element that names a segment: AK301."""
_ELEMENT = "725"
"""Data element that names a data element: AK402."""


class Words(NamedTuple):
    """Names and meanings of one release. What has none is "": it is shown as it was sent."""

    segments: Mapping[str, str]
    """By tag."""
    elements: Mapping[str, str]
    """Names of data elements by number, as the release's dictionary has them."""
    sets: Mapping[str, str]
    """Usual direction by set."""
    tables: Mapping[str, Mapping[str, str]]
    """Meanings of codes by data element."""

    def segment(self, tag: str) -> str:
        """`REF` -> `reference`."""
        return self.segments.get(tag, "")

    def direction(self, set_id: str) -> str:
        """Who usually sends a set to whom: `supplier to buyer`. The agreement decides."""
        return self.sets.get(set_id, "")

    def code(self, data_element: str, code: str) -> str:
        """Meaning of a code of a data element: `128`, `BM` -> `bill of lading`; of a tag or data element its name."""
        if data_element == _SEGMENT:
            return self.segments.get(code, "")
        return self.elements.get(code, "") if data_element == _ELEMENT else self.codes(data_element).get(code, "")

    def codes(self, data_element: str) -> Mapping[str, str]:
        """All codes of a data element that have a meaning here."""
        return self.tables.get(data_element, {})

    def with_codes(self, own: Mapping[str, Mapping[str, str]]) -> Words:
        """These words, where meanings that a guide or overlay gives itself go first."""
        return self._replace(tables={**self.tables, **{n: {**self.codes(n), **own[n]} for n in own}})


def read_words(sources: Mapping[str, bytes], release: str) -> Words:
    """The words of a release: its own `words.xml`, then the shared one. No file, no words."""
    words = Words({}, {}, {}, {})
    folder = f"mappings/x12/{release}/_release"
    for path in (SHARED, f"{folder}/words.xml"):
        if path in sources:
            root = parse(sources[path], path)
            tables = {
                table.get("data_ele", ""): _texts(table.iterfind("./code")) for table in root.iterfind("./codes")
            }
            words = words.with_codes(tables)._replace(
                segments={**words.segments, **_texts(root.iterfind("./segments/segment"))},
                sets={**words.sets, **_texts(root.iterfind("./sets/set"))},
            )
    if f"{folder}/dataele.xml" in sources:
        elements = parse(sources[f"{folder}/dataele.xml"], f"{folder}/dataele.xml").iter("data_ele")
        words = words._replace(elements={e.get("ele_num", ""): e.get("name", "") for e in elements})
    return words


def _texts(elements: Iterable[Element]) -> dict[str, str]:
    return {element.get("id", ""): (element.text or "").strip() for element in elements}

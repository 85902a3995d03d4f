"""What segments are called and what codes mean, in our own short words; one table for all releases, one of a release.

Names of elements stand in the guide and in the release's dictionary. Nothing here decides whether a value is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element

from gateway.x12.source import parse

SHARED = "mappings/x12/_release/words.xml"


class Words:
    """Names and meanings of one release. What has none is "": it is shown as it was sent."""

    def __init__(
        self, segments: Mapping[str, str], codes: Mapping[str, Mapping[str, str]], sets: Mapping[str, str]
    ) -> None:
        self._segments = segments
        self._sets = sets
        self._codes = codes

    def segment(self, tag: str) -> str:
        """`REF` -> `reference`."""
        return self._segments.get(tag, "")

    def direction(self, set_id: str) -> str:
        """Who usually sends a set to whom: `supplier to buyer`. The agreement decides."""
        return self._sets.get(set_id, "")

    def code(self, data_element: str, code: str) -> str:
        """Meaning of a code of a data element: `128`, `BM` -> `bill of lading`."""
        return self._codes.get(data_element, {}).get(code, "")

    def codes(self, data_element: str) -> Mapping[str, str]:
        """All codes of a data element that have a meaning here."""
        return self._codes.get(data_element, {})

    def with_codes(self, own: Mapping[str, Mapping[str, str]]) -> Words:
        """These words, where meanings that a guide or overlay gives itself go first."""
        return Words(
            self._segments, {**self._codes, **{n: {**self._codes.get(n, {}), **own[n]} for n in own}}, self._sets
        )


def read_words(sources: Mapping[str, bytes], release: str) -> Words:
    """The words of a release: its own `words.xml`, then the shared one. No file, no words."""
    segments: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {}
    sets: dict[str, str] = {}
    for path in (SHARED, f"mappings/x12/{release}/_release/words.xml"):
        if path in sources:
            root = parse(sources[path], path)
            segments |= _texts(root.iterfind("./segments/segment"))
            sets |= _texts(root.iterfind("./sets/set"))
            for table in root.iterfind("./codes"):
                codes.setdefault(table.get("data_ele", ""), {}).update(_texts(table.iterfind("./code")))
    return Words(segments, codes, sets)


def _texts(elements: Iterable[Element]) -> dict[str, str]:
    return {element.get("id", ""): (element.text or "").strip() for element in elements}

"""A document as one HTML page: complete, escaped, fetched from nowhere, and well-formed whatever was sent."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import Element

import defusedxml.ElementTree as xml  # type: ignore[import-untyped]
import pytest

from gateway.x12 import document_page, read
from tests.unit.x12.interchanges import BODY, GUIDES, document, interchange

XHTML = "{http://www.w3.org/1999/xhtml}"


def page_of(data: bytes, name: str = "notice.edi") -> str:
    return "".join(document_page(read(data, GUIDES), GUIDES, name=name))


def parsed(page: str) -> Element:
    """The page read strictly, as XML."""
    root: Element = xml.fromstring(page, forbid_dtd=False)
    return root


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


class _Fetched(HTMLParser):
    """What a browser would fetch or run, however the page is read."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img", "iframe", "object", "embed", "form", "base", "svg"):
            self.found.append(tag)
        self.found += [f"{k}={v}" for k, v in attributes if k == "src" or k.startswith("on")]
        self.found += [f"{k}={v}" for k, v in attributes if k == "href" and not (v or "").startswith("#")]


def fetched(page: str) -> list[str]:
    reader = _Fetched()
    reader.feed(page)
    return reader.found


def test_page_tells_values_with_names_and_meanings() -> None:
    root = parsed(page_of(interchange().encode()))

    segment = next(s for s in root.iter(f"{XHTML}section") if s.get("id") == "d1-s9")
    names = [words(element) for element in segment.iter(f"{XHTML}dt")]
    values = [words(element) for element in segment.iter(f"{XHTML}dd")]
    assert words(segment[0]) == "9 LIN item numbers"
    assert list(zip(names, values, strict=True)) == [
        ("part number kindLIN02", "BPpart number of the buyer"),
        ("part numberLIN03", "ECM-88-410"),
    ]


def test_fault_is_listed_first_and_stands_where_it_is() -> None:
    root = parsed(page_of(interchange(document([*BODY[:8], "SN1**24O*EA", BODY[9]])).encode()))

    (listed,) = [words(li) for li in root.iter(f"{XHTML}li")]
    (link,) = [a.get("href") for a in root.iter(f"{XHTML}a") if words(a) == "segment 10"]
    segment = next(s for s in root.iter(f"{XHTML}section") if s.get("id") == "d1-s10")
    told = 'Fault 6: SN102 (quantity shipped) "24O" is no number'
    assert listed == f"segment 10 {told}"
    assert link == "#d1-s10"
    assert [words(dd) for dd in segment.iter(f"{XHTML}dd")] == [f"24O{told}", "EAeach"]


def test_levels_are_nested_as_their_pointers_say() -> None:
    root = parsed(page_of(interchange().encode()))

    def depth(identifier: str) -> int:
        def find(element: Element, depth: int) -> int:
            depth += element.get("class", "").startswith("loop")
            if element.get("id") == identifier:
                return depth
            return max((find(child, depth) for child in element), default=-1)

        return find(root, 0)

    assert [depth(f"d1-s{n}") for n in (1, 3, 5, 6, 8, 11)] == [0, 1, 2, 2, 3, 0]


@pytest.mark.parametrize(
    "value", ["<script>alert(1)</script>", '"><img src=x onerror=1>', "&lt;b&gt;", "]]>", "\x1b[31m\x00", "</style>"]
)
def test_nothing_that_was_sent_becomes_markup(value: str) -> None:
    text = (
        interchange(document([*BODY[:2], f"REF*BM*{value}", *BODY[3:]])).replace("*T*>", "*T*:").replace("~", "\x1d")
    )

    page = page_of(text.encode("latin-1"), name=value)

    assert fetched(page) == []
    assert value.replace("\x1b", "\ufffd").replace("\x00", "\ufffd") in "".join(parsed(page).itertext())


def test_every_sample_makes_a_strict_page_with_all_its_segments() -> None:
    for path in Path("mappings/x12").rglob("*.sample.edi"):
        reading = read(path.read_bytes(), GUIDES)
        page = "".join(document_page(reading, GUIDES, name=path.name))
        root = parsed(page)
        identifiers = [e.get("id") for e in root.iter() if e.get("id")]
        targets = {(a.get("href") or "")[1:] for a in root.iter(f"{XHTML}a")}
        counted = sum(document.segment_count for document in reading.documents)
        assert fetched(page) == []
        assert len(identifiers) == len(set(identifiers))
        assert targets <= set(identifiers), path
        assert sum(bool(re.fullmatch(r"d\d+-s\d+", i or "")) for i in identifiers) == counted, path


def test_document_without_a_guide_has_a_page() -> None:
    data = interchange(["ST*856*0001", *BODY, "SE*12*0001"], gs="GS*SH*A*B*20261122*1200*101*X*009990").encode()

    root = parsed(page_of(data))

    assert [words(h) for h in root.iter(f"{XHTML}h3")][-1] == ("Ship notice 856 0001 not checked")


def test_what_is_no_x12_has_a_page() -> None:
    root = parsed(page_of(b"UNA:+.? 'UNB+UNOC:3+A+B+261122:1200+1'"))

    assert "There is no X12 interchange in it." in words(root)


def test_page_ends_where_no_browser_would_open_it_and_says_so() -> None:
    page = "".join(document_page(read(interchange().encode(), GUIDES), GUIDES, segments_max=5))

    root = parsed(page)
    assert len(list(root.iter(f"{XHTML}section"))) == 5
    assert f"{len(BODY) + 2 - 5} more segments are not on this page." in words(root)


def test_every_colour_of_text_can_be_read_on_its_ground_in_light_and_dark() -> None:
    page = page_of(interchange().encode())
    schemes = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in page.split("@media (prefers")[:2]]
    on = [("ink", "paper"), ("soft", "paper"), ("mark", "paper"), ("good", "paper"), ("note", "paper")]
    on += [("ink", "tint"), ("mark", "tint"), ("bad", "bad-tint"), ("note", "note-tint"), ("soft", "note-tint")]

    contrasts = {(n, *pair): contrast(s[pair[0]], s[pair[1]]) for n, s in enumerate(schemes) for pair in on}
    assert {pair: value for pair, value in contrasts.items() if value < 4.5} == {}


def contrast(one: str, other: str) -> float:
    """Ratio of luminances, 1 to 21. Source: WCAG 2.2, relative luminance."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)

"""The guides in force: found in the sources, overlays resolved, linted, loaded and compiled when first asked for.

A guide is chosen by partner, functional group, release (the first six characters of GS08) and set. A partner's own
guide or overlay goes before the base guide.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, tostring

from gateway.document import Delimiters
from gateway.errors import OperatorMistake
from gateway.resources import Entry, Mistake, Mistakes, did_you_mean, read_sources, read_yaml, source_files
from gateway.x12.checking.automaton import Automaton
from gateway.x12.checking.rules import CompositeRule, LoopRule, SegmentRule, iterate_segments, read_rules
from gateway.x12.codes import ANSWERS, LONG_DATES_FROM
from gateway.x12.guides.describe import Description, code_names, describe
from gateway.x12.guides.lint import lint_guide
from gateway.x12.guides.lint_rules import lint_rules
from gateway.x12.guides.overlay import KNOWN_KEYS, apply_overlay, find_node
from gateway.x12.guides.source import parse, parse_lined
from gateway.x12.guides.words import Words, read_words
from gateway.x12.limits import LIMITS


class Guide:
    """One effective guide. `origins` tells for each path that an overlay touched in which file and line."""

    def __init__(
        self, set_id: str, group_id: str, release: str, partner: str, digest: str, document: LoopRule,
        origins: Mapping[str, str], file: str, name: str = "", direction: str = "",
    ) -> None:  # fmt: skip
        self.set_id, self.group_id, self.release, self.partner = set_id, group_id, release, partner
        self.hash = digest
        """SHA-256 of the effective guide and its release files; equal content, equal hash."""
        self.document = document
        self.origins = dict(origins)
        self.file = file
        """Source it was read from: `mappings/x12/004010/856/guide.xml`."""
        self.name = name
        """Our words for the set: `ship notice`."""
        self.direction = direction
        """Who usually sends it to whom; the agreement decides: `supplier to buyer`."""
        self._automata: dict[Delimiters, Automaton] = {}

    def automaton(self, delimiters: Delimiters) -> Automaton:
        """The compiled checker for these delimiters; the oldest is dropped when too many partners' sets pile up."""
        automaton = self._automata.get(delimiters)
        if automaton is None:
            if len(self._automata) >= LIMITS.variants_max:
                self._automata.pop(next(iter(self._automata)), None)
            automaton = self._automata[delimiters] = Automaton(self.document, delimiters)
        return automaton

    @cached_property
    def tags(self) -> frozenset[str]:
        return frozenset(segment.tag for segment in iterate_segments(self.document))

    @cached_property
    def levels(self) -> Mapping[str, LoopRule]:
        """HL loops by HL03."""
        return {
            child.level: child
            for child in self.document.children
            if isinstance(child, LoopRule) and child.tag == "HL"
        }

    def find_loop(self, path: str) -> LoopRule | None:
        """`path`: "" the document itself; `PO1`, `PO1/SCH`, `HLI` or, for an HL loop, its level `I`; `I/CLD`."""
        loop = self.document
        for name in filter(None, path.split("/")):
            loops = [child for child in loop.children if isinstance(child, LoopRule)]
            found = next((c for c in loops if name == c.xid), None) or next(
                (c for c in loops if name == (c.level or c.tag)), None
            )
            if found is None:
                return None
            loop = found
        return loop

    def has_loop(self, path: str) -> bool:
        return self.find_loop(path) is not None

    def loops(self, path: str = "") -> tuple[str, ...]:
        """Names of the loops directly inside, HL loops by level."""
        loop = self.find_loop(path)
        inside = loop.children if loop else ()
        return tuple(child.level or child.tag for child in inside if isinstance(child, LoopRule))

    def find_segment(self, path: str, tag: str) -> SegmentRule | None:
        loop = self.find_loop(path)
        segments = (child for child in (loop.children if loop else ()) if isinstance(child, SegmentRule))
        return next((segment for segment in segments if segment.tag == tag), None)

    def has_segment(self, path: str, tag: str) -> bool:
        return self.find_segment(path, tag) is not None

    def has_element(self, path: str, tag: str, element: int, component: int = 0) -> bool:
        """True when the guide has, and uses, that element (from 1) or component of that segment of that loop."""
        segment = self.find_segment(path, tag)
        if segment is None or not 1 <= element <= len(segment.elements):
            return False
        rule = segment.elements[element - 1]
        if not component or not rule.used:
            return rule.used
        return isinstance(rule, CompositeRule) and 1 <= component <= len(rule.parts)


class _Place(NamedTuple):
    partner: str
    release: str
    set_id: str


class Guides:
    """All guides of a set of sources: virtual paths (`mappings/x12/004010/856/guide.xml`) and their bytes."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self._sources = sources
        self._loaded: dict[_Place, Guide] = {}
        self._releases: dict[str, _Release] = {}
        self._words: dict[str, Words] = {}
        self._described: dict[str, tuple[Description, Words]] = {}
        self._places: dict[_Place, str] = {}
        for path in sorted(sources):
            parts = path.split("/")
            if parts[-1] in ("guide.xml", "guide.yaml") and parts[-4:-3] == ["x12"]:
                partner = parts[1] if parts[0] == "partners" else ""
                self._places[_Place(partner, parts[-3], parts[-2])] = path

    @classmethod
    def from_roots(cls, roots: Sequence[Path], home_partners: Path | None = None) -> Guides:
        """Guides under `mappings/` and `partners/` of these folders; earlier ones shadow later ones."""
        return cls(read_sources(source_files(roots, home_partners)))

    @property
    def releases(self) -> tuple[str, ...]:
        return tuple(sorted({place.release for place in self._places}))

    def sets(self, release: str) -> tuple[str, ...]:
        return tuple(sorted({place.set_id for place in self._places if place.release == release}))

    def nearest(self, release: str, set_id: str) -> str:
        """The release whose guide of a set an overlay had best extend for a release that has none; "" for none.

        Releases that write dates alike come first: six digits before 004010, eight from then on.
        """
        known = {place.release for place in self._places if place.set_id == set_id and not place.partner}
        number = int(release) if release.isascii() and release.isdecimal() else 0

        def distance(other: str) -> tuple[bool, int, str]:
            return (other < LONG_DATES_FROM) != (release < LONG_DATES_FROM), abs(int(other) - number), other

        return min((other for other in known if other.isdecimal()), key=distance, default="")

    def find(self, partner_id: str, group_id: str, version: str, set_id: str) -> Guide | None:
        """The guide for a document, or None when no guide is known for its set and release.

        `version` is GS08, suffix and all. A group identifier that does not fit the set is the document's fault, not
        a reason to find nothing. An acknowledgment hardly changes between releases: where its own release has no
        guide, that of the nearest one stands. Raises OperatorMistake when the guide cannot be loaded.
        """
        release = version[:6]
        found = self._find(partner_id, release, set_id)
        if found is None and set_id in ANSWERS:
            found = self._find(partner_id, self.nearest(release, set_id), set_id)
        return found

    def _find(self, partner_id: str, release: str, set_id: str) -> Guide | None:
        for partner in dict.fromkeys((partner_id, "")):
            place = _Place(partner, release, set_id)
            guide = self._loaded.get(place)
            if guide is None and place in self._places:
                guide = self._loaded[place] = self._load(place)
            if guide is not None:
                return guide
        return None

    def describe(self, guide: Guide) -> tuple[Description, Words]:
        """The guide in words, each line with its origin, and the words by which its documents are told."""
        if guide.hash not in self._described:
            transaction, origins = self._effective(guide.file, lined=True)
            words = self.words(guide.release).with_codes(code_names(transaction))
            self._described[guide.hash] = describe(transaction, guide.document, words, origins), words
        return self._described[guide.hash]

    def words(self, release: str) -> Words:
        """Names of segments and meanings of codes in a release."""
        if release not in self._words:
            self._words[release] = read_words(self._sources, release)
        return self._words[release]

    def by_hash(self, digest: str) -> Guide | None:
        """The guide that checked a document, as `Document.guide` names it; None when it is no longer in force."""
        return next((guide for guide in list(self._loaded.values()) if guide.hash == digest), None)

    def load_all(self) -> tuple[Guide, ...]:
        """Every guide, loaded and linted. Raises one Mistakes naming all that is wrong."""
        mistakes: list[Mistake] = []
        for place in self._places:
            try:
                if place not in self._loaded:
                    self._loaded[place] = self._load(place)
            except Mistakes as found:
                mistakes += found.mistakes
            except OperatorMistake as found:
                mistakes.append(Mistake(found.file, found.line, found.text, found.mend))
        if mistakes:
            raise Mistakes(mistakes)
        return tuple(self._loaded[place] for place in sorted(self._places))

    def _load(self, place: _Place) -> Guide:
        path = self._places[place]
        transaction, origins = self._effective(path)
        release = self._release(self._dictionary(path))
        self._refuse(path, release.lint(transaction, place.set_id))
        group = transaction.findtext(".//segment[@xid='GS']/element[@xid='GS01']/valid_codes/code") or ""
        digest = hashlib.sha256(release.digest + tostring(transaction)).hexdigest()
        document = release.read(transaction)
        self._refuse(path, lint_rules(document))
        told = transaction.get("name", ""), self.words(place.release).direction(place.set_id)
        return Guide(place.set_id, group, place.release, place.partner, digest, document, origins, path, *told)

    def _refuse(self, path: str, found: Iterable[tuple[str, str]]) -> None:
        """Raises Mistakes, each with its line; without one where an overlay spoilt what it did not name."""
        found = list(found)
        if not found:
            return
        transaction = self._effective(path, lined=True)[0]
        mistakes = []
        for at, words in found:
            node = find_node(transaction, at)
            origin = node.get("origin", "") if node is not None else ""
            if node is not None and not origin and path.endswith(".xml"):
                origin = node.get("at", "")
            file, _, line = origin.rpartition(":")
            mistakes.append(Mistake(file or path, int(line) if line else None, f"{at}: {words}"))
        raise Mistakes(mistakes)

    def _effective(self, path: str, *, lined: bool = False) -> tuple[Element, dict[str, str]]:
        """The guide's XML with its overlay applied; `lined`: every node knows its line, for people."""
        read = parse_lined if lined else parse
        if path.endswith(".xml"):
            return read(self._sources[path], path), {}
        entry = Entry(read_yaml(self._sources[path], path), [])
        overlay = entry.mapping(KNOWN_KEYS)
        base = f"mappings/{overlay['extends'].text()}/guide.xml" if "extends" in overlay else ""
        if base not in self._sources:
            known = [p.removeprefix("mappings/").removesuffix("/guide.xml") for p in self._places.values()]
            entry.note(f'extends "{base[9:-10]}", which is no guide', did_you_mean(base[9:-10], known))
            raise Mistakes(entry.mistakes)
        release = base.split("/")[-3]
        guide, origins = apply_overlay(
            read(self._sources[base], base),
            overlay,
            lambda kind, name: self._definition(base, release, f".//{kind}[@xid='{name}']", read),
            self._release(release).length,
        )
        if entry.mistakes:
            raise Mistakes(entry.mistakes)
        return guide, origins

    def _definition(
        self, base: str, release: str, which: str, read: Callable[[bytes, str], Element]
    ) -> Element | None:
        """The first node of that description in the base guide, else in any base guide of the release."""
        others = [p for place, p in self._places.items() if place.release == release and p.endswith(".xml")]
        for path in dict.fromkeys((base, *others)):
            found = read(self._sources[path], path).find(which)
            if found is not None:
                return found
        return None

    def _dictionary(self, path: str) -> str:
        """The release whose data elements a guide speaks of: that of the base guide, which may be an older one."""
        if path.endswith(".xml"):
            return path.split("/")[-3]
        overlay = Entry(read_yaml(self._sources[path], path), []).mapping(KNOWN_KEYS)
        return overlay["extends"].text().split("/")[-2]

    def _release(self, name: str) -> _Release:
        if name not in self._releases:
            prefix = f"mappings/x12/{name}/_release/"
            files = {p.removeprefix(prefix): b for p, b in self._sources.items() if p.startswith(prefix)}
            for needed in ("dataele.xml", "codes.xml"):
                if needed not in files:
                    raise OperatorMistake("is missing: no guide of the release can be read", file=prefix + needed)
            self._releases[name] = _Release(prefix, files)
        return self._releases[name]


class _Release:
    """What all guides of a release share: the dictionary of data elements and the code sets."""

    def __init__(self, prefix: str, files: Mapping[str, bytes]) -> None:
        self._files = files
        elements = parse(files["dataele.xml"], prefix + "dataele.xml").findall(".//data_ele")
        self.dictionary = {e.get("ele_num", ""): e.get("data_type", "") for e in elements}
        code_sets = parse(files["codes.xml"], prefix + "codes.xml").iter("codeset")
        self.code_sets = {e.findtext("id") or "": e for e in code_sets}
        self.lengths = {e.get("ele_num", ""): (e.get("min_len", ""), e.get("max_len", "")) for e in elements}
        self.digest = hashlib.sha256(b"".join(files[name] for name in ("codes.xml", "dataele.xml"))).digest()

    def length(self, data_element: str) -> tuple[str, str]:
        """Least and greatest length."""
        return self.lengths.get(data_element, ("", ""))

    def lint(self, transaction: Element, set_id: str) -> Iterable[tuple[str, str]]:
        return lint_guide(transaction, set_id, self.dictionary, self.code_sets)

    def read(self, transaction: Element) -> LoopRule:
        # pyx12 reads its dictionary from a folder by name; the sources may live in a database.
        with tempfile.TemporaryDirectory(prefix="crossdock-") as folder:
            for name in ("dataele.xml", "codes.xml"):
                (Path(folder) / name).write_bytes(self._files[name])
            return read_rules(transaction, Path(folder))

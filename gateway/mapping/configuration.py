"""Everything that decides answers, as one frozen value: partners, guides, maps and code tables, under one hash.

Loaded from folders, or from the bytes themselves, so that nodes and child processes agree by hash. Maps are compiled
when first needed and kept per process (`compiled`); a configuration with any mistake is never made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from gateway.document import Document, Fault
from gateway.errors import OperatorMistake
from gateway.formats import (
    Element,
    first_row,
    looks_fixed,
    looks_typed,
    read_csv,
    read_fixed,
    read_json,
    read_xml,
    recognise,
)
from gateway.mapping.compiling.compile import Folder, compile_map, folder_of
from gateway.mapping.compiling.compiled import compiled_of, hash_files
from gateway.mapping.compiling.guided import check_against_guide
from gateway.mapping.plan import Map
from gateway.mapping.reading.branches import tops_of
from gateway.mapping.reading.finding import at_pointer
from gateway.partners import Partners, read_partners
from gateway.resources import At, Mistake, Mistakes, read_sources, source_files
from gateway.x12.envelope.strangers import begin, recognise_stranger

_UNREAD = {
    "empty": "is empty",
    "x12": "is X12",
    "edifact": "is EDIFACT, which no map here reads: send X12, CSV or JSON",
    "binary": "is binary, or text of two bytes a character: send text in UTF-8, or X12 in single bytes",
}


class Configuration:
    """Partners, guides and maps in force. Treat as frozen; `files` holds every source by virtual path."""

    def __init__(self, files: Mapping[str, bytes], partners: Partners) -> None:
        self.files, self.partners, self.hash = dict(files), partners, hash_files(files)
        self.guides, self._maps = compiled_of(self.files)
        self._folders: dict[Folder, str] = {}
        for path in self.files:
            folder = folder_of(path)
            if folder is not None:
                self._folders[folder] = path

    @classmethod
    def from_files(cls, files: Mapping[str, bytes], *, check: bool = True) -> Configuration:
        """Make a configuration of published bytes. With `check`, everything is compiled and all mistakes are raised
        at once (Mistakes, an OperatorMistake); without, for bytes checked before, maps compile when used."""
        mistakes: list[Mistake] = []
        partners = Partners()
        try:
            partners = read_partners(files)
        except Mistakes as found:
            mistakes += found.mistakes
        configuration = cls(files, partners)
        if check:
            mistakes += configuration.check()
        if mistakes:
            raise Mistakes(mistakes)
        return configuration

    def check(self) -> list[Mistake]:
        """Every mistake of guides, maps and code tables, each at its file and line."""
        mistakes: list[Mistake] = []
        try:
            self.guides.load_all()
        except OperatorMistake as found:
            mistakes += _listed(found)
        for path in self._folders.values():
            mistakes += self.check_map(path)
        return mistakes

    def check_map(self, path: str) -> list[Mistake]:
        """Mistakes of one map: its own, and places that its guide does not have; in order of their lines."""
        mistakes: list[Mistake] = []
        try:
            map = self.map_at(path)
            folder = folder_of(path)
            if map.format == "x12" and folder is not None:
                guide = self.guides.find(folder.partner, "", folder.release, folder.type)
                mistakes = check_against_guide(map, guide)
        except OperatorMistake as found:
            mistakes = _listed(found)
        return sorted(
            (self._with_column(one) for one in mistakes), key=lambda m: (m.file, m.line or 0, m.column or 0)
        )

    def _with_column(self, mistake: Mistake) -> Mistake:
        """The mistake where its line begins, if only the line is known."""
        if mistake.line is None or mistake.column is not None:
            return mistake
        source = self.files.get(mistake.file) or self.files.get(f"mappings/{mistake.file}", b"")
        text = dict(enumerate(source.decode("utf-8", "replace").splitlines(), 1)).get(mistake.line, "")
        return mistake._replace(line=At(mistake.line, len(text) - len(text.lstrip()) + 1))

    # --- maps ---

    @property
    def maps(self) -> tuple[str, ...]:
        """Virtual paths of all maps."""
        return tuple(sorted(self._folders.values()))

    @property
    def refers(self) -> bool:
        """Whether some map may ask what identifiers mean (`xref:`)."""
        return any(b"xref:" in self.files[path] for path in self._folders.values())

    def map_at(self, path: str) -> Map:
        """The compiled map at a virtual path. Raises KeyError for none, Mistakes for a faulty one."""
        if path not in self.files:
            raise KeyError(path)
        found = self._maps.get(path)
        if found is None:
            found = self._maps[path] = compile_map(self.files, path)
        return found

    def path_for(self, partner_id: str, format: str, release: str, type: str) -> str:
        """Virtual path of the map that reads a document type of a partner; "" for none. `release` is X12's alone."""
        for partner in (partner_id, "") if partner_id else ("",):
            path = self._folders.get(Folder(format, release if format == "x12" else "", type, partner))
            if path is not None:
                return path
        return ""

    def map_for(self, partner_id: str, document: Document) -> Map | None:
        """The map that reads a document: the partner's own, else the base one of its release; None for none."""
        release = document.release or document.control.version[:6]
        return self._find(partner_id, document.format, release[:6] if document.format == "x12" else "", document.type)

    def map_to_write(self, partner_id: str, type: str) -> Map | None:
        """The map that writes a document type for a partner, in the release of its agreement."""
        partner = self.partners.get(partner_id)
        release = partner.x12.release[:6] if partner is not None else "004010"
        for format in ("x12", "csv", "fixed", "xml", "json"):
            found = self._find(partner_id, format, release if format == "x12" else "", type)
            if found is not None:
                return found
        return None

    def _find(self, partner_id: str, format: str, release: str, type: str) -> Map | None:
        for partner in (partner_id, "") if partner_id else ("",):
            path = self._folders.get(Folder(format, release, type, partner))
            if path is not None:
                return self.map_at(path)
        return None

    # --- files that are not X12 ---

    def read_file(self, partner_id: str, data: bytes) -> tuple[tuple[Document, ...], tuple[Fault, ...]]:
        """The documents of a message that is not X12; or faults that say why it cannot be read, naming its format.

        The type is the first that the partner's agreement lists and whose map knows the header or members.
        """
        format = recognise(data)
        if format not in ("csv", "json", "xml"):
            stranger = recognise_stranger(data) if format != "empty" else None
            words = f"looks like {stranger.name}: {stranger.mend}" if stranger is not None else _UNREAD[format]
            return (), (Fault(code=f"format_{format}", text=f"the message {words}", level="interchange"),)
        candidates = self._candidates(partner_id, ("csv", "fixed") if format == "csv" else (format,))
        if format == "json":
            return self._read_json(data, candidates)
        if format == "xml":
            return self._read_xml(data, candidates)
        partner = self.partners.get(partner_id)
        agreed = [map for map in candidates if partner is not None and partner.receives(map.type) is not None]
        known = next((map for map in candidates if _knows(map, data)), None)
        # What tells nothing of its type is what was agreed: columns without names, or a file of the wrong ones.
        bare = next((map for map in agreed if _is_bare(map)), None)
        found = known or bare or next(iter(agreed), None)
        if found is not None:
            return (read_file(found, data),), ()
        # Not one of theirs: to call it a faulty file of some type would be a guess.
        stranger = recognise_stranger(data)
        looks = f"look like {stranger.name}" if stranger is not None else f'begin "{begin(data)}"'
        text = f"no format known here: {len(data)} bytes that {looks}; {partner_id} has no agreement on files"
        return (), (Fault(code="unreadable", text=text, level="interchange"),)

    def _read_json(self, data: bytes, candidates: list[Map]) -> tuple[tuple[Document, ...], tuple[Fault, ...]]:
        document = read_json(data, "event")
        value = document.value
        first = value[0] if isinstance(value, list) and value else value
        for map in candidates:
            canonical = isinstance(first, dict) and "kind" in first
            required = [place.column for rule in map.header.rules if rule.required for place in rule.places[0]]
            top = next(iter(tops_of(map, document)), None)
            known = bool(required) and top is not None and all(at_pointer(top[0], p) is not None for p in required)
            if canonical if map.canonical else known:
                return (msgspec.structs.replace(document, type=map.type),), ()
        if document.accepted:
            text = 'no map here knows this JSON: an event names its "kind"'
            return (), (Fault(code="no_map", text=text, level="interchange"),)
        return (document,), ()

    def _read_xml(self, data: bytes, candidates: list[Map]) -> tuple[tuple[Document, ...], tuple[Fault, ...]]:
        document = read_xml(data, "xml")
        if not isinstance(document.value, Element):
            return (document,), ()
        for map in candidates:
            if map.file.root == document.value.tag:
                return (msgspec.structs.replace(document, type=map.type),), ()
        text = f"no map here knows the XML root {document.value.tag}"
        return (), (Fault(code="no_map", text=text, level="interchange"),)

    def _candidates(self, partner_id: str, formats: tuple[str, ...]) -> list[Map]:
        """Maps of some formats: those of types in the partner's agreement first, its own before base ones."""
        partner = self.partners.get(partner_id)
        agreed = list(partner.receive) if partner is not None else []
        types = {(f.format, f.type) for f in self._folders if f.format in formats}
        ordered = [(f, t) for f in formats for t in agreed if (f, t) in types]
        ordered += sorted(types - set(ordered), key=lambda one: (formats.index(one[0]), one[1]))
        found = (self._find(partner_id, format, "", type) for format, type in ordered)
        return [map for map in found if map is not None]


def read_file(map: Map, data: bytes) -> Document:
    """A file of another format than X12, as the map says that it is built."""
    if map.format == "json":
        return read_json(data, map.type)
    if map.format == "xml":
        return read_xml(data, map.type)
    return (read_fixed if map.format == "fixed" else read_csv)(data, map.file, map.type)


def _is_bare(map: Map) -> bool:
    """Whether its files tell nothing of their type; a base map of fixed width is nobody's until somebody names it."""
    is_meant = map.format == "csv" or map.path.startswith("partners/")
    return is_meant and map.style == "rows" and not map.file.header


def _knows(map: Map, data: bytes) -> bool:
    """Whether a flat file begins as this map says: by the names of its columns, or by its record types."""
    if map.format == "fixed":
        return looks_fixed(data, map.file)
    if map.file.typed:
        return looks_typed(data, map.file)
    header = first_row(data, map.file) if map.file.header else ()
    return bool(header) and set(map.file.required) <= set(header)


def load_configuration(
    roots: Sequence[Path], home_partners: Path | None = None, *, check: bool = True, examples: bool = False
) -> Configuration:
    """Read and check everything in force under `roots` (`gateway.resources.search_roots`), strongest first.

    `home_partners` is the folder of partners in force; without it the `partners/` of each root. Raises Mistakes, an
    OperatorMistake that lists every mistake with file, line and mend. `examples` takes partner folders whose name
    begins with `_` as well.
    """
    return Configuration.from_files(read_sources(source_files(roots, home_partners, examples=examples)), check=check)


def _listed(error: OperatorMistake) -> list[Mistake]:
    if isinstance(error, Mistakes):
        return list(error.mistakes)
    return [Mistake(error.file, error.line, error.text, error.mend)]

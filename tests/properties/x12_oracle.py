"""pyx12's `x12n_document` as a second opinion on an interchange: its verdict, and each fault that it tells.

Guides and release files are copied into folders as pyx12 wants them. Loops are renamed, for pyx12 takes a loop called
`N1` or `HLS` for a segment when it counts; and releases 002040 and 003060 are given out for 004010, whose reader is
the only one that pyx12 has for them.
"""

from __future__ import annotations

import io
import logging
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyx12.error_handler
import pyx12.map_if
import pyx12.params
import pyx12.x12n_document

from tests.properties.x12_findings import Finding, Opinion

RELEASES = Path("mappings/x12")
_KEPT = {"ISA_LOOP", "GS_LOOP", "ST_LOOP"}
_READ_AS = {"00204": "00401", "00306": "00401"}
"""ISA12 of releases that pyx12's reader refuses, and of the one whose envelope is the same."""
_VERSION = re.compile(r"(~GS(?:\*[^*~]*){7}\*\d{6})[A-Z]*")


@contextmanager
def open_oracle() -> Iterator[Callable[[str], Opinion]]:
    """A function from the text of an interchange to what pyx12 says of it."""
    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
    with tempfile.TemporaryDirectory() as folder:
        for release in RELEASES.glob("00*"):
            _copy(release, Path(folder) / release.name)
        maps: dict[str, object] = {}
        load, handler = pyx12.map_if.load_map_file, pyx12.error_handler.err_handler

        def load_once(file: str, parameters: object, path: str) -> object:
            if (key := f"{path}/{file}") not in maps:
                maps[key] = load(file, parameters, path)
            return maps[key]

        pyx12.map_if.load_map_file = load_once
        pyx12.error_handler.err_handler = _Recorder
        try:
            yield lambda text: _ask(text, Path(folder))
        finally:
            pyx12.map_if.load_map_file, pyx12.error_handler.err_handler = load, handler


def _ask(text: str, folder: Path) -> Opinion:
    header, icvn = text[:106], text[84:89]
    release = next((r for r in ("002040", "003060", "005010") if r.startswith("0" + icvn[1:])), "004010")
    text = header[:84] + _READ_AS.get(icvn, icvn) + text[89:]
    # Its index knows no suffixes (002040CHRY) and one map for each group; a suffix tells 999 from 997.
    text = _VERSION.sub(r"\1X" if "~ST*999" in text else r"\1", text)
    _Recorder.latest = None
    accepted, stopped = False, False
    try:
        accepted = bool(
            pyx12.x12n_document.x12n_document(
                pyx12.params.ParamsBase(),
                io.StringIO(text),
                None,
                None,
                map_path=str(folder / release),
                callback=lambda segment, source, node, valid: _Recorder.settle(source.get_cur_line() - 1),
            )
        )
    except Exception:
        stopped = True
    recorder = _Recorder.latest
    if recorder is None:
        raise AssertionError("pyx12 did not begin to read")
    behind = recorder.at + 1
    _Recorder.settle(behind)
    # It ends at exceptions of its own and, silently, at an empty segment.
    early = stopped or behind < text.count("~")
    return Opinion(accepted, frozenset(recorder.found), stopped=behind if early else None)


def _copy(source: Path, folder: Path) -> None:
    folder.mkdir()
    for file in (source / "_release").glob("*.xml"):
        text = _as_read(file.read_text(encoding="utf-8"))
        text = text.replace('vriic="005010" fic="FA" abbr="999"', 'vriic="005010X" fic="FA" abbr="999"')
        (folder / _as_read(file.name)).write_text(text, encoding="utf-8")
    for guide in source.glob("*/guide.xml"):
        text = re.sub(
            r'<loop xid="([^"]+)"',
            lambda m: m[0] if m[1] in _KEPT else f'<loop xid="{m[1]}_LOOP"',
            _as_read(guide.read_text(encoding="utf-8")),
        )
        (folder / f"{guide.parent.name}.xml").write_text(text, encoding="utf-8")


def _as_read(text: str) -> str:
    for icvn, read_as in _READ_AS.items():
        text = re.sub(rf"\b{icvn}\b", read_as, text)
    return text


class _Recorder(pyx12.error_handler.err_handler):  # type: ignore[misc]
    """Notes each error beside pyx12's own tree of them, which keeps some out of reach."""

    latest: _Recorder | None = None

    def __init__(self) -> None:
        super().__init__()
        _Recorder.latest = self
        self.found: set[Finding] = set()
        self.at = -1
        """The last segment that was done with; the ISA is 0."""
        self._pending: list[Finding] = []

    @classmethod
    def settle(cls, at: int) -> None:
        """What was told since the last time is about the segment at this place."""
        self = cls.latest
        if self is not None:
            self.at = at
            self.found.update(finding if finding.at >= 0 else finding._replace(at=at) for finding in self._pending)
            self._pending.clear()

    def _note(self, place: str, code: str, line: int | None = None) -> None:
        self._pending.append(Finding(-1 if line is None else line - 1, place, code))

    def isa_error(self, code: str, text: str) -> None:
        super().isa_error(code, text)
        # An IEA where GE is missing.
        self._note(*("group", "3") if text.startswith("Unterminated") else ("interchange", code))

    def gs_error(self, code: str, text: str) -> None:
        super().gs_error(code, text)
        # A GE where SE is missing.
        # Code 19 for a group number that was used before came after 004010; ours says it in every release.
        self._note(
            *("document", "2") if text.startswith("Unterminated") else ("group", "19" if code == "6" else code)
        )

    def st_error(self, code: str, text: str) -> None:
        super().st_error(code, text)
        self._note("document", code)

    def seg_error(self, code: str, text: str, value: str | None = None, line: int | None = None) -> None:
        super().seg_error(code, text, value, line)
        place, code = _segment_place(code, text, getattr(self.cur_seg_node, "seg_id", "") or "")
        self._note(place, code, line)

    def ele_error(self, code: str, text: str, value: str | None, place: str | None = None) -> None:
        super().ele_error(code, text, value, place)
        node = self.cur_ele_node
        part = f"-{node.subele_pos}" if node.subele_pos else ""
        # "Not used" has a code of its own with us; 10 speaks of relations.
        self._note(f"{node.ele_pos:02d}{part}", "3" if code == "10" else code)


_RELATION = re.compile(r"Syntax Error \(([PRCLE])")
_REFERENCE = re.compile(r"\(\w*?(\d\d)\)")


def _segment_place(code: str, text: str, tag: str) -> tuple[str, str]:
    """Place and code in common terms, of what pyx12 says about a segment as a whole or cannot say of an element."""
    if code == "3":
        return {"SE": ("document", "2"), "GE": ("group", "3")}.get(tag, (f"missing {tag}", "3"))
    if code == "1":
        return ("blank before", "1") if "leading space" in text else ("segment", "1")
    if code in ("HL1", "HL2"):
        return ("01" if code == "HL1" else "02"), "7"
    if code == "SEG1":
        return "separators", code
    if relation := _RELATION.match(text):
        return "relation", "10" if relation[1] == "E" else "2"
    if text.startswith("Too many elements"):
        return "surplus", "3"
    if text.startswith("Mandatory composite") and (reference := _REFERENCE.search(text)):
        return reference[1], "1"
    if text.startswith("Composite") and (reference := _REFERENCE.search(text)):
        return reference[1], "3"
    return ("empty", "8") if code == "8" else ("segment", code)

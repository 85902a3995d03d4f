"""pyx12's `x12n_document` as a second opinion on whether an interchange is acceptable, and where we know better.

The guides and release files are copied into one folder, as pyx12 wants them, with the loops renamed: pyx12 takes a
loop called `N1` or `HLS` for a segment when it counts.
"""

from __future__ import annotations

import io
import logging
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyx12.map_if
import pyx12.params
import pyx12.x12n_document

from gateway.document import Fault
from gateway.x12 import Reading
from gateway.x12.elements import is_date

RELEASE = Path("mappings/x12/004010")
_KEPT = {"ISA_LOOP", "GS_LOOP", "ST_LOOP"}


@contextmanager
def open_oracle() -> Iterator[Callable[[str], bool]]:
    """A function from the text of an interchange to pyx12's verdict; an exception of pyx12's counts as a refusal."""
    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
    with tempfile.TemporaryDirectory() as folder:
        _copy(Path(folder))
        maps: dict[str, object] = {}
        load = pyx12.map_if.load_map_file

        def load_once(file: str, parameters: object, path: str) -> object:
            if file not in maps:
                maps[file] = load(file, parameters, path)
            return maps[file]

        def accepts(text: str) -> bool:
            try:
                return bool(
                    pyx12.x12n_document.x12n_document(
                        pyx12.params.ParamsBase(), io.StringIO(text), None, None, map_path=folder
                    )
                )
            except Exception:
                return False

        pyx12.map_if.load_map_file = load_once
        try:
            yield accepts
        finally:
            pyx12.map_if.load_map_file = load


def _copy(folder: Path) -> None:
    for file in (RELEASE / "_release").glob("*.xml"):
        (folder / file.name).write_bytes(file.read_bytes())
    for guide in RELEASE.glob("*/guide.xml"):
        text = re.sub(
            r'<loop xid="([^"]+)"',
            lambda m: m[0] if m[1] in _KEPT else f'<loop xid="{m[1]}_LOOP"',
            guide.read_text(encoding="utf-8"),
        )
        (folder / f"{guide.parent.name}.xml").write_text(text, encoding="utf-8")


class Divergence(NamedTuple):
    """A kind of interchange on which we and pyx12 differ on purpose: our verdict, why, and how one is recognised."""

    name: str
    we_accept: bool
    reason: str
    explains: Callable[[str, Reading], bool]


def _faults(reading: Reading) -> list[Fault]:
    found = list(reading.faults)
    for interchange in reading.interchanges:
        found += interchange.faults
        for group in interchange.groups:
            found += group.faults
    return found + [fault for document in reading.documents for fault in document.faults]


def _rejecting(reading: Reading) -> list[Fault]:
    own = (fault for fault in _faults(reading) if not fault.text.startswith("refused with its"))
    return [fault for fault in own if fault.rejects]


def _envelope_is_untidy(text: str, reading: Reading) -> bool:
    segments = [segment.split("*") for segment in text.split("~")]
    return any(_is_untidy(elements) for elements in segments if elements[0] in ("GS", "GE", "IEA"))


def _is_untidy(elements: Sequence[str]) -> bool:
    """True unless the segment is exactly as the standard wants it, element by element."""
    if elements[0] != "GS":
        return not re.fullmatch(r"(GE\*\d{1,6}\*\d{1,9})|(IEA\*\d{1,5}\*\d{9})", "*".join(elements))
    name = r"[\x20-\x3d\x3f-\x7d]{1,14}[\x21-\x3d\x3f-\x7d]"
    form = rf"GS\*\w\w\*{name}\*{name}\*\d{{8}}\*([01]\d|2[0-3])[0-5]\d\*\d{{1,9}}\*[XT]\*004010"
    return not re.fullmatch(form, "*".join(elements), re.ASCII) or not is_date(elements[4])


def _points_outside_the_open_levels(text: str, reading: Reading) -> bool:
    """True when a level hangs under one that is not the last level or one above it."""
    for document in text.split("ST*")[1:]:
        open_levels: list[str] = []
        for segment in document.split("~"):
            if segment.startswith("HL*"):
                fields = [*segment.split("*"), "", ""]
                if fields[2] and fields[2] not in open_levels:
                    return True
                while fields[2] and open_levels[-1] != fields[2]:
                    open_levels.pop()
                open_levels.append(fields[1])
    return False


def _control_numbers_are_spelled_otherwise(text: str, reading: Reading) -> bool:
    """True when a trailer's control number is its header's but for blanks (ST02, SE02) or zeros in front (GE02)."""
    segments = [segment.split("*") for segment in text.split("~")]
    padded = any(len(e) > 2 and e[2] != e[2].strip() for e in segments if e[0] in ("ST", "SE"))
    groups = {e[6].lstrip("0"): e[6] for e in segments if e[0] == "GS" and len(e) > 6}
    return padded or any(groups.get(e[2].lstrip("0"), e[2]) != e[2] for e in segments if e[0] == "GE" and len(e) > 2)


DIVERGENCES = (
    Divergence(
        "noted faults",
        True,
        "a gap in HL01, HL04, blanks at an end, national letters and empty segments are noted, not refused",
        lambda text, reading: bool(_faults(reading)) and not _rejecting(reading),
    ),
    Divergence(
        "separators at the end",
        True,
        "separators without a value behind them change nothing",
        lambda text, reading: bool(re.search(r"[*>]~|>\*", text.partition("~")[2])),
    ),
    Divergence(
        "segment without elements",
        True,
        "a segment all of whose elements are optional says nothing without them, and changes nothing",
        lambda text, reading: bool(re.search(r"~[A-Z][A-Z0-9]{1,2}~", text)),
    ),
    Divergence(
        "untidy envelope",
        True,
        "a date, a time, a blank or a surplus element of GS, GE or IEA changes nothing",
        _envelope_is_untidy,
    ),
    Divergence(
        "control numbers spelled otherwise",
        True,
        "0201 in GE02 is the 201 of GS06, both N0; a blank beside ST02 or SE02 makes no other number of it",
        _control_numbers_are_spelled_otherwise,
    ),
    Divergence(
        "a point at the end of a number",
        True,
        "`12.` can be read only one way",
        lambda text, reading: bool(re.search(r"\d\.[*>~]", text)),
    ),
    Divergence(
        "pointers to closed levels",
        True,
        "HL02 decides nesting, never the order of segments",
        _points_outside_the_open_levels,
    ),
    Divergence(
        "blank before a segment",
        True,
        "indented files can be read",
        lambda text, reading: "~ " in text,
    ),
    Divergence(
        "segments outside of documents",
        False,
        "pyx12 logs them and answers that all is well",
        lambda text, reading: any(
            fault.level == "interchange" and fault.code in ("022", "024") for fault in _rejecting(reading)
        ),
    ),
    Divergence(
        "bytes outside of interchanges",
        False,
        "pyx12 stops reading at the first empty segment and does not see what comes behind",
        lambda text, reading: any(fault.code == "unreadable" for fault in reading.faults),
    ),
    Divergence(
        "pointers of levels",
        False,
        "pyx12 does not compare HL02 with the level, nor ask for it",
        lambda text, reading: all(fault.tag == "HL" and fault.element in (2, 3) for fault in _rejecting(reading)),
    ),
    Divergence(
        "set without a guide, or in a wrong group",
        False,
        "pyx12 finds its map by GS01 alone; what does not fit goes to its log",
        lambda text, reading: any(
            (fault.level == "document" and fault.code in ("no_guide", "6")) or (fault.tag, fault.element) == ("ST", 1)
            for fault in _rejecting(reading)
        ),
    ),
    Divergence(
        "blank in a required element",
        False,
        "an order number of blanks is none; pyx12 takes it for a value",
        lambda text, reading: all(
            fault.code == "6" and fault.text.endswith("is blank") for fault in _rejecting(reading)
        ),
    ),
    Divergence(
        "loop that repeats at once",
        False,
        "when the first segment of a loop follows itself, pyx12 does not see what the first turn lacks",
        lambda text, reading: {(fault.level, fault.code) for fault in _rejecting(reading)} == {("segment", "3")},
    ),
)

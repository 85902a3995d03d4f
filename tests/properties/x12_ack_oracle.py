"""pyx12's own 997 and 999 guides as a second opinion on the answers that we write.

The maps are those of pyx12, with what binds them to health care taken out: lists of groups, sets and qualifiers, the
one implementation (005010X231) that its 999 names, and names of business numbers. It has no maps for older releases;
theirs are compared in the form of 004010, which has all that they have.
"""

from __future__ import annotations

import io
import logging
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import pyx12
import pyx12.map_if
import pyx12.params
import pyx12.x12n_document

from gateway.x12.answers.forms import BUSINESS_NUMBERS

MAPS = Path(pyx12.__file__).parent / "map"
OPENED = frozenset({"ISA05", "ISA07", "GS08", "ST03", "AK101", "AK201"})
"""Elements whose lists of codes know health care alone."""


@contextmanager
def open_ack_oracle() -> Iterator[Callable[[str], bool]]:
    """From the text of an answering interchange to pyx12's verdict; an exception of its counts as a refusal."""
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
    for name in ("codes.xml", "dataele.xml"):
        (folder / name).write_bytes((MAPS / name).read_bytes())
    for name in ("x12.control.00401.xml", "x12.control.00501.xml", "997.4010.xml", "999.5010.xml"):
        tree = ElementTree.parse(MAPS / name)  # noqa: S314
        for element in tree.iter("element"):
            codes = element.find("valid_codes")
            if element.get("xid") in OPENED | {"GS01"} and codes is not None:
                element.remove(codes)
            if element.get("xid") == "ST03":
                element.find("usage").text = "S"  # type: ignore[union-attr]
        # By this code pyx12 tells one CTX from the other.
        for codes in tree.iter("valid_codes"):
            if any(code.text == "CLM01" for code in codes):
                for tag, number in BUSINESS_NUMBERS.values():
                    ElementTree.SubElement(codes, "code").text = f"{tag}{number:02d}"
        tree.write(folder / name, encoding="utf-8", xml_declaration=True)
    index = '<maps><version icvn="{0}"><map vriic="{1}" fic="FA" abbr="{2}">{3}</map>'
    control = '<map vriic="" fic="" abbr="X12">x12.control.{0}.xml</map></version>'
    text = "<?xml version='1.0'?>" + (
        (index + control).format("00401", "004010", "997", "997.4010.xml")
        + (index + control).format("00501", "005010", "999", "999.5010.xml").removeprefix("<maps>")
        + "</maps>"
    )
    (folder / "maps.xml").write_text(text, encoding="utf-8")


def as_oracle_reads(text: str) -> str:
    """The answer with the release that pyx12 has a map for, and no line breaks: all else stands."""
    text = text.replace("\n", "")
    if not text[104].isprintable():
        # Control characters are delimiters to X12, and a fault to pyx12 where they part components.
        text = text.replace(text[104], next(mark for mark in ">:|!" if mark not in text))
    release = "005010" if "~ST*999*" in text else "004010"
    if release == "004010":
        # What a 997 of 005010 may say more: the release in AK103, and repetitions or components too many.
        text = re.sub(r"(~AK1\*[^*~]*\*[^*~]*)\*[^~]*", r"\1", text)
        text = re.sub(r"(~AK4\*[^*~]*\*[^*~]*)\*1[23]\b", r"\1*3", text)
    text = re.sub(r"(~GS(?:\*[^*~]*){7})\*[^~]*~", rf"\1*{release}~", text)
    # A date of six digits is that of older releases.
    text = re.sub(r"(~GS\*FA\*[^*]*\*[^*]*)\*(\d{6})\*", r"\1*20\2*", text)
    version, repetition = ("00501", "^") if release == "005010" else ("00401", "U")
    return re.sub(r"\*[^*]\*\d{5}\*(\d{9}\*[01]\*)", rf"*{repetition}*{version}*\1", text, count=1)

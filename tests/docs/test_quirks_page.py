"""Every quirk on the page of quirks is a map that compiles, reads its document as said, and writes it back."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import msgspec
import pytest

from gateway import x12
from gateway.document import Document
from gateway.formats import read_csv, read_json
from gateway.mapping import Map, read_document, write_document
from gateway.mapping.compiling.compile import compile_map
from gateway.mapping.trios import roundtrip
from gateway.partners import Partner
from gateway.resources import CHECKOUT
from tests.unit.mapping.maps import GROUPS, ISA, configuration, shipped

PAGE = CHECKOUT / "docs" / "how-to" / "map-partner-quirks.md"
PARTNER = Partner(id="acme", time_zone="America/Detroit")
QUIRK = re.compile(r"^### (\d+)\. (.+?)$(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```([a-z-]+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Quirk(NamedTuple):
    """One entry of the page: what it lays over which map, the document, and what must come out."""

    number: str
    title: str
    type: str
    blocks: dict[str, str]


def quirks() -> list[Quirk]:
    found = []
    for number, title, body in QUIRK.findall(PAGE.read_text("utf-8")):
        blocks = BLOCK.findall(body)
        type = next(info for kind, info, _ in blocks if kind == "yaml")
        found.append(Quirk(number, title, type, {kind: text for kind, _, text in blocks}))
    return found


def map_of(quirk: Quirk) -> Map:
    if "/" in quirk.type:
        path, text = f"mappings/{quirk.type}/map.yaml", quirk.blocks["yaml"]
    else:
        path = f"partners/acme/x12/004010/{quirk.type}/map.yaml"
        text = f"map: acme.{quirk.type}\nextends: x12/004010/{quirk.type}\n{quirk.blocks['yaml']}"
    return compile_map(shipped() | {path: text.encode()}, path)


def document_of(quirk: Quirk, map: Map) -> Document:
    if map.format == "csv":
        return read_csv(quirk.blocks["csv"].encode(), map.file, map.type)
    if map.format == "json":
        return read_json(quirk.blocks["json-document"].encode(), map.type)
    body = [segment.strip() for segment in quirk.blocks["edi"].split("~") if segment.strip()]
    segments = [f"ST*{map.type}*0001", *body, f"SE*{len(body) + 2}*0001"]
    group = f"GS*{GROUPS[map.type]}*123456789*987654321*20261122*1200*101*X*004010~"
    data = ISA + group + "~".join(segments) + "~GE*1*101~IEA*1*000000101~"
    reading = x12.read(data.encode(), configuration().guides)
    assert [fault.text for document in reading.documents for fault in document.faults] == []
    return reading.documents[0]


def holds(said: Any, got: Any, path: str = "$") -> list[str]:
    """Where `got` lacks what the page says; what the page leaves out may be anything."""
    if isinstance(said, dict) and isinstance(got, dict):
        return [one for key, value in said.items() for one in holds(value, got.get(key), f"{path}.{key}")]
    if isinstance(said, list) and isinstance(got, list) and len(said) == len(got):
        return [one for n, value in enumerate(said) for one in holds(value, got[n], f"{path}[{n}]")]
    return [] if said == got else [f"{path} is {got!r}, the page says {said!r}"]


@pytest.mark.parametrize("quirk", quirks(), ids=lambda quirk: quirk.number)
def test_a_quirk_is_read_as_the_page_says_and_comes_back(quirk: Quirk) -> None:
    map = map_of(quirk)
    document = document_of(quirk, map)
    reading = read_document(map, document, PARTNER)
    said = quirk.blocks.get("text", "")

    assert [line for line in said.splitlines() if not any(line in fault.text for fault in reading.faults)] == []
    assert len(reading.faults) == len(said.splitlines())
    assert len(reading.events) == 1
    got = json.loads(msgspec.json.Encoder(decimal_format="string").encode(reading.events[0]))
    assert holds(json.loads(quirk.blocks["json"]), got) == []
    writing = write_document(map, reading.events[0], PARTNER)
    assert [fault.text for fault in writing.faults] == []
    assert list(roundtrip(configuration(), map, document, reading, PARTNER, "canonical")) == []


def test_the_page_has_twenty_quirks() -> None:
    assert [quirk.number for quirk in quirks()] == [str(n) for n in range(1, 21)]

"""Shipped maps with what a test lays beside them, and documents as the X12 reader makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache

from gateway import x12
from gateway.document import Document, Party
from gateway.mapping import Configuration, Map
from gateway.mapping.compiling.compile import compile_map
from gateway.resources import CHECKOUT, Mistakes, read_sources, source_files

SENT_AT = datetime(2026, 11, 23, tzinfo=UTC)
ISA = "ISA*00*          *00*          *01*123456789      *01*987654321      *261122*1200*U*00401*000000101*0*P*>~"
GROUPS = {
    "810": "IN", "830": "PS", "846": "IB", "850": "PO", "855": "PR", "856": "SH", "860": "PC", "861": "RC",
    "862": "SS", "865": "CA", "866": "SQ", "824": "AG", "214": "QM", "940": "OW", "943": "AR", "944": "RE",
    "945": "SW", "947": "AW",
}  # fmt: skip


@cache
def shipped() -> dict[str, bytes]:
    return read_sources(source_files([CHECKOUT]))


@cache
def configuration() -> Configuration:
    return Configuration.from_files(shipped())


def with_files(files: Mapping[str, str]) -> Configuration:
    """The shipped configuration with further files, by virtual path."""
    return Configuration.from_files(shipped() | {path: text.encode() for path, text in files.items()})


def base(set_id: str) -> Map:
    return configuration().map_at(f"mappings/x12/004010/{set_id}/map.yaml")


def overlay(text: str, set_id: str = "856") -> Map:
    """The map of partner `acme` that lays `text` over the base map."""
    path = f"partners/acme/x12/004010/{set_id}/map.yaml"
    return compile_map(shipped() | {path: f"extends: x12/004010/{set_id}\n{text}".encode()}, path)


def own_map(text: str, type: str) -> Map:
    """A map of `acme` that extends nothing: of an X12 set, or of `csv/<type>`, `json/<type>`."""
    path = f"partners/acme/{type if '/' in type else f'x12/004010/{type}'}/map.yaml"
    return compile_map(shipped() | {path: text.encode()}, path)


def mistakes_of(text: str, path: str = "partners/acme/x12/004010/856/map.yaml") -> list[str]:
    """What is wrong with a map, one line each."""
    try:
        compile_map(shipped() | {path: text.encode()}, path)
    except Mistakes as found:
        return [str(mistake) for mistake in found.mistakes]
    return []


def document(body: str, set_id: str = "856") -> Document:
    """One document of these segments (ST and SE are put around), as the reader makes it."""
    segments = [segment.strip() for segment in body.split("~") if segment.strip()]
    text = [f"ST*{set_id}*0001", *segments, f"SE*{len(segments) + 2}*0001"]
    group = f"GS*{GROUPS[set_id]}*123456789*987654321*20261122*1200*101*X*004010~"
    data = ISA + group + "~".join(text) + "~GE*1*101~IEA*1*000000101~"
    return x12.read(data.encode("latin-1"), configuration().guides, partner_of=lambda *_: "").documents[0]


NOTICE = """BSN*00*0000457*20261122*1130~DTM*011*20261122*1115*ET~HL*1**S~TD5*B*2*JBHT*M~REF*BM*BOL88231~
N1*ST**92*PLT07~N1*SF**92*A123~HL*2*1*O~PRF*PO450012*R003~HL*3*2*I~LIN**BP*ECM-88-410*PL*10~SN1**240*EA~CTT*3~"""


def sent_and_read(set_id: str, segments: Sequence[tuple[str, ...]]) -> Document:
    """One document of what a map wrote, as it leaves in an interchange of its own and is read."""
    sent = x12.OutgoingDocument(set_id=set_id, control="0001", segments=segments)
    group = x12.OutgoingGroup(
        id=GROUPS[set_id], sender="US", receiver="THEM", control=1, version="004010", documents=(sent,)
    )
    data = x12.write_interchange(
        [group], configuration().guides, sender=Party("ZZ", "US"), receiver=Party("ZZ", "THEM"), control=1,
        now=SENT_AT, test=True,
    )  # fmt: skip
    return x12.read(data, configuration().guides).documents[0]


def line_of(text: str, set_id: str = "856") -> int:
    """The line of the shipped map that begins with this text, indentation aside."""
    lines = shipped()[f"mappings/x12/004010/{set_id}/map.yaml"].decode().splitlines()
    return next(n for n, line in enumerate(lines, 1) if line.strip().startswith(text))

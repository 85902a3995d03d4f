"""Small interchanges made for one test each, and what a test asks of a reading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gateway.document import Fault
from gateway.x12 import Guides, Interchange, Reading, read

GUIDES = Guides.from_roots([Path()])

ISA = "ISA*00*          *00*          *01*123456789      *01*987654321      *261122*1200*U*00401*000000101*0*T*>"
GS = "GS*SH*123456789*987654321*20261122*1200*101*X*004010"
BODY = (
    "BSN*00*0000457*20261122*1130*0004", "HL*1**S", "REF*BM*BOL88231", "N1*SF**92*A123", "HL*2*1*O", "PRF*PO450012",
    "HL*3*2*I", "LIN**BP*ECM-88-410", "SN1**240*EA", "CTT*3*240",
)  # fmt: skip


def document(body: Sequence[str] = BODY, *, number: str = "0001", set_id: str = "856") -> list[str]:
    return [f"ST*{set_id}*{number}", *body, f"SE*{len(body) + 2}*{number}"]


def interchange(
    segments: Sequence[str] | None = None, *, isa: str = ISA, gs: str = GS, ge: str = "GE*1*101", iea: str = ""
) -> str:
    """An interchange of one group; by default one clean ship notice. An empty `ge` or `iea` of "-" is left out."""
    inner = document() if segments is None else list(segments)
    end = iea or f"IEA*1*{isa.split('*')[13]}"
    every = [isa, gs, *inner, *([ge] if ge else []), *([end] if end != "-" else [])]
    return "~".join(every) + "~"


def read_text(text: str) -> Reading:
    return read(text.encode("latin-1"), GUIDES)


def only(text: str) -> Interchange:
    (found,) = read_text(text).interchanges
    return found


def codes(faults: Sequence[Fault]) -> list[tuple[str, bool]]:
    return [(fault.code, fault.rejects) for fault in faults]


def located(faults: Sequence[Fault]) -> list[tuple[int | None, str, int | None, int | None, str, bool]]:
    """Segment, tag, element, component, code, rejects: all that an acknowledgment says of a fault."""
    return [(f.segment, f.tag, f.element, f.component, f.code, f.rejects) for f in faults]


def found_in(body: Sequence[str], **kwargs: str) -> list[tuple[int | None, str, int | None, int | None, str, bool]]:
    """What is found in a ship notice with this body."""
    (one,) = only(interchange(document(body, **kwargs))).documents
    return located(one.faults)

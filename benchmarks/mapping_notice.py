"""The ship notice that mappings are measured on: as bytes, as a tree of dictionaries for others, and by hand.

Seed and size in, bytes out. S-O-I with ten items an order, which is how most suppliers of this trade write.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from gateway.document import Document, Loop, Segment
from ledger.events import ShipmentNotified
from ledger.events.shipments import NoticeLine

ITEMS_OF_AN_ORDER = 10
UNITS = {"EA": "EA", "PC": "H87", "KG": "KGM"}
"""Codes of the notice, and what the shipped table makes of them."""


def notice(lines: int, seed: int = 7) -> bytes:
    """An interchange with one 856 of so many lines; ten values in each line or carried to it."""
    chance = random.Random(seed)
    raws = ["ST*856*0001", f"BSN*00*S{chance.randrange(10**6, 10**7)}*20261122*1130", "HL*1**S"]
    raws += [
        "TD5*B*2*CARR*M",
        "REF*BM*BOL77",
        "DTM*011*20261122*1015*ET",
        "N1*ST**92*PLT07",
        "N1*SF**1*123450001",
    ]
    level = order = 1
    for n in range(lines):
        if n % ITEMS_OF_AN_ORDER == 0:
            order = level = level + 1
            raws += [f"HL*{order}*1*O", f"PRF*PO{chance.randrange(10**7, 10**8)}*R{chance.randrange(10, 99)}"]
        level += 1
        quantity, more = chance.randrange(1, 9000), chance.randrange(10**5)
        part, own = chance.randrange(10**5, 10**6), chance.randrange(10**5, 10**6)
        raws += [
            f"HL*{level}*{order}*I",
            f"LIN**BP*ECM-{part}*VP*V-{own}*EC*{chance.randrange(10, 99)}*PL*{n + 1}",
            f"SN1**{quantity}.25*{chance.choice(tuple(UNITS))}*{quantity + more}.5",
            f"REF*LT*L{chance.randrange(10**8, 10**9)}",
        ]
    raws += [f"CTT*{level}"]
    raws += [f"SE*{len(raws) + 1}*0001", "GE*1*1", "IEA*1*000000001"]
    head = [
        "ISA*00*          *00*          *01*123450001      *01*987654321      *261122*1200*U*00401*000000001*0*P*>",
        "GS*SH*123450001*987654321*20261122*1200*1*X*004010",
    ]
    return ("~".join([*head, *raws]) + "~").encode("ascii")


OURS = "OUR-"
"""Begins our number of each part; the buyer's number goes on behind it."""


def parts_named(data: bytes) -> dict[str, str]:
    """The buyer's part numbers of a notice, and what we call them: its cross-references."""
    named = [raw.split("*")[3] for raw in data.decode("ascii").split("~") if raw.startswith("LIN*")]
    return {number: f"{OURS}{number}" for number in named}


def by_hand(segments: list[Segment], parts: Mapping[str, str]) -> ShipmentNotified:
    """What a programmer would write for this one notice: a walk over the segments, no checks, no faults, no place for
    another hierarchy. Gives the very same event. `parts` are the cross-references of this partner."""
    header: dict[str, Any] = {}
    lines: list[NoticeLine] = []
    order_number = release = ""
    fields: dict[str, Any] = {}
    levels = 0
    for position, e in segments:
        tag = e[0]
        if tag == "HL":
            levels += 1
            if fields:
                lines.append(NoticeLine(**fields))
                fields = {}
            if e[3] == "I":
                fields = {"segment": position, "order_number": order_number, "release": release}
        elif tag == "LIN":
            for n in range(2, len(e) - 1, 2):
                field = _PAIRS.get(e[n])
                if field is not None:
                    fields[field] = e[n + 1] if field != "part_number" else parts[e[n + 1]]
        elif tag == "SN1":
            fields["quantity"], fields["unit"], fields["cum_shipped"] = Decimal(e[2]), UNITS[e[3]], Decimal(e[4])
        elif tag == "REF":
            if e[1] == "LT":
                fields["lot"] = e[2]
            else:
                header["bill_of_lading"] = e[2]
        elif tag == "PRF":
            order_number, release = e[1], e[2]
        elif tag == "CTT":
            header["line_count"] = int(e[1])
        else:
            _of_header(header, e)
    if fields:
        lines.append(NoticeLine(**fields))
    return ShipmentNotified(**header, hl_count=levels, lines=tuple(lines))


_PAIRS = {"BP": "part_number", "VP": "supplier_part_number", "EC": "part_revision", "PL": "order_line"}


def _of_header(header: dict[str, Any], e: tuple[str, ...]) -> None:
    if e[0] == "BSN":
        header["number"] = e[2]
        header["created_at"] = datetime.fromisoformat(f"{e[3]}T{e[4]}+00:00")
    elif e[0] == "DTM":
        local = datetime.fromisoformat(f"{e[2]}T{e[3]}").replace(tzinfo=ZoneInfo("America/New_York"))
        header["shipped_at"] = local
    elif e[0] == "TD5":
        header["carrier"], header["mode"] = e[3], e[4]
    elif e[0] == "N1":
        party = f"{e[3]}:{e[4]}"
        header["ship_to" if e[1] == "ST" else "ship_from"] = party
        if e[1] == "SF":
            header["supplier"] = party


def segments_of(document: Document) -> list[Segment]:
    """The segments of a document in its order."""
    found: list[Segment] = []
    stack: list[Loop] = [document.root]
    while stack:
        loop = stack.pop()
        found += loop.segments
        stack += loop.loops
    found.sort()
    return found


def as_tree(document: Document) -> dict[str, Any]:
    """The document as others want it: nested levels, each with its segments by their tags."""
    return _level(document.root)


def _level(loop: Loop) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for segment in loop.segments:
        found.setdefault(segment.elements[0], []).append(_elements(segment.elements))
    for child in loop.loops:
        if child.level:
            found.setdefault(child.level, []).append(_level(child))
        else:
            for segment in child.segments:
                found.setdefault(segment.elements[0], []).append(_elements(segment.elements))
    return found


def _elements(elements: tuple[str, ...]) -> dict[str, str]:
    """`e01` and so on, without the empty ones."""
    return {f"e{n:02d}": text for n, text in enumerate(elements[1:], 1) if text}

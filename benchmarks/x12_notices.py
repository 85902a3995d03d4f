"""Clean ship notices as suppliers write them, by the thousand: all hierarchies, most segments, three guides.

Seed and size in, bytes out. Nothing repeats where life has no repetition. A guide's automaton meets more than two
hundred different steps here; `x12.py` counts them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from gateway.document import Delimiters, Party
from gateway.resources import read_sources, search_roots, source_files
from gateway.x12 import Guides

RELEASE = "mappings/x12/004010"
US = Party("01", "987654321")
DAY = "20261122"
HIERARCHIES = ("SOPI", "STI", "SI", "SOTPI", "SOI", "STPI")
OVERLAYS = {
    "123450001": "",
    "123450002": """\
extends: x12/004010/856
change:
  "HLI/LIN.02": {codes: {only: [BP]}}
  "HLI/SN1.03": {codes: {only: [EA, PC, FT, LB]}}
  "HLS/TD5": {usage: R}
  "BSN.02": {max: 16}
remove: [HLI/FOB, HLI/SAC]
""",
    "123450003": """\
extends: x12/004010/856
change:
  "HLP": {parents: [O, T]}
  "HLI/REF": {usage: R}
  "HLI/PO4.01": {usage: R}
  "HLS/N1": {repeat: 12}
""",
}
"""Guide overlays by the supplier's ISA06; "": the base guide."""


class Part(NamedTuple):
    """One interchange of one supplier."""

    sender: str
    body: bytes


def guides_of_suppliers() -> Guides:
    """The shipped guides, and those of the suppliers above."""
    sources = dict(read_sources(source_files(search_roots())))
    for sender, overlay in OVERLAYS.items():
        if overlay:
            sources[f"partners/{partner_id(sender)}/x12/004010/856/guide.yaml"] = overlay.encode()
    return Guides(sources)


def partner_id(sender: str) -> str:
    return f"supplier{sender[-1]}"


def partner_of(sender: Party, receiver: Party, group_sender: str, group_receiver: str) -> str:
    """The supplier with a guide of its own; "" for the one without."""
    return partner_id(sender.id) if OVERLAYS.get(sender.id) else ""


def notices(segments: int, seed: int = 7, *, lines: tuple[int, int] = (4, 60)) -> list[Part]:
    """At least so many segments, one interchange for each supplier."""
    chance = random.Random(seed)
    share = segments // len(OVERLAYS) + 1
    return [write_interchange(chance, sender, share, lines, Notice) for sender in OVERLAYS]


def write_interchange(
    chance: random.Random, sender: str, segments: int, lines: tuple[int, int], kind: type[Notice]
) -> Part:
    """One interchange with at least so many segments, of notices with so many lines each."""
    number = chance.randrange(1, 10**8)
    parties = f"*01*{sender:15}*{US.qualifier}*{US.id:15}"
    raws = [
        f"ISA*00*          *00*          {parties}*261122*1200*U*00401*{number:09d}*0*P*>",
        f"GS*SH*{sender}*{US.id}*{DAY}*1200*{number}*X*004010",
    ]
    documents = 0
    while len(raws) < segments:
        documents += 1
        raws += kind(chance, f"{documents:06d}").write(HIERARCHIES[documents % len(HIERARCHIES)], lines)
    raws += [f"GE*{documents}*{number}", f"IEA*1*{number:09d}"]
    return Part(sender, ("~".join(raws) + "~").encode("latin-1"))


class Notice:
    """Writes one ship notice; which of the optional segments it has is a matter of chance."""

    def __init__(self, chance: random.Random, control: str) -> None:
        self._chance, self._control = chance, control
        self._raws: list[str] = []
        self._levels = 0
        self._total = 0

    def write(self, hierarchy: str, lines: tuple[int, int]) -> list[str]:
        self._add(f"ST*856*{self._control}", f"BSN*00*S{self._number(8)}*{DAY}*1130" + self._maybe("*0001", 0.3))
        for kind in ("011", "017", "137")[: self._chance.randint(1, 3)]:
            self._add(f"DTM*{kind}*{DAY}*{self._chance.randrange(10, 24)}15*ET")
        shipment = self._level("", "S")
        self._shipment()
        for _ in range(self._chance.randint(*lines)):
            self._line(hierarchy, shipment)
        self._add(f"CTT*{self._levels}*{self._total}")
        self._add(f"SE*{len(self._raws) + 1}*{self._control}")
        return self._raws

    def _line(self, hierarchy: str, shipment: str) -> None:
        """One item with the levels above it; some of them are shared with the line before, as in life."""
        above = shipment
        for kind in hierarchy[1:-1]:
            shared = getattr(self, f"_last_{kind}", "")
            if shared and above == getattr(self, f"_under_{kind}") and self._chance.random() < 0.5:
                above = shared
                continue
            setattr(self, f"_under_{kind}", above)
            above = self._level(above, kind)
            setattr(self, f"_last_{kind}", above)
            {"O": self._order, "T": self._tare, "P": self._pack}[kind]()
        self._level(above, "I")
        self._item("O" not in hierarchy, "P" not in hierarchy)

    def _shipment(self) -> None:
        add, often = self._add, self._often
        for kind in ("G", "N")[: self._chance.randint(0, 2)]:
            add(f"MEA*PD*{kind}*{self._number(4)}*LB")
        for _ in range(self._chance.randint(1, 2)):
            add(f"TD1*PLT71*{self._chance.randint(1, 40)}")
        add(f"TD5*B*2*{self._text('CARR')}*M")
        if often(0.8):
            add(f"TD3*TL**{self._number(6)}")
        if often(0.3):
            add("TD4***HAZ*see label")
        for kind in ("BM", "PK", "CN")[: self._chance.randint(1, 3)]:
            add(f"REF*{kind}*{self._text('R')}")
        if often(0.3):
            add(f"PER*IC*Dispatch*TE*555{self._number(7)}")
        if often(0.2):
            add(f"DTM*067*{DAY}")
        if often(0.4):
            add("FOB*PP")
        for kind in ("ST", "SF", "SU")[: self._chance.randint(1, 3)]:
            add(f"N1*{kind}**92*{self._text('P')}")
            self._address()
        if often(0.2):
            add("ETD*A1*A*AE*" + self._text("E"))

    def _address(self) -> None:
        add, often = self._add, self._often
        if often(0.2):
            add("N2*Gate 4")
        if often(0.2):
            add(f"N3*{self._chance.randint(1, 99)} Mill Road")
            add("N4*Dayton*OH*45402*US")
        if often(0.3):
            add(f"REF*DK*D{self._number(2)}")
        if often(0.1):
            add(f"PER*DC*Dock*TE*555{self._number(7)}")

    def _order(self) -> None:
        self._add(f"PRF*PO{self._number(8)}*R{self._number(3)}**20261101")
        if self._often(0.3):
            self._add(f"PID*F****{self._text('PART ')}")
        if self._often(0.3):
            self._add(f"REF*IV*{self._text('I')}")
        if self._often(0.2):
            self._add(f"N1*BY**92*{self._text('B')}")

    def _tare(self) -> None:
        if self._often(0.4):
            self._add(f"PO4*1*{self._number(2)}*EA")
        if self._often(0.5):
            self._add("PKG*S*65*ZZ*90")
        if self._often(0.3):
            self._add(f"TD1*PLT71*{self._chance.randint(1, 9)}")
        if self._often(0.8):
            self._add(f"MAN*GM*{self._number(18)}")

    def _pack(self) -> None:
        if self._often(0.4):
            self._add(f"PO4*1*{self._number(3)}*EA")
        if self._often(0.3):
            self._add(f"MEA*WT*G*{self._number(3)}.{self._number(2)}*LB")
        for _ in range(self._chance.randint(1, 3)):
            self._add(f"REF*LS*1JUN{self._number(15)}")
        if self._often(0.4):
            self._add(f"MAN*CP*{self._number(12)}")
        if self._often(0.1):
            self._add(f"DTM*036*{DAY}")

    def _item(self, with_order: bool, with_loads: bool) -> None:
        add, often = self._add, self._often
        quantity = self._chance.randint(1, 9000)
        self._total += quantity
        ids = f"*EC*{self._number(2)}" * often(0.7) + f"*VP*V-{self._number(6)}" * often(0.6)
        add(f"LIN*{self._number(4) * often(0.5)}*BP*{self._text('ECM-')}{ids}")
        cumulative = f"*{quantity + self._chance.randrange(90_000)}" * often(0.7)
        add(f"SN1**{quantity}*{self._chance.choice(('EA', 'EA', 'PC', 'FT'))}{cumulative}")
        if often(0.1):
            add(f"SLN*1**I*{quantity}*EA")
        if with_order:
            add(f"PRF*PO{self._number(8)}****{self._chance.randint(1, 90)}")
        add(f"PO4*{self._chance.randint(1, 40)}*{self._chance.randint(1, 999)}*EA")
        if often(0.15):
            add(f"PID*F****{self._text('BRACKET ')}")
        if often(0.1):
            add(f"MEA*PD*N*{self._number(3)}*KG")
        if often(0.05):
            add("PKG*S*65*ZZ*90")
        for _ in range(self._chance.randint(1, 2)):
            add(f"REF*LT*L{self._number(9)}")
        if with_loads:
            for _ in range(self._chance.randint(1, 3)):
                add(f"CLD*{self._chance.randint(1, 6)}*{self._chance.randint(1, 900)}*PLT71")
                for _ in range(self._chance.randint(0, 3)):
                    add(f"REF*LS*1JUN{self._number(15)}")
                if often(0.1):
                    add(f"DTP*094*D8*{DAY}")
        elif often(0.2):
            add(f"MAN*CP*{self._number(12)}")
        if often(0.05):
            add(f"DTM*036*{DAY}")
        if often(0.05):
            add(f"N1*MF**92*{self._text('M')}")
            self._address()
        if often(0.02):
            add("LM*AG", f"LQ*1*{self._text('Q')}")

    def _level(self, above: str, kind: str) -> str:
        self._levels += 1
        self._add(f"HL*{self._levels}*{above}*{kind}")
        return str(self._levels)

    def _add(self, *raws: str) -> None:
        self._raws += raws

    def _often(self, share: float) -> bool:
        return self._chance.random() < share

    def _maybe(self, text: str, share: float) -> str:
        return text if self._often(share) else ""

    def _number(self, digits: int) -> str:
        return str(self._chance.randrange(10 ** (digits - 1), 10**digits))

    def _text(self, head: str) -> str:
        return head + self._number(6)


def steps_taken(guides: Guides, parts: Sequence[Part]) -> int:
    """Distinct steps of the guides' automata that these interchanges take: from where, by which segment, to where."""
    taken: set[tuple[str, int, str, int]] = set()
    for part in parts:
        guide = guides.find(partner_of(Party("01", part.sender), US, "", ""), "SH", "004010", "856")
        assert guide is not None
        automaton = guide.automaton(Delimiters())
        node = automaton.start[3]
        for raw in part.body.decode("latin-1").split("~")[2:-3]:
            elements = raw.split("*")
            if elements[0] == "ST":
                node = automaton.start[3]
                continue
            step = automaton.step(node, elements)
            assert step is not None, raw
            taken.add((guide.hash, node.number, elements[0], step[3].number))
            node = step[3]
    return len(taken)

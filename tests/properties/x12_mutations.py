"""Clean interchanges made wrong in one or two places, as partners and transports make them wrong."""

from __future__ import annotations

import random
from pathlib import Path

STRANGE_VALUES = (
    "00", "ZZ", "9" * 32, "20261131", "2561", "1.5", "-3", "S", "I", "O", "1", "2", "3", "02", "12.", "", " ", "é",
)  # fmt: skip
STRANGE_SEGMENTS = (
    "REF*ZZ*1", "XYZ*1", "", "N1*ST*A", "DTM*011*20261122", "HL*9*1*I", "LIN**BP*X", "TD3*TL**1", "CLD*1*1",
    "PID*F****X", "MAN*GM*1", "SE*1*0001", "ST*850*0001", "GE*1*1",
)  # fmt: skip


def clean_interchanges(folder: Path | None = None) -> list[str]:
    """Our own samples without a fault that have the usual marks, without line breaks; those of one guide, or all of
    release 004010."""
    files = sorted(folder.glob("*.sample.edi") if folder else Path("mappings/x12/004010").glob("*/*.sample.edi"))
    texts = [file.read_bytes().decode("latin-1") for file in files if not file.name.startswith("faulty")]
    return [text.replace("\r", "").replace("\n", "") for text in texts if text[3] + text[104:106] == "*>~"]


def join_documents(first: str, second: str) -> str:
    """One group with the documents of two interchanges that have one each; ST02 of the second is 0002."""
    segments = first.split("~")[:-1]
    others = [
        segment.replace("*0001", "*0002") if segment[:3] in ("ST*", "SE*") else segment
        for segment in second.split("~")[2:-3]
    ]
    return "~".join([*segments[:-2], *others, segments[-2].replace("GE*1*", "GE*2*"), segments[-1], ""])


def mutate(chance: random.Random, text: str) -> str:
    """One or two changes; mostly with SE01 set right again, so that a wrong count does not hide the rest."""
    segments = text.split("~")[:-1]
    for _ in range(chance.choice((1, 1, 2))):
        if len(segments) > 3:
            _change(chance, segments)
    if chance.random() < 0.8:
        _recount(segments)
    return "~".join(segments) + "~"


def _change(chance: random.Random, segments: list[str]) -> None:
    # Mostly inside of documents: what happens to an envelope is soon told.
    inside = len(segments) > 6 and chance.random() < 0.7
    at = chance.randrange(3, len(segments) - 2) if inside else chance.randrange(1, len(segments))
    kind = chance.choice(("drop", "double", "swap", "value", "letter", "longer", "shorter", "insert"))
    elements = segments[at].split("*")
    place = chance.randrange(1, len(elements)) if len(elements) > 1 else 0
    if kind == "drop":
        del segments[at]
    elif kind == "double":
        segments.insert(at, segments[at])
    elif kind == "swap":
        other = chance.randrange(1, len(segments))
        segments[at], segments[other] = segments[other], segments[at]
    elif kind == "insert":
        segments.insert(at, chance.choice(STRANGE_SEGMENTS))
    elif kind == "longer":
        segments[at] += "*" + chance.choice(("", "X", "12", "*", "EA"))
    elif kind == "shorter":
        segments[at] = "*".join(elements[:-1]) or "XX"
    elif kind == "value":
        elements[place] = chance.choice(STRANGE_VALUES)
        segments[at] = "*".join(elements)
    else:
        value = elements[place]
        cut = chance.randrange(len(value) + 1)
        elements[place] = value[:cut] + chance.choice("AZ09 .-é>x\x01") + value[cut + chance.randrange(2) :]
        segments[at] = "*".join(elements)


def _recount(segments: list[str]) -> None:
    began = None
    for at, segment in enumerate(segments):
        if segment.startswith("ST*"):
            began = at
        elements = segment.split("*")
        if elements[0] == "SE" and len(elements) == 3 and began is not None:
            segments[at] = f"SE*{at - began + 1}*{elements[2]}"

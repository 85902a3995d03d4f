"""What is to be said of the samples beside the guides: those in order are read and written back, the rest answered.

`NAME.sample.edi` is accepted without a fault and written again byte for byte, its stamps and marks made canonical.
`faulty-NAME.sample.edi` has two answers beside it: `faulty-NAME.check.json` is what `crossdock x12 check --json` says
of it, without the name of the file and the hash of the guide; `faulty-NAME.ack.edi` is what `crossdock x12 ack`
writes, with a fixed clock and control numbers from 1, and empty where nothing answers.

`make golden` rewrites the answers, and a person reads the diff.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from gateway import x12
from gateway.cli.x12_ack import write_answer
from gateway.cli.x12_json import reading_json
from gateway.document import Delimiters, Loop, Segment
from gateway.x12.envelope.reader import nobody

ROOT = Path("mappings/x12")
CLOCK = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
CANONICAL = Delimiters("*", ">", "~", "^")


def sound() -> list[Path]:
    """Samples without a fault, of every release."""
    return [path for path in sorted(ROOT.glob("*/*/*.sample.edi")) if not path.name.startswith("faulty-")]


def faulty() -> list[Path]:
    return sorted(ROOT.glob("*/*/faulty-*.sample.edi"))


def name_of(sample: Path) -> str:
    """`004010/856/s-o-i`, as a test's id."""
    return f"{sample.parent.relative_to(ROOT).as_posix()}/{sample.name.removesuffix('.sample.edi')}"


@cache
def guides() -> x12.Guides:
    return x12.Guides.from_roots([Path()])


def read(sample: Path) -> x12.Reading:
    return x12.read(sample.read_bytes(), guides())


# --- samples at fault ---------------------------------------------------------------------------------------------


def answers_of(sample: Path) -> dict[Path, bytes]:
    """What is to stand beside a faulty sample."""
    reading = read(sample)
    acks = [
        write_answer(interchange, guides(), number, CLOCK, nobody)
        for number, interchange in enumerate(reading.interchanges, 1)
    ]
    return {_beside(sample, "check.json"): _json(_told(reading)), _beside(sample, "ack.edi"): b"".join(acks)}


def kept(sample: Path) -> dict[Path, bytes]:
    """What stands beside it now; "" where nothing does."""
    beside = [_beside(sample, ending) for ending in ("check.json", "ack.edi")]
    return {path: path.read_bytes() if path.exists() else b"" for path in beside}


def rewrite(sample: Path) -> None:
    for path, content in answers_of(sample).items():
        path.write_bytes(content)


def _beside(sample: Path, ending: str) -> Path:
    return sample.with_name(sample.name.removesuffix("sample.edi") + ending)


def _told(reading: x12.Reading) -> dict[str, Any]:
    told = reading_json(reading)
    for interchange in told["interchanges"]:
        for group in interchange["groups"]:
            for document in group["documents"]:
                if document["guide"] is not None:
                    # It is a hash of guide and dictionary, and would change with every word in them.
                    del document["guide"]
    return told


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


# --- samples in order ---------------------------------------------------------------------------------------------


def faults_of(reading: x12.Reading) -> list[str]:
    """Every fault at any level, as text."""
    found = [*reading.faults]
    for interchange in reading.interchanges:
        found += interchange.faults
        for group in interchange.groups:
            found += group.faults
    for document in reading.documents:
        found += document.faults
    return [f"segment {fault.segment} {fault.tag}: {fault.code} {fault.text}" for fault in found]


def write_again(reading: x12.Reading) -> str:
    """Every interchange as our writer puts it, from what was read; a segment a line."""
    return "".join(_write(interchange) for interchange in reading.interchanges)


def _write(interchange: x12.Interchange) -> str:
    groups = tuple(
        x12.OutgoingGroup(
            id=group.id,
            sender=group.sender,
            receiver=group.receiver,
            control=int(group.control),
            version=group.version,
            documents=tuple(
                x12.OutgoingDocument(
                    set_id=document.type,
                    control=document.control.number,
                    segments=tuple(segment.elements for segment in _segments(document.root)[1:-1]),
                )
                for document in group.documents
            ),
        )
        for group in interchange.groups
    )
    data = x12.write_interchange(
        groups,
        guides(),
        sender=interchange.sender,
        receiver=interchange.receiver,
        control=int(interchange.control),
        now=datetime.strptime(interchange.date + interchange.time, "%y%m%d%H%M").replace(tzinfo=UTC),
        test=interchange.test,
        delimiters=interchange.delimiters,
        version=interchange.version,
        ack_requested=interchange.ack_requested,
        acks=interchange.acks,
    )
    return canonical(data)


def _segments(root: Loop) -> list[Segment]:
    """All segments of a document in the order in which they came."""
    found: list[Segment] = []
    open_loops = [root]
    while open_loops:
        loop = open_loops.pop()
        found += loop.segments
        open_loops += loop.loops
    return sorted(found)


def canonical(data: bytes) -> str:
    """An interchange or several, a segment a line, in our marks; GS04 and GS05 as the ISA has them.

    A writer has one clock, so that date and time of a group are those of its interchange; numbers lose their leading
    zeros. Everything else stands as it came.
    """
    lines: list[str] = []
    for one in x12.read(data, guides(), trees=False).interchanges:
        lines += _canonical(data[one.first_byte : one.last_byte].decode("latin-1"), one.delimiters)
    return "\n".join(lines) + "\n"


def _canonical(text: str, marks: Delimiters) -> list[str]:
    lines: list[str] = []
    date = time = ""
    for raw in text.split(marks.segment):
        elements = raw.strip("\r\n").split(marks.element)
        if elements == [""]:
            continue
        if elements[0] == "ISA":
            date, time = elements[9:11]
            elements[11] = CANONICAL.repetition if marks.repetition else "U"
            elements[16] = CANONICAL.component
        else:
            elements = [_marked(element, marks) for element in elements]
        if elements[0] == "GS":
            elements[4:6] = (date if len(elements[4]) == 6 else f"20{date}"), time
            elements[6] = elements[6].lstrip("0")
        elif elements[0] in ("GE", "IEA"):
            elements[1] = elements[1].lstrip("0")
            elements[2] = elements[2] if elements[0] == "IEA" else elements[2].lstrip("0")
        elif elements[0] == "SE":
            elements[1] = elements[1].lstrip("0")
        lines.append(CANONICAL.element.join(elements) + CANONICAL.segment)
    return lines


def _marked(element: str, marks: Delimiters) -> str:
    if marks.component:
        element = element.replace(marks.component, CANONICAL.component)
    return element.replace(marks.repetition, CANONICAL.repetition) if marks.repetition else element

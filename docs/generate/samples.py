"""What the checker finds in X12 files that nobody here wrote: one row a file, its faults beneath.

The files belong to other projects and are not in the tree: `CROSSDOCK_SAMPLES` names a folder that has them. Without
it the page stays as it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from docs.generate.text import WARNING, table
from gateway import resources
from gateway.document import Document, Fault
from gateway.x12 import Guides, Reading, read

VARIABLE = "CROSSDOCK_SAMPLES"
PAGE = Path(__file__).resolve().parents[1] / "reference" / "samples.md"

HEAD = """# Files that nobody here wrote

What `crossdock x12 check` finds in X12 files from other projects, so that a change of the checker shows where it
changes a verdict. The files are the fixtures of [stupidedi](https://github.com/kputnam/stupidedi) (BSD-3-Clause):
automotive orders, schedules and ship notices in releases 002001 to 004010, several with collapsed ISAs and odd
terminators. `pass` and `fail` in a name is that project's verdict against its own definitions, not ours. To try them
or others: `CROSSDOCK_SAMPLES=FOLDER make docs`, and read the difference.

*guide* is a verdict by one of our guides; *no guide* means that envelope, counts and control numbers are checked and
that the set has no guide in its release. It names the nearest release, whose guide an overlay may extend: the ship
notice of 002001 is accepted by that of 002040 as it stands.

"""


def find_folder() -> Path | None:
    """The folder of samples, None when the variable is not set or names no folder."""
    name = os.environ.get(VARIABLE, "")
    return Path(name) if name and Path(name).is_dir() else None


def find_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.edi"), key=lambda path: path.name)


def build_page() -> str:
    """The whole page; what it says now where the files are not at hand."""
    folder = find_folder()
    if folder is None:
        return PAGE.read_text("utf-8") if PAGE.is_file() else ""
    guides = Guides.from_roots((resources.CHECKOUT,), resources.CHECKOUT / "no-partners")
    readings = [(path.name, read(path.read_bytes(), guides)) for path in find_files(folder)]
    overview = table(["file", "release", "sets", "checked by", "verdict"], [_row(guides, *pair) for pair in readings])
    return WARNING + HEAD + overview + "".join(_details(*pair) for pair in readings)


def _row(guides: Guides, name: str, reading: Reading) -> list[str]:
    documents = reading.documents
    near = dict.fromkeys(guides.nearest(one.release, one.type) for one in documents if not one.guide)
    return [
        f"`{name}`",
        ", ".join(dict.fromkeys(document.release for document in documents)),
        ", ".join(dict.fromkeys(document.type for document in documents)),
        f"no guide, nearest {', '.join(near)}" if near else "guide",
        ", ".join(dict.fromkeys(_verdict(document) for document in documents)) or "unreadable",
    ]


def _verdict(document: Document) -> str:
    if document.accepted is None:
        return "envelope clean"
    if not document.accepted:
        return "refused"
    return "accepted, errors noted" if document.faults else "accepted"


def _details(name: str, reading: Reading) -> str:
    lines = list(_lines(reading))
    return f"\n## {name}\n\n" + "".join(f"- {line}\n" for line in lines) if lines else ""


def _lines(reading: Reading) -> Iterator[str]:
    for fault in reading.faults:
        yield _line("message", fault)
    for interchange in reading.interchanges:
        for fault in interchange.faults:
            yield _line(f"interchange {interchange.control}", fault)
        for group in interchange.groups:
            for fault in group.faults:
                yield _line(f"group {group.control}", fault)
            for document in group.documents:
                for fault in document.faults:
                    if fault.code != "no_guide":
                        yield _line(f"{document.type} {document.control.number}", fault)


def _line(where: str, fault: Fault) -> str:
    place = f" segment {fault.segment}" if fault.segment else ""
    text = "".join(letter if letter.isprintable() else "?" for letter in fault.text)
    return f"{where}{place}: `{fault.code}` {text}" + ("" if fault.rejects else " (noted)")

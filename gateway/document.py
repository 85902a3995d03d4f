"""Values that every format shares: a document as loops of segments, the faults found in it, and provenance.

X12, CSV, XML and JSON all read into the same shape, so that one mapping language reaches into any of them.
Nothing here reads bytes or knows a format.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

Level = Literal["interchange", "group", "document", "segment", "element"]


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing wrong with the data: what, where, and in words what to do. Never raised.

    `code` is the X12 code of its level (interchange TA105, group AK905, document AK502, segment AK304, element
    AK403); other formats and the mapping language use words (`not_a_decimal`, `no_guide`).
    `segment` counts ST as 1 in X12 and lines of the file in CSV; None where no segment can be named.
    """

    code: str
    text: str
    level: Level = "segment"
    segment: int | None = None
    tag: str = ""
    loop: str = ""
    """Loop identifier, AK303."""
    element: int | None = None
    component: int | None = None
    repetition: int | None = None
    data_element: str = ""
    """X12 data element number, AK402."""
    value: str = ""
    rejects: bool = True
    """False: accepted, but errors noted."""
    origin: str = ""
    """Where our side says so: `map.yaml:14 quantity`, `guide.yaml:3`."""
    reference: str = ""
    """Of an identifier that nobody knows, its kind and itself: `part BP:4711`, `unit BRK-100/ZZ`."""
    line: int | None = None
    """Line of the message on which the segment, or what is no X12, begins; from 1. None: no message was read."""
    first_byte: int | None = None
    """Offset of that place in the message, from 0."""


class Segment(NamedTuple):
    """One segment, CSV row or flat record.

    `elements[0]` is the tag and `elements[n]` element n, as text, "" where empty; components stay joined.
    """

    position: int
    elements: tuple[str, ...]

    @property
    def tag(self) -> str:
        return self.elements[0]


class Loop(msgspec.Struct, frozen=True, kw_only=True):
    """A loop occurrence: its own segments in order, and the loops inside it.

    `id` is the guide's loop id (`HL`, `N1`, `PO1`, `RCD`), `row` in flat files, a JSON Pointer in JSON. In an HL
    tree `level` is HL03 and nesting follows the parent pointers, never the order of segments.
    """

    id: str
    level: str = ""
    segments: tuple[Segment, ...] = ()
    loops: tuple[Loop, ...] = ()


class Tree(Protocol):
    """What knows the loops of a document, and need not have put them together before somebody asks."""

    @property
    def root(self) -> Loop:
        """The outermost loop; the same one each time."""


class Delimiters(NamedTuple):
    """The separators of one interchange (ISA positions 4, 105, 106; ISA11 from release 00402 on)."""

    element: str = "*"
    component: str = ">"
    segment: str = "~"
    repetition: str = ""


class Party(NamedTuple):
    """An identifier with its qualifier; both empty where the format has none."""

    qualifier: str = ""
    id: str = ""

    def __str__(self) -> str:
        return f"{self.qualifier}:{self.id}"


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """Which document this is in its envelope: ISA13, GS06, ST02 and the parties of ISA and GS."""

    sender: Party = Party()
    receiver: Party = Party()
    interchange: str = ""
    group: str = ""
    number: str = ""
    group_sender: str = ""
    group_receiver: str = ""
    group_id: str = ""
    """Functional identifier, GS01."""
    version: str = ""
    """GS08 as sent, suffix included (`004010AIAG`)."""
    test: bool = False


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One ST...SE, or one order, notice or receipt in another format."""

    format: Literal["x12", "csv", "fixed", "xml", "json"]
    type: str
    """Document type: the set (`856`), or the folder's name in `mappings/<format>/` (`goods_receipt`)."""
    release: str = ""
    control: Control = Control()
    delimiters: Delimiters = Delimiters()
    tree: Loop | Tree = Loop(id="")
    columns: Mapping[str, int] = {}
    """Flat files: column name -> element number."""
    value: Any = None
    """JSON: the parsed value, numbers as Decimal."""
    text: str = ""
    """JSON: what was sent, in which lines are found once something is at fault."""
    guide: str = ""
    """Hash of the effective guide that checked it; "" when none did."""
    accepted: bool | None = None
    """None when no guide is known for it."""
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0
    """All faults found; more than `faults` when there were too many to keep."""
    digest: str = ""
    """SHA-256 of the document's own bytes, envelope excluded."""
    segment_count: int = 0
    first_byte: int = 0
    last_byte: int = 0
    """Its span in the message, for viewers and evidence."""

    @property
    def root(self) -> Loop:
        """The outermost loop: every segment, row or record, and the loops that they stand in."""
        tree = self.tree
        return tree if isinstance(tree, Loop) else tree.root


class Provenance(NamedTuple):
    """Where a produced value came from: the segment and element, and the line of the map that bound it."""

    path: str
    """Canonical path, `lines[3].quantity`."""
    segment: int
    tag: str
    element: int
    component: int
    value: str
    origin: str
    """`map.yaml:14`."""
    reference: str = ""
    """What says that `value` means what was made of it: number of a cross-reference, or `masterdata`; "" as sent."""

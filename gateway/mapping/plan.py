"""A compiled map: sections of rules, ready to read and to write. Values only; how they are made is `compile.py`.

A section is one scope of a document: the header, an HL level, a loop, a row. Its rules fill the fields of one struct
(the event, a line, a handling unit), or the event's own where the inner struct has no such field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from gateway.formats import FileShape
from gateway.mapping.compiling.targets import Target
from gateway.mapping.converting.convert import Context
from gateway.mapping.converting.expressions import Expression
from gateway.mapping.converting.referring import Xref
from gateway.mapping.places import Place, Step
from gateway.mapping.writing.styles import Style, style_of

Index = Any
"""A scope of a document made ready for finding: see `finding.py`."""

Value = Callable[[Index, Context], Any]
"""Reads a field from a scope; None where it does not stand. Raises `Unreadable`."""


class Minus(NamedTuple):
    """How a document tells amounts below zero without a sign: by an element beside it, or by what the event is."""

    place: Place | None
    """Holds one of `below`, the first of which is written, or else `above`."""
    below: tuple[str, ...]
    above: str
    when: Expression | None
    """Over the event: where it holds, what the document has below zero is above zero in the event."""


EVENT = "\0event"
"""Key under which an entry of a loop that emits keeps its event."""


class Rule(NamedTuple):
    """One binding of a field, compiled for both directions."""

    name: str
    target: Target | None
    """None for the local value that chooses the event (`purpose`)."""
    outer: bool
    """The field belongs to the event although the section fills an inner struct."""
    places: tuple[tuple[Place, ...], ...]
    """What to read, the first being what is written; each is one place, or the parts of a time or party."""
    value: Value
    text: Callable[[Any, Context], tuple[str, ...]]
    """Canonical value -> one text per part of `places[0]`, or one per entry for a list field. Raises `Unreadable`."""
    reads: bool
    writes: bool
    required: bool
    default: Any
    carry: bool
    """`else: carry`: falls through from a level above, and is not written where that level was."""
    zone_place: str
    """Name of the event's party whose zone tells this time when the document names none."""
    constants: tuple[tuple[Place, str], ...]
    """`with:`: sibling elements written beside it."""
    write: Expression | None
    label: str
    """The place as the map writes it, for messages."""
    origin: str
    """`x12/004010/856/map.yaml:14`."""
    unless: str = ""
    """Field of the event whose equal makes this one needless: it is then not written, and read all the same."""
    beside: bool = False
    """`way: beside`: written only into a segment that is written anyway; never read."""
    counts: str = ""
    """Tag counted in the whole document (`count: HL`); read only."""
    ordinal: bool = False
    """`else: ordinal`: the entry's number among its like."""
    sender: bool = False
    """`else: sender`: the party that sent the document."""
    joined: bool = False
    """`split:`: a list of texts stands in one text."""
    repeat: int = -1
    """XML: the step of its path that each text of a list repeats; the last one without it."""
    number: bool = False
    """A number as it is, by no code table and with no implied decimals."""
    when: Expression | None = None
    """`when`: where this is false, over the event and the fields read before, it is neither read nor written."""
    less: Expression | None = None
    """`less`: the element tells the value less this, computed over the entry with its inner lists."""
    together: Any = None
    """`composing.Plain`: how to read it where a shape tells its places; None where `value` alone knows."""
    clip: bool = False
    """`clip`: words for people. They are cut to fit, and in X12 what cannot be written there becomes a blank."""
    read: Expression | None = None
    """`read:`: what the field is where the document does not say it."""
    needs: Place | None = None
    """Written only where this place has a text: X12 elements that come together or not at all."""
    minus: Minus | None = None
    xref: Xref | None = None
    """`xref`: the text is an identifier, ours in the event and the partner's in the document."""


class Variant(NamedTuple):
    """What the entries of a list are in one of several events, and what those cannot be made without."""

    struct: type[msgspec.Struct]
    required: tuple[str, ...]
    fields: frozenset[str]


class Check(NamedTuple):
    id: str
    section: str
    when: Expression | None
    expr: Expression
    rejects: bool
    text: str
    origin: str
    own: bool = False
    """It reads only fields of its own section."""


class Computed(NamedTuple):
    """An element that the event has in another form (a total): written, and compared when read."""

    place: Place
    expr: Expression
    severity: Literal["", "warn", "fault"] = ""
    """What it is where it differs; "" is not compared."""
    origin: str = ""


class Repeat(NamedTuple):
    """What is repeated without being a loop, each an entry of the list `into`: elements of one segment in groups
    (RCD06-08, 09-11, ...), or with `step` whole segments (ATH)."""

    tag: str
    start: int
    section: Section
    step: Step | None = None
    run: bool = False
    """Each such segment begins a run, up to the next: what follows is the entry's, and not the section's."""


class Section(msgspec.Struct, kw_only=True):
    """One scope. `struct` is what `into` holds; None where values belong to the event or are carried."""

    name: str
    tag: str = ""
    into: str = ""
    struct: type[msgspec.Struct] | None = None
    rules: tuple[Rule, ...] = ()
    loops: dict[str, Section] = {}
    repeats: tuple[Repeat, ...] = ()
    each: Step | None = None
    count: Place | None = None
    emits: bool = False
    """Each occurrence makes an event of its own."""
    variants: dict[str, Variant] = {}
    """Name of the event made -> what its entries are, where the events differ in it."""
    fixed: dict[str, Any] = {}
    """`set:`: values given to every entry; on writing, entries are chosen by them."""
    otherwise: bool = False
    """Read only where nothing else filled the list."""
    split: tuple[Section, ...] = ()
    """Inner loops that make an entry each, with what this section says of them all (`into: split`): those of which
    there are most, of equals the first."""
    nearest: tuple[str, ...] = ()
    """Of an inner loop that splits: segments that are not looked for in the outer one."""
    splits: bool = False
    """It is such an inner loop."""
    constants: tuple[tuple[Place, str], ...] = ()
    computed: tuple[Computed, ...] = ()
    """Elements written from an expression over the event; reading compares them where they say `severity`."""
    order: tuple[str, ...] = ()
    most: int = 0
    """How many entries one loop around them may hold when it is written; 0 for any number."""
    writes: bool = True
    """False with `way: read`: what it reads is written by another section."""
    when: Expression | None = None
    """Entries of which this is false are neither read nor written; evaluated over the entry's own fields."""
    checks: tuple[Check, ...] = ()
    wanted: frozenset[str] = frozenset()
    """Tags that some rule looks for; others are not indexed."""
    enters: bool = False
    """Some rule looks inside a loop."""
    origin: str = ""
    at: Place | None = None
    """XML: where the elements stand that the loop makes entries of."""
    ranks: dict[str, Any] = {}
    """XML: names in the order in which they are written, each with those inside it."""
    readers: tuple[tuple[str, Value, Rule, bool, frozenset[str] | None], ...] = ()
    """What reading runs through: field, finder, rule, whether absence needs no thought, and the tags without which
    nothing is found and nothing asked; None where the rule is to be run whatever stands there."""
    required: tuple[str, ...] = ()
    """Fields without which an entry of `struct` cannot be made."""
    lessened: tuple[Rule, ...] = ()
    """Rules with `less:` that are read."""
    ordinals: tuple[Rule, ...] = ()
    """Rules with `else: ordinal`."""
    by_shape: Any = None
    """`readers.Readers`: how to read its scopes by their shapes; None where that asks for more than the scope."""
    runs: bool = False
    """Some of what stands in it is of a run, and not its own (`repeats:` with `run`)."""
    marks_segment: bool = False
    """The struct keeps where it stands (`segment`)."""

    step: Step | None = None
    """X12: which loops of its tag it is, where some of them are another section's (`SAC[A]`)."""
    keyed: dict[str, tuple[Section, ...]] = {}
    """Its inner loops that are told apart by an element of the segment that opens them, by their tags."""

    @property
    def carries(self) -> bool:
        return self.into == "carry"

    def is_for(self, elements: Sequence[str]) -> bool:
        """Whether a loop that this segment opens is its own."""
        keys = self.step.keys if self.step is not None else ()
        return elements[0] == self.tag and all(n < len(elements) and elements[n] in values for n, values in keys)

    def inner_for(self, elements: Sequence[str]) -> Section | None:
        """The section of the inner loop that this segment opens: one that names its qualifier before one of all."""
        for one in self.keyed.get(elements[0], ()):
            if one.is_for(elements):
                return one
        return self.loops.get(elements[0])


class Kind(NamedTuple):
    """One event that a map makes: the struct, and fixed values that tell it from others of the same kind."""

    name: str
    struct: type[msgspec.Struct]
    fixed: dict[str, Any]
    fields: frozenset[str]
    required: tuple[str, ...] = ()


class Map(msgspec.Struct, kw_only=True):
    """A map in force. `hash` covers every file it is made of, code tables included: it is the map's version."""

    id: str
    path: str
    """Virtual path of its strongest file."""
    format: str
    type: str
    release: str = ""
    hash: str = ""
    kinds: dict[str, Kind] = {}
    """By value of the chooser; the key "" where the map makes one kind."""
    chooser: str = ""
    advice: bool = False
    canonical: bool = False
    """The document is the event itself."""
    header: Section
    carry: Section | None = None
    """What the document says once of each of its lines."""
    summary: Section
    levels: dict[str, Section] = {}
    group_by: tuple[str, ...] = ()
    emit: str = ""
    """The loop of which each occurrence makes an event of its own."""
    join: bool = False
    """Emitted events that differ in nothing but their lines are one."""
    file: FileShape = FileShape()
    ignore: tuple[Place, ...] = ()
    line_faults: bool = False
    """A fault in a line refuses the line (`faults: line`); else it refuses the document."""
    list_field: str = ""
    """The event's list of lines."""
    sender_fields: tuple[str, ...] = ()
    """Fields of the event that fall back to the sender."""
    checks: tuple[Check, ...] = ()
    """Checks of the whole event; those of a section stand there."""
    tests: tuple[dict[str, Any], ...] = ()
    origins: dict[str, str] = {}
    """Dotted path of each key in force -> file and line that say it."""
    counted: tuple[tuple[str, str], ...] = ()
    """Fields of the event that count a tag in the whole document."""
    line_level: str = ""
    """The level of which each is a line, where such levels are read by their shapes; "" where none is."""
    refers: bool = False
    """Some rule of it has a reference (`xref`)."""
    memo: dict[Any, Any] = {}
    """Shapes of segments already weighed by `coverage.py`; grows to a cap and starts again."""

    @property
    def style(self) -> Style:
        return style_of(self.format, self.file)

    @property
    def events(self) -> tuple[str, ...]:
        """Names of the events or advices it makes and writes."""
        return tuple(dict.fromkeys(kind.name for kind in self.kinds.values()))

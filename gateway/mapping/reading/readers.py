"""Read levels of one shape by a function put together for it: where a text stands is then no question any more.

The function does to such a level what the rules of the section do, as one would write it by hand, at a fifth of the
cost. It gives up at whatever is not plain: another shape, a text that cannot be read, a missing field, a check
that does not hold. Nothing is made of such a level, and the caller reads it by the rules, which alone know how to say
what is wrong. Both make the same; a property test holds them equal.
"""

from __future__ import annotations

from gateway.mapping.places import Place
from gateway.mapping.plan import Map, Rule, Section
from gateway.mapping.reading.composing import Names, Read, compose
from gateway.mapping.reading.offsets import choices_of
from gateway.x12 import Shape

SHAPES_MAX = 256
"""Shapes of levels for which a section remembers its reader."""
RECENT_MAX = 4
"""Readers that are tried before anybody asks for the shape."""


class Reader:
    """Reads levels of one shape that inherit fields of these names. Known by its identity."""

    __slots__ = ("names", "read", "shape")

    def __init__(self, shape: Shape, names: Names, read: Read) -> None:
        self.shape, self.names, self.read = shape, names, read


class Readers:
    """The readers of one section, for the shapes that were met; made once for each map that is compiled.

    Shared by threads: putting one together twice does no harm.
    """

    def __init__(self, section: Section) -> None:
        self.section = section
        places = [place for rule in section.rules if rule.reads for parts in rule.places for place in parts]
        steps = [repeat.step for repeat in section.repeats if repeat.step is not None]
        self.choices = choices_of([*places, *[Place("", step) for step in steps]])
        self.recent: tuple[Reader, ...] = ()
        """Those that were used last, the very last one first."""
        self._known: dict[tuple[Shape, Names], Reader | None] = {}

    def knows(self, shape: Shape, names: Names) -> bool:
        """Whether `of` would put nothing together."""
        return (shape, names) in self._known

    def of(self, shape: Shape, names: Names) -> Reader | None:
        """None where such levels are to be read by the rules."""
        if not self.knows(shape, names):
            if len(self._known) >= SHAPES_MAX:
                self._known.clear()
            read = compose(self.section, self.choices, shape, names)
            self._known[shape, names] = Reader(shape, names, read) if read is not None else None
        return self._known.get((shape, names))

    def used(self, reader: Reader) -> None:
        """The reader fitted: levels like that one will follow."""
        if not self.recent or self.recent[0] is not reader:
            self.recent = (reader, *[one for one in self.recent if one is not reader][: RECENT_MAX - 1])


_SILENT = Section(name="")
RULES_MAY = frozenset(
    {"unless", "beside", "ordinal", "plain", "together", "clip", "joined", "repeat", "number", "needs", "xref"}
)
"""What a rule may say beyond its places and its value; whatever else it says needs more than its own scope."""
SECTIONS_MAY = frozenset({
    "name", "tag", "into", "struct", "rules", "loops", "fixed", "writes", "constants", "computed", "order", "checks",
    "wanted", "origin", "readers", "required", "ordinals", "marks_segment", "by_shape", "repeats", "runs",
})  # fmt: skip
"""The same of a section. Its loops and repeats matter to scopes that hold some, and these are not read here."""


def readers_of(section: Section) -> Readers | None:
    """How to read scopes of a section by their shapes; None where a field of it needs more than its own scope."""
    says_more = set(Section.__struct_fields__) - SECTIONS_MAY
    if any(getattr(section, name) != getattr(_SILENT, name) for name in says_more):
        return None
    read = [rule for rule in section.rules if rule.reads]
    says = {name: value for name, value in Rule._field_defaults.items() if name not in RULES_MAY}
    if any(rule.outer or rule.zone_place or not rule.places or (rule.xref and rule.xref.late) for rule in read):
        return None
    if any(getattr(rule, name) != value for rule in read for name, value in says.items()):
        return None
    names = {rule.name for rule in read}
    if len(names) < len(read) or any(computed.severity for computed in section.computed):
        return None
    if section.carries:
        plain = not (section.checks or section.repeats) and all(
            rule.default is None and not rule.required for rule in read
        )
        return Readers(section) if plain else None
    if section.struct is None or not names <= set(section.struct.__struct_fields__):
        return None
    return Readers(section) if all(check.own for check in section.checks) else None


def line_level_of(map: Map) -> str:
    """The level of which each is a line, where such levels are read by their shapes; "" where none is."""
    for kind, section in map.levels.items():
        if section.by_shape is not None and not section.carries and section.into == map.list_field:
            return kind
    return ""

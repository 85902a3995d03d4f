"""Read many lines at once: field by field over all lines, which costs a tenth of line by line.

Only what is plain is read so: lines without loops inside them, fields that stand in one place or another. Where
anything is not (a text that cannot be read, a field that is missing, a check that does not hold) nothing is made, and
the caller reads line by line, which alone knows how to say what is wrong. Both give the same lines; a property test
holds them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from gateway.mapping.convert import Context, Unreadable, read_decimal, read_decimals
from gateway.mapping.makers import Maker, maker_of
from gateway.mapping.places import Place
from gateway.mapping.plan import Check, Map, Rule, Section
from gateway.mapping.proofs import Proof, proof_of
from gateway.mapping.referring import Xref, all_to_ours
from gateway.mapping.tables import Table, Texts, either, is_plain
from gateway.x12 import Sheet, Wanted

SHAPES_MAX = 256
"""Sets of segments for which it is remembered which rules they matter to."""
MAKERS_MAX = 64
"""Sets of fields for which a maker is kept; notices of one partner need one or two."""

Column = Sequence[Any]
"""The values of a field, one for each line; None where it has none."""


class Plain(NamedTuple):
    """A field that is one text or another, as its rule reads it; `read` None hands the text through."""

    places: tuple[Place, ...]
    read: Callable[[str, Context], Any] | None
    dropped: Any = None
    """The value that says no more than absence does."""
    xref: Xref | None = None
    """What `read` gives is an identifier of the partner's."""


class Inherited(NamedTuple):
    """What so many lines that follow one another inherit: carried values, and lists of units they stand in."""

    values: dict[str, Any]
    units: dict[str, Any]
    lines: int


class Rules:
    """The rules of a section, and which of them matter to a sheet."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.known: dict[tuple[tuple[str, ...], ...], list[tuple[Rule, tuple[Place, ...], Plain | None]]] = {}

    def of(self, sheet: Sheet) -> list[tuple[Rule, tuple[Place, ...], Plain | None]]:
        """Each rule with those of its places whose segment stands in the sheet, of which there are some, and how they
        are read at once, if they are."""
        key = tuple(sheet.first), tuple(sheet.more)
        found = self.known.get(key)
        if found is None:
            if len(self.known) >= SHAPES_MAX:
                self.known.clear()
            found = self.known[key] = []
            for rule in self.rules:
                plain: Plain | None = rule.together
                if plain is not None and not all(is_plain(place, sheet) for place in plain.places):
                    plain = None
                places = plain.places if plain is not None else [place for parts in rule.places for place in parts]
                standing = tuple(place for place in places if place.step.tag in sheet.first)
                if standing:
                    found.append((rule, standing, plain))
        return found


class Columns:
    """The fields of one section over many scopes. Made once for each map that is compiled."""

    def __init__(self, section: Section, struct: type[msgspec.Struct]) -> None:
        self.section, self.struct = section, struct
        rules = [rule for rule in section.rules if rule.reads]
        self.rules = Rules(rules)
        self.defaults = {rule.name: rule.default for rule in rules if rule.default is not None}
        self.needed = frozenset(section.required) | {rule.name for rule in rules if rule.required}
        names, defaults = struct.__struct_fields__, struct.__struct_defaults__
        without = (msgspec.NODEFAULT,) * (len(names) - len(defaults))
        self.absent = dict(zip(names, (*without, *defaults), strict=True))
        self.checks = [(check, proof_of(check.expr.text)) for check in section.checks]
        self.makers: dict[tuple[str, ...], Maker] = {}

    def make(
        self, sheet: Sheet, inherited: Sequence[Inherited], ordinals: Iterable[range], context: Context
    ) -> list[Any] | None:
        """The entries of these rows, each over what it inherits, or None: then they are to be read one by one."""
        table, fields = Table(sheet), _Fields()
        if any(table.has(repeat.tag, repeat.step) for repeat in self.section.repeats):
            return None
        try:
            fields.read_all(self.rules, table, context)
        except Unreadable:
            return None
        fields.inherit([(one.values, one.lines) for one in inherited])
        for name, default in self.defaults.items():
            fields.lay_under(name, [default] * table.size, gaps=False)
        if not all(self.holds(check, proof, fields.columns) for check, proof in self.checks):
            return None
        for rule in self.section.ordinals:
            whole = rule.target is not None and rule.target.shape == "int"
            numbers = [number for several in ordinals for number in several]
            fields.lay_under(rule.name, numbers if whole else list(map(str, numbers)), gaps=False)
        fields.inherit([(one.units, one.lines) for one in inherited])
        if self.section.marks_segment:
            fields.lay_under("segment", sheet.positions, gaps=False)
        return self.entries(fields)

    def holds(self, check: Check, proof: Proof | None, columns: dict[str, Column]) -> bool:
        """The check is false of no line."""
        if proof is not None and proof(columns):
            return True
        names = check.expr.names | (check.when.names if check.when is not None else frozenset())
        told = {name: columns[name] for name in names if name in columns}
        when, holds = check.when, check.expr.run
        rows = zip(*told.values(), strict=True) if told else iter([()])
        for row in rows:
            values = dict(zip(told, row, strict=True))
            if (when is None or when.run(values) is True) and holds(values) is False:
                return False
        return True

    def entries(self, fields: _Fields) -> list[Any] | None:
        columns, absent = fields.columns, self.absent
        if not self.needed <= columns.keys():
            return None
        for name in fields.gaps:
            column = columns[name]
            if None not in column:
                continue
            if name in self.needed:
                return None
            default = absent[name]
            if default is msgspec.NODEFAULT:
                return None
            if default is not None:
                columns[name] = [default if value is None else value for value in column]
        names = tuple([name for name in absent if name in columns])
        maker = self.makers.get(names)
        if maker is None:
            if len(self.makers) >= MAKERS_MAX:
                self.makers.clear()
            maker = self.makers[names] = maker_of(self.struct, names)
        return list(map(maker, *[columns[name] for name in names]))


class Carried:
    """The fields of a section that are carried to the lines below it."""

    def __init__(self, section: Section) -> None:
        rules = [rule for rule in section.rules if rule.reads]
        self.rules = Rules(rules)

    def rows(self, sheet: Sheet, context: Context) -> list[dict[str, Any]] | None:
        """What each row carries; None where something cannot be read."""
        table, fields = Table(sheet), _Fields()
        try:
            fields.read_all(self.rules, table, context)
        except Unreadable:
            return None
        if not fields.columns:
            return [{}] * table.size
        names = tuple(fields.columns)
        rows = [dict(zip(names, row, strict=True)) for row in zip(*fields.columns.values(), strict=True)]
        if not fields.gaps:
            return rows
        return [{name: value for name, value in row.items() if value is not None} for row in rows]


class _Fields:
    """Columns by field, and which of them may have gaps."""

    def __init__(self) -> None:
        self.columns: dict[str, Column] = {}
        self.gaps: set[str] = set()

    def read_all(self, rules: Rules, table: Table, context: Context) -> None:
        """The fields that some line has. Raises Unreadable."""
        for rule, places, plain in rules.of(table.sheet):
            if not any(map(table.stands, places)):
                continue
            if plain is not None:
                self.read(rule.name, table, plain, places, context)
            else:
                value = rule.value
                self.columns[rule.name] = [value(index, context) for index in table.indexes]
                self.gaps.add(rule.name)

    def read(self, name: str, table: Table, plain: Plain, places: Sequence[Place], context: Context) -> None:
        """A plain field, from the places where it stands. Raises Unreadable."""
        texts: Texts | None = None
        for place in places:
            if (texts is None or "" in texts) and table.stands(place):
                found = table.texts(place)
                if texts is None or found is None:
                    texts = texts if found is None else found
                else:
                    texts = either(texts, found)
        if texts is None:
            return
        gaps = "" in texts
        values: Column = texts
        if plain.read is None:
            values = [text or None for text in texts] if gaps else texts
        elif plain.read is read_decimal:
            values = read_decimals(texts, gaps)
        else:
            values = _read_each(texts, plain.read, context)
            gaps = gaps or None in values
        if plain.xref is not None and context.references is not None:
            values = all_to_ours(plain.xref, values, context)
        if plain.dropped is not None and plain.dropped in values:
            values, gaps = [None if value == plain.dropped else value for value in values], True
        self.columns[name] = values
        if gaps:
            self.gaps.add(name)

    def inherit(self, above: Sequence[tuple[dict[str, Any], int]]) -> None:
        """Take what lines inherit where they have nothing of their own: values, of so many lines each."""
        for name in {name: None for values, _ in above for name in values}:
            if name in self.columns and name not in self.gaps:
                continue
            column: list[Any] = []
            for values, count in above:
                column += [values.get(name)] * count
            self.lay_under(name, column, gaps=not all(name in values for values, _ in above))

    def lay_under(self, name: str, under: Column, *, gaps: bool) -> None:
        """Fill the gaps of a field."""
        if name not in self.columns:
            self.columns[name] = under
            if gaps:
                self.gaps.add(name)
        elif name in self.gaps:
            own = self.columns[name]
            self.columns[name] = [other if value is None else value for value, other in zip(own, under, strict=True)]
            if not gaps:
                self.gaps.discard(name)


def _read_each(texts: Texts, read: Callable[[str, Context], Any], context: Context) -> Column:
    """What each text reads as; of texts that come again and again, each is read once. Raises Unreadable."""
    different = set(texts)
    if len(different) * 2 > len(texts):
        return [read(text, context) if text else None for text in texts]
    known = {text: read(text, context) if text else None for text in different}
    return [known[text] for text in texts]


_SILENT = Section(name="")
RULES_MAY = frozenset(
    {"unless", "beside", "ordinal", "plain", "together", "clip", "joined", "repeat", "number", "needs", "xref"}
)
"""What a rule may say beyond its places and its value; whatever else it says needs more than its own scope."""
SECTIONS_MAY = frozenset({
    "name", "tag", "into", "struct", "rules", "loops", "fixed", "writes", "constants", "computed", "order", "checks",
    "wanted", "origin", "readers", "required", "ordinals", "marks_segment", "columns", "repeats", "runs",
})  # fmt: skip
"""The same of a section. Its loops and repeats matter to scopes that hold some, and these are not read here."""


def columns_of(section: Section) -> Columns | Carried | None:
    """How to read many scopes of a section at once; None where a field of it needs more than its own scope."""
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
        return Carried(section) if plain else None
    if section.struct is None or not names <= set(section.struct.__struct_fields__):
        return None
    return Columns(section, section.struct) if all(check.own for check in section.checks) else None


def wanted_of(map: Map) -> Wanted | None:
    """The levels of a map that are read many at once; None where its lines are not."""
    for kind, section in map.levels.items():
        if isinstance(section.columns, Columns) and section.into == map.list_field:
            carried = {level: one.wanted for level, one in map.levels.items() if isinstance(one.columns, Carried)}
            return Wanted(kind, section.wanted, carried)
    return None

"""Read many lines at once: field by field over all lines, which costs a third of line by line.

Only what is plain is read so: lines without loops inside them, fields that stand in one place or another. Where
anything is not (a text that cannot be read, a field that is missing, a check that does not hold) nothing is made, and
the caller reads line by line, which alone knows how to say what is wrong. Both give the same lines; a property test
holds them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from gateway.document import Loop
from gateway.mapping.convert import Context, Unreadable, is_decimal, read_decimal
from gateway.mapping.finding import index_loop
from gateway.mapping.places import PAIRS_TO, Place
from gateway.mapping.plan import Rule, Section

Elements = tuple[str, ...]


class Plain(NamedTuple):
    """A field that is one text or another, as its rule reads it; `read` None hands the text through."""

    places: tuple[Place, ...]
    read: Callable[[str, Context], Any] | None
    dropped: Any = None
    """The value that says no more than absence does."""


class Columns:
    """The fields of one section over many scopes. Made once for each map that is compiled."""

    def __init__(self, section: Section) -> None:
        self.section = section
        self.rules = [rule for rule in section.rules if rule.reads]
        self.fixed = [rule for rule in self.rules if rule.default is not None]

    def make(
        self, loops: Sequence[Loop], bases: Sequence[dict[str, Any]], ordinals: Sequence[int], context: Context
    ) -> list[Any] | None:
        """The entries of these scopes, each over what it inherits, or None: then they are to be read one by one."""
        table = _Table(self.section, loops)
        whole: dict[str, list[Any]] = {}
        parts: list[tuple[str, list[Any]]] = []
        try:
            for rule in self.rules:
                column = table.column(rule, context)
                if column is None:
                    continue
                if None in column:
                    parts.append((rule.name, column))
                else:
                    whole[rule.name] = column
        except Unreadable:
            return None
        bases = _inherit(bases, whole, parts)
        if self.section.marks_segment:
            whole["segment"] = [loop.segments[0][0] for loop in loops]
        return self.entries(whole, parts, bases, ordinals)

    def entries(
        self, whole: dict[str, list[Any]], parts: list[tuple[str, list[Any]]], bases: Sequence[dict[str, Any]],
        ordinals: Sequence[int],
    ) -> list[Any] | None:  # fmt: skip
        section, struct = self.section, self.section.struct
        if struct is None:
            return None
        needed = [name for name in section.required if name not in whole]
        needed += [rule.name for rule in self.rules if rule.required and rule.name not in whole]
        fixed = [(rule.name, rule.default) for rule in self.fixed if rule.name not in whole]
        tests = [(check.when and check.when.run, check.expr.run) for check in section.checks]
        names = tuple(whole)
        rows = zip(*whole.values(), strict=True) if whole else [()] * len(bases)
        entries = [dict(zip(names, texts, strict=True)) for texts in rows]
        if any(bases):
            entries = [{**base, **values} for base, values in zip(bases, entries, strict=True)]
        for name, column in parts:
            for values, value in zip(entries, column, strict=True):
                if value is not None:
                    values[name] = value
        for name, value in fixed:
            for values in entries:
                values.setdefault(name, value)
        for rule in section.ordinals:
            whole_number = rule.target is not None and rule.target.shape == "int"
            for values, ordinal in zip(entries, ordinals, strict=True):
                values.setdefault(rule.name, ordinal if whole_number else str(ordinal))
        for name in needed:
            if not all(name in values for values in entries):
                return None
        for when, holds in tests:
            for values in entries:
                if (when is None or when(values) is True) and holds(values) is False:
                    return None
        return [struct(**values) for values in entries]


def _inherit(
    bases: Sequence[dict[str, Any]], whole: dict[str, list[Any]], parts: list[tuple[str, list[Any]]]
) -> Sequence[dict[str, Any]]:
    """What all scopes inherit becomes columns as well; returns what is left over, all empty where nothing is."""
    names = bases[0].keys() if bases else ()
    if not names or any(base.keys() != names for base in bases):
        return bases
    partly = {name for name, _ in parts}
    for name in names:
        if name not in whole and name not in partly:
            whole[name] = [base[name] for base in bases]
    return bases if partly & names else [{}] * len(bases)


_SILENT = Section(name="")
RULES_MAY = frozenset(
    {"unless", "beside", "ordinal", "plain", "together", "clip", "joined", "repeat", "number", "needs", "xref"}
)
"""What a rule may say beyond its places and its value; whatever else it says needs more than its own scope."""
SECTIONS_MAY = frozenset({
    "name", "tag", "into", "struct", "rules", "loops", "fixed", "writes", "constants", "computed", "order", "checks",
    "wanted", "origin", "readers", "required", "ordinals", "marks_segment", "columns",
})  # fmt: skip
"""The same of a section. Its loops matter to scopes that hold some, and these are not read here."""


def columns_of(section: Section) -> Columns | None:
    """How to read many scopes of a section at once; None where a field of it needs more than its own scope."""
    says_more = set(Section.__struct_fields__) - SECTIONS_MAY
    if section.struct is None or any(getattr(section, name) != getattr(_SILENT, name) for name in says_more):
        return None
    read = [rule for rule in section.rules if rule.reads]
    says = {name: value for name, value in Rule._field_defaults.items() if name not in RULES_MAY}
    if any(rule.outer or rule.zone_place or not rule.places or (rule.xref and rule.xref.late) for rule in read):
        return None
    if any(getattr(rule, name) != value for rule in read for name, value in says.items()):
        return None
    names = {rule.name for rule in read}
    if len(names) < len(read) or not names <= set(section.struct.__struct_fields__):
        return None
    compared = any(computed.severity for computed in section.computed)
    return Columns(section) if not compared and all(check.own for check in section.checks) else None


class _Table:
    """The segments of many scopes by their tags: of each tag one a scope, and those that come after it."""

    def __init__(self, section: Section, loops: Sequence[Loop]) -> None:
        self.section, self.loops, self.size = section, loops, len(loops)
        self.first: dict[str, list[Elements | None]] = {}
        self.more: dict[str, list[tuple[int, Elements]]] = {}
        self.pairs: dict[tuple[str, tuple[int, ...]], list[dict[str, str]]] = {}
        self.indexes: list[dict[str, list[Any]]] | None = None
        wanted, first, more = section.wanted, self.first, self.more
        for n, loop in enumerate(loops):
            for _, elements in loop.segments:
                tag = elements[0]
                if tag in wanted:
                    column = first.get(tag)
                    if column is None:
                        column = first[tag] = [None] * self.size
                    if column[n] is None:
                        column[n] = elements
                    else:
                        more.setdefault(tag, []).append((n, elements))

    def column(self, rule: Rule, context: Context) -> list[Any] | None:
        """The values of a field, None where it has none; None when no scope has it. Raises Unreadable."""
        places = [place for parts in rule.places for place in parts]
        if not any(self.stands(place) for place in places):
            return None
        plain = rule.together
        if plain is None or not all(self.is_plain(place) for place in plain.places):
            if self.indexes is None:
                self.indexes = [index_loop(self.section, loop) for loop in self.loops]
            return [rule.value(index, context) for index in self.indexes]
        texts: list[str] | None = None
        for place in plain.places:
            if self.stands(place) and (texts is None or "" in texts):
                found = self.texts(place)
                texts = found if texts is None else [one or other for one, other in zip(texts, found, strict=True)]
        if texts is None:
            return None
        read, dropped = plain.read, plain.dropped
        if read is None:
            return [text or None for text in texts] if "" in texts else texts
        if read is read_decimal and "" not in texts and all(map(is_decimal, texts)):
            values: list[Any] = list(map(Decimal, texts))
        else:
            values = [read(text, context) if text else None for text in texts]
        return values if dropped is None else [None if value == dropped else value for value in values]

    def stands(self, place: Place) -> bool:
        """Some scope has such a segment."""
        tag, keys = place.step
        column = self.first.get(tag)
        if column is None:
            return False
        if not keys:
            return True
        at, wanted = keys[0]
        return any(e is not None and len(e) > at and e[at] in wanted for e in column) or any(
            len(e) > at and e[at] in wanted for _, e in self.more.get(tag, ())
        )

    def is_plain(self, place: Place) -> bool:
        if place.component or (place.pair and place.step.tag in self.more):
            return False
        return len(place.step.keys) < 2 and all(key <= place.element for key, _ in place.step.keys)

    def texts(self, place: Place) -> list[str]:
        """The text at a place in each scope, "" where none stands."""
        tag, n = place.step.tag, place.element
        column, more = self.first[tag], self.more.get(tag, ())
        if place.pair:
            return self.paired(place, column)
        if not place.step.keys:
            found = [e[n] if e is not None and len(e) > n else "" for e in column]
            for at, e in more:
                if not found[at] and len(e) > n:
                    found[at] = e[n]
            return found
        key, wanted = place.step.keys[0]
        found = [""] * self.size
        for value in wanted:
            if value is wanted[0]:
                found = [e[n] if e is not None and len(e) > n and e[key] == value else "" for e in column]
            else:
                for at, one in enumerate(column):
                    if not found[at] and one is not None and len(one) > n and one[key] == value:
                        found[at] = one[n]
            for at, e in more:
                if not found[at] and len(e) > n and e[key] == value:
                    found[at] = e[n]
        return found

    def paired(self, place: Place, column: list[Elements | None]) -> list[str]:
        """By qualifier; the pairs of a segment are sorted out once for all fields."""
        key = place.step.tag, place.pairs
        pairs = self.pairs.get(key)
        if pairs is None:
            pairs = self.pairs[key] = _pairs_of(column, place.pairs)
        found = [""] * self.size
        for qualifier in place.pair:
            if qualifier is place.pair[0]:
                found = [one.get(qualifier, "") for one in pairs]
            elif "" in found:
                found = [text or one.get(qualifier, "") for text, one in zip(found, pairs, strict=True)]
        return found


def _pairs_of(column: list[Elements | None], at: tuple[int, ...]) -> list[dict[str, str]]:
    """The values of each segment by their qualifiers."""
    start = at[0]
    if at != tuple(range(start, PAIRS_TO, 2)):
        return [_pairs(e, at) if e is not None else {} for e in column]
    found: list[dict[str, str]] = []
    for e in column:
        if e is None:
            found.append({})
            continue
        pairs = dict(zip(e[start::2], e[start + 1 :: 2], strict=False))
        # A qualifier that stands twice needs the careful look, and so does what goes on behind the pairs.
        plain = len(pairs) << 1 >= len(e) - start - 1 and len(e) <= PAIRS_TO
        found.append(pairs if plain else _pairs(e, at))
    return found


def _pairs(elements: Elements, at: tuple[int, ...]) -> dict[str, str]:
    """The first value of each qualifier, as far as it has one."""
    found: dict[str, str] = {}
    for n in at:
        if n + 1 < len(elements) and elements[n + 1]:
            found.setdefault(elements[n], elements[n + 1])
    return found

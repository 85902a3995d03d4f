"""Put a function together that reads levels of one shape: the code that somebody would write for it by hand.

Its text is made of names that are counted here, of elements by their numbers, and of fields of our own structs;
whatever comes of a map or of a document is a constant that it is given, and stands nowhere in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import msgspec

from gateway.mapping.converting.convert import DECIMAL_DIGITS_MAX, Context, is_decimal, read_decimal
from gateway.mapping.converting.referring import Xref, asked
from gateway.mapping.places import Place, Step
from gateway.mapping.plan import Check, Rule, Section
from gateway.mapping.reading.offsets import At, Layout
from gateway.x12 import Choices, Shape
from gateway.x12.tree import segment_of

SEGMENTS_MAX = 40
"""Levels of more segments are read by the rules."""

Read = Callable[..., int]
"""`read(raws, starts, members, entries, above, memos, context, separator)` appends an entry for each of the levels
`members` (numbers; `starts` has the index of each in `raws`, and that of the next) to `entries`, and says how many
these are: it ends before the first that is not plain. `above` has what they inherit, `memos` is empty at first."""


class Plain(NamedTuple):
    """A field that is one text or another, as its rule reads it; `read` None hands the text through."""

    places: tuple[Place, ...]
    read: Callable[[str, Context], Any] | None
    dropped: Any = None
    """The value that says no more than absence does."""
    xref: Xref | None = None
    """What `read` gives is an identifier of the partner's."""


class Names(NamedTuple):
    """Fields that levels inherit: values that were carried to them or are fixed, and lists of what they stand in."""

    values: tuple[str, ...]
    units: tuple[str, ...]


def compose(section: Section, choices: Choices, shape: Shape, names: Names) -> Read | None:
    """The function; None where the rules read such levels."""
    layout = Layout(shape, choices)
    if len(shape) > SEGMENTS_MAX or any(
        layout.standing(repeat.step or Step(repeat.tag)) for repeat in section.repeats
    ):
        return None
    composer = _Composer(section, layout, choices, shape, names)
    return composer.composed() if composer.is_possible else None


class _Composer:
    def __init__(self, section: Section, layout: Layout, choices: Choices, shape: Shape, names: Names) -> None:
        self.section, self.layout, self.choices, self.shape, self.names = section, layout, choices, shape, names
        self.given: dict[str, Any] = {"Decimal": Decimal, "is_decimal": is_decimal, "segment_of": segment_of}
        self.elements: dict[int, set[int]] = {n: set() for n in range(len(shape))}
        """Of each segment, the elements that are looked at."""
        self.before: list[str] = []
        self.lines: list[str] = []
        self.fields: dict[str, str] = {}
        """What holds a field, once it is read."""
        self.gaps: set[str] = set()
        """Fields that may be None."""
        self.is_possible = True
        struct = section.struct
        fields = struct.__struct_fields__ if struct is not None else ()
        defaults = struct.__struct_defaults__ if struct is not None else ()
        self.defaults = dict(zip(fields[len(fields) - len(defaults) :], defaults, strict=True))
        self.asked = {name for one in section.checks for name in _names_in(one)}
        """Fields of which a check is to know whether they are there."""
        self.inherit()
        for n, rule in enumerate(section.rules):
            if rule.reads:
                self.read(rule, f"value_{n}")
        for check in section.checks:
            self.check(check)
        self.finish()

    def give(self, value: Any) -> str:
        """The name of a constant."""
        name = f"given_{len(self.given)}"
        self.given[name] = value
        return name

    def say(self, *lines: str) -> None:
        self.lines += lines

    def inherit(self) -> None:
        for n, name in enumerate((*self.names.values, *self.names.units)):
            self.before.append(f"above_{n} = above[{self.give(name)}]")
        self.fields = {name: f"above_{n}" for n, name in enumerate(self.names.values)}

    # --- fields ----------------------------------------------------------------------------------------------

    def read(self, rule: Rule, own: str) -> None:
        """The value of one field, into the variable `own`."""
        otherwise = self.otherwise(rule)
        plain: Plain | None = rule.together
        if plain is None or any(place.component for place in plain.places):
            stands = self.read_by_rule(rule, own, otherwise)
        elif plain.read is None or plain.read is read_decimal:
            stands = self.read_text(plain, own, otherwise)
        else:
            stands = self.read_each(plain, plain.read, own, otherwise)
        if not stands:
            # A default of the struct's own is there without a word.
            if rule.default is not None:
                self.fields.setdefault(rule.name, otherwise)
            elif rule.name not in self.fields and rule.required:
                self.is_possible = False
            return
        self.fields[rule.name] = own
        if otherwise != "None":
            return
        if rule.required:
            self.say(f"if {own} is None: break")
        else:
            self.gaps.add(rule.name)

    def otherwise(self, rule: Rule) -> str:
        """What a field is that a level does not have: "None" where that is for the end to say."""
        if rule.name in self.fields:
            return self.fields[rule.name]
        if rule.default is not None:
            return self.give(rule.default)
        default = self.defaults.get(rule.name)
        is_last = rule.required or rule.name in self.asked or rule in self.section.ordinals
        return "None" if is_last or not isinstance(default, _CONSTANT) else self.give(default)

    def text(self, places: Sequence[At]) -> str:
        for segment, element in places:
            self.elements[segment].add(element)
        return " or ".join(f"text_{segment}_{element}" for segment, element in places)

    def read_text(self, plain: Plain, own: str, otherwise: str) -> bool:
        """One that is a text or a decimal; False where no such level has it."""
        places = [at for place in plain.places for at in self.layout.texts(place)]
        if not places:
            return False
        if plain.read is None and plain.xref is None:
            self.say(f"{own} = {self.text(places)} or {otherwise}")
        else:
            self.say(f"{own} = {self.text(places)}", f"if {own}:")
            if plain.read is not None:
                self.say(f" if len({own}) > {DECIMAL_DIGITS_MAX} or is_decimal({own}) is None: break")
                self.say(f" {own} = Decimal({own})")
            if plain.xref is not None:
                self.say(f" {own} = {self.told(plain.xref, own)}")
            self.say(f"else: {own} = {otherwise}")
        if plain.dropped is not None:
            self.say(f"if {own} == {self.give(plain.dropped)}: {own} = {otherwise}")
        return True

    def read_each(self, plain: Plain, read: Callable[[str, Context], Any], own: str, otherwise: str) -> bool:
        """One that a converter reads: what comes again and again, once."""
        alternatives = [places for place in plain.places if (places := self.layout.texts(place))]
        if not alternatives:
            return False
        given = self.give(read)
        self.before.append(f"memo_{own} = memos.setdefault({given}, {{}})")
        for n, places in enumerate(alternatives):
            found = (
                f"text = {self.text(places)}",
                f"{own} = memo_{own}.get(text)",
                f"if {own} is None and text: {own} = memo_{own}[text] = {given}(text, context)",
            )
            self.say(*found if n == 0 else (f"if {own} is None:", *[f" {line}" for line in found]))
        if plain.xref is not None:
            self.say(f"if {own} is not None: {own} = {self.told(plain.xref, own)}")
        if plain.dropped is not None:
            self.say(f"if {own} == {self.give(plain.dropped)}: {own} = None")
        if otherwise != "None":
            self.say(f"if {own} is None: {own} = {otherwise}")
        return True

    def told(self, xref: Xref, own: str) -> str:
        """An identifier in our words."""
        self.before.append(f"told_{own}, ask_{own} = {self.give(asked)}({self.give(xref)}, context)")
        return f"told_{own}({own}) or ask_{own}({own})"

    def read_by_rule(self, rule: Rule, own: str, otherwise: str) -> bool:
        """One that its rule alone finds; False where nothing stands that it looks for."""
        places = [place for parts in rule.places for place in parts]
        if not any(self.layout.standing(place.step) for place in places):
            return False
        tags = {place.step.tag for place in places}
        index: dict[str, list[str]] = {}
        for n, (tag, width, _) in enumerate(self.shape):
            if tag in tags:
                self.elements[n] |= set(range(1, width))
                texts = "".join(f"text_{n}_{element}, " for element in range(1, width))
                index.setdefault(tag, []).append(f"segment_of((at + {n + 1}, ({self.give(tag)}, {texts})))")
        told = ", ".join(f"{self.give(tag)}: [{', '.join(segments)}]" for tag, segments in index.items())
        self.say(f"{own} = {self.give(rule.value)}({{{told}}}, context)")
        if otherwise != "None":
            self.say(f"if {own} is None: {own} = {otherwise}")
        return True

    # --- checks, and the entry ---------------------------------------------------------------------------------

    def check(self, check: Check) -> None:
        """End where it does not hold: where all parts of it, with `or` between them, are known to be false."""
        parts = [_part(part.strip()) for part in check.expr.text.split(" or ")]
        if all(part is not None for part in parts) and check.when is None:
            if all(part[1] is None or part[0] in self.fields for part in parts if part is not None):
                wrong = [self.is_false(*part) for part in parts if part is not None]
                self.say(f"if {' and '.join(wrong)}: break")
            return
        names = sorted(_names_in(check) & self.fields.keys())
        told = ", ".join(f"{self.give(name)}: {self.fields[name]}" for name in names)
        when = f"{self.give(check.when.run)}(named) is True and " if check.when is not None else ""
        self.say(f"named = {{{told}}}", f"if {when}{self.give(check.expr.run)}(named) is False: break")

    def is_false(self, name: str, unwanted: str | None) -> str:
        value = self.fields.get(name, "None")
        return f"{value} is None" if unwanted is None else f"{value} == {self.give(unwanted)}"

    def finish(self) -> None:
        section, struct = self.section, self.section.struct
        for rule in section.ordinals:
            whole = rule.target is not None and rule.target.shape == "int"
            number = "len(entries) + 1" if whole else "str(len(entries) + 1)"
            own = self.fields.get(rule.name)
            self.fields[rule.name] = number if own is None else f"({number} if {own} is None else {own})"
            self.gaps.discard(rule.name)
        if struct is None:
            self.finish_carried()
            return
        for n, name in enumerate(self.names.units, len(self.names.values)):
            self.fields.setdefault(name, f"above_{n}")
        if section.marks_segment:
            self.fields.setdefault("segment", "at + 1")
        told = []
        for name in struct.__struct_fields__:
            default = self.defaults.get(name, msgspec.NODEFAULT)
            value = self.fields.get(name)
            is_needed = name in section.required or default is msgspec.NODEFAULT
            if value is None:
                self.is_possible = self.is_possible and not is_needed
                continue
            if name in self.gaps:
                if is_needed or not (default is None or isinstance(default, _CONSTANT)):
                    self.say(f"if {value} is None: break")
                elif default is not None:
                    self.say(f"if {value} is None: {value} = {self.give(default)}")
            told.append(f"{name}={value}")
        self.say(f"entries.append({self.give(struct)}({', '.join(told)}))")

    def finish_carried(self) -> None:
        own = {name: value for name, value in self.fields.items() if not value.startswith("above_")}
        self.say("carried = dict(above)")
        for name, value in own.items():
            self.say(f"if {value} is not None: carried[{self.give(name)}] = {value}")
        self.say("entries.append(carried)")

    # --- the function ------------------------------------------------------------------------------------------

    def taking_apart(self) -> list[str]:
        """The segments, and what a level of this shape has at its place."""
        lines, other = [f"if starts[n + 1] - at != {len(self.shape)}: break"], []
        for n, (tag, width, chosen) in enumerate(self.shape):
            texts = dict(zip(self.choices.get(tag, ()), chosen, strict=False))
            if not (self.elements[n] or texts):
                if n == 0:
                    continue
                lines.append(f"if raws[at + {n}].split(separator, 1)[0] != {self.give(tag)}: break")
                continue
            named = {0, *self.elements[n], *texts}
            taken = "".join(f"text_{n}_{element}, " if element in named else "_, " for element in range(width))
            lines.append(f"{taken}= raws[at + {n}].split(separator)")
            other += [f"text_{n}_{element} != {self.give(text)}" for element, text in {0: tag, **texts}.items()]
        if other:
            lines.append(f"if {' or '.join(other)}: break")
        return lines

    def composed(self) -> Read:
        body = ["at = starts[n]", *self.taking_apart(), *self.lines]
        text = "\n".join([
            "def read(raws, starts, members, entries, above, memos, context, separator):",
            " before = len(entries)",
            *[f" {line}" for line in self.before],
            " try:",
            "  for n in members:",
            *[f"   {line}" for line in body],
            " except (ValueError, ArithmeticError):",
            "  pass",
            " return len(entries) - before",
        ])  # fmt: skip
        module = compile(text, "<reader>", "exec")
        code = next(one for one in module.co_consts if isinstance(one, CodeType))
        return FunctionType(code, {**self.given, "__builtins__": {"len": len, "str": str, "dict": dict, **_ERRORS}})


_CONSTANT = (str, int, Decimal, tuple)
"""Of a field, a default that is what it is for every struct."""
_ERRORS = {"ValueError": ValueError, "ArithmeticError": ArithmeticError}
_OTHER = re.compile(r"""([a-z_]+) != (?:"([^"]*)"|'([^']*)')""")
_THERE = re.compile(r"([a-z_]+) is not null")
_WORDS = frozenset({"null", "true", "false", "not", "and", "or", "in", "is"})


def _names_in(check: Check) -> frozenset[str]:
    return check.expr.names | (check.when.names if check.when is not None else frozenset())


def _part(text: str) -> tuple[str, str | None] | None:
    """The field and the text of `field != "text"`, the field alone of `field is not null`; None of anything else."""
    if (match := _OTHER.fullmatch(text)) is not None and match[1] not in _WORDS:
        return match[1], match[2] if match[2] is not None else match[3]
    if (match := _THERE.fullmatch(text)) is not None and match[1] not in _WORDS:
        return match[1], None
    return None

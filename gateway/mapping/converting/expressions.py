"""The tiny language of `checks:` and `write:`: total, over Decimal, text, times and null; compiled to closures.

Comparison, and/or/not, + - * /, `??`, `in (...)`, `is null`, and a few functions. No loops, no recursion, no
attributes, no imports. Every expression ends: its length and depth are capped, and lists are walked once; within
`remembered_totals` once for a whole document, however often a line asks for the total of all. What cannot be computed
(a null operand, text against number, division by zero, overflow, a list that is too long) is null, and null fails no
check.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from gateway.mapping.converting.functions import DECIMALS, FUNCTIONS, OVER_ITEMS

LENGTH_MAX = 500
DEPTH_MAX = 32
LIST_MAX = 1_000_000
"""Entries of a list that an expression goes over; of a longer one it knows no total."""
TEXT_MAX = 10_000

Names = Mapping[str, Any]
Compiled = Callable[[Names], Any]

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-z_][a-z0-9_]*)|(?P<text>"[^"]*"|'[^']*')"""
    r"""|(?P<op>\?\?|<=|>=|!=|==|[-+*/<>(),]))"""
)
_WORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false"})


class BadExpression(ValueError):
    """The text is no expression; says where and why."""


class Expression(NamedTuple):
    """A compiled expression and the names it reads."""

    text: str
    names: frozenset[str]
    run: Compiled


def read_expression(text: str) -> Expression:
    """Compile. Raises BadExpression."""
    if len(text) > LENGTH_MAX:
        raise BadExpression(f"longer than {LENGTH_MAX} characters")
    parser = _Parser(text)
    run = parser.either()
    if parser.kind:
        raise BadExpression(f'"{parser.word}" is not expected at character {parser.start + 1}')
    return Expression(text, frozenset(parser.names), run)


class _Parser:
    """Recursive descent over the tokens; depth is counted, so that nesting cannot exhaust the stack."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0
        self.kind = self.word = ""
        self.start = 0
        self.names: set[str] = set()
        self.advance()

    def advance(self) -> str:
        word = self.word
        match = _TOKEN.match(self.text, self.at)
        if match is None:
            if self.text[self.at :].strip():
                raise BadExpression(f"cannot be read from character {self.at + 1}")
            self.kind = self.word = ""
            self.start = len(self.text)
            return word
        self.kind = str(match.lastgroup)
        self.word, self.at, self.start = match[self.kind], match.end(), match.start(self.kind)
        return word

    def take(self, *words: str) -> str:
        return self.advance() if self.kind in ("op", "name") and self.word in words else ""

    def expect(self, word: str) -> None:
        if not self.take(word):
            raise BadExpression(f'"{word}" is expected at character {self.start + 1}')

    def either(self) -> Compiled:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise BadExpression(f"nests deeper than {DEPTH_MAX}")
        left = self.both()
        while self.take("or"):
            left = _or(left, self.both())
        self.depth -= 1
        return left

    def both(self) -> Compiled:
        left = self.negated()
        while self.take("and"):
            left = _and(left, self.negated())
        return left

    def negated(self) -> Compiled:
        flips = 0
        while self.take("not"):
            flips += 1
        inner = self.compared()
        return _not(inner) if flips % 2 else inner

    def compared(self) -> Compiled:
        left = self.fallback()
        if sign := self.take("==", "!=", "<=", ">=", "<", ">"):
            return _compare(sign, left, self.fallback())
        if self.take("is"):
            negated = bool(self.take("not"))
            self.expect("null")
            return (lambda names: left(names) is not None) if negated else (lambda names: left(names) is None)
        negated = bool(self.take("not"))
        if negated or self.word == "in":
            self.expect("in")
            inside = _inside(left, self.arguments())
            return _not(inside) if negated else inside
        return left

    def fallback(self) -> Compiled:
        left = self.added()
        while self.take("??"):
            left = _fallback(left, self.added())
        return left

    def added(self) -> Compiled:
        left = self.multiplied()
        while sign := self.take("+", "-"):
            left = _arithmetic(sign, left, self.multiplied())
        return left

    def multiplied(self) -> Compiled:
        left = self.signed()
        while sign := self.take("*", "/"):
            left = _arithmetic(sign, left, self.signed())
        return left

    def signed(self) -> Compiled:
        minus = 0
        while self.take("-"):
            minus += 1
        inner = self.atom()
        return _arithmetic("-", lambda _: Decimal(0), inner) if minus % 2 else inner

    def arguments(self) -> list[Compiled]:
        self.expect("(")
        found: list[Compiled] = []
        while not self.take(")"):
            if found:
                self.expect(",")
            found.append(self.either())
        return found

    def atom(self) -> Compiled:
        kind, start = self.kind, self.start
        if self.take("("):
            inner = self.either()
            self.expect(")")
            return inner
        word = self.advance()
        if kind == "number":
            number = Decimal(word)
            return lambda _: number
        if kind == "text":
            return lambda _: word[1:-1]
        if kind != "name" or word in _WORDS - {"null", "true", "false"}:
            raise BadExpression(f"a value is expected at character {start + 1}")
        if word in ("null", "true", "false"):
            constant = {"null": None, "true": True, "false": False}[word]
            return lambda _: constant
        if self.word == "(":
            return self.call(word, start)
        self.names.add(word)
        return lambda names: _plain(names.get(word))

    def call(self, name: str, start: int) -> Compiled:
        if name in OVER_ITEMS:
            return self.over_items(name)
        if name not in FUNCTIONS:
            raise BadExpression(f'no function is called "{name}" (character {start + 1})')
        least, most, function, *_ = FUNCTIONS[name]
        arguments = self.arguments()
        if not least <= len(arguments) <= most:
            raise BadExpression(f"{name} takes {least} to {most} values")
        return lambda names: function(*[argument(names) for argument in arguments])

    def over_items(self, name: str) -> Compiled:
        """`sum(lines, quantity)`: the second part is computed for each item, with the item's fields as names.

        A third part chooses: `sum(variances, quantity, condition == "01")` takes the items where it is true.
        """
        self.expect("(")
        known = set(self.names)
        if self.kind != "name" or self.word in _WORDS:
            raise BadExpression(f"{name} takes the name of a list")
        listed = self.advance()
        self.expect(",")
        each = self.either()
        chosen = self.either() if self.take(",") else None
        self.expect(")")
        self.names = known | {listed}
        function, joined, *_ = OVER_ITEMS[name]

        def over(items: Sequence[Any]) -> Any:
            found = (_item_names(item) for item in items)
            return function(each(item) for item in found if chosen is None or chosen(item) is True)

        return lambda names: _total(over, joined, names.get(listed))


def _plain(value: Any) -> Any:
    return Decimal(value) if type(value) is int else value


_Totals = dict[tuple[int, int], tuple[Any, Any, int, Any]]
"""By what is computed and of which list: both, kept alive, and how many entries came to what."""

_totals: ContextVar[_Totals | None] = ContextVar("totals", default=None)


@contextmanager
def remembered_totals() -> Iterator[None]:
    """While one document is read or written: the total of a list is computed once, and goes on as the list grows."""
    token = _totals.set({})
    try:
        yield
    finally:
        _totals.reset(token)


def _total(over: Callable[[Sequence[Any]], Any], joined: Callable[[Any, Any], Any], items: Any) -> Any:
    """What is computed over the entries of a list, each of which depends on nothing but itself."""
    if not isinstance(items, list | tuple):
        items = ()
    if len(items) > LIST_MAX:
        return None
    known = _totals.get()
    if known is None:
        return over(items)
    key = (id(over), id(items))
    found = known.get(key)
    if found is None:
        total = over(items)
    elif found[2] == len(items):
        return found[3]
    elif found[2] < len(items):
        total = joined(found[3], over(items[found[2] :]))
    else:
        total = over(items)
    known[key] = over, items, len(items), total
    return total


def _item_names(item: Any) -> Names:
    if isinstance(item, dict):
        return item
    return msgspec.structs.asdict(item) if isinstance(item, msgspec.Struct) else {"item": item}


def _or(left: Compiled, right: Compiled) -> Compiled:
    def run(names: Names) -> Any:
        a = left(names)
        if a is True:
            return True
        b = right(names)
        return True if b is True else None if a is None or b is None else False

    return run


def _and(left: Compiled, right: Compiled) -> Compiled:
    def run(names: Names) -> Any:
        a = left(names)
        if a is False:
            return False
        b = right(names)
        return False if b is False else None if a is None or b is None else True

    return run


def _not(inner: Compiled) -> Compiled:
    def run(names: Names) -> Any:
        value = inner(names)
        return None if value is None else value is not True

    return run


def _fallback(left: Compiled, right: Compiled) -> Compiled:
    def run(names: Names) -> Any:
        value = left(names)
        return right(names) if value is None or value == "" else value

    return run


def _inside(left: Compiled, options: list[Compiled]) -> Compiled:
    def run(names: Names) -> Any:
        value = left(names)
        return None if value is None else any(_equal(value, option(names)) is True for option in options)

    return run


def _equal(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return None
    return a == b if _comparable(a, b) else None


def _comparable(a: Any, b: Any) -> bool:
    return any(isinstance(a, kind) and isinstance(b, kind) for kind in (str, Decimal, datetime, bool, tuple))


def _compare(sign: str, left: Compiled, right: Compiled) -> Compiled:
    work = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt}.get(
        sign, operator.ge
    )
    ordered = sign not in ("==", "!=")

    def run(names: Names) -> Any:
        a, b = left(names), right(names)
        if a is None or b is None or not (type(a) is type(b) or _comparable(a, b)):
            return None
        if ordered and isinstance(a, bool | tuple):
            return None
        try:
            return work(a, b)
        except TypeError:
            return None

    return run


def _arithmetic(sign: str, left: Compiled, right: Compiled) -> Compiled:
    work = {"+": DECIMALS.add, "-": DECIMALS.subtract, "*": DECIMALS.multiply, "/": DECIMALS.divide}[sign]

    def run(names: Names) -> Any:
        a, b = left(names), right(names)
        if sign == "+" and isinstance(a, str) and isinstance(b, str):
            return (a + b)[:TEXT_MAX]
        if not isinstance(a, Decimal) or not isinstance(b, Decimal):
            return None
        try:
            return work(a, b)
        except ArithmeticError:
            return None

    return run

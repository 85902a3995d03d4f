"""The little language of checks is total: every expression ends, and what cannot be computed is null."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from gateway.mapping.converting.expressions import (
    LIST_MAX,
    BadExpression,
    read_expression,
    remembered_totals,
)

NAMES: dict[str, Any] = {
    "quantity": Decimal(240),
    "shipped": Decimal("5240.5"),
    "unit": "EA",
    "lot": "",
    "loads": 2,
    "complete": True,
    "absent": None,
    "lines": ({"quantity": Decimal(1)}, {"quantity": Decimal("2.5")}, {"quantity": None}),
    "at": datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    "later": datetime(2026, 11, 22, 12, 30, tzinfo=UTC),
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3 == 7", True),
        ("-(1 + 2) - -3", Decimal(0)),
        ("quantity >= 240 and unit == 'EA'", True),
        ("loads * 120 == quantity", True),
        ("absent is null and quantity is not null", True),
        ("lot ?? unit", "EA"),
        ("absent ?? 5", Decimal(5)),
        ("unit in ('EA', 'PC')", True),
        ("unit not in ('EA')", False),
        ("not complete or false", False),
        ("len(unit) + len(lines)", Decimal(5)),
        ("sum(lines, quantity)", Decimal("3.5")),
        ("any(lines, quantity > 2)", True),
        ("all(lines, quantity > 0)", True),
        ("min(3, 1, 2) + max(1, 2) + abs(-4)", Decimal(7)),
        ("upper(trim(' ab ')) + part('xyz', 2, 2)", "AByz"),
        ("minutes(later, at)", Decimal(30)),
        ("0.1 + 0.1 + 0.1 == 0.3", True),
    ],
)
def test_expressions_compute_over_decimals_and_text(text: str, value: Any) -> None:
    assert read_expression(text).run(NAMES) == value


@pytest.mark.parametrize(
    "text",
    [
        "absent > 1",
        "quantity / 0",
        "unit > 5",
        "unit + 1",
        "quantity / absent == 1",
        "99999999999999999999 * 99999999999999999999 * 9999999999 / 0",
        "part(unit, 0, 1)",
        "minutes(at, unit)",
        "complete < complete",
        "unknown == 1",
    ],
)
def test_what_cannot_be_computed_is_null_and_fails_nothing(text: str) -> None:
    assert read_expression(text).run(NAMES) is None


@pytest.mark.parametrize(
    "text",
    [
        "unit.upper()",
        "__import__('os')",
        "lambda: 1",
        "quantity[0]",
        "quantity ** 9",
        "1 == ",
        "open('x')",
        "(" * 40 + "1" + ")" * 40,
        "1" * 501,
        "len()",
        "sum(1, 2)",
        "a b",
        "'unclosed",
        "",
    ],
)
def test_what_is_outside_the_language_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(BadExpression):
        read_expression(text)


def test_the_names_that_an_expression_reads_are_known() -> None:
    assert read_expression("a + sum(lines, quantity) > b").names == {"a", "lines", "b"}


def test_the_total_of_a_list_goes_on_as_the_list_grows() -> None:
    walked: list[int] = []

    class Line(dict[str, Any]):
        def get(self, name: str, default: Any = None) -> Any:
            walked.append(self["n"])
            return super().get(name, default)

    total, some, every = (read_expression(f"{name}(lines, {what})").run for name, what in (
        ("sum", "quantity"), ("any", "quantity > 2"), ("all", "quantity > 0"),
    ))  # fmt: skip
    lines: list[Any] = []
    with remembered_totals():
        found = []
        for n in range(1, 5):
            lines.append(Line(n=n, quantity=Decimal(n)))
            found.append((total({"lines": lines}), some({"lines": lines}), every({"lines": lines})))

    assert found == [(1, False, True), (3, False, True), (6, True, True), (10, True, True)]
    assert sorted(walked) == sorted([1, 2, 3, 4] * 3)


def test_a_list_that_is_too_long_has_no_total() -> None:
    run = read_expression("sum(lines, 1)").run

    assert run({"lines": [None] * LIST_MAX}) == LIST_MAX
    assert run({"lines": [None] * (LIST_MAX + 1)}) is None

"""Make many structs of columns of values: a function for each set of fields, a quarter of what unpacking costs.

The function is put together as a syntax tree of the struct's own field names; no text of a map comes near it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

import msgspec

Maker = Callable[..., Any]


def maker_of(struct: type[msgspec.Struct], names: tuple[str, ...]) -> Maker:
    """A function of as many values as there are names, all fields of the struct, that makes it of them."""
    if not set(names) <= set(struct.__struct_fields__):
        raise AssertionError(f"{struct.__name__} has not all of the fields {names}")
    values = [f"value_{n}" for n in range(len(names))]
    called = ast.Call(
        func=ast.Name("struct", ast.Load()),
        args=[],
        keywords=[ast.keyword(name, ast.Name(value, ast.Load())) for name, value in zip(names, values, strict=True)],
    )
    takes = ast.arguments([], [ast.arg(value) for value in values], None, [], [], None, [])
    tree = ast.fix_missing_locations(ast.Expression(ast.Lambda(takes, called)))
    code = next(one for one in compile(tree, "<maker>", "eval").co_consts if isinstance(one, CodeType))
    return FunctionType(code, {"struct": struct})

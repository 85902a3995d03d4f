"""Markdown pieces of the generated pages: tables, and the docstrings under the fields of a class."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Sequence
from typing import Any

WARNING = "<!-- Written by `make docs` from the code; edit the code instead. -->\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; line ends and bars inside cells are made harmless."""
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def field_docs(struct: type) -> dict[str, str]:
    """Field name -> the string literal that stands under it in the source; fields without one are left out."""
    body = ast.parse(inspect.getsource(struct)).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101 (what getsource gives for a class)
    return {
        field.target.id: inspect.cleandoc(following.value.value)
        for field, following in zip(body.body, body.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(following, ast.Expr)
        and isinstance(following.value, ast.Constant)
        and isinstance(following.value.value, str)
    }


def first_paragraph(docstring: str | None) -> str:
    """What a docstring says before its first empty line, as one line."""
    return " ".join(inspect.cleandoc(docstring or "").split("\n\n")[0].split())


def unindent(schema: Any) -> Any:
    """A JSON Schema with its descriptions unindented: Python 3.13 does that to docstrings, earlier ones do not."""
    if isinstance(schema, dict):
        return {
            key: inspect.cleandoc(value) if key == "description" and isinstance(value, str) else unindent(value)
            for key, value in schema.items()
        }
    return [unindent(item) for item in schema] if isinstance(schema, list) else schema

"""Sizes. The houses that we admire age badly in one way: a single file that everything flows into."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.tree import files_under, text_of

MODULE_LINES_MAX = 400
# The files that know the order of work are where a god-file would grow: everything passes through them.
STREET = {"accept.py", "process.py", "deliver.py", "elapse.py", "replay.py", "reconcile.py"}
STREET_LINES_MAX = 200
# A test module is a list of claims that do not depend on each other: long is a nuisance there, not a tangle.
TEST_LINES_MAX = 600
FUNCTION_LINES_MAX = 60

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files() -> list[Path]:
    return files_under("gateway", "ledger", "benchmarks", "docs", "tests", suffix=".py")


def functions_of(path: Path) -> Iterator[Function]:
    tree = ast.parse(text_of(path))
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def lines_of_work(function: Function) -> int:
    """Lines of the function without its docstring: what it says about itself is free."""
    first = function.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    spoken = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - spoken


def lines_allowed(path: Path) -> int:
    if path.parts[0] == "tests":
        return TEST_LINES_MAX
    is_street = path.parts[:2] == ("gateway", "pipeline") and path.name in STREET
    return STREET_LINES_MAX if is_street else MODULE_LINES_MAX


def test_no_module_outgrows_one_sitting() -> None:
    lengths = {path: len(text_of(path).splitlines()) for path in python_files()}

    assert {str(path): length for path, length in lengths.items() if length > lines_allowed(path)} == {}


def test_no_function_outgrows_one_screen() -> None:
    too_long = {
        f"{path}:{function.lineno} {function.name}": lines_of_work(function)
        for path in python_files()
        # A migration is history: it lists what was made then, and is never edited.
        if path.parent.name != "versions"
        for function in functions_of(path)
        if lines_of_work(function) > FUNCTION_LINES_MAX
    }

    assert too_long == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path)
        for path in files_under("gateway", "ledger", "benchmarks", "docs", suffix=".py")
        if text_of(path).strip() and ast.get_docstring(ast.parse(text_of(path))) is None
    ]

    assert silent == []

"""Words and names that must not enter the tree, each with its story."""

from __future__ import annotations

import ast
import re

from tests.tidy.tree import files, files_under, text_of

# A module with such a name says nothing about what belongs in it, so in the end everything does.
VAGUE_MODULES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}

# The project must build and read the same wherever it is cloned: nothing points outside the tree, at the machine it
# was written on, or at where packages come from (the client's own configuration says that). Spelled in pieces, since
# this file is searched too.
OUTSIDE = ["../" + "shared", "/wo" + "rk/", ".libr" + "ary", "/root/" + ".pyenv"]
REGISTRIES = [
    "pypi" + ".org", "python" + "hosted", "npm" + "js.", "crates" + ".io", "proxy.golang" + ".org", "maven" + ".org",
    "index" + "-url", "find" + "-links", '"resol' + 'ved": "h', "deb.debian" + ".org",
]  # fmt: skip
PRIVATE_KEY = re.compile("-----BEGIN [A-Z0-9 ]*PRIVATE" + " KEY-----")
NOTE_FOR_NOBODY = re.compile(r"#.*\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b(?!\(#\d+\))")


def findings(words: list[str]) -> list[str]:
    return [f"{path}: {word}" for path in files() for word in words if word in text_of(path)]


def test_module_names_say_what_belongs_in_them() -> None:
    vague = [str(path) for path in files() if path.suffix == ".py" and path.stem.strip("_") in VAGUE_MODULES]

    assert vague == []


def test_nothing_points_outside_the_tree() -> None:
    assert findings(OUTSIDE) == []


def test_no_file_names_a_package_registry() -> None:
    assert findings(REGISTRIES) == []


def test_no_file_holds_a_private_key() -> None:
    assert [str(path) for path in files() if PRIVATE_KEY.search(text_of(path))] == []


def test_unfinished_work_names_its_issue() -> None:
    notes = [
        f"{path}:{number} {line.strip()}"
        for path in files_under("gateway", "ledger", "benchmarks", "docs", "tests", suffix=".py")
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if NOTE_FOR_NOBODY.search(line)
    ]

    assert notes == []


def calls_of(source: str) -> set[str]:
    """Dotted names that are called, as written: `time.sleep`, `mock.patch`."""
    return {ast.unparse(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)}


def test_no_test_sleeps() -> None:
    # A sleep is a guess about another machine's speed: wait for the thing itself, or move the clock, a parameter.
    sleeping = {
        str(path): sorted(name for name in calls_of(text_of(path)) if name.split(".")[-1] == "sleep")
        for path in files_under("tests", suffix=".py")
    }

    assert {path: names for path, names in sleeping.items() if names} == {}


def test_no_test_patches_by_path() -> None:
    # A patched path keeps passing after the code behind it has moved; fakes that we own do not.
    patching = [
        str(path)
        for path in files_under("tests", suffix=".py")
        if "unittest.mock" in text_of(path).replace('"unittest.mock" in', "")
    ]

    assert patching == []


def test_every_test_names_a_claim() -> None:
    # `test_posting_2` says nothing when it fails; a claim has a verb, so at least three words after `test_`.
    terse = [
        f"{path}:{node.lineno} {node.name}"
        for path in files_under("tests", suffix=".py")
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and node.name.count("_") < 3
    ]

    assert terse == []

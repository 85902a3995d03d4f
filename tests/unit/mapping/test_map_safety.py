"""A map is data: whatever stands in it, nothing is raised but mistakes, nothing hangs, and nothing is reached."""

from __future__ import annotations

import ast
import contextlib
import copy
import itertools
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import ruamel.yaml
from ruamel.yaml import YAML

import gateway.mapping
from gateway.errors import OperatorMistake
from gateway.formats import read_csv, read_json
from gateway.mapping import Map, read_document, write_document
from gateway.mapping.compiling.compile import compile_map
from gateway.mapping.compiling.files import KEYS as FILE_KEYS
from gateway.mapping.compiling.guided import check_against_guide
from gateway.mapping.compiling.vocabulary import CHECK, FIELD, REPEAT, SECTION, TEST, TOP, XREF
from gateway.mapping.converting.expressions import BadExpression, read_expression
from gateway.mapping.converting.pairs import OPTIONS
from tests.unit.mapping.maps import NOTICE, configuration, document, shipped

HOSTILE: tuple[Any, ...] = (
    "__import__('os').system('id')", "{0.__class__}", "$(id)", "`id`", "!!python/object/apply:os.system [id]",
    "../../../../etc/passwd", "file:///etc/passwd", "http://127.0.0.1/", "os.environ", "().__class__.__bases__",
    "lambda: 0", "(" * 400, "a" * 600, "9" * 400, "\u0000", "\u202e", "%s%n", "REF[" + "A|" * 200 + "A].02",
    "DTM[011]." + "9" * 30, "sum(lines, sum(lines, sum(lines, quantity)))", "not " * 120 + "true", "-" * 400 + "1",
    "", [], {}, ["a"], {"a": "b"}, [[["x"]]], {"at": {"at": {"at": "BSN.02"}}}, "null", "true", "-1", "1e999",
)  # fmt: skip
EVENTS_OF_ESCAPE = ("os.", "subprocess.", "socket.", "shutil.", "ctypes.", "urllib.", "ftplib.", "exec", "import")
"""Audit events that a map must never bring about while it is compiled, read or written by."""
SECONDS_MAX = 1.0
YAML_FOLDER = str(Path(ruamel.yaml.__file__).parent)

_watching: list[str] | None = None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching is None or not (event == "open" or event.startswith(EVENTS_OF_ESCAPE)):
        return
    # The YAML reader looks into its own folder for plug-ins, whatever it is to read.
    if not str(arguments[0] if arguments else "").startswith(YAML_FOLDER):
        _watching.append(f"{event} {arguments[:1]}")


sys.addaudithook(_audit)


@contextlib.contextmanager
def watched() -> Iterator[list[str]]:
    """Every file, process, socket or import that is asked for inside."""
    global _watching
    found: list[str] = []
    _watching = found
    try:
        yield found
    finally:
        _watching = None


def mutants(source: str, count: int, seed: int) -> Iterator[str]:
    """Texts of the map with one or two values or keys replaced by something hostile."""
    rng = random.Random(seed)
    for _ in range(count):
        value = YAML(typ="safe", pure=True).load(source)
        for _ in range(rng.randint(1, 2)):
            places = list(_places(value))
            holder, key = rng.choice(places)
            if isinstance(holder, dict) and rng.random() < 0.2:
                holder[str(rng.choice(HOSTILE))[:200] or "x"] = holder.pop(key)
            else:
                holder[key] = rng.choice(HOSTILE)
        yield _written(value)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from _places(inner)


def _written(value: Any) -> str:
    import json

    return json.dumps(value)


def use(map: Map) -> None:
    """Read and write by a map that compiled, whatever it says."""
    if map.format == "csv":
        read = read_document(map, read_csv(b"receipt_id,part_no,qty_received\nR1,P1,1\n", map.file, map.type))
    else:
        read = read_document(map, document(NOTICE))
    read.provenance()
    str(read.unmapped)
    for event in read.events:
        write_document(map, event)


def try_all(count: int, seed: int) -> tuple[int, list[str]]:
    """How many mutants compiled, and what went wrong with any."""
    wrong: list[str] = []
    compiled = 0
    files = shipped()
    guide = configuration().guides.find("", "", "004010", "856")
    for path in ("mappings/x12/004010/856/map.yaml", "mappings/csv/goods_receipt/map.yaml"):
        for text in mutants(files[path].decode(), count, seed):

            def attempt(text: str = text, path: str = path) -> bool:
                """Whether it is a map at all."""
                map = compile_map({**files, path: text.encode()}, path)
                if map.format == "x12":
                    check_against_guide(map, guide)
                use(map)
                return True

            start = time.process_time()
            try:
                compiled += attempt()
            except OperatorMistake:
                pass
            except Exception as error:
                wrong.append(f"{type(error).__name__}: {error} <- {text[:2000]}")
            # A process that has run for an hour may stop to collect its garbage: slow is what is so twice.
            if time.process_time() - start > SECONDS_MAX and seconds(attempt) > SECONDS_MAX:
                wrong.append(f"slow <- {text[:2000]}")
    return compiled, wrong


def seconds(attempt: Callable[[], object]) -> float:
    start = time.process_time()
    with contextlib.suppress(Exception):
        attempt()
    return time.process_time() - start


def test_a_mutilated_map_is_a_mistake_or_a_map_and_never_anything_else() -> None:
    compiled, wrong = try_all(20, 7)

    assert wrong == []
    assert compiled > 5


@pytest.mark.long
def test_hundreds_of_mutilated_maps_are_mistakes_or_maps() -> None:
    compiled, wrong = try_all(200, 11)

    assert wrong == []
    assert compiled > 50


def test_no_map_opens_a_file_or_a_socket_or_starts_or_imports_anything() -> None:
    document(NOTICE)  # the guide's steps are compiled by the first document, which no map has a part in
    try_all(1, 3)
    with watched() as reached:
        try_all(5, 5)

    assert reached == []


ESCAPES = (
    "__import__('os').system('id')", "{0.__class__}", "../../../../etc/passwd", "file:///etc/passwd",
    "http://127.0.0.1/", "quantity.__class__", "/etc/passwd",
)  # fmt: skip
ORDER: dict[str, Any] = {
    "event": "OrderPlaced",
    "header": {"fields": {"number": {"at": "/no", "required": "true"}}},
    "loops": {
        "/lines": {
            "into": "lines",
            "fields": {
                "part_number": {"at": "/part", "required": "true"},
                "quantity": {"at": "/qty", "as": "decimal", "required": "true"},
                "due_at": {"at": "/due", "as": "iso"},
            },
        }
    },
}
TAKERS = {option: name for name, options in OPTIONS.items() for option in options}


def with_escape(table: str, key: str, text: str) -> dict[str, Any]:
    """The order's map with a text that would reach outside, at one key of the language."""
    map: dict[str, Any] = copy.deepcopy(ORDER)
    line = map["loops"]["/lines"]
    match table:
        case "TOP":
            map[key] = text
        case "SECTION":
            line[key] = text
        case "REPEAT":
            line["repeats"] = [{"each": "REF", "into": "schedule", "fields": {"quantity": "/q"}, key: text}]
        case "CHECK":
            map["checks"] = [{"id": "x", "expr": "true", key: text}]
        case "TEST":
            map["tests"] = [{"in": "x.sample.json", key: text}]
        case "XREF":
            line["fields"]["part_number"]["xref"] = {"of": "part", key: text}
        case "FILE":
            map["file"] = {key: text}
        case "OPTION":
            taker = TAKERS[key]
            field = {"decimal": "quantity", "implied": "quantity"}.get(taker, "part_number")
            line["fields"][field] |= {"as": taker, key: text}
        case _:
            line["fields"]["part_number"][key] = text
    return map


def test_no_construct_of_the_language_reaches_python_files_or_the_network() -> None:
    tables: dict[str, Iterable[str]] = {
        "TOP": TOP, "SECTION": SECTION, "REPEAT": REPEAT, "FIELD": FIELD, "OPTION": TAKERS, "XREF": XREF,
        "CHECK": CHECK, "TEST": TEST, "FILE": FILE_KEYS["json"],
    }  # fmt: skip
    data = read_json(b'{"no": "PO1", "lines": [{"part": "/etc/passwd", "qty": "1"}]}', "order")
    path = "mappings/json/order/map.yaml"
    codes = {name: content for name, content in shipped().items() if name.startswith("mappings/codes/")}
    # Types of events are looked up when the first map asks for them: that is to be over before anybody watches.
    try_all(1, 3)
    used, slow = 0, []
    with watched() as reached:
        for table, keys in tables.items():
            for key, text in itertools.product(keys, ESCAPES):
                start = time.process_time()
                try:
                    map = compile_map(codes | {path: _written(with_escape(table, key, text)).encode()}, path)
                except OperatorMistake:
                    continue
                finally:
                    if time.process_time() - start > SECONDS_MAX:
                        slow.append(f"{table} {key}: {text}")
                reading = read_document(map, data)
                for event in reading.events:
                    write_document(map, event)
                used += 1

    assert (reached, slow) == ([], [])
    assert used > 20


def test_the_watch_itself_sees_files_and_imports(tmp_path: Path) -> None:
    with watched() as reached:
        (tmp_path / "seen").write_text("x")
        with pytest.raises(ImportError):
            __import__("no_such_module_as_this")

    assert {one.split()[0] for one in reached} >= {"open", "import"}


@pytest.mark.parametrize(
    "text",
    [
        "quantity.__class__", "quantity.real", "lines[0]", "().__class__", "__builtins__", "_x", "eval('1')",
        "exec('1')", "getattr(quantity, 'real')", "open('/etc/passwd')", "import os", "f'{quantity}'",
        "quantity := 1", "[x for x in lines]", "lambda: 1", "print(1)", "globals()", "len.__call__(lines)",
        "@quantity", "quantity;1",
    ],
)  # fmt: skip
def test_no_expression_reaches_into_python(text: str) -> None:
    if text in ("__builtins__", "_x"):
        # A name is only ever looked up among the fields that it is given.
        assert read_expression(text).run({"quantity": 1}) is None
        return
    with pytest.raises(BadExpression):
        read_expression(text)


def test_an_expression_gets_at_no_value_that_is_no_field() -> None:
    class Secret:
        token = "hidden"

    names = {"thing": Secret(), "lines": (Secret(),)}

    assert read_expression("thing == 'hidden'").run(names) is None
    assert read_expression("text(thing)").run(names) is None
    assert read_expression("any(lines, token == 'hidden')").run(names) is False


def test_the_most_expensive_expression_of_the_allowed_length_takes_no_time() -> None:
    lines = tuple({"quantity": 1, "lines": ()} for _ in range(10_000))
    for text in ("any(lines, " * 30 + "true" + ")" * 30, "(" * 30 + "1" + ")" * 30, "1" + "*9999999999" * 40):
        start = time.process_time()
        read_expression(text).run({"lines": lines})
        assert time.process_time() - start < SECONDS_MAX


def test_the_language_calls_nothing_that_runs_text() -> None:
    forbidden = {"eval", "exec", "compile", "__import__", "open", "getattr", "setattr", "globals", "vars"}
    folder = Path(gateway.mapping.__file__).parent
    for path in (*folder.glob("converting/*.py"), folder / "reading" / "picking.py"):
        calls = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert calls & forbidden == set(), path.name

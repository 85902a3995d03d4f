"""No movement outside `Ledger.record`: who builds a movement, who writes which fact, and who reaches those writers.

Read from the source alone, so that it also finds what no test runs. Every rule has its twin: planted violations that
must be found, and honest code that must not be.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from tests.tidy.tree import files_under, text_of

PURE = ("ledger/stock/", "ledger/matching/", "ledger/handling/")
"""These build movements as values and reach no database: what becomes of them is `Ledger.record`'s to say."""

TABLES = ("ledger.book.storage.tables.", "ledger.book.storage.document_tables.")
VERBS = ("insert", "update", "delete")
SQL = re.compile(
    r"(?:(INSERT|REPLACE)(?: OR \w+)? INTO|(DELETE) FROM|(UPDATE)(?: ONLY)?|(TRUNCATE)(?: TABLE)?|(COPY|MERGE INTO))"
    r'\s+"?(movement|bucket|event|event_line|outcome|history|closing|book)"?(?!\w)(?=$|\s|\()',
    re.IGNORECASE,
)

FACTS = ("event", "event_line", "outcome", "movement")

WRITERS = {
    ("movement", "insert", "ledger/book/saving/balances.py", "Balances.post"),
    ("bucket", "insert", "ledger/book/saving/balances.py", "Balances.post"),
    ("bucket", "update", "ledger/book/saving/balances.py", "Balances._update"),
    ("event", "insert", "ledger/book/journal/log.py", "Log.save"),
    ("event_line", "insert", "ledger/book/journal/log.py", "Log.save"),
    # A line that waited has posted or was refused: its status is the one thing of a fact that may change.
    ("event_line", "update", "ledger/book/journal/log.py", "Log.save"),
    ("outcome", "insert", "ledger/book/journal/log.py", "Log.save"),
    ("book", "insert", "ledger/book/journal/heads.py", "lock_head"),
    ("book", "update", "ledger/book/journal/heads.py", "save_head"),
    ("history", "insert", "ledger/book/saving/sealing.py", "put_slice"),
    ("closing", "insert", "ledger/book/saving/sealing.py", "put_slice"),
}
"""(table, verb, module, function): every statement in the house that writes a fact, a balance or a head."""

GENERAL = {
    # Papers of a document that is read again: no facts, but what was filed of them.
    ("?", "delete", "ledger/book/saving/filing.py", "_take_out"),
    # The records of documents and cases, by their codecs: projections, none of them in `WRITERS`.
    ("?", "insert", "ledger/book/saving/saving.py", "_save"),
    ("?", "update", "ledger/book/saving/saving.py", "_save"),
    # What decisions filed (prices, promises, schedules, reports, invoices): rows that are added and never changed.
    ("?", "insert", "ledger/book/saving/filing.py", "file"),
    # `crossdock ledger rebuild --replace`: projections are made anew from the facts, in one place.
    ("?", "delete", "ledger/book/proving/rebuild.py", "rebuild"),
    ("?", "insert", "ledger/book/proving/rebuild.py", "rebuild"),
}
"""Statements whose table is a value: each is looked at by a person before it comes to stand here."""

REACH = {
    "ledger.book.saving.balances.Balances": {
        ("ledger/book/batch.py", "Batch.__init__"),
        # Only looks buckets up.
        ("ledger/book/bringing/origins.py", "_ids"),
    },
    "ledger.book.batch.Batch": {("ledger/book/recording.py", "Ledger._begin")},
}
"""Who makes the things that post: the way from `Ledger.record` and `tick` to the tables is the only one."""


class Write(NamedTuple):
    table: str
    verb: str
    path: str
    function: str


class Module:
    """One file, and what its names stand for."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.tree = path, ast.parse(source)
        self.names: dict[str, str] = {}
        package = path.removesuffix(".py").split("/")[:-1]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for name in node.names:
                    self.names[name.asname or name.name.split(".")[0]] = (
                        name.name if name.asname else name.name.split(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                above = package[: len(package) - node.level + 1] if node.level else []
                module = ".".join([*above, *([node.module] if node.module else [])])
                for name in node.names:
                    self.names[name.asname or name.name] = f"{module}.{name.name}"
        self.annotations = {id(inner) for node in self._annotations() for inner in ast.walk(node)}

    def functions(self) -> Iterator[tuple[str, ast.AST, dict[str, str]]]:
        """Each piece of code with its qualified name and what names stand for in it; the module's own is ""."""
        yield from self._pieces(self.tree, "")

    def _pieces(self, node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST, dict[str, str]]]:
        known = dict(self.names)
        for inner in _own(node):
            if isinstance(inner, ast.Assign) and len(inner.targets) == 1 and isinstance(inner.targets[0], ast.Name):
                meant = self.meaning(inner.value, known)
                if meant:
                    known[inner.targets[0].id] = meant
        yield name, node, known
        for inner in _own(node):
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from self._pieces(inner, f"{name}.{inner.name}".lstrip("."))

    def meaning(self, node: ast.AST, known: dict[str, str]) -> str:
        """The dotted name that an expression stands for, "" where only running it tells."""
        if isinstance(node, ast.Name):
            return known.get(node.id, "")
        if isinstance(node, ast.Attribute):
            of = self.meaning(node.value, known)
            return f"{of}.{node.attr}" if of else ""
        return ""

    def _annotations(self) -> Iterator[ast.AST]:
        for node in ast.walk(self.tree):
            for field in ("annotation", "returns"):
                found = getattr(node, field, None)
                if isinstance(found, ast.AST):
                    yield found


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Everything inside that does not belong to a function or class within; those themselves are named."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _own(child)


def writes_of(module: Module) -> set[Write]:
    """Every statement of the module that writes a table of the ledger."""
    found: set[Write] = set()
    for name, piece, known in module.functions():
        for node in _own(piece):
            if isinstance(node, ast.Call):
                for verb, table in _written(module, node, known):
                    found.add(Write(table, verb, module.path, name))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                for match in SQL.finditer(node.value):
                    verb = next(filter(None, match.groups()[:5])).lower()
                    if verb != "update" or " set " in f"{node.value.lower()} ":
                        found.add(Write(match[6].lower(), verb, module.path, name))
    return found


def _written(module: Module, call: ast.Call, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    function = module.meaning(call.func, known)
    verb = function.rpartition(".")[2]
    if function.startswith("ledger.book.storage.bulk.") and verb in VERBS:
        yield verb, _table(module, call.args[1] if len(call.args) > 1 else None, known)
    elif function.startswith("sqlalchemy.") and verb in VERBS:
        table = _table(module, call.args[0] if call.args else None, known)
        if table != "?" or module.path.startswith("ledger/"):
            yield verb, table
    elif function.startswith(TABLES) and verb in VERBS:
        yield verb, function.split(".")[4]


def _table(module: Module, node: ast.AST | None, known: dict[str, str]) -> str:
    meant = module.meaning(node, known) if node is not None else ""
    return meant.split(".")[4] if meant.startswith(TABLES) else "?"


def builders_of(module: Module) -> set[tuple[str, str]]:
    """(module, function) wherever a movement is made, or handed on to be made, outside the pure parts."""
    return uses_of(module, "ledger.stock.bucket.Movement") if not module.path.startswith(PURE) else set()


def uses_of(module: Module, what: str) -> set[tuple[str, str]]:
    """(module, function) wherever the class is named, but for annotations: those make nothing."""
    found: set[tuple[str, str]] = set()
    for name, piece, known in module.functions():
        for node in _own(piece):
            is_name = isinstance(node, ast.Name | ast.Attribute) and id(node) not in module.annotations
            if is_name and module.meaning(node, known) == what:
                found.add((module.path, name))
    return found


@cache
def house() -> tuple[Module, ...]:
    """The code that ships and could name what is looked for; migrations make the tables and are never edited."""
    return tuple(
        Module(path.as_posix(), text_of(path))
        for path in files_under("gateway", "ledger", suffix=".py")
        if path.parent.name != "versions" and ("ledger" in text_of(path) or SQL.search(text_of(path)))
    )


@cache
def written_in_the_house() -> frozenset[Write]:
    return frozenset(write for module in house() for write in writes_of(module))


def test_only_known_statements_write_facts_balances_and_heads() -> None:
    written = written_in_the_house()
    named = {table for table, *_ in WRITERS}

    assert {tuple(write) for write in written if write.table in named} == WRITERS
    assert {tuple(write) for write in written if write.table == "?"} == GENERAL


def test_no_statement_changes_or_removes_a_fact() -> None:
    written = written_in_the_house()

    changing = {write for write in written if write.table in FACTS and write.verb != "insert"}
    only = ("event_line", "update", "ledger/book/journal/log.py", "Log.save")
    assert {tuple(write) for write in changing} == {only}


def test_movements_are_built_by_pure_parts_alone() -> None:
    assert [found for module in house() for found in builders_of(module)] == []


@pytest.mark.parametrize("what", REACH)
def test_nothing_but_ledger_record_and_tick_reaches_what_posts(what: str) -> None:
    assert {found for module in house() for found in uses_of(module, what)} == REACH[what]


# --- the twins ------------------------------------------------------------------------------------------------

IMPORTS = """
from sqlalchemy import delete, insert, update
import sqlalchemy as sa
import ledger.stock.bucket
import ledger.stock.bucket as shapes
from ledger.book.storage import bulk, tables
from ledger.book.storage.tables import movement as moved
from ledger.stock.bucket import Movement as M
from ledger.book.storage.bulk import insert as put
"""

PLANTED_WRITES = {
    "bulk.insert(conn, tables.movement, rows)": ("movement", "insert"),
    "put(conn, moved, rows)": ("movement", "insert"),
    "conn.execute(insert(tables.bucket).values(quantity=1))": ("bucket", "insert"),
    "conn.execute(sa.update(tables.bucket))": ("bucket", "update"),
    "table = tables.movement; conn.execute(delete(table))": ("movement", "delete"),
    "conn.execute(tables.event.delete())": ("event", "delete"),
    "conn.execute(moved.update().values(quantity=1))": ("movement", "update"),
    "conn.exec_driver_sql('UPDATE bucket SET quantity = 1')": ("bucket", "update"),
    "conn.exec_driver_sql('update \"movement\" set quantity = 1')": ("movement", "update"),
    "cursor.execute(f'INSERT INTO movement VALUES ({marks})')": ("movement", "insert"),
    "cursor.execute('DELETE FROM outcome')": ("outcome", "delete"),
    "cursor.execute('TRUNCATE event')": ("event", "truncate"),
    "bulk.insert(conn, anything, rows)": ("?", "insert"),
}

PLANTED_BUILDERS = (
    "M(source, target, 1, '')",
    "shapes.Movement(source, target, 1, '')",
    "ledger.stock.bucket.Movement(source, target, 1, '')",
    "list(map(M, sources, targets))",
    "M._make(row)",
    "make = M; make(source, target, 1, '')",
)

HONEST = (
    "conn.execute(select(tables.movement))",
    "bulk.select(conn, tables.bucket, ('id',), (), ('id',), keys)",
    "chosen.update(tables=1)",
    "log.info('update of an event')",
    "def tell(movement: M) -> list[M]: return [movement]",
    "conn.execute(insert(tables.waiting))",
)


def planted(line: str, path: str = "gateway/pipeline/short_cut.py") -> Module:
    body = line if line.startswith("def ") else "\n".join(f"    {part}" for part in line.split("; "))
    return Module(path, IMPORTS + (body if line.startswith("def ") else f"def post(conn):\n{body}\n"))


@pytest.mark.parametrize("line", PLANTED_WRITES)
def test_a_planted_write_is_found(line: str) -> None:
    path = "ledger/queries/short_cut.py"

    assert {(write.table, write.verb) for write in writes_of(planted(line, path))} == {PLANTED_WRITES[line]}


@pytest.mark.parametrize("line", PLANTED_BUILDERS)
def test_a_planted_movement_is_found(line: str) -> None:
    assert builders_of(planted(line)) == {("gateway/pipeline/short_cut.py", "post")}


@pytest.mark.parametrize("line", HONEST)
def test_honest_code_is_let_pass(line: str) -> None:
    module = planted(line)

    assert builders_of(module) == set()
    assert {write for write in writes_of(module) if write.table in {table for table, *_ in WRITERS}} == set()


def test_a_second_way_to_the_books_is_found() -> None:
    module = Module(
        "gateway/cli/mend.py",
        "from ledger.book.batch import Batch\ndef mend(conn, head):\n    Batch(conn, head).finish()\n",
    )

    assert uses_of(module, "ledger.book.batch.Batch") == {("gateway/cli/mend.py", "mend")}


def test_relative_imports_hide_nothing() -> None:
    module = Module(
        "ledger/queries/deep.py", "from ..book.storage import bulk, tables\nbulk.insert(c, tables.movement, [])\n"
    )

    assert writes_of(module) == {Write("movement", "insert", "ledger/queries/deep.py", "")}

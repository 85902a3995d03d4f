"""Find the data that people edit (mappings, partners) and read its YAML with the line of every key.

Search order, first wins: the home folder, the defaults inside the installed package, the checkout. This module
knows folders and YAML; it never knows what a key means.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node, ScalarNode, SequenceNode

from gateway.errors import OperatorMistake

PACKAGE_DEFAULTS = Path(__file__).resolve().parent / "_defaults"
CHECKOUT = Path(__file__).resolve().parent.parent

YAML_BYTES_MAX = 1_000_000
YAML_DEPTH_MAX = 32
DIGITS_MAX = 40
SOURCE_BYTES_MAX = 8_000_000

SOURCE_NAMES = frozenset({"map.yaml", "guide.xml", "guide.yaml", "partner.yaml"})
"""Files that decide answers; samples, expected results and readmes beside them do not. Partners' certificates do too
(`partners/<id>/certs/`): they decide whose signature is good, now and in a replay."""
HOME_FILES = ("people.yaml", "policy.yaml", "signals.yaml")
"""Files of the home itself that decide answers: who may do what, and what is done about signals."""
CERTIFICATE_SUFFIXES = (".pem", ".crt", ".cer")


# --- folders -------------------------------------------------------------------------------------------------


def search_roots(home: Path | None = None) -> tuple[Path, ...]:
    """Folders that may hold `mappings/` and `partners/`, strongest first; only those that exist."""
    wanted = [home] if home is not None else []
    wanted.append(PACKAGE_DEFAULTS if (PACKAGE_DEFAULTS / "mappings").is_dir() else CHECKOUT)
    return tuple(root for root in wanted if (root / "mappings").is_dir() or (root / "partners").is_dir())


def source_files(
    roots: Sequence[Path], home_partners: Path | None = None, *, examples: bool = False
) -> dict[str, Path]:
    """Every file in force, by virtual path (`mappings/x12/004010/856/map.yaml`, `partners/acme/partner.yaml`).

    A folder of an earlier root shadows the same folder of a later one as a whole. Partner folders whose name
    begins with `_` stay out unless `examples` are asked for. `home_partners` is the folder of partners in force,
    beside which the home's own files lie; without it each root's `partners/` is taken.
    """
    found: dict[str, Path] = {}
    if home_partners is not None:
        beside = ((name, home_partners.parent / name) for name in HOME_FILES)
        found.update((name, path) for name, path in beside if path.is_file())
    for name in ("mappings", "partners"):
        taken: set[str] = set()
        bases = [root / name for root in roots]
        if name == "partners" and home_partners is not None:
            bases = [home_partners]
        for base in bases:
            here = {f"{name}/{inside}": path for inside, path in sorted(_sources_under(base, name, examples))}
            shadowed = {path: file for path, file in here.items() if _folder(path, name) not in taken}
            found.update(shadowed)
            taken.update(_folder(path, name) for path in here)
    return found


def read_sources(files: Mapping[str, Path]) -> dict[str, bytes]:
    """The bytes of `source_files`, in order of path. Raises OperatorMistake for what cannot be read."""
    contents: dict[str, bytes] = {}
    for path in sorted(files):
        try:
            contents[path] = files[path].read_bytes()
        except OSError as error:
            raise OperatorMistake(f"cannot be read: {error.strerror}", file=path) from error
        if len(contents[path]) > SOURCE_BYTES_MAX:
            raise OperatorMistake(f"is larger than {SOURCE_BYTES_MAX} bytes", file=path)
    return contents


def _sources_under(base: Path, name: str, examples: bool) -> Iterator[tuple[str, Path]]:
    """Name below `base` and path of each source; hidden files and folders stay out."""
    for folder, folders, files in os.walk(base):
        inside = () if folder == str(base) else Path(os.path.relpath(folder, base)).parts
        folders[:] = [one for one in folders if not one.startswith(".")]
        if name == "partners" and not inside and not examples:
            folders[:] = [one for one in folders if not one.startswith("_")]
        for file in files:
            if not file.startswith(".") and _decides(name, inside, file):
                yield "/".join((*inside, file)), Path(folder, file)


def _decides(name: str, folders: tuple[str, ...], file: str) -> bool:
    """Whether a file of this name in these folders below `mappings/` or `partners/` decides answers."""
    if file in SOURCE_NAMES:
        return True
    if name == "mappings":
        code_table = folders[:1] == ("codes",) and file.endswith(".yaml")
        return code_table or ("_release" in folders and file.endswith((".xml", ".txt")))
    return folders[1:] == ("certs",) and file.endswith(CERTIFICATE_SUFFIXES)


def _folder(path: str, name: str) -> str:
    """What is shadowed as one: a document type's folder, or a whole partner; code tables go file by file."""
    parts = path.split("/")
    if name == "partners":
        return "/".join(parts[:2])
    return path if parts[1] == "codes" else "/".join(parts[:-1])


# --- mistakes of the operator ---------------------------------------------------------------------------------


class At(int):
    """A line of a file, counted from 1, that knows the column as well."""

    column: int

    def __new__(cls, line: int, column: int) -> At:
        found = super().__new__(cls, line)
        found.column = column
        return found


class Mistake(NamedTuple):
    """One thing wrong in a file that we keep: where, what, and how to mend it."""

    file: str
    line: int | None
    text: str
    mend: str = ""

    @property
    def column(self) -> int | None:
        """Where on the line it stands, counted from 1; None where only the line is known."""
        return self.line.column if isinstance(self.line, At) else None

    @property
    def located(self) -> str:
        """As editors and terminals read it: `partners/acme/x12/004010/856/map.yaml:6:7: unknown field ...`."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place}: {self.text}" + (f" ({self.mend})" if self.mend else "")

    @property
    def members(self) -> dict[str, Any]:
        """As JSON tells it."""
        return {
            "file": self.file, "line": self.line, "column": self.column, "text": self.text, "mend": self.mend,
        }  # fmt: skip

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file} line {self.line}"
        return f"{place}: {self.text}" + (f" ({self.mend})" if self.mend else "")


class Mistakes(OperatorMistake):
    """All mistakes found in one pass, so that they are mended in one pass."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes), key=lambda m: (m.file, m.line or 0, m.text)))
        first = self.mistakes[0]
        if len(self.mistakes) == 1:
            super().__init__(first.text, file=first.file, line=first.line, mend=first.mend)
        else:
            super().__init__("\n".join(map(str, self.mistakes)))
            self.file, self.line, self.mend = first.file, first.line, first.mend


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean "isa"?`, else what is known if that is short, else nothing."""
    known = sorted(set(known))
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    return "known: " + ", ".join(known) if known and len(known) <= 12 else ""


# --- YAML ----------------------------------------------------------------------------------------------------


class Yaml(NamedTuple):
    """A YAML file: dicts, lists and text, and the line on which each key or item stands (1 is the first)."""

    file: str
    value: Any
    lines: Mapping[tuple[str | int, ...], int]

    def line(self, *path: str | int) -> int | None:
        """Line of a key (`header`, `fields`, `quantity`) or item; of the nearest parent if it is not there."""
        return self.place(*path)[1]

    def place(self, *path: str | int) -> tuple[str, int | None]:
        """File and line of a key or item."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.file, self.lines.get(path)


def read_yaml(path: Path | bytes, file: str = "") -> Yaml:
    """Read YAML 1.2 with every scalar as its text: `05`, `011`, `NO` and `1.0` stay as written.

    `path` may be the bytes themselves; `file` is the name used in messages. Raises OperatorMistake, with the
    line, for bad YAML, a key twice, anchors, tags, several documents, and beyond size and depth.
    """
    if isinstance(path, Path):
        file = file or str(path)
        try:
            path = path.read_bytes()
        except OSError as error:
            raise OperatorMistake(f"cannot be read: {error.strerror}", file=file) from error
    if len(path) > YAML_BYTES_MAX:
        raise OperatorMistake(f"is larger than {YAML_BYTES_MAX} bytes", file=file)
    try:
        text = path.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OperatorMistake(f"is not UTF-8 at byte {error.start}", file=file) from error
    if "\t" in text and (line := next((n for n, t in enumerate(text.split("\n"), 1) if t.startswith("\t")), None)):
        raise OperatorMistake("a tab indents this line", file=file, line=At(line, 1), mend="use spaces")
    try:
        root = _compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = str(error.problem or error.context)
        mend = "inside { } a text that holds [ ] stands in quotes" if "got '['" in problem else ""
        raise OperatorMistake(
            f"is not YAML: {problem}", file=file, line=None if mark is None else _at(mark), mend=mend
        ) from error
    except YAMLError as error:
        raise OperatorMistake(f"is not YAML: {error}", file=file) from error
    lines: dict[tuple[str | int, ...], int] = {(): At(1, 1)}
    return Yaml(file, {} if root is None else _plain(root, (), lines, file), lines)


@lru_cache(maxsize=256)
def _compose(text: str) -> Node | None:
    """The nodes of a text; nobody may change them. Kept, since most files are as they were at the last look."""
    root: Node | None = YAML(typ="safe", pure=True).compose(text)
    return root


def _plain(node: Node, path: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int], file: str) -> Any:
    line = _at(node.start_mark)
    lines.setdefault(path, line)
    if node.anchor is not None:
        # An alias makes one text mean two places: no line could be named for it, and nesting them explodes.
        raise OperatorMistake("anchors and aliases are not read here", file=file, line=line, mend="write it out")
    if len(path) > YAML_DEPTH_MAX:
        raise OperatorMistake(f"nests deeper than {YAML_DEPTH_MAX}", file=file, line=line)
    if isinstance(node, ScalarNode):
        return str(node.value)
    if isinstance(node, SequenceNode):
        return [_plain(item, (*path, n), lines, file) for n, item in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            raise OperatorMistake("a key must be plain text", file=file, line=_at(key.start_mark))
        name = str(key.value)
        if name in found:
            raise OperatorMistake(f'key "{name}" stands twice', file=file, line=_at(key.start_mark))
        lines[(*path, name)] = _at(key.start_mark)
        found[name] = _plain(value, (*path, name), lines, file)
    return found


def _at(mark: Any) -> At:
    return At(mark.line + 1, mark.column + 1)


class Source(Protocol):
    """What entries are read from: one YAML file, or several laid over each other."""

    @property
    def value(self) -> Any: ...

    def place(self, *path: str | int) -> tuple[str, int | None]: ...


class Entry:
    """A value of a YAML file while it is checked: asks for a shape, notes a Mistake and answers a default if not.

    All entries of a file share one list, so that every mistake of the file is found in one pass.
    """

    __slots__ = ("mistakes", "path", "source", "value")

    def __init__(self, source: Source, mistakes: list[Mistake], path: tuple[str | int, ...] = (), value: Any = None):
        self.source, self.mistakes, self.path = source, mistakes, path
        self.value = source.value if not path else value

    @property
    def name(self) -> str:
        return ".".join(map(str, self.path))

    @property
    def place(self) -> tuple[str, int | None]:
        return self.source.place(*self.path)

    def note(self, text: str, mend: str = "") -> None:
        self.mistakes.append(Mistake(*self.place, text, mend))

    def mapping(self, known: Iterable[str] | None = None) -> dict[str, Entry]:
        """The entries of a mapping by key; with `known`, other keys are mistakes and left out."""
        if not isinstance(self.value, dict):
            if self.value != "":
                self.note(f"{self.name or 'the file'} must be a mapping of keys")
            return {}
        entries = {
            key: Entry(self.source, self.mistakes, (*self.path, key), value) for key, value in self.value.items()
        }
        if known is None:
            return entries
        known = tuple(known)
        for key in [key for key in entries if key not in known]:
            entries.pop(key).note(f'unknown key "{key}"', did_you_mean(key, known))
        return entries

    def items(self) -> list[Entry]:
        """The entries of a list; one plain text counts as a list of one, nothing as an empty list."""
        if isinstance(self.value, dict):
            self.note(f"{self.name} must be a list")
            return []
        values = self.value if isinstance(self.value, list) else [self.value] if self.value != "" else []
        listed = isinstance(self.value, list)
        return [
            Entry(self.source, self.mistakes, (*self.path, n) if listed else self.path, value)
            for n, value in enumerate(values)
        ]

    def text(self, default: str = "") -> str:
        if isinstance(self.value, str):
            return self.value
        self.note(f"{self.name} must be text")
        return default

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())

    def choice(self, options: Iterable[str], default: str, what: str = "") -> str:
        value, options = self.text(default), tuple(options)
        if value in options:
            return value
        if isinstance(self.value, str):
            self.note(f'unknown {what or self.path[-1]} "{value}"', did_you_mean(value, options))
        return default

    def flag(self, default: bool = False) -> bool:
        return {"true": True, "false": False}[self.choice(("true", "false"), "true" if default else "false")]

    def whole(self, default: int, least: int = 0, most: int = 10**9) -> int:
        value = self.text(str(default))
        if value.isascii() and value.isdigit() and len(value) <= DIGITS_MAX and least <= int(value) <= most:
            return int(value)
        self.note(f'{self.name} "{value}" must be a whole number from {least} to {most}')
        return default

    def amount(self, default: Decimal, what: str = "", most: int = 10**9) -> Decimal:
        """A number from 0 on, exact as written; `what` is its name in a mistake's text."""
        text = self.text(str(default))
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if value.is_finite() and 0 <= value <= most:
            return value
        bound = f"at most {most}" if value.is_finite() and value > most else "a number, 0 or above"
        self.note(f'{what or self.name} "{text}" must be {bound}', "write it like 10 or 0.5")
        return default

    def such(self, test: Callable[[str], bool], must: str, default: str = "") -> str:
        value = self.text(default)
        if test(value):
            return value
        self.note(f'{self.name} "{value}" {must}')
        return default

"""Code tables, each a pair: the partner's code to the canonical value, and the value back to a code.

Tables stand inline in a map or in `mappings/codes/<name>.yaml`, so that units are kept once for all maps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gateway.resources import Entry, Mistake, read_yaml


class CodeTable(NamedTuple):
    """Where several codes read as one value, the first listed is written."""

    name: str
    values: Mapping[str, str]
    codes: Mapping[str, str]

    @property
    def one_to_one(self) -> bool:
        return len(self.values) == len(self.codes)


def build_table(name: str, values: Mapping[str, str]) -> CodeTable:
    codes: dict[str, str] = {}
    for code, value in values.items():
        codes.setdefault(value, code)
    return CodeTable(name, dict(values), codes)


def table_path(name: str) -> str:
    return f"mappings/codes/{name}.yaml"


def read_table_file(content: bytes, path: str, mistakes: list[Mistake]) -> dict[str, str]:
    """The codes of a table file: `table`, `note`, `codes`. Its mistakes are noted with their lines."""
    entry = Entry(read_yaml(content, path.removeprefix("mappings/")), mistakes)
    keys = entry.mapping(("table", "note", "codes"))
    name = path.rsplit("/", 1)[-1].removesuffix(".yaml")
    if "table" in keys and keys["table"].text() != name:
        keys["table"].note(f'table "{keys["table"].text()}" stands in {name}.yaml', "one name for both")
    if "codes" not in keys:
        entry.note('key "codes" is missing')
        return {}
    return {code: value.text() for code, value in keys["codes"].mapping().items()}

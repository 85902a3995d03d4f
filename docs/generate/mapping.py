"""The reference of the mapping language and its JSON Schema, from the tables that the compiler itself takes."""

from __future__ import annotations

import json
from collections.abc import Mapping

from docs.generate.text import WARNING, table
from gateway.mapping.compiling.files import KEYS as FILE_KEYS
from gateway.mapping.compiling.schema import build_schema
from gateway.mapping.compiling.vocabulary import CHECK, CONVERTERS, FIELD, OPTIONS, REPEAT, SECTION, TEST, TOP, XREF
from gateway.mapping.converting.durations import CODES
from gateway.mapping.converting.expressions import DEPTH_MAX, LENGTH_MAX, LIST_MAX
from gateway.mapping.converting.functions import FUNCTIONS, OVER_ITEMS
from gateway.mapping.converting.moments import PERIODS
from gateway.mapping.converting.pairs import OPTIONS as TAKEN
from gateway.mapping.converting.pairs import PARTS, SHAPES
from gateway.mapping.converting.zones import SEASONAL, ZONES
from gateway.mapping.places import PAIRS_AT

HEAD = """# The mapping language

Every key of a `map.yaml` and what it says. How to write one: [write a mapping](../how-to/write-a-mapping.md); how the
parts go together: [the page beside the maps](../../mappings/README.md).

For editors there is a [JSON Schema](map.schema.json). With the YAML extension of an editor that reads it, this first
line of a map completes keys and fields: `# yaml-language-server: $schema=<path of map.schema.json>`; `crossdock map
schema` prints it.

"""


def build_page() -> str:
    """The whole page, keys in the order of their tables."""
    return "".join(
        [
            WARNING,
            HEAD,
            _keys("The file", TOP),
            _keys("A section", SECTION, "`header`, `summary`, `carry`, and what stands in `levels` and `loops`."),
            _keys("An entry of `repeats`", REPEAT),
            _keys("A field", FIELD, "A field is a place, or a mapping of these keys and of its converter's options."),
            _keys("A reference", XREF, "`xref:` of a field: one of the kinds of `of`, or a mapping."),
            _converters(),
            _keys("Options of converters", OPTIONS),
            _functions(),
            _keys("A check", CHECK),
            _keys("A test", TEST),
            _files(),
            _codes(),
        ]
    ).rstrip() + "\n"  # fmt: skip


def build_schema_file() -> str:
    """The JSON Schema as it is kept."""
    return json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n"


def _keys(title: str, words: Mapping[str, str], under: str = "") -> str:
    rows = [[f"`{key}`", said] for key, said in words.items()]
    return f"## {title}\n\n{under + chr(10) * 2 if under else ''}{table(['key', 'says'], rows)}\n"


def _converters() -> str:
    rows = [
        [
            f"`{name}`",
            CONVERTERS[name],
            ", ".join(shapes),
            "1" if (parts := PARTS.get(name, (1, 1))) == (1, 1) else f"{parts[0]} to {parts[1]}",
            ", ".join(f"`{option}`" for option in TAKEN.get(name, ())),
        ]
        for name, shapes in SHAPES.items()
    ]
    return f"## Converters\n\n{table(['as', 'text', 'fields', 'places', 'options'], rows)}\n"


def _functions() -> str:
    rows = [[f"`{function.shown}`", function.words] for function in FUNCTIONS.values()]
    rows += [[f"`{shown}`", words] for _, _, shown, words in OVER_ITEMS.values()]
    head = f"""## Expressions

`== != < <= > >= + - * / ?? and or not`, `in ('A', 'B')`, `is null`, `is not null`, numbers, texts in quotes, `true`,
`false`, `null`, names of fields, and these functions. Numbers are exact; what cannot be computed is null, and null
fails no check. At most {LENGTH_MAX} characters and {DEPTH_MAX} levels of brackets; a list counts up to {LIST_MAX:,}
entries. There are no loops, no definitions, and no way to anything but the fields.

"""
    return f"{head}{table(['function', 'gives'], rows)}\n"


def _files() -> str:
    rows = [[name, ", ".join(f"`{key}`" for key in keys)] for name, keys in FILE_KEYS.items()]
    return f"## `file:`\n\n{table(['format', 'keys'], rows)}\n"


def _codes() -> str:
    pairs = ", ".join(f"{tag} {', '.join(f'{n:02d}' for n in at[:3])}" for tag, at in PAIRS_AT.items())
    periods = ", ".join(f"`{code}`" for code in PERIODS)
    seasonal = ", ".join(f"`{code}`" for code in SEASONAL)
    fixed = ", ".join(f"`{code}`" for code in sorted(ZONES.keys() - SEASONAL.keys()))
    units = ", ".join(f"`{code}` {name}" for code, name in CODES.items())
    return f"""## Codes that are known

- Qualifier and value pairs (`LIN[@BP]`) begin at: {pairs}.
- Zones of times: {seasonal} follow the season as dated; {fixed} are fixed; `LT` is that of the place.
- Formats of `period`: {periods}.
- Units of `duration`: {units}.
"""

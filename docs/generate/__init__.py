"""Pages that are written from the code, so that they cannot say anything else. `make docs` writes them.

Each module here builds one kind of page as text; this list says where they go. Nothing here decides what is true.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from docs.generate import (
    cli,
    configuration,
    discrepancies,
    divergences,
    documents,
    errors,
    event_schemas,
    exports,
    mapping,
    policy,
    rest,
    roles,
    samples,
    signals,
    terms,
)

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
EVENTS = ROOT / "docs" / "events"


class Page(NamedTuple):
    """One generated file and the function that gives its whole text."""

    path: Path
    build: Callable[[], str]

    def is_current(self) -> bool:
        return self.path.is_file() and self.path.read_text("utf-8") == self.build()

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.build(), "utf-8")


PAGES: tuple[Page, ...] = (
    Page(REFERENCE / "cli.md", cli.build_page),
    Page(REFERENCE / "configuration.md", configuration.build_page),
    Page(REFERENCE / "errors.md", errors.build_page),
    Page(REFERENCE / "rest.md", rest.build_page),
    Page(REFERENCE / "openapi.json", rest.build_openapi),
    Page(REFERENCE / "discrepancies.md", discrepancies.build_page),
    Page(REFERENCE / "samples.md", samples.build_page),
    Page(REFERENCE / "x12-divergences.md", divergences.build_page),
    Page(REFERENCE / "exports.md", exports.build_page),
    Page(REFERENCE / "mapping-language.md", mapping.build_page),
    Page(REFERENCE / "map.schema.json", mapping.build_schema_file),
    Page(REFERENCE / "documents.md", documents.build_page),
    Page(REFERENCE / "terms.md", terms.build_page),
    Page(REFERENCE / "roles.md", roles.build_page),
    Page(REFERENCE / "policy.md", policy.build_page),
    Page(REFERENCE / "signals.md", signals.build_page),
    *(Page(EVENTS / name, build) for name, build in event_schemas.schema_files()),
)

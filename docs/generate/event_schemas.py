"""JSON Schemas of events, outcomes and advices: what `POST /v1/events` takes, and what webhooks and queries give."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from docs.generate.text import unindent
from ledger.advices import ADVICES
from ledger.events import EVENTS
from ledger.outcomes import OUTCOMES, Recorded

STRUCTS: tuple[type[msgspec.Struct], ...] = (*EVENTS, *OUTCOMES, *ADVICES, Recorded)


def schema_files() -> list[tuple[str, Callable[[], str]]]:
    """(file name, function that gives its whole text), one per struct: `ShipmentNotified.schema.json`."""
    return [(f"{struct.__name__}.schema.json", partial(build_schema, struct)) for struct in STRUCTS]


def build_schema(struct: type[msgspec.Struct]) -> str:
    """JSON Schema 2020-12 of one struct; quantities are strings, since a float would round them."""
    (schema,), components = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    named: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": struct.__name__,
        **schema,
        "$defs": components,
    }
    return json.dumps(unindent(named), indent=2, ensure_ascii=False) + "\n"

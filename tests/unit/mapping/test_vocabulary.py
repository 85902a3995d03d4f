"""The words of the language are said once: compiler, reference and schema take them from the same tables."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from gateway.mapping.compiling.rules import KEYS
from gateway.mapping.compiling.schema import build_schema, field_names
from gateway.mapping.compiling.vocabulary import CONVERTERS, FIELD, OPTIONS
from gateway.mapping.converting import pairs
from tests.unit.mapping.maps import shipped

SCHEMA = jsonschema.Draft202012Validator(build_schema())
MAPS = sorted(path for path in shipped() if path.endswith("/map.yaml"))


def loaded(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def faults_of(text: str) -> list[str]:
    return sorted(f"{error.json_path}: {error.validator}" for error in SCHEMA.iter_errors(loaded(text)))


def test_every_converter_and_option_has_its_words_and_no_other() -> None:
    assert list(CONVERTERS) == [name for name in CONVERTERS if name in pairs.SHAPES]
    assert CONVERTERS.keys() == pairs.SHAPES.keys() == pairs.OPTIONS.keys() | {"int", "date"}
    assert {option for options in pairs.OPTIONS.values() for option in options} == OPTIONS.keys()
    assert set(KEYS) == FIELD.keys() | OPTIONS.keys()


@pytest.mark.parametrize("path", MAPS)
def test_every_shipped_map_fits_the_schema(path: str) -> None:
    assert faults_of(shipped()[path].decode()) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("levles: {}", ["$: additionalProperties"]),
        ("header: {feilds: {}}", ["$.header: additionalProperties"]),
        ("header: {fields: {number: {at: BSN.02, as: decimla}}}", ["$.header.fields.number: anyOf"]),
        ("event: ShipmentNotifed", ["$.event: anyOf"]),
        ("checks: [{id: a}]", ["$.checks[0]: required"]),
        ("faults: lines", ["$.faults: enum"]),
    ],
)
def test_what_an_editor_should_mark_is_marked(text: str, told: list[str]) -> None:
    assert faults_of(text) == told


def test_the_schema_is_one_and_names_the_fields_of_events_and_of_what_is_in_them() -> None:
    jsonschema.Draft202012Validator.check_schema(build_schema())

    assert {"number", "part_number", "quantity", "price.amount", "cum_shipped", "due_at"} <= set(field_names())

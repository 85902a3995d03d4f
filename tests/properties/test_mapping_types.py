"""Every document type in both directions: events like those of its samples, but with other identifiers, quantities,
days and lines, are written, accepted by the guide, and read back as they were."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from gateway.document import Document
from gateway.mapping import Configuration, Map, read_document
from gateway.mapping.compiling.sections import all_sections
from gateway.mapping.trios import find_trios, read_sample, roundtrip
from gateway.partners import Partner
from gateway.resources import CHECKOUT, read_sources, source_files

PARTNER = Partner(id="acme", time_zone="America/Detroit")
COUNTED = ("line_count", "hash_total", "hl_count")
"""Written anew from what is there."""
IDENTIFIERS = frozenset({
    "number", "part_number", "supplier_part_number", "order_number", "order_line", "lot", "serials", "bill_of_lading",
    "packing_slip", "pro_number", "trailer", "release", "contract", "shipment_id", "handling_unit", "receipt_id",
    "invoice", "reference", "part_revision",
})  # fmt: skip
QUANTITIES = frozenset({"quantity", "cum_shipped", "price", "units_per_load", "quantity_expected"})


@cache
def configuration() -> Configuration:
    return Configuration.from_files(read_sources(source_files([CHECKOUT])))


def maps() -> list[str]:
    """Every shipped map but that of the canonical event, whose samples make anything."""
    return [path for path in configuration().maps if not configuration().map_at(path).canonical and sources(path)]


@cache
def sources(path: str) -> list[tuple[Document, Any]]:
    """The documents of a map's samples with what each makes."""
    map = configuration().map_at(path)
    found: list[tuple[Document, Any]] = []
    for trio in find_trios(configuration(), [CHECKOUT]):
        if trio.map != path or trio.writes or trio.roundtrip == "none":
            continue
        for document in read_sample(configuration(), map, trio.input.read_bytes(), None):
            reading = read_document(map, document, PARTNER)
            if document.accepted is not False and not any(fault.rejects for fault in reading.faults):
                found += [(document, made) for made in (*reading.events, *reading.advices)]
    return found


@cache
def bound(path: str) -> frozenset[str]:
    """Fields that the map writes from the event alone, as a text or number without a table."""
    map = configuration().map_at(path)
    sections = all_sections([map.header, map.summary, *map.levels.values()])
    return frozenset(
        rule.name
        for section in sections
        for rule in section.rules
        if rule.writes and rule.reads and (rule.number or (rule.together and rule.together.read is None))
    )


class Changes:
    """One way to make another event of one: the same text becomes the same other text wherever it stands."""

    def __init__(self, data: st.DataObject, names: frozenset[str]) -> None:
        self.data, self.names = data, names
        self.texts: dict[str, str] = {}
        self.days = timedelta(days=data.draw(st.integers(0, 300)))
        self.factor = data.draw(st.integers(1, 40))

    def of(self, value: Any, name: str = "") -> Any:
        if isinstance(value, msgspec.Struct):
            fields = {f: getattr(value, f) for f in value.__struct_fields__ if f not in COUNTED}
            others = {f: self.of(inner, f) for f, inner in fields.items()}
            return msgspec.structs.replace(value, **{f: new for f, new in others.items() if new != fields[f]})
        if isinstance(value, datetime):
            return value + self.days
        if isinstance(value, date):
            return value + self.days
        if isinstance(value, tuple):
            entries = tuple(self.of(inner, name) for inner in value)
            if name == "lines" and entries and self.data.draw(st.booleans()):
                return tuple(self.data.draw(st.permutations(entries)))[: self.data.draw(st.integers(1, len(entries)))]
            return entries
        if isinstance(value, Decimal) and name in self.names & QUANTITIES:
            return value * self.factor
        if isinstance(value, str) and name == "number" and value[-9:-8] == "@":
            # A number made of the document's own and its day (846): the day moves with the others.
            return f"{value[:-8]}{date.fromisoformat(value[-8:]) + self.days:%Y%m%d}"
        if isinstance(value, str) and value and name in self.names & IDENTIFIERS:
            return self.text(value)
        return value

    def text(self, value: str) -> str:
        """Another identifier as long, without leading zeros; digits stay digits, for some places take only these."""
        if value not in self.texts:
            letters = "0123456789" if value.isdigit() else "ABCDEFGHJK0123456789"
            size = len(value)
            other = self.data.draw(st.text(letters, min_size=size, max_size=size))
            taken = other in self.texts.values() or other in self.texts or other[0] == "0"
            self.texts[value] = value if taken else other
        return self.texts[value]


def problems(map: Map, document: Document, made: Any) -> list[str]:
    """What is lost on the way there and back, counts apart."""
    reading: Any = SimpleNamespace(events=(made,), advices=())
    found = roundtrip(configuration(), map, document, reading, PARTNER, "canonical")
    return [text for text in found if not any(f"$.{name} " in text for name in COUNTED)]


@pytest.mark.parametrize("path", maps())
@settings(suppress_health_check=list(HealthCheck), max_examples=8, deadline=None, phases=[Phase.generate])
@given(data=st.data())
def test_events_like_those_of_the_samples_come_back(path: str, data: st.DataObject) -> None:
    map = configuration().map_at(path)
    document, made = data.draw(st.sampled_from(sources(path)))
    found = problems(map, document, Changes(data, bound(path)).of(made))
    checks = [check.id for section in _sections(map) for check in section.checks] + [c.id for c in map.checks]

    # What the map's own checks refuse is no event of the type.
    assume(not any(f" check {id} " in text for text in found for id in checks))
    assert found == []


def _sections(map: Map) -> Any:
    return all_sections([map.header, map.summary, *map.levels.values()])


def test_every_document_type_that_ships_has_such_events() -> None:
    without = [p for p in configuration().maps if not configuration().map_at(p).canonical and p not in maps()]

    assert without == []


def test_changed_events_are_others() -> None:
    @settings(max_examples=20, deadline=None)
    @given(data=st.data())
    def differs(data: st.DataObject) -> None:
        path = "mappings/x12/004010/850/map.yaml"
        made = sources(path)[0][1]
        changed = Changes(data, bound(path)).of(made)
        seen.add(changed == made)

    seen: set[bool] = set()
    differs()

    assert False in seen

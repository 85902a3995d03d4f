"""Which field a place of a sample may fill, how sure that is, and why: from the maps in force, names and values.

Offline and repeatable: the same maps and sample give the same candidates. A candidate is a proposal, never a binding.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from gateway.errors import OperatorMistake
from gateway.mapping.compiling.source import read_map_source
from gateway.mapping.compiling.targets import ADVICE_KINDS, Target, targets_of
from gateway.mapping.configuration import Configuration
from gateway.mapping.converting.codes import read_table_file, table_path
from gateway.mapping.drafting.sightings import Scope, Sighting, Sightings
from ledger.events import KINDS

SURE = 0.6
"""From here on a candidate is written as a binding; below it as a remark."""
LIKELY = 0.35
"""Below it nothing is proposed."""
NAME_SURE, NAME_LIKE = 0.9, 0.7
KIN_ALIKE = 0.66

SHORT: Mapping[str, str] = {
    "qty": "quantity", "quantities": "quantity", "no": "number", "nbr": "number", "num": "number", "nr": "number",
    "po": "order", "purchase": "order", "dt": "date", "ts": "time", "uom": "unit", "um": "unit",
    "hu": "handling unit",
    "sku": "part number", "item": "part", "art": "part", "article": "part", "product": "part", "material": "part",
    "asn": "shipment",
    "despatch": "shipment", "dispatch": "shipment", "bol": "bill of lading", "rev": "revision", "loc": "location",
    "vendor": "supplier", "seller": "supplier", "plant": "ship to", "site": "ship to", "batch": "lot", "sn": "serial",
    "serials": "serial", "cum": "cumulative", "recd": "received", "rcvd": "received", "ord": "order", "id": "number",
    "amt": "amount", "desc": "description", "exp": "expected", "ref": "reference", "shipped": "shipped",
}  # fmt: skip
"""Words and shorthands as partners write them -> as the fields are called."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,9})?\Z")
_DATE = re.compile(r"(?:\d{6}|\d{8}|\d{4}-\d\d-\d\d(?:[T ].{0,30})?)\Z")


_Reason = tuple[float, str, Any, Mapping[str, Any]]
"""How sure, why, what to write, and the code tables that it needs."""


class Known(NamedTuple):
    """One binding of a map in force: the scope's kind, the place, the field and what the map says of it."""

    scope: str
    """`header`, `levels`, `loops`; a place means the same in all scopes of a kind."""
    field: str
    said: Any
    """The binding as the map says it: a place, or its keys."""
    map: str
    types: frozenset[str]
    """Events or advices that the map makes."""
    codes: Mapping[str, Any]
    """The map's code tables as it says them."""


class Candidate(NamedTuple):
    """`sight` may fill `field` of the event (`inner`: of its lines); `said` is what to write for it."""

    sight: Sighting
    field: str
    inner: bool
    sureness: float
    because: str
    said: Any
    codes: Mapping[str, Any]


class Drafted(NamedTuple):
    """An event and the bindings that a sample suggests for it, surest first; `lines` is the scope of its lines."""

    event: str
    lines: Scope
    into: str
    candidates: tuple[Candidate, ...]

    @property
    def worth(self) -> float:
        return sum(one.sureness for one in self.candidates if one.sureness >= SURE)


def struct_of(event: str) -> type[msgspec.Struct]:
    """Raises OperatorMistake for an event or advice that there is not."""
    found = KINDS.get(event) or ADVICE_KINDS.get(event)
    if found is None:
        near = difflib.get_close_matches(event, [*KINDS, *ADVICE_KINDS], n=3, cutoff=0.5)
        raise OperatorMistake(f'there is no event "{event}"', mend=f"such as {', '.join(near)}" if near else "")
    return found


class Knowledge:
    """What the maps in force bind, by place, for one format."""

    def __init__(self, configuration: Configuration, format: str) -> None:
        self._known: dict[str, list[Known]] = {}
        for path in configuration.maps:
            try:
                map = configuration.map_at(path)
            except OperatorMistake:
                continue
            if map.format == format and not map.canonical:
                self._learn(configuration, path, frozenset(map.events))
        self._kin: dict[str, list[tuple[frozenset[str], Known]]] = {}
        """By field: what the places that fill it are called, in formats whose places are names."""
        for place, listed in self._known.items() if format != "x12" else ():
            for one in listed:
                if len(places_in(one.said)) == 1:
                    self._kin.setdefault(one.field, []).append((words_of(place), one))
        self.units = frozenset(_codes_of(configuration, "units"))

    def _learn(self, configuration: Configuration, path: str, types: frozenset[str]) -> None:
        effective = read_map_source(configuration.files, path).value
        codes = effective.get("codes", {})
        for scope, fields in _fields_in(effective):
            for field, said in fields.items():
                for one in said if isinstance(said, list) else [said]:
                    for place in [each for first in places_in(one)[:1] for each in alternatives(first)]:
                        self._known.setdefault(place, []).append(Known(scope, field, one, path, types, codes))

    def draft(self, sightings: Sightings, event: str) -> Drafted:
        """The best bindings for one event, each field and each place once."""
        struct = struct_of(event)
        outer = targets_of(struct)
        lists = [target for target in outer.values() if target.shape == "structs" and target.item is not None]
        scope = _scope_of_lines(sightings)
        into = next((target for target in lists if target.name == "lines"), lists[0] if lists else None)
        inner = targets_of(into.item) if into is not None and into.item is not None else {}
        proposals = [
            proposal
            for sight in sightings
            for proposal in self._proposals(sight, event, outer, inner if sight.scope == scope else {})
        ]
        proposals.sort(key=lambda one: (-one.sureness, one.inner is False))
        taken: set[tuple[Scope, str]] = set()
        filled: set[tuple[bool, str]] = set()
        chosen = []
        for one in proposals:
            places = {(one.sight.scope, each) for place in places_in(one.said) for each in alternatives(place)}
            places.add((one.sight.scope, one.sight.place))
            if (one.inner, one.field) in filled or any(place in taken for place in places):
                continue
            filled.add((one.inner, one.field))
            taken.update(places)
            chosen.append(one)
        return Drafted(event, scope, into.name if into is not None else "", tuple(chosen))

    def best(self, sightings: Sightings) -> Drafted:
        """The event for which the sample suggests most."""
        known = {type for listed in self._known.values() for one in listed for type in one.types}
        drafts = [self.draft(sightings, event) for event in sorted(known or {"OrderPlaced", "GoodsReceived"})]
        return max(drafts, key=lambda draft: draft.worth)

    def _proposals(
        self, sight: Sighting, event: str, outer: Mapping[str, Target], inner: Mapping[str, Target]
    ) -> Iterator[Candidate]:
        own = inner or outer
        for field, target in {**outer, **own}.items():
            if target.shape in ("structs", "struct", "other"):
                continue
            is_inner = bool(inner) and field in inner
            found = max(
                (
                    *self._by_maps(sight, event, field), *self._by_kin(sight, event, field),
                    *_by_name(sight, field, target),
                ),
                key=lambda one: one[0], default=None,
            )  # fmt: skip
            if found is None:
                continue
            sureness, because, said, codes = found
            sureness *= self._fits(sight, field, target, said)
            if sureness >= LIKELY:
                yield Candidate(sight, field, is_inner, round(sureness, 2), because, said, codes)

    def _by_maps(self, sight: Sighting, event: str, field: str) -> Iterator[_Reason]:
        """What maps in force bind at the same place to the field."""
        all_here = self._known.get(sight.place, [])
        here = [one for one in all_here if one.field == field]
        if not here:
            return
        same = [one for one in here if event in one.types]
        best = (same or here)[0]
        share = len(here) / len(all_here)
        sureness = (0.97 if same else 0.85) * (0.6 + 0.4 * share)
        if best.scope != sight.scope[0]:
            sureness *= 0.9
        maps = len({one.map for one in here})
        because = f"{maps} map{'s' if maps > 1 else ''} bind{'' if maps > 1 else 's'} it so"
        yield sureness, because, best.said, best.codes

    def _by_kin(self, sight: Sighting, event: str, field: str) -> Iterator[_Reason]:
        """What maps in force bind to the field from a place of another name that says the same."""
        mine = words_of(sight.words)
        for words, one in self._kin.get(field, ()):
            alike = 2 * len(mine & words) / (len(mine) + len(words)) if mine or words else 0.0
            if alike >= KIN_ALIKE:
                sureness = (0.9 if event in one.types else 0.75) * alike
                said = {**one.said, "at": sight.place} if isinstance(one.said, dict) else sight.place
                yield sureness, f"{_first(one.said)} of another map says the same", said, one.codes

    def _fits(self, sight: Sighting, field: str, target: Target, said: Any) -> float:
        """How well the texts that were found suit the field."""
        texts = sight.samples
        if target.shape in ("decimal", "int"):
            return 1.0 if all(_NUMBER.match(text) for text in texts) else 0.3
        if target.shape in ("date", "datetime"):
            return 1.0 if all(_DATE.match(text) for text in texts) else 0.3
        if field == "unit":
            return 1.0 if all(text in self.units for text in texts) else 0.6
        if target.choices and not (isinstance(said, dict) and "code" in said):
            return 1.0 if set(texts) <= set(target.choices) else 0.3
        return 1.0


def _by_name(sight: Sighting, field: str, target: Target) -> Iterator[_Reason]:
    """How alike the place is called."""
    mine, theirs = words_of(sight.words), words_of(field)
    if not mine or not theirs:
        return
    shared = len(mine & theirs)
    alike = 2 * shared / (len(mine) + len(theirs))
    if not shared or alike < 0.5:
        return
    sureness = NAME_SURE * alike if alike == 1 else NAME_LIKE * alike + 0.1
    if target.shape in ("date", "datetime") and sight.place.startswith("/"):
        said: Any = {"at": sight.place, "as": "iso"}
    else:
        said = {"at": sight.place} | ({"as": target.shape} if target.shape in ("decimal", "int", "date") else {})
    yield sureness, f'it is called "{sight.words.strip()[:60]}"', said if len(said) > 1 else sight.place, {}


def words_of(text: str) -> frozenset[str]:
    """Words of a name as fields are called: `qty_received` and `receivedQuantity` are the same two."""
    found: list[str] = []
    for word in _WORD.findall(text[:200].replace("_", " ")):
        low = word.lower()
        found += SHORT.get(low, low).split()
    return frozenset(word for word in found if word not in ("the", "of", "a", "in", "to", "code", "value", "c", "d"))


def _scope_of_lines(sightings: Sightings) -> Scope:
    """Level I, else the loop that is met most often, the first of those; the header where nothing repeats."""
    if ("levels", "I") in sightings.loops:
        return "levels", "I"
    loops = [scope for scope in sightings.loops if len(scope) == 2]
    return max(loops, key=lambda scope: sightings.loops[scope], default=("header",))


def _fields_in(effective: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The fields of every section of a map, with the kind of its scope."""
    stack: list[tuple[str, Any]] = [("header", effective.get("header", {})), ("header", effective.get("summary", {}))]
    stack += [("levels", level) for level in _values(effective.get("levels"))]
    stack += [("loops", loop) for loop in _values(effective.get("loops"))]
    while stack:
        scope, section = stack.pop()
        if not isinstance(section, dict):
            continue
        if isinstance(fields := section.get("fields"), dict):
            yield scope, fields
        stack += [(scope if scope == "levels" else "loops", inner) for inner in _values(section.get("loops"))]


def _values(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else ()


def alternatives(place: str) -> list[str]:
    """`N1[SU|SF].04` as the two places that it means; any other as it is."""
    head, opened, rest = place.partition("[")
    inside, closed, tail = rest.partition("]")
    if not (opened and closed) or "|" not in inside or head.startswith(("/", "c")):
        return [place]
    mark = "@" if inside.startswith("@") else ""
    return [f"{head}[{mark}{one}]{tail}" for one in inside.removeprefix("@").split("|")]


def places_in(said: Any) -> list[str]:
    """The places that a binding reads first, one or the parts of one value; alternatives told apart (`N1[SU|SF]`)."""
    at = said.get("at") if isinstance(said, dict) else said
    parts = at if isinstance(at, list) else [at]
    return [place for place in parts if isinstance(place, str)]


def _first(said: Any) -> str:
    return (places_in(said) or [""])[0]


def _codes_of(configuration: Configuration, table: str) -> Iterable[str]:
    content = configuration.files.get(table_path(table))
    return read_table_file(content, table_path(table), []) if content is not None else ()

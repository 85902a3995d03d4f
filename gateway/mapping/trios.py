"""Run the samples of maps: input, expected result, and back again. The trio is documentation and test in one.

A sample is `NAME.sample.EXT` beside a map, its expected result `NAME.expected.json`; `tests:` in the map may say more
(`roundtrip: bytes | canonical | none`). What is only ever sent begins with the event: `NAME.event.json`, an event or
advice or a list of them, is written as `NAME.written.EXT`. Reads files, changes none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

import msgspec

from gateway.document import Delimiters, Document, Loop, Party, Segment
from gateway.errors import OperatorMistake
from gateway.mapping.compiling.compile import folder_of
from gateway.mapping.configuration import Configuration, read_file
from gateway.mapping.converting.referring import Listed, References
from gateway.mapping.plan import Map
from gateway.mapping.reading.reading import MapReading, read_document
from gateway.mapping.writing.writing import MapWriting, write_document
from gateway.partners import Partner
from gateway.x12 import OutgoingDocument, OutgoingGroup, read, write_interchange
from ledger.advices import Advice, AnyAdvice
from ledger.events import AnyEvent, Event

RoundTrip = Literal["bytes", "canonical", "none"]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""When the envelopes of round trips are dated; documents carry their own times."""

_ENDINGS = {"x12": "edi", "csv": "csv", "fixed": "txt", "json": "json", "xml": "xml"}


class Trio(NamedTuple):
    """A sample: the map's virtual path, the input, the expected result, how exactly it must come back.

    `writes`: the input is an event, and the expected result the document that it becomes.
    """

    map: str
    input: Path
    expected: Path
    roundtrip: RoundTrip
    writes: bool = False
    references: References | None = None
    """What identifiers mean in it."""

    @property
    def name(self) -> str:
        return f"{self.map.removesuffix('/map.yaml').removeprefix('mappings/')}/{self.input.name}"


class TrioResult(NamedTuple):
    """What came of a trio. `got` is the text to keep as expected; no `problems` means that it passes."""

    trio: Trio
    problems: tuple[str, ...]
    got: str


def find_trios(configuration: Configuration, roots: Sequence[Path]) -> tuple[Trio, ...]:
    """Every sample beside every map under these roots, an earlier root before a later one."""
    found: list[Trio] = []
    for path in configuration.maps:
        folder = next((root / path for root in roots if (root / path).is_file()), None)
        if folder is None:
            continue
        told = {test["in"]: test for test in configuration.map_at(path).tests}
        names = sorted({p.name for p in folder.parent.glob("*.sample.*")} | told.keys())
        for name in names:
            test = told.get(name, {})
            stem = name.split(".sample.", 1)[0]
            expected = folder.parent / test.get("out", f"{stem}.expected.json")
            roundtrip = cast(RoundTrip, test.get("roundtrip", "canonical"))
            references = Listed(test["references"]) if "references" in test else None
            found.append(Trio(path, folder.parent / name, expected, roundtrip, references=references))
        ending = _ENDINGS[configuration.map_at(path).format]
        for event in sorted(folder.parent.glob("*.event.json")):
            written = event.with_name(event.name.removesuffix(".event.json") + f".written.{ending}")
            found.append(Trio(path, event, written, "none", writes=True))
    return tuple(found)


def run_trio(configuration: Configuration, trio: Trio) -> TrioResult | None:
    """Read the sample, compare, write it back; None where it is none for a map (refused by its guide)."""
    map = configuration.map_at(trio.map)
    folder = folder_of(trio.map)
    partner = configuration.partners.get(folder.partner) if folder is not None and folder.partner else None
    try:
        data = trio.input.read_bytes()
    except OSError as error:
        raise OperatorMistake(f"cannot be read: {error.strerror}", file=str(trio.input)) from error
    if trio.writes:
        return _run_writing(configuration, trio, map, data, partner)
    documents = list(read_sample(configuration, map, data, partner))
    if documents and not any(document.accepted for document in documents):
        return None
    readings = [read_document(map, document, partner, references=trio.references) for document in documents]
    got = render(readings)
    problems: list[str] = [] if documents else ["holds no document of this type"]
    if trio.expected.is_file():
        problems += compare(trio.expected.read_text("utf-8"), got)
    else:
        problems.append(f"{trio.expected.name} is missing")
    if trio.roundtrip != "none":
        for document, reading in zip(documents, readings, strict=True):
            problems += roundtrip(
                configuration, map, document, reading, partner, trio.roundtrip, references=trio.references
            )
    return TrioResult(trio, tuple(problems), got)


def _run_writing(
    configuration: Configuration, trio: Trio, map: Map, data: bytes, partner: Partner | None
) -> TrioResult:
    """Write an event, compare the document, and read it again: its own guide and map must take it."""
    one: Any = AnyAdvice if map.advice else AnyEvent
    try:
        value = msgspec.json.decode(data, type=list[one] if data.lstrip().startswith(b"[") else one)
    except msgspec.DecodeError as error:
        raise OperatorMistake(
            f"is no {'advice' if map.advice else 'event'}: {error}", file=str(trio.input)
        ) from error
    writing = write_document(map, value, partner)
    if map.format == "x12":
        mark = partner.x12 if partner is not None else Delimiters()
        got = "".join(mark.element.join(segment) + mark.segment + "\n" for segment in writing.segments)
    else:
        got = writing.data.decode(map.file.encoding)
    problems = [fault.text for fault in writing.faults]
    if not problems:
        try:
            again = read_document(map, _document_of(configuration, map, writing, partner), partner)
            problems += [f"written and read: {fault.text}" for fault in again.faults if fault.rejects]
        except OperatorMistake as error:
            problems.append(f"written, its own guide refuses it: {error}")
    if not trio.expected.is_file():
        problems.append(f"{trio.expected.name} is missing")
    else:
        problems += _compare_lines(trio.expected.read_bytes().decode(map.file.encoding, "replace"), got)
    return TrioResult(trio, tuple(problems), got)


def keep(configuration: Configuration, trio: Trio, result: TrioResult) -> bool:
    """Write what came out as what is expected, in the encoding of its file; False where it says so already."""
    encoding = configuration.map_at(trio.map).file.encoding if trio.writes else "utf-8"
    data = result.got.encode(encoding)
    if trio.expected.is_file() and trio.expected.read_bytes() == data:
        return False
    trio.expected.write_bytes(data)
    return True


def _compare_lines(expected: str, got: str) -> Iterator[str]:
    """Lines that differ, the first twenty."""
    pairs = enumerate(zip_longest(expected.splitlines(), got.splitlines()), 1)
    for found, (n, (before, after)) in enumerate((n, pair) for n, pair in pairs if pair[0] != pair[1]):
        if found == 20:
            yield "and more"
            return
        yield f"line {n}: expected {_told(before)}, got {_told(after)}"


def read_sample(configuration: Configuration, map: Map, data: bytes, partner: Partner | None) -> Iterable[Document]:
    """The documents of a file that a map is for."""
    if map.format != "x12":
        return (read_file(map, data),)
    reading = read(data, configuration.guides, partner_of=lambda *_: partner.id if partner is not None else "")
    return tuple(document for document in reading.documents if document.type == map.type)


def render(readings: Iterable[MapReading]) -> str:
    """What a map made of a file, as the text that is kept: events or advices, faults, and what was not mapped."""
    told: list[dict[str, Any]] = []
    for reading in readings:
        made: list[Event | Advice] = [*reading.events, *reading.advices]
        one: dict[str, Any] = {"made": [_plain(value) for value in made]}
        if reading.faults:
            one["faults"] = [fault.text for fault in reading.faults]
        if reading.unmapped:
            one["unmapped"] = [str(reading.unmapped), *(place for place, _ in reading.unmapped.places)]
        told.append(one)
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def compare(expected: str, got: str) -> Iterator[str]:
    """Paths that differ, with both values; the first twenty."""
    try:
        wanted = json.loads(expected)
    except ValueError as error:
        yield f"the expected result is not JSON: {error}"
        return
    for n, (path, before, after) in enumerate(differences(wanted, json.loads(got))):
        if n == 20:
            yield "and more"
            return
        yield f"{path}: expected {before}, got {after}"


def differences(before: Any, after: Any, path: str = "$") -> Iterator[tuple[str, str, str]]:
    """Where two JSON values differ: path, and both values as JSON ("nothing" where one has none)."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from differences(before.get(key, _NOTHING), after.get(key, _NOTHING), f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list):
        for n in range(max(len(before), len(after))):
            one = before[n] if n < len(before) else _NOTHING
            other = after[n] if n < len(after) else _NOTHING
            yield from differences(one, other, f"{path}[{n}]")
    elif before != after:
        yield path, _told(before), _told(after)


def roundtrip(
    configuration: Configuration, map: Map, document: Document, reading: MapReading, partner: Partner | None,
    kind: RoundTrip, *, references: References | None = None,
) -> Iterator[str]:  # fmt: skip
    """What is lost when an event is written and read again; with `bytes`, whether the segments come back exactly."""
    written: list[tuple[str, ...]] = []
    made: tuple[Event | Advice, ...] = (*reading.events, *reading.advices)
    for value in made:
        writing = write_document(map, value, partner, references=references)
        yield from (fault.text for fault in writing.faults)
        if any(fault.rejects for fault in writing.faults):
            return
        written += writing.segments
        try:
            back = _document_of(configuration, map, writing, partner)
            again = read_document(map, back, partner, references=references)
        except OperatorMistake as error:
            yield f"written back, its own guide refuses it: {error}"
            return
        yield from (f"written back and read: {fault.text}" for fault in again.faults if fault.rejects)
        read_back: list[Event | Advice] = [*again.events, *again.advices]
        if not read_back:
            yield "written back, nothing is read from it"
            return
        for path, before, after in differences(_without_places(_plain(value)), _without_places(_plain(read_back[0]))):
            yield f"does not come back: {path} was {before}, is {after}"
    if kind == "bytes":
        yield from _compare_segments(_flat(document.root), written)


def _document_of(configuration: Configuration, map: Map, writing: MapWriting, partner: Partner | None) -> Document:
    if map.format != "x12":
        return read_file(map, writing.data)
    partner_id = partner.id if partner is not None else ""
    guide = configuration.guides.find(partner_id, "", map.release, map.type)
    outgoing = OutgoingDocument(set_id=map.type, control="0001", segments=writing.segments)
    group = OutgoingGroup(
        id=guide.group_id if guide is not None else "",
        sender="US",
        receiver="THEM",
        control=1,
        version=map.release,
        documents=(outgoing,),
    )
    terms = partner.x12 if partner is not None else None
    delimiters = Delimiters(terms.element, terms.component, terms.segment) if terms is not None else Delimiters()
    data = write_interchange(
        [group], configuration.guides, sender=Party("ZZ", "US"), receiver=Party("ZZ", "THEM"), control=1, now=NOW,
        test=True, partner_id=partner_id, delimiters=delimiters,
    )  # fmt: skip
    return read(data, configuration.guides, partner_of=lambda *_: partner_id).documents[0]


def _compare_segments(sent: Sequence[tuple[str, ...]], written: Sequence[tuple[str, ...]]) -> Iterator[str]:
    for n, (before, after) in enumerate(zip(sent, written, strict=False), 2):
        if before != after:
            yield f"segment {n} was {'*'.join(before)}, is {'*'.join(after)}"
            return
    if len(sent) != len(written):
        yield f"{len(sent)} segments were sent, {len(written)} come back"


def _flat(root: Loop) -> list[tuple[str, ...]]:
    """The segments between ST and SE, in order of the document, without trailing blanks."""
    found: list[Segment] = []
    stack = [root]
    while stack:
        loop = stack.pop()
        found += loop.segments
        stack += loop.loops
    flat = []
    for _, elements in sorted(found):
        end = len(elements)
        while end > 1 and not elements[end - 1]:
            end -= 1
        if elements[0] not in ("ST", "SE"):
            flat.append(elements[:end])
    return flat


_NOTHING = object()
_encoder = msgspec.json.Encoder(decimal_format="string")


def _plain(value: msgspec.Struct) -> Any:
    return json.loads(_encoder.encode(value))


def _told(value: Any) -> str:
    return "nothing" if value is _NOTHING else json.dumps(value, ensure_ascii=False)


def _without_places(value: Any) -> Any:
    """An event without where it stood and how it was nested, its times as instants: writing may choose others."""
    if isinstance(value, Mapping):
        return {key: _without_places(inner) for key, inner in value.items() if key not in ("segment", "hl_count")}
    if isinstance(value, list):
        return [_without_places(inner) for inner in value]
    if isinstance(value, str) and len(value) >= 20 and value[4:5] == "-" and value[10:11] == "T":
        try:
            return datetime.fromisoformat(value).astimezone(UTC).isoformat()
        except ValueError:
            return value
    return value

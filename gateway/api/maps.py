"""`/v1/maps`: the life of a map over REST: check, run, write, test, compare, cover and draft, before it is in force.

Files stay where people edit them; nothing here changes one. What is sent is tried and thrown away.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from gateway.api.answers import answer
from gateway.api.bodies import MessageBody, SmallBody, decode
from gateway.api.callers import MayAdminister
from gateway.api.limits import PartnerId
from gateway.api.problems import Located, Problem
from gateway.errors import OperatorMistake
from gateway.mapping import Configuration, Map, MapReading, References, read_document, write_document
from gateway.mapping.compiling.effective import base_of, compare_maps, effective_lines
from gateway.mapping.compiling.schema import build_schema
from gateway.mapping.drafting.draft import draft_map
from gateway.mapping.trios import find_trios, run_trio
from gateway.pipeline.asking.coverage import cover
from gateway.pipeline.desk.commands import MapsOf
from gateway.pipeline.reading.message import read_documents
from gateway.pipeline.reading.references import Referring
from gateway.resources import Mistake, Mistakes
from ledger.advices import AnyAdvice
from ledger.events import AnyEvent

router = APIRouter(prefix="/v1/maps", tags=["maps"])

DOCUMENTS_MAX = 1_000

_PATH = r"^[A-Za-z0-9_./-]+$"
ThisMap = Annotated[
    str,
    Query(alias="map", max_length=200, pattern=_PATH, description="Path of a map, as `/v1/maps` lists it."),
]
AnyMap = Annotated[str, Query(alias="map", max_length=200, pattern=r"^[A-Za-z0-9_./-]*$", description="As above.")]
Documents = Annotated[
    int, Query(ge=0, le=DOCUMENTS_MAX, description="Stored documents to try it on, the newest first.")
]
Type = Annotated[str, Query(max_length=60, pattern=r"^[A-Za-z0-9_]+$", description="Document type: `856`, `order`.")]


@router.get("", summary="Maps in force, and whether newer files were refused")
def list_maps(call: MayAdminister) -> Response:
    """`mistake` says why edited files were not taken; the maps listed are then those of before the edit."""
    configuration = call.street.configuration
    items = [_listed(configuration.map_at(path)) for path in configuration.maps]
    return answer({"configuration": configuration.hash, "mistake": call.street.mistake, "items": items})


@router.get("/effective", summary="A map in force line by line, each with the file that says it")
def show_map(call: MayAdminister, path: ThisMap) -> Response:
    configuration = call.street.configuration
    _find(configuration, path)
    return answer({"map": path, "lines": [line._asdict() for line in effective_lines(configuration.files, path)]})


@router.get("/schema", summary="The JSON Schema of maps, for editors that complete keys and fields")
def show_schema(call: MayAdminister) -> Response:
    return answer(build_schema())


@router.post("/check", summary="Check a version of a map that is not in force yet")
def check_map(call: MayAdminister, path: ThisMap, body: SmallBody) -> Response:
    """The body is the map.yaml. All mistakes in one pass, each with its line and how to mend it."""
    configuration, mistakes = _tried(call.street.configuration, path, body)
    hash = "" if mistakes else configuration.map_at(path).hash
    return answer({"map": path, "hash": hash, "mistakes": [mistake.members for mistake in mistakes]})


@router.post("/run", summary="Read a document by its map, and say what would become of each value")
def run_map(
    call: MayAdminister,
    body: MessageBody,
    *,
    path: AnyMap = "",
    partner: PartnerId = None,
    provenance: Annotated[bool, Query(description="Also the segment and element behind each value.")] = False,
) -> Response:
    """Nothing is kept or recorded. `map` names one to use in place of the agreed one."""
    configuration = call.street.configuration
    chosen = _find(configuration, path) if path else None
    read = []
    for document in read_documents(body, configuration, partner or ""):
        found = chosen or configuration.map_for(partner or "", document)
        told: dict[str, Any] = {
            "type": document.type, "control": document.control.number,
            "faults": [fault.text for fault in document.faults], "map": None,
        }  # fmt: skip
        if found is not None:
            of = configuration.partners.get(partner or "")
            reading = read_document(found, document, of, references=_references(call, found, partner))
            told |= _told(found, reading, provenance)
        read.append(told)
    return answer({"documents": read})


@router.post("/write", summary="Write an event or advice as a document, without its envelope")
def write_map(call: MayAdminister, body: MessageBody, to: Type, partner: PartnerId = None) -> Response:
    configuration = call.street.configuration
    found = configuration.map_to_write(partner or "", to)
    if found is None:
        raise Problem("not-found", f"no map writes {to}")
    value: Any = decode(body, AnyAdvice if found.advice else AnyEvent)
    of = configuration.partners.get(partner or "")
    writing = write_document(found, value, of, references=_references(call, found, partner))
    return answer(
        {
            "map": found.path,
            "segments": writing.segments,
            "text": writing.data.decode(found.file.encoding, "replace"),
            "faults": [fault.text for fault in writing.faults],
        }
    )


@router.post("/test", summary="Run the samples that stand beside maps")
def run_samples(call: MayAdminister, path: AnyMap = "") -> Response:
    configuration = call.street.configuration
    if path:
        _find(configuration, path)
    samples = []
    for trio in find_trios(configuration, call.street.roots):
        if path in ("", trio.map) and (result := run_trio(configuration, trio)) is not None:
            samples.append({"sample": trio.name, "ok": not result.problems, "problems": result.problems})
    return answer({"samples": samples, "ok": all(sample["ok"] for sample in samples)})


@router.post("/diff", summary="Compare a version of a map with the one in force, on documents that really came")
def diff_map(
    call: MayAdminister,
    path: ThisMap,
    body: SmallBody,
    *,
    partner: PartnerId = None,
    documents: Documents = 100,
    books: Annotated[bool, Query(description="Also rehearse what the ledger would do.")] = True,
) -> Response:
    """The body is the map.yaml that would take its place, or stand beside a base map as a partner's own.

    Nothing is changed: what the books would do is undone.
    """
    files = call.street.configuration.files
    configuration, mistakes = _tried(call.street.configuration, path, body)
    if mistakes:
        raise _faulty(mistakes)
    base = path if path in files else base_of(configuration.files, path)
    lines = compare_maps(files, base, path, configuration.files) if base is not None else ()
    given = MapsOf(path=path, after={path: body}, partner=partner or "", most=documents, with_books=books)
    found = call.street.compare_maps(given) if documents else None
    return answer({"map": path, "lines": [_line(one) for one in lines], "documents": found})


@router.get("/coverage", summary="What maps leave unread in stored documents")
def show_coverage(
    call: MayAdminister, path: AnyMap = "", *, partner: PartnerId = None, documents: Documents = 100
) -> Response:
    configuration = call.street.configuration
    paths = [_find(configuration, path).path] if path else list(configuration.maps)
    with call.street.read() as connection:
        found = list(cover(connection, configuration, paths, partner=partner or "", most=documents))
    return answer({"items": found})


@router.post("/draft", summary="Draft a map from a document")
def draft(
    call: MayAdminister,
    body: MessageBody,
    *,
    partner: PartnerId = None,
    event: Annotated[str, Query(max_length=60, pattern=r"^[A-Za-z]*$", description="The event it makes.")] = "",
) -> Response:
    """YAML, each binding with how sure the draft is of it and why. Nothing leaves this machine."""
    try:
        text = draft_map(call.street.configuration, body, partner or "", event)
    except OperatorMistake as mistake:
        raise Problem("not-valid", str(mistake)) from mistake
    if text is None:
        raise Problem("not-valid", "no format or guide here reads the document")
    return Response(text, media_type="application/yaml")


def _listed(map: Map) -> dict[str, Any]:
    return {
        "map": map.path, "hash": map.hash, "format": map.format, "type": map.type, "release": map.release,
        "events": map.events,
    }  # fmt: skip


def _find(configuration: Configuration, path: str) -> Map:
    if path not in configuration.maps:
        raise Problem("not-found", f"there is no map {path}")
    return configuration.map_at(path)


def _tried(configuration: Configuration, path: str, body: bytes) -> tuple[Configuration, list[Mistake]]:
    """The configuration with the body in place of the map; and what is wrong with it there."""
    if not path.endswith("/map.yaml"):
        raise Problem("not-valid", "the path of a map ends in /map.yaml")
    tried = Configuration.from_files({**configuration.files, path: body}, check=False)
    return tried, tried.check_map(path)


def _faulty(mistakes: list[Mistake]) -> Problem:
    errors = [Located(detail=mistake.located, line=int(mistake.line or 0)) for mistake in mistakes]
    return Problem("not-valid", str(Mistakes(mistakes)), errors)


def _references(call: MayAdminister, map: Map, partner: str | None) -> References | None:
    """What identifiers mean today, where the map asks."""
    if not map.refers:
        return None
    return Referring(call.masterdata()).of(partner or "", call.street.clock().date())


def _told(map: Map, reading: MapReading, provenance: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "map": map.path,
        "hash": map.hash,
        "made": [*reading.events, *reading.advices],
        "faults": [fault.text for fault in reading.faults],
        "unmapped": {"text": str(reading.unmapped), "places": dict(reading.unmapped.places)},
    }
    if provenance:
        told["provenance"] = [place._asdict() for place in reading.provenance()]
    return told


def _line(difference: Any) -> dict[str, Any]:
    before, after = difference.before, difference.after
    return {
        "path": difference.path,
        "before": None if before is None else {"text": before.text, "origin": before.origin},
        "after": None if after is None else {"text": after.text, "origin": after.origin},
    }

"""What maps leave unread in documents that really came: places, how often each is met, and a text that stands there.

Reads only. A document is read again by the map now in force, so that the report speaks of what is in force.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection

from gateway.document import Document, Loop, Segment
from gateway.errors import CrossdockError
from gateway.mapping import Configuration, Map, read_document
from gateway.pipeline.reading.message import read_documents
from gateway.store.documents import newest_documents
from gateway.store.evidence import load_evidence

SAMPLE_CHARS = 60


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """One place that no rule looks at: `REF[HC]`, `LIN05`, a column, a pointer. `sample` is a text found there."""

    place: str
    documents: int
    times: int
    sample: str = ""


class MapCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One map on the documents that it reads; `whole` of them are read to the last element."""

    map: str
    documents: int
    whole: int
    unread: tuple[Unread, ...] = ()
    """What most documents have first."""


def cover(
    connection: Connection, configuration: Configuration, paths: Sequence[str], *, partner: str = "", most: int = 1000
) -> Iterator[MapCoverage]:
    """The maps at these virtual paths, each on at most so many of its newest documents; others are left out."""
    for path in paths:
        found = _cover_one(connection, configuration, path, partner, most)
        if found.documents:
            yield found


def _cover_one(
    connection: Connection, configuration: Configuration, path: str, partner: str, most: int
) -> MapCoverage:
    map, documents, whole = configuration.map_at(path), 0, 0
    times: dict[str, int] = {}
    holders: dict[str, int] = {}
    samples: dict[str, str] = {}
    for document, of in _documents(connection, configuration, map, partner):
        unmapped = read_document(map, document, configuration.partners.get(of)).unmapped
        documents += 1
        whole += not unmapped
        for place, count in unmapped.places:
            times[place] = times.get(place, 0) + count
            holders[place] = holders.get(place, 0) + 1
            if place not in samples:
                samples[place] = _sample(document, place)
        if documents == most:
            break
    unread = [
        Unread(place=place, documents=holders[place], times=times[place], sample=samples[place])
        for place in sorted(times, key=lambda place: (-holders[place], -times[place], place))
    ]
    return MapCoverage(map=path, documents=documents, whole=whole, unread=tuple(unread))


def _documents(
    connection: Connection, configuration: Configuration, map: Map, partner: str
) -> Iterator[tuple[Document, str]]:
    """Stored documents that the map reads now, newest first, each with its partner."""
    for row in newest_documents(connection, format=map.format, type=map.type, partner=partner):
        if configuration.path_for(row.partner, row.format, row.version[:6], row.type) != map.path:
            continue
        data = load_evidence(connection, [row.message]).get(row.message)
        if data is None:
            continue
        try:
            documents = read_documents(data, configuration, row.partner)
        except CrossdockError:
            continue
        if row.n <= len(documents) and documents[row.n - 1].type == map.type:
            yield documents[row.n - 1], row.partner


def _sample(document: Document, place: str) -> str:
    """A text at the place, as far as it is one element or column; "" elsewhere."""
    if document.format == "csv" and place in document.columns:
        at = document.columns[place]
        texts = (loop.segments[0].elements[at : at + 1] for loop in document.root.loops if loop.segments)
        return next((text[0][:SAMPLE_CHARS] for text in texts if text and text[0]), "")
    if document.format != "x12":
        return ""
    tag, _, qualifier = place.rstrip("]").partition("[")
    for segment in _segments(document.root):
        elements = segment.elements
        if elements[0] == tag and (not qualifier or elements[1:2] == (qualifier,)):
            return "*".join(elements)[:SAMPLE_CHARS]
        if tag == f"{elements[0]}{tag[len(elements[0]) :]}" and tag[len(elements[0]) :].isdigit():
            at = int(tag[len(elements[0]) :])
            if at < len(elements) and elements[at]:
                return elements[at][:SAMPLE_CHARS]
    return ""


def _segments(root: Loop) -> Iterator[Segment]:
    stack = [root]
    while stack:
        loop = stack.pop()
        yield from loop.segments
        stack += loop.loops

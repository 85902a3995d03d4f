"""Finds where in a partner's document a faulty value stands, so that an 824 can name segment, element and value.

Reads the kept bytes again with the map in force; only done for documents that are answered by an 824.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from gateway.document import Provenance
from gateway.mapping import Configuration, MapReading, References, read_document
from gateway.messages import split_document_id
from gateway.pipeline.reading.message import read_documents
from gateway.pipeline.reading.zones import zone_finder
from ledger.advices import AdvisedFault, AdvisedItem, ApplicationAdvice


def needs_places(advice: ApplicationAdvice) -> bool:
    """Whether some fault names a field and not yet where it stands."""
    return any(fault.field and not fault.tag for item in advice.items for fault in item.faults)


def place_faults(data: bytes | None, advice: ApplicationAdvice, configuration: Configuration) -> ApplicationAdvice:
    """The advice with tag, element and value in every fault whose field the map can lead back to its place.

    `data` are the bytes of the message that it is about; None where they are gone or not needed.
    """
    if data is None or not needs_places(advice):
        return advice
    reading = read_again(data, advice.original_document, configuration, advice.partner)
    if reading is None:
        return advice
    places = {place.path: place for place in reading.provenance()}
    lines = [line for event in reading.events for line in getattr(event, "lines", ())]
    indices = {line.segment: index for index, line in enumerate(lines) if line.segment}

    def placed(item: AdvisedItem) -> AdvisedItem:
        return msgspec.structs.replace(item, faults=tuple(_place(fault, places, indices) for fault in item.faults))

    return msgspec.structs.replace(advice, items=tuple(placed(item) for item in advice.items))


def read_again(
    data: bytes,
    document: str,
    configuration: Configuration,
    partner: str,
    zones: Mapping[str, str] = MappingProxyType({}),
    references: References | None = None,
) -> MapReading | None:
    """What the map in force reads in one document of a message; None where it can no longer be read."""
    agreed = configuration.partners.get(partner)
    number = split_document_id(document)[1]
    documents = read_documents(data, configuration, partner)
    if agreed is None or number is None or not 0 < number <= len(documents):
        return None
    found = configuration.map_for(partner, documents[number - 1])
    if found is None:
        return None
    return read_document(found, documents[number - 1], agreed, zone_of=zone_finder(zones), references=references)


def _place(fault: AdvisedFault, places: Mapping[str, Provenance], indices: Mapping[int, int]) -> AdvisedFault:
    if not fault.field or fault.tag:
        return fault
    paths: Sequence[str] = (fault.field,)
    if fault.segment in indices:
        paths = (f"lines[{indices[fault.segment]}].{fault.field}", fault.field)
    place = next((places[path] for path in paths if path in places), None)
    if place is None:
        return fault
    return msgspec.structs.replace(
        fault, segment=place.segment, tag=place.tag, element=place.element, value=place.value or fault.value
    )

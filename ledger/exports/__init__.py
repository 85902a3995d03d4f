"""The log in other people's terms: CloudEvents of every event, EPCIS 2.0 of what goods did. Read only."""

from __future__ import annotations

from ledger.exports.cloudevents import CLOUDEVENT, CLOUDEVENTS_BATCH, cloudevent
from ledger.exports.correspondences import CORRESPONDENCES, Correspondence
from ledger.exports.epcis import EPCIS_CONTEXT, epcis_document, epcis_events, epcis_json
from ledger.exports.names import DEFAULT_BASE, Names
from ledger.exports.recordings import Recording, last_of, recordings

__all__ = [
    "CLOUDEVENT",
    "CLOUDEVENTS_BATCH",
    "CORRESPONDENCES",
    "DEFAULT_BASE",
    "EPCIS_CONTEXT",
    "Correspondence",
    "Names",
    "Recording",
    "cloudevent",
    "epcis_document",
    "epcis_events",
    "epcis_json",
    "last_of",
    "recordings",
]

"""The JSON of `crossdock x12 check`: what was read, level by level, each with its faults. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.document import Document, Fault
    from gateway.x12 import Group, Interchange, Reading


def reading_json(reading: Reading) -> dict[str, Any]:
    interchanges = [_interchange_json(interchange) for interchange in reading.interchanges]
    return {"accepted": reading.accepted, "interchanges": interchanges, "faults": _faults_json(reading.faults)}


def _interchange_json(interchange: Interchange) -> dict[str, Any]:
    return {
        "control": interchange.control,
        "version": interchange.version,
        "test": interchange.test,
        "faults": _faults_json(interchange.faults),
        "groups": [_group_json(group) for group in interchange.groups],
    }


def _group_json(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "control": group.control,
        "version": group.version,
        "faults": _faults_json(group.faults),
        "documents": [_document_json(document) for document in group.documents],
    }


def _document_json(document: Document) -> dict[str, Any]:
    return {
        "set": document.type,
        "control": document.control.number,
        "accepted": document.accepted,
        "guide": document.guide or None,
        "faults": _faults_json(document.faults),
        # More than are listed where there were too many to keep.
        "fault_count": document.fault_count,
    }


def _faults_json(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    return [
        {
            "segment": fault.segment,
            "tag": fault.tag or None,
            "element": fault.element,
            "component": fault.component,
            "code": fault.code,
            "value": fault.value,
            "text": fault.text,
            "level": fault.level,
            "rejects": fault.rejects,
            "line": fault.line,
            "byte": fault.first_byte,
        }
        for fault in faults
    ]

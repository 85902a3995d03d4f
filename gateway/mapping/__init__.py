"""The mapping language: one YAML file reads a document into events and writes an event as a document.

Pure. `load_configuration` reads and checks everything that people edit; `read_document` and `write_document` work
with one compiled map.
"""

from __future__ import annotations

from gateway.mapping.compiling.choosing import writes
from gateway.mapping.compiling.compiled import compile_alike
from gateway.mapping.configuration import Configuration, load_configuration
from gateway.mapping.converting.referring import UNKNOWN_REFERENCE, Meant, References
from gateway.mapping.plan import Map
from gateway.mapping.reading.coverage import Unmapped
from gateway.mapping.reading.reading import MapReading, read_document
from gateway.mapping.writing.writing import MapWriting, write_document

__all__ = [
    "UNKNOWN_REFERENCE",
    "Configuration",
    "Map",
    "MapReading",
    "MapWriting",
    "Meant",
    "References",
    "Unmapped",
    "compile_alike",
    "load_configuration",
    "read_document",
    "write_document",
    "writes",
]

"""Formats other than X12: bytes to documents of the one shape that mappings read. Pure; bad data is faults."""

from __future__ import annotations

from gateway.formats.csv import first_row, read_csv, write_csv
from gateway.formats.json import read_json
from gateway.formats.recognise import recognise
from gateway.formats.shape import Column, FileShape
from gateway.formats.xml import Element, read_xml, writable, write_xml

__all__ = [
    "Column",
    "Element",
    "FileShape",
    "first_row",
    "read_csv",
    "read_json",
    "read_xml",
    "recognise",
    "writable",
    "write_csv",
    "write_xml",
]

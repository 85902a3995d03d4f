"""Formats other than X12: bytes to documents of the one shape that mappings read. Pure; bad data is faults."""

from __future__ import annotations

from gateway.formats.csv import first_row, fit_for_cell, looks_typed, read_csv, total_of, write_csv
from gateway.formats.fixed import looks_fixed, read_fixed, with_gaps, write_fixed
from gateway.formats.json import lines_of, read_json
from gateway.formats.recognise import recognise
from gateway.formats.shape import Column, FileShape
from gateway.formats.xml import Element, read_xml, writable, write_xml

__all__ = [
    "Column",
    "Element",
    "FileShape",
    "first_row",
    "fit_for_cell",
    "lines_of",
    "looks_fixed",
    "looks_typed",
    "read_csv",
    "read_fixed",
    "read_json",
    "read_xml",
    "recognise",
    "total_of",
    "with_gaps",
    "writable",
    "write_csv",
    "write_fixed",
    "write_xml",
]

"""Formats other than X12: bytes to documents of the one shape that mappings read. Pure; bad data is faults."""

from __future__ import annotations

from gateway.formats.csv import FileShape, first_row, read_csv, write_csv
from gateway.formats.json import read_json
from gateway.formats.recognise import recognise

__all__ = ["FileShape", "first_row", "read_csv", "read_json", "recognise", "write_csv"]

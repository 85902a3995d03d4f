"""The three ways in which documents are built, whatever their format: segments, rows or trees."""

from __future__ import annotations

from typing import Literal

from gateway.formats import FileShape

Style = Literal["segments", "rows", "tree"]
"""Segments in loops (X12, and flat files whose records differ by type), rows all alike, or a tree (XML, JSON)."""


def style_of(format: str, file: FileShape) -> Style:
    """How documents of a format and shape are built."""
    if format in ("json", "xml"):
        return "tree"
    return "rows" if format in ("csv", "fixed") and not file.typed else "segments"

"""stub"""
from __future__ import annotations

from gateway.x12.reading import Reading


def show(reading: Reading) -> str:
    """A rendering for people, one segment a line, loops indented, faults beneath the segment they stand on."""
    raise NotImplementedError

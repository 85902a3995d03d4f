"""stub"""
from __future__ import annotations

from collections.abc import Sequence

from gateway.document import Delimiters, Fault
from gateway.x12.guides import Guide


def check_document(
    guide: Guide, segments: Sequence[tuple[str, ...]], *, delimiters: Delimiters = Delimiters()
) -> tuple[Fault, ...]:
    """Faults of an outgoing document whose segments stand between ST and SE; positions count ST as 1."""
    raise NotImplementedError

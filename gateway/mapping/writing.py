"""Write an event or advice as a document by a compiled map; the counterpart of `reading.py`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

import msgspec

from gateway.document import Fault
from gateway.mapping.plan import Map
from gateway.partners import Partner
from ledger.advices import Advice
from ledger.events import Event


class MapWriting(msgspec.Struct, frozen=True, kw_only=True):
    """What was written. X12: `segments` between ST and SE, each `(tag, element 1, ...)` without trailing blanks.

    Flat files: `segments` are the rows, header first, and `data` the file; JSON: `data` alone. With a fault that
    rejects, nothing is to be sent: the event lacks what the document needs.
    """

    segments: tuple[tuple[str, ...], ...] = ()
    data: bytes = b""
    faults: tuple[Fault, ...] = ()


def write_document(
    map: Map, value: Event | Advice, partner: Partner | None = None, *,
    zone_of: Callable[[str], tzinfo | None] | None = None,
) -> MapWriting:  # fmt: skip
    """Write one event or advice for a partner. Pure; control numbers and envelope are the writer's business."""
    raise NotImplementedError

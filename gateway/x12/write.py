"""stub"""
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gateway.document import Delimiters, Party
from gateway.x12.guides import Guides
from gateway.x12.reading import OutgoingGroup


def write_interchange(
    groups: Sequence[OutgoingGroup],
    guides: Guides,
    *,
    sender: Party,
    receiver: Party,
    control: int,
    now: datetime,
    test: bool,
    partner_id: str = "",
    delimiters: Delimiters = Delimiters(),
    version: str = "00401",
    ack_requested: bool = False,
    acks: Sequence[tuple[str, ...]] = (),
) -> bytes:
    """Bytes of one interchange. `acks` are TA1 segments, written before the groups. Raises OperatorMistake when a
    document is refused by its own guide."""
    raise NotImplementedError

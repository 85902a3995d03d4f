"""stub"""
from __future__ import annotations

from collections.abc import Callable

from gateway.document import Party
from gateway.x12.guides import Guides
from gateway.x12.limits import LIMITS, Limits
from gateway.x12.reading import Reading

PartnerOf = Callable[[Party, Party, str, str], str]


def read(
    data: bytes,
    guides: Guides,
    *,
    partner_of: PartnerOf = lambda sender, receiver, group_sender, group_receiver: "",
    limits: Limits = LIMITS,
    trees: bool = True,
) -> Reading:
    """Read all interchanges; `trees=False` checks only and leaves `Document.root` empty."""
    raise NotImplementedError

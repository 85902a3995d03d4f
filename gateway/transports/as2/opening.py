"""Open a received AS2 message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gateway.transports.as2.messages import Headers, Opened
from gateway.transports.as2.terms import DEFAULT_LIMITS, Limits, Station

FindStation = Callable[[str, str], Station | None]


def open_message(
    headers: Headers, body: bytes, find_station: FindStation, *, now: datetime, limits: Limits = DEFAULT_LIMITS
) -> Opened:
    """Open one received message: headers, partnership, policy, layers, MIC. Never raises for what was sent.

    `find_station(as2_from, as2_to)` gives the partnership for the unquoted names, case-sensitive; None for strangers.
    Check `is_mdn` before: an asynchronous MDN comes to the same address.
    """
    raise NotImplementedError

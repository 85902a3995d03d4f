"""Write the MDN that answers a message."""

from __future__ import annotations

from datetime import datetime

from gateway.transports.as2.dispositions import Disposition
from gateway.transports.as2.messages import Mdn, Opened


def write_mdn(opened: Opened, *, message_id: str, now: datetime, disposition: Disposition | None = None) -> Mdn:
    """The MDN for an opened message, sync or async alike: signed when a signed one was asked for, errors too.

    `message_id` is the MDN's own, without brackets. `disposition` stands in for the opened one where the caller
    knows more (a duplicate, a store that is full). A stranger's MDN is unsigned: no key is named for it.
    """
    raise NotImplementedError

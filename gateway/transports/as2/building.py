"""Build a message to send."""

from __future__ import annotations

from datetime import datetime

from gateway.transports.as2.messages import Built
from gateway.transports.as2.terms import Station


def build_message(
    payload: bytes,
    station: Station,
    *,
    message_id: str,
    filename: str,
    content_type: str,
    now: datetime,
    subject: str = "",
) -> Built:
    """Sign, compress and encrypt a payload as the policy says, with the headers to post.

    `message_id` without brackets; a retry posts the same `Built` again, with the same Message-ID. Raises
    OperatorMistake if no key of ours, or no certificate of theirs, is valid for what the policy asks.
    """
    raise NotImplementedError

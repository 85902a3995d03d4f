"""Names of claimed files: what stands before the partner's own name says whose claim it is and of which turn. Pure.

The tag is the place's own and the number is the fencing token of the lease, so that whoever holds the lease now knows
of every other number that its poller is done or dead.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gateway.transports.sftp import join, name_hex
from gateway.transports.sftp.names import NAME_BYTES_MAX

_CLAIMED = re.compile(r"([0-9a-f]{8})-([0-9]+)~(.+)\Z", re.DOTALL)


class Claim(NamedTuple):
    """A claimed name taken apart. `name` is the partner's own."""

    tag: str
    token: int
    name: str


def claimed_path(processing: str, tag: str, token: int, name: str) -> str | None:
    """Where a file is renamed to when it is claimed; None where that name would be too long."""
    claimed = f"{tag}-{token}~{name}"
    if len(name_hex(claimed)) // 2 > NAME_BYTES_MAX:
        return None
    return join(processing, claimed)


def read_claim(name: str) -> Claim | None:
    """None for a name that no poller has given."""
    found = _CLAIMED.match(name)
    return Claim(found[1], int(found[2]), found[3]) if found else None

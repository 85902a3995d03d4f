"""What holds in every test: no network beyond this machine, and properties that find the same examples each run.

Must not know any part of the project: fixtures live beside the tests that need them.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

from hypothesis import HealthCheck, settings

LOOPBACK = ("127.", "::1", "localhost")


class NetworkIsOff(AssertionError):
    """A test reached beyond this machine; give it a fake or a server on loopback."""


def _refuse_networks(event: str, arguments: tuple[Any, ...]) -> None:
    # An audit hook, not a patched socket: it also sees what libraries do from C, and nobody can forget to undo it.
    if event in ("socket.connect", "socket.sendto"):
        opened, address = arguments[0], arguments[1]
        if opened.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
            raise NetworkIsOff(f"{event} to {address[0]}")
    elif event == "socket.getaddrinfo":
        host = arguments[0]
        name = host.decode() if isinstance(host, bytes) else host
        # None and "" mean this machine, 0.0.0.0 and :: are addresses to listen on.
        if name not in (None, "", "0.0.0.0", "::") and not name.startswith(LOOPBACK):  # noqa: S104 (compared, not bound)
            raise NetworkIsOff(f"name look-up of {name}")


sys.addaudithook(_refuse_networks)

# `make test` must answer the same for the same tree, so examples are derived from the test itself; `make test-long`
# looks further, and at other examples each time.
settings.register_profile(
    "fast", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", deadline=None, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

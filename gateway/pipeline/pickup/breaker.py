"""The circuit breaker: how long a server or a folder is left alone after a trouble, and when a person is told. Pure.

What time mends is asked again with growing pauses. What a person must mend (host key, login, algorithms, rights) is
asked every half hour and no sooner: more often would lock the account, or hide an attack in a storm of retries.
"""

from __future__ import annotations

import msgspec

from gateway.pipeline.pickup.values import Met
from gateway.store.circuits import Circuit

WAITS_MINUTES = (1, 2, 5, 15, 60)
OPEN_MINUTES = 30
JITTER = 0.2
"""Pauses grow by up to this part, so that partners who failed together do not come back together."""


def after_trouble(circuit: Circuit, met: Met, *, now: int, jitter: float) -> tuple[Circuit, bool]:
    """The breaker after one more trouble (`jitter` from 0 to 1), and whether it is told: once, not at every poll.

    Told are the first trouble after a success, and one that a person must mend where another was told before.
    """
    told = circuit.kind == "" or (met.kind == "never" and met.code != circuit.code)
    failures = circuit.failures + 1
    minutes = OPEN_MINUTES if met.kind == "never" else WAITS_MINUTES[min(failures, len(WAITS_MINUTES)) - 1]
    wait = round(minutes * 60 * (1 + JITTER * jitter) * 1_000_000)
    opened = msgspec.structs.replace(
        circuit,
        failures=failures,
        next_at=now + wait,
        kind=met.kind,
        code=met.code,
        trouble=met.text,
        trouble_at=now,
    )
    return opened, told


def after_success(circuit: Circuit, *, now: int, host_key: str = "") -> Circuit:
    """Closed again; the last trouble is forgotten."""
    return Circuit(id=circuit.id, terms=circuit.terms, ok_at=now, host_key=host_key or circuit.host_key)

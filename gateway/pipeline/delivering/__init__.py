"""Carriers: how one message of the outbox reaches its partner, one module per transport. `deliver` decides the rest.

A carrier never decides about retries, order or clocks; it sends and says what became of it.
"""

from gateway.pipeline.delivering.carriers import PUSHED, Tools, find_carrier
from gateway.pipeline.delivering.outcome import Carrier, Outcome

__all__ = ["PUSHED", "Carrier", "Outcome", "Tools", "find_carrier"]

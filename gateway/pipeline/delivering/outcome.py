"""What a carrier says of one delivery. Values only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from sqlalchemy import Connection

from gateway.store.outbox import Waiting

Result = Literal["arrived", "awaiting", "later", "never"]


class Outcome(NamedTuple):
    """`arrived`: the partner has it. `awaiting`: sent, and only its MDN will tell. `later`: time may mend it.
    `never`: it is refused, a person must look.

    `needs_person`: `later`, but only once somebody at their side has mended something, so it is told at once.
    `keep` stores what the transport learnt (an MDN, digests, timings) in the same commit as the outcome.
    """

    result: Result
    reason: str = ""
    retry_after_s: float | None = None
    keep: Callable[[Connection], None] | None = None
    needs_person: bool = False


class Carrier(Protocol):
    """Sends to one destination under one lease."""

    def send(self, one: Waiting, data: bytes) -> Outcome:
        """Deliver one message. Never raises for what the network or the receiver does; raises OperatorMistake where
        our own set-up lacks something."""

    def close(self) -> None:
        """The lease ends; also called where nothing was sent."""

"""What the pure work gives back: one message, read, checked and mapped, with the answers it earns. Values only.

They cross from the reading children to the one writer as msgpack, so they hold no trees and no bytes.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from gateway.document import Delimiters, Fault, Party
from gateway.store.documents import DocumentRow
from gateway.x12 import AckPlan, AnswerEnvelope
from ledger.advices import AnyAdvice
from ledger.events import AnyEvent


class ReadInterchange(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope of some documents and what answers it. `plan` is None where nothing may be answered."""

    partner: str
    sender: Party
    receiver: Party
    control: str
    test: bool
    delimiters: Delimiters = Delimiters()
    answer: AnswerEnvelope | None = None
    """With what an answer is written; None where nobody can be answered."""
    plan: AckPlan | None = None
    plan_if_used: AckPlan | None = None
    """What answers it instead where its control number was used before, which only history knows."""
    acks: tuple[tuple[str, ...], ...] = ()
    """TA1 segments received: about interchanges that we sent."""


class SetAck(msgspec.Struct, frozen=True, kw_only=True):
    """What a 997 or 999 says about one document of ours: AK2 and AK5. `code` is AK501."""

    set_id: str
    control: str
    code: str
    faults: tuple[Fault, ...] = ()


class ReceivedAck(msgspec.Struct, frozen=True, kw_only=True):
    """What it says about one group of ours: AK1 and AK9; documents that it does not name share the verdict."""

    group_id: str
    group_control: str
    code: str
    accepted: int = 0
    """Documents accepted, AK904."""
    sets: tuple[SetAck, ...] = ()
    faults: tuple[Fault, ...] = ()


class ReadDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One document. `row.status` is final unless it is "": then the ledger, or the reconciliation, decides it."""

    row: DocumentRow
    interchange: int = -1
    """Index of its envelope in `ReadMessage.interchanges`, -1 where it has none that may be answered."""
    duplicates: Literal["enforce", "warn", "ignore"] = "enforce"
    duplicate_days: int = 365
    events: tuple[AnyEvent, ...] = ()
    acks: tuple[ReceivedAck, ...] = ()
    advice: AnyAdvice | None = None
    """An 824 or 861 about what we sent."""
    line_count: int = 0


class ReadMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message. With a `reason_code` the whole message is parked, and nothing of it is recorded; only a refusal
    of its envelope may still be told."""

    id: str
    token: int
    partner: str
    received_at: int
    documents: tuple[ReadDocument, ...] = ()
    interchanges: tuple[ReadInterchange, ...] = ()
    reason_code: str = ""
    reason: str = ""
    faults: tuple[Fault, ...] = ()
    is_replay: bool = False
    """`documents` are only those that a replay may touch; what was acknowledged before is not again."""

    @property
    def weight(self) -> int:
        """How long its posting holds the write lock, in lines; every document costs about three lines."""
        return 3 + sum(3 + document.line_count for document in self.documents)

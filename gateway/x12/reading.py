"""What reading X12 yields: interchanges of groups of documents, each with its own faults; and what writing takes.

Values only. Nothing here reads bytes, knows a guide or decides an answer.
"""

from __future__ import annotations

import msgspec

from gateway.document import Delimiters, Document, Fault, Party

STANDARD = Delimiters()
"""Delimiters that nobody objects to: `*`, `>`, `~`."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One GS...GE: its header as sent (blanks trimmed) and its documents in order.

    A group that is not `accepted` carries rejecting faults (AK905 codes); its documents are then refused with it.
    """

    id: str
    """Functional identifier, GS01 (`SH`)."""
    sender: str
    receiver: str
    control: str
    """GS06 as sent."""
    version: str
    """GS08 as sent, suffix included; an answer echoes it."""
    documents: tuple[Document, ...] = ()
    faults: tuple[Fault, ...] = ()
    documents_declared: str = ""
    """GE01 as sent; "" when GE is missing."""

    @property
    def accepted(self) -> bool:
        return not any(fault.rejects for fault in self.faults)


class Interchange(msgspec.Struct, frozen=True, kw_only=True):
    """One ISA...IEA. `faults` carry TA105 codes; `ta1_code` is the first that rejects, else the first, else `000`."""

    control: str
    """ISA13 as sent."""
    sender: Party
    receiver: Party
    version: str
    """ISA12 as sent."""
    date: str = ""
    time: str = ""
    test: bool = False
    """ISA15 = T."""
    ack_requested: bool = False
    """ISA14 = 1."""
    delimiters: Delimiters = Delimiters()
    groups: tuple[Group, ...] = ()
    acks: tuple[tuple[str, ...], ...] = ()
    """TA1 segments that stand in this interchange: what the partner says about interchanges of ours."""
    faults: tuple[Fault, ...] = ()
    ta1_code: str = "000"
    first_byte: int = 0
    last_byte: int = 0
    segment_count: int = 0

    @property
    def accepted(self) -> bool:
        return not any(fault.rejects for fault in self.faults)

    @property
    def documents(self) -> tuple[Document, ...]:
        return tuple(document for group in self.groups for document in group.documents)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """All interchanges of one message; `faults` tell of bytes between and around them, and of other formats."""

    interchanges: tuple[Interchange, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def documents(self) -> tuple[Document, ...]:
        return tuple(document for interchange in self.interchanges for document in interchange.documents)

    @property
    def accepted(self) -> bool:
        """True when something was read and nothing at any level is refused or without a guide."""
        return (
            bool(self.interchanges)
            and not any(fault.rejects for fault in self.faults)
            and all(i.accepted and all(g.accepted for g in i.groups) for i in self.interchanges)
            and all(document.accepted for document in self.documents)
        )


class GroupAck(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one group: `segments` are AK1...AK9, to stand between ST and SE.

    `verdict` is AK901 (A, E, P, R). `version` is the inbound GS08, to be echoed in ours; `group_sender` and
    `group_receiver` are already turned round (ours to speak from, theirs to speak to).
    """

    set_id: str = "997"
    """Or 999."""

    verdict: str
    group_id: str
    control: str
    version: str
    group_sender: str
    group_receiver: str
    segments: tuple[tuple[str, ...], ...]


class AckPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back for one interchange: a TA1 or None, and one 997 or 999 body for each group but FA groups."""

    ta1: tuple[str, ...] | None = None
    groups: tuple[GroupAck, ...] = ()


class OutgoingDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document to write: the segments between ST and SE, each `(tag, element 1, ...)`, components joined."""

    set_id: str
    control: str
    """ST02, four to nine characters, from the store."""
    segments: tuple[tuple[str, ...], ...]
    is_passed: bool = False
    """Of another sender, passed on as it came: faults that are only noted do not keep it back."""


class OutgoingGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A group to write; `control` is GS06 from the store."""

    id: str
    sender: str
    receiver: str
    control: int
    version: str = "004010"
    documents: tuple[OutgoingDocument, ...] = ()

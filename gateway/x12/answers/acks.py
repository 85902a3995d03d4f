"""What answers an interchange: TA1 and 997 or 999, planned as values. Numbers and dates come when it is written.

An acknowledgment speaks of syntax only: totals and business never change it. Acknowledgments are never acknowledged,
and a TA1 goes out when it was asked for or when the interchange is refused. Never fails, whatever was read.
Verdicts are A, E, P (groups) and R. M, W and X tell of authentication and decryption inside X12 (segments S1S to
S4E), which we do not speak: they are read, and cannot arise. Source: X12 004010 997, 005010 999, TA1.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

from gateway.document import Delimiters
from gateway.x12.answers.documents import ack_document, faults_to_tell, in_characters
from gateway.x12.answers.forms import form_for, group_codes
from gateway.x12.codes import ANSWERS
from gateway.x12.limits import LIMITS
from gateway.x12.reading import (
    STANDARD,
    AckPlan,
    Group,
    GroupAck,
    Interchange,
    OutgoingDocument,
    OutgoingGroup,
)

_GROUP_CODES_MAX = 5
"""AK905 to AK909."""
_FALLBACK_VERSION = "004010"
"""Answers a group whose GS08 cannot be repeated."""


def plan_acks(
    interchange: Interchange,
    *,
    delimiters: Delimiters = STANDARD,
    refused: str = "",
    answers: Collection[str] = ANSWERS,
) -> AckPlan:
    """The answers to one interchange. `delimiters` are those of the answer; `answers` the sets agreed, 997 or 999.

    `refused` is a TA105 code for which the street itself refuses an interchange that reads well (`025` control number
    used before, `020` test indicator). A refused interchange gets a TA1 and nothing else: its groups were not taken.
    """
    if _is_answer(interchange):
        return AckPlan()
    code = refused or interchange.ta1_code
    if refused or not interchange.accepted:
        return AckPlan(ta1=_ta1(interchange, "R", code))
    ta1 = _ta1(interchange, "E" if interchange.faults else "A", code) if interchange.ack_requested else None
    groups = tuple(
        _ack_group(interchange, group, delimiters, answers)
        for group in interchange.groups
        if not _holds_answers(group) and _is_nameable(group)
    )
    return AckPlan(ta1=ta1, groups=groups)


def outgoing_groups(
    acks: Sequence[GroupAck], next_group: Callable[[], int], next_document: Callable[[], int]
) -> tuple[OutgoingGroup, ...]:
    """The groups that carry these answers, in order; those of one release between the same two ids share a group.

    The numbers are asked for in the order in which they stand: GS06, then each ST02 of that group.
    """
    lanes: dict[tuple[str, str, str], list[GroupAck]] = {}
    for ack in acks:
        lanes.setdefault((ack.version, ack.group_sender, ack.group_receiver), []).append(ack)
    return tuple(
        OutgoingGroup(
            id="FA",
            sender=sender,
            receiver=receiver,
            control=next_group(),
            version=version,
            documents=tuple(
                OutgoingDocument(set_id=ack.set_id, control=f"{next_document():04d}", segments=ack.segments)
                for ack in members
            ),
        )
        for (version, sender, receiver), members in lanes.items()
    )


# --- what is answered ---------------------------------------------------------------------------------------------


def _is_answer(interchange: Interchange) -> bool:
    """True when it carries nothing but acknowledgments: answering those would never end."""
    answers = bool(interchange.groups or interchange.acks)
    return answers and all(_holds_answers(group) for group in interchange.groups)


def _holds_answers(group: Group) -> bool:
    """A group of acknowledgments, also one that says of itself to be something else."""
    return group.id == "FA" or (
        bool(group.documents) and all(document.type in ANSWERS for document in group.documents)
    )


def _is_nameable(group: Group) -> bool:
    return len(group.id) == 2 and group.id.isascii() and group.id.isalnum()


def _ta1(interchange: Interchange, verdict: str, code: str) -> tuple[str, ...]:
    number = _digits(interchange.control, 9)
    return "TA1", number, _digits(interchange.date, 6), _digits(interchange.time, 4), verdict, code


def _digits(text: str, length: int) -> str:
    return "".join(letter for letter in text if letter in "0123456789")[-length:].zfill(length)


# --- groups -------------------------------------------------------------------------------------------------------


def _ack_group(interchange: Interchange, group: Group, delimiters: Delimiters, answers: Collection[str]) -> GroupAck:
    """AK1, the AK2 loops, AK9. In a refused group only documents with faults of their own are listed."""
    version = _version(group.version[:_LOOKED_AT], delimiters)
    form = form_for(version, answers)
    named = (group.id, _digits(group.control, 9).lstrip("0") or "0")
    segments: list[tuple[str, ...]] = [("AK1", *named, version) if form.names_release else ("AK1", *named)]
    verdicts: list[str] = []
    for document in group.documents:
        own = faults_to_tell(document)
        verdict = "R" if not document.accepted else "E" if own else "A"
        verdicts.append(verdict)
        if group.accepted or own:
            notes_max = min(LIMITS.ack_segments_max, max(LIMITS.ack_group_segments_max - len(segments), 0))
            segments += ack_document(document, own, verdict, form, delimiters, notes_max)
    taken = sum(verdict != "R" for verdict in verdicts)
    if not group.accepted or (verdicts and not taken):
        verdict = "R"
    elif taken < len(verdicts):
        verdict = "P"
    else:
        verdict = "E" if "E" in verdicts or group.faults else "A"
    received = str(len(verdicts))
    declared = group.documents_declared
    declared = declared if declared.isascii() and declared.isdecimal() else received
    accepted = str(taken if group.accepted else 0)
    codes = group_codes(form, group.faults)[:_GROUP_CODES_MAX]
    segments.append(("AK9", verdict, declared[:6], received, accepted, *codes))
    return GroupAck(
        verdict=verdict,
        set_id=form.set_id,
        group_id=group.id,
        control=group.control,
        version=version,
        group_sender=_group_party(group.receiver[:_LOOKED_AT], interchange.receiver.id[:_LOOKED_AT], delimiters),
        group_receiver=_group_party(group.sender[:_LOOKED_AT], interchange.sender.id[:_LOOKED_AT], delimiters),
        segments=tuple(segments),
    )


_LOOKED_AT = 40
"""Characters of a value of the header that are looked at, and kept: none that fits is longer."""


@lru_cache(maxsize=4096)
def _version(version: str, delimiters: Delimiters) -> str:
    """GS08 as it came where it can be repeated (data element 480): six digits first, at most twelve characters."""
    release = version[:6]
    if len(release) < 6 or not (release.isascii() and release.isdecimal()):
        return _FALLBACK_VERSION
    return version if len(version) <= 12 and in_characters(version, delimiters) == version else release


@lru_cache(maxsize=4096)
def _group_party(id: str, interchange_id: str, delimiters: Delimiters) -> str:
    """GS02 or GS03 of the answer (data elements 142 and 124, two to fifteen): the id of the ISA where it has none."""
    for text in (id, interchange_id):
        usable = in_characters(text, delimiters).strip()[:15].rstrip()
        if len(usable) >= 2:
            return usable
    return "00"

"""The envelope of an answer: parties turned round, and of what came only what can be repeated."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from gateway.document import Delimiters, Party
from gateway.x12.checking.patterns import CHARACTERS
from gateway.x12.envelope.isa import PARTY_KINDS, RELEASE
from gateway.x12.reading import STANDARD, Interchange

_VERSION = "00401"
"""Answers an ISA12 that names no release of X12."""
_KIND = "ZZ"
"""By agreement: stands for a kind of identifier that X12 does not have."""
_MARKS = (STANDARD, Delimiters("|", "^", "!"), Delimiters("+", ":", "'"), Delimiters("\x1d", "\x1f", "\x1c"))
"""Marks to fall back on, in this order."""
_REPETITIONS = "^!;\x1e"


class AnswerEnvelope(NamedTuple):
    """What an answer is written with. `sender` is us, `receiver` who sent what is answered."""

    sender: Party
    receiver: Party
    delimiters: Delimiters
    version: str
    """ISA12: the one that the partner speaks."""


def answer_envelope(interchange: Interchange, delimiters: Delimiters | None = None) -> AnswerEnvelope | None:
    """The envelope in which an interchange is answered; None where it names nobody to be answered.

    `delimiters` are those agreed, else the partner's own; others are taken where an id holds one of them.
    """
    return _envelope(
        interchange.receiver, interchange.sender, delimiters or interchange.delimiters, interchange.version
    )


@lru_cache(maxsize=4096)
def _envelope(ours: Party, theirs: Party, wanted: Delimiters, version: str) -> AnswerEnvelope | None:
    # Kept, since partners are few: it would cost each message more than the plan of its answer.
    sender, receiver = _party(ours), _party(theirs)
    if not sender.id or not receiver.id:
        return None
    taken = {*sender.qualifier, *sender.id, *receiver.qualifier, *receiver.id}
    return AnswerEnvelope(sender, receiver, _marks(wanted, taken), version if RELEASE.match(version) else _VERSION)


def _party(party: Party) -> Party:
    id = "".join(letter for letter in party.id if letter in CHARACTERS)[:15].strip()
    return Party(party.qualifier if party.qualifier in PARTY_KINDS else _KIND, id)


def _marks(wanted: Delimiters, taken: set[str]) -> Delimiters:
    for marks in (wanted._replace(component=wanted.component or STANDARD.component), *_MARKS):
        own = {*marks[:3]}
        plain = all(len(mark) == 1 and not mark.isalnum() and mark != " " for mark in own)
        if len(own) == 3 and plain and not own & taken:
            free = (mark for mark in (wanted.repetition, *_REPETITIONS) if mark and mark not in own | taken)
            return marks._replace(repetition=next(free, ""))
    raise AssertionError("control characters stand in no id")

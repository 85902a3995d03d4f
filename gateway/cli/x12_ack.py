"""What `crossdock x12 ack` writes: one interchange for each received, numbered from where the caller says.

The numbers are the caller's; a store's own are taken in `gateway.pipeline.answering`. Never fails for what was read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.document import Delimiters, Party
    from gateway.x12 import Guides, Interchange

PartnerOf = Callable[["Party", "Party", str, str], str]
Agreed = Callable[[str], Collection[str]]
"""Partner id -> which of 997 and 999 its agreement names, all of them for nobody."""

_MARKS = (("*", ">", "~"), ("|", "^", "!"), ("+", ":", "'"), ("\x1d", "\x1f", "\x1c"))
"""Element separator, component separator and terminator to fall back on."""
_REPETITIONS = "^!;\x1e"


def write_answer(
    interchange: Interchange,
    guides: Guides,
    number: int,
    now: datetime,
    partner_of: PartnerOf,
    agreed: Agreed = lambda partner: ("997", "999"),
) -> bytes:
    """The answering interchange, a segment a line; empty when nothing answers, or nobody is named to be answered.

    Groups count up from `number`, their documents from 1.
    """
    from gateway import x12

    marks = usable_marks(interchange)
    if marks is None:
        return b""
    partner = partner_of(interchange.sender, interchange.receiver, "", "")
    plan = x12.plan_acks(interchange, delimiters=marks, answers=agreed(partner))
    if plan.ta1 is None and not plan.groups:
        return b""
    groups, documents = count(number), count(1)
    version = interchange.version
    return x12.write_interchange(
        x12.outgoing_groups(plan.groups, lambda: next(groups), lambda: next(documents)),
        guides,
        sender=interchange.receiver,
        receiver=interchange.sender,
        control=number,
        now=now,
        test=interchange.test,
        partner_id=partner,
        delimiters=marks,
        version=version if len(version) == 5 and version.isascii() and version.isdecimal() else "00401",
        acks=() if plan.ta1 is None else (plan.ta1,),
        line_break="" if marks.segment in "\r\n" else "\n",
    )


def agreed_answers(chosen: str) -> Agreed:
    """What is agreed with whom, by the partners of the home if there is one; `chosen` goes before it, "" for none."""
    from gateway import resources
    from gateway.cli import frame
    from gateway.errors import OperatorMistake
    from gateway.partners import read_partners
    from gateway.x12.ack_forms import ANSWERS

    if chosen and chosen not in ANSWERS:
        raise OperatorMistake(f'"{chosen}" answers nothing', mend="997 or 999")
    sources = resources.read_sources(resources.source_files(resources.search_roots(frame.settings().home)))
    partners = read_partners(sources)

    def agreed(partner: str) -> Collection[str]:
        found = partners.get(partner)
        return (chosen,) if chosen else (found.answers() if found else ()) or ANSWERS

    return agreed


def usable_marks(interchange: Interchange) -> Delimiters | None:
    """The partner's own delimiters where they can be written, else ones that its ids do not hold; None: no ids."""
    from gateway.document import Delimiters

    parties = (*interchange.sender, *interchange.receiver)
    if not all(1 <= len(text) <= most for text, most in zip(parties, (2, 15, 2, 15), strict=True)):
        return None
    taken = {*parties[0], *parties[1], *parties[2], *parties[3]}
    own = interchange.delimiters
    for element, component, segment in ((own.element, own.component or ">", own.segment), *_MARKS):
        marks = {element, component, segment}
        if len(marks) == 3 and not marks & taken and not any(mark.isalnum() or mark in " " for mark in marks):
            free = (mark for mark in (own.repetition, *_REPETITIONS) if mark and mark not in marks | taken)
            return Delimiters(element, component, segment, next(free, ""))
    return None


def answer_json(interchange: Interchange, answer: bytes) -> dict[str, Any]:
    """`{answers, kind, to, segments}`: `kind` is the set that answers, TA1 where only that does, None for nothing."""
    marks = usable_marks(interchange)
    text = answer.decode("latin-1")
    raws = [raw.strip("\r\n") for raw in text.split(marks.segment)] if marks else []
    segments = [raw.split(marks.element) for raw in raws if raw] if marks else []
    sets = [segment[1] for segment in segments if segment[0] == "ST"]
    kind = sets[0] if sets else "TA1" if any(segment[0] == "TA1" for segment in segments) else None
    return {"answers": interchange.control, "kind": kind, "to": str(interchange.sender), "segments": segments}

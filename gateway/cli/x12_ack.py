"""What `crossdock x12 ack` writes: one interchange for each received, numbered from where the caller says.

The numbers are the caller's; a store's own are taken in `gateway.pipeline.answering`. Never fails for what was read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.document import Party
    from gateway.x12 import Guides, Interchange

PartnerOf = Callable[["Party", "Party", str, str], str]
Agreed = Callable[[str], Collection[str]]
"""Partner id -> which of 997 and 999 its agreement names, both for nobody."""


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

    envelope = x12.answer_envelope(interchange)
    if envelope is None:
        return b""
    partner = partner_of(interchange.sender, interchange.receiver, "", "")
    marks = envelope.delimiters
    plan = x12.plan_acks(interchange, delimiters=marks, answers=agreed(partner))
    if plan.ta1 is None and not plan.groups:
        return b""
    groups, documents = count(number), count(1)
    return x12.write_interchange(
        x12.outgoing_groups(plan.groups, lambda: next(groups), lambda: next(documents)),
        guides,
        sender=envelope.sender,
        receiver=envelope.receiver,
        control=number,
        now=now,
        test=interchange.test,
        partner_id=partner,
        delimiters=marks,
        version=envelope.version,
        acks=() if plan.ta1 is None else (plan.ta1,),
        line_break="" if marks.segment in "\r\n" else "\n",
    )


def agreed_answers(chosen: str) -> Agreed:
    """What is agreed with whom, by the partners of the home if there is one; `chosen` goes before it, "" for none."""
    from gateway import resources
    from gateway.cli import frame
    from gateway.errors import OperatorMistake
    from gateway.partners import read_partners
    from gateway.x12.codes import ANSWERS

    if chosen and chosen not in ANSWERS:
        raise OperatorMistake(f'"{chosen}" answers nothing', mend="997 or 999")
    sources = resources.read_sources(resources.source_files(resources.search_roots(frame.settings().home)))
    partners = read_partners(sources)

    def agreed(partner: str) -> Collection[str]:
        found = partners.get(partner)
        return (chosen,) if chosen else (found.answers() if found else ()) or ANSWERS

    return agreed


def answer_json(interchange: Interchange, answer: bytes) -> dict[str, Any]:
    """`{answers, kind, to, segments}`: `kind` is the set that answers, TA1 where only that does, None for nothing."""
    segments: list[list[str]] = []
    if answer:
        text = answer.decode("latin-1")
        element, end = text[3], text[105]
        segments = [raw.strip("\r\n").split(element) for raw in text.split(end) if raw.strip("\r\n")]
    sets = [segment[1] for segment in segments if segment[0] == "ST"]
    kind = sets[0] if sets else "TA1" if any(segment[0] == "TA1" for segment in segments) else None
    return {"answers": interchange.control, "kind": kind, "to": str(interchange.sender), "segments": segments}

"""What `crossdock x12 ack` writes: one interchange for each received, numbered from where the caller says.

The numbers are the caller's; a store's own are taken in `gateway.pipeline.answering`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.document import Delimiters, Party
    from gateway.x12 import Guides, Interchange

PartnerOf = Callable[["Party", "Party", str, str], str]


def write_answer(
    interchange: Interchange, guides: Guides, number: int, now: datetime, partner_of: PartnerOf
) -> bytes:
    """The answering interchange, a segment a line; empty when nothing answers. Numbers count up from `number`."""
    from gateway import x12

    delimiters = _usable(interchange.delimiters)
    plan = x12.plan_acks(interchange, delimiters=delimiters)
    if plan.ta1 is None and not plan.groups:
        return b""
    groups = tuple(
        x12.OutgoingGroup(
            id="FA",
            sender=group.group_sender,
            receiver=group.group_receiver,
            control=number + at,
            version=group.version,
            documents=(x12.OutgoingDocument(set_id="997", control="0001", segments=group.segments),),
        )
        for at, group in enumerate(plan.groups)
    )
    return x12.write_interchange(
        groups,
        guides,
        sender=interchange.receiver,
        receiver=interchange.sender,
        control=number,
        now=now,
        test=interchange.test,
        partner_id=partner_of(interchange.sender, interchange.receiver, "", ""),
        delimiters=delimiters,
        acks=() if plan.ta1 is None else (plan.ta1,),
        line_break="" if delimiters.segment in "\r\n" else "\n",
    )


def _usable(delimiters: Delimiters) -> Delimiters:
    """The partner's own delimiters, made whole where its ISA left one out."""
    return delimiters if delimiters.component else delimiters._replace(component=">")


def answer_json(interchange: Interchange, answer: bytes) -> dict[str, Any]:
    delimiters = _usable(interchange.delimiters)
    text = answer.decode("latin-1")
    raws = [raw.strip("\r\n") for raw in text.split(delimiters.segment)]
    segments = [raw.split(delimiters.element) for raw in raws if raw]
    kinds = [segment[0] for segment in segments]
    kind = "997" if "AK1" in kinds else "TA1" if "TA1" in kinds else None
    return {"answers": interchange.control, "kind": kind, "to": str(interchange.sender), "segments": segments}

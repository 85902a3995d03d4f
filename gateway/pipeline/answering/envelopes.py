"""Envelopes of what was written: with our control numbers, one document each or many together, stored with what
awaits a 997.

Runs inside a database transaction. One document that its guide refuses keeps none of the others from leaving.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec
import structlog
from sqlalchemy import Connection

from gateway import x12
from gateway.document import Party
from gateway.errors import OperatorMistake
from gateway.pipeline.answering.decide import delimiters_of
from gateway.pipeline.context import Context
from gateway.store.alerts import Alert, put_alerts
from gateway.store.controls import ControlNumbers
from gateway.store.drafts import Draft, find_open, finish_draft, park_draft
from gateway.store.outbox import NewSent, put_sent
from gateway.store.sent import keep_draft

log = structlog.get_logger(__name__)

TOGETHER_MAX = 200
"""Documents that leave in one interchange at most."""


class Envelope(NamedTuple):
    """Parties as we speak, and the group that a document travels in."""

    sender: Party
    receiver: Party
    group_sender: str
    group_receiver: str
    group_id: str
    version: str


class Written(msgspec.Struct, frozen=True, tag=True, tag_field="kind"):
    """A document ready for its envelope: the segments between ST and SE; or a file of another format, whole."""

    draft: Draft
    number: str
    type: str
    envelope: Envelope | None = None
    segments: tuple[tuple[str, ...], ...] = ()
    data: bytes = b""
    media_type: str = ""
    is_passed: bool = False
    """As it came: what was only noted in it when it came goes on with it."""


class Refused(msgspec.Struct, frozen=True, tag=True, tag_field="kind"):
    """A draft that cannot be written, and why."""

    draft: Draft
    reason: str


Parcel = Sequence[Written | Refused]
"""What leaves in one message; more than one only of X12, of the same parties and book."""


def bundle(done: Sequence[Written | Refused]) -> list[list[Written | Refused]]:
    """Parcels of what is due together, each in the order in which it was decided."""
    lanes: dict[object, list[list[Written | Refused]]] = {}
    for one in done:
        if isinstance(one, Refused) or one.envelope is None:
            lanes[one.draft.id] = [[one]]
            continue
        # One ISA12 for all: other releases travel in another interchange.
        release = one.envelope.version[:5]
        lane = (one.draft.partner, one.draft.book, one.envelope.sender, one.envelope.receiver, release)
        parcels = lanes.setdefault(lane, [[]])
        if len(parcels[-1]) >= TOGETHER_MAX:
            parcels.append([])
        parcels[-1].append(one)
    return [parcel for parcels in lanes.values() for parcel in parcels]


def store(connection: Connection, parcels: Sequence[Parcel], context: Context) -> None:
    """Number, envelope and store parcels; what cannot be sent is parked."""
    envelopes = {one.envelope for parcel in parcels for one in parcel if isinstance(one, Written) and one.envelope}
    uses = [(str(one.sender), str(one.receiver), kind) for one in envelopes for kind in ("ISA", "GS", "ST")]
    numbers = ControlNumbers(connection, uses)
    for parcel in parcels:
        is_open = find_open(connection, [one.draft.id for one in parcel])
        written: list[Written] = []
        for one in parcel:
            if one.draft.id not in is_open:
                continue
            if isinstance(one, Refused):
                _park(connection, one, context)
            elif one.envelope is None:
                _put_file(connection, one)
            else:
                written.append(one)
        if written:
            _put(connection, written, numbers, context)
    numbers.save()


def _put_file(connection: Connection, one: Written) -> None:
    """A file of another format: no envelope, and nobody acknowledges it."""
    if finish_draft(connection, one.draft.id, one.data, media_type=one.media_type):
        keep_draft(connection, one.draft.id, one.draft.draft)
        sent = NewSent(
            message=one.draft.id, n=1, partner=one.draft.partner, type=one.type, number=one.number, sender="",
            receiver="", group_id="", interchange="", group_control="", control="", status="none",
            origin=one.draft.id,
        )  # fmt: skip
        put_sent(connection, [sent])


def _put(connection: Connection, written: Sequence[Written], numbers: ControlNumbers, context: Context) -> None:
    """One interchange; where it cannot be written, the documents at fault are parked and the others leave."""
    try:
        data, rows = _write(written, numbers, context)
    except OperatorMistake as mistake:
        if len(written) == 1:
            _park(connection, Refused(written[0].draft, str(mistake)), context)
            return
        good = [one for one in written if _is_good(connection, one, numbers, context)]
        if len(good) < len(written):
            if good:
                _put(connection, good, numbers, context)
        else:
            for one in written:
                _put(connection, [one], numbers, context)
        return
    first, *others = [one.draft.id for one in written]
    if finish_draft(connection, first, data, bundled=others):
        for one in written:
            keep_draft(connection, one.draft.id, one.draft.draft)
        put_sent(connection, rows)


def _is_good(connection: Connection, one: Written, numbers: ControlNumbers, context: Context) -> bool:
    """Whether a document can be sent by itself; else it is parked."""
    try:
        _write([one], numbers, context)
    except OperatorMistake as mistake:
        _park(connection, Refused(one.draft, str(mistake)), context)
        return False
    return True


def _write(written: Sequence[Written], numbers: ControlNumbers, context: Context) -> tuple[bytes, list[NewSent]]:
    """The interchange, with a group for each functional identifier and version, and what awaits its 997."""
    partner, lane = context.configuration.partners.get(written[0].draft.partner), written[0].envelope
    assert partner is not None  # noqa: S101  just written for it
    assert lane is not None  # noqa: S101  a parcel of X12
    ours, theirs = str(lane.sender), str(lane.receiver)
    message, interchange = written[0].draft.id, numbers.take(ours, theirs, "ISA")
    terms = context.policy.terms_for("", partner.id)
    is_measured = terms.acknowledges_documents or terms.answers_discrepancies
    groups: list[x12.OutgoingGroup] = []
    rows: list[NewSent] = []
    ranks = {envelope: rank for rank, envelope in enumerate(dict.fromkeys(one.envelope for one in written))}
    for envelope, members in groupby(sorted(written, key=lambda one: ranks[one.envelope]), lambda one: one.envelope):
        assert envelope is not None  # noqa: S101  a parcel of X12
        group, documents = numbers.take(ours, theirs, "GS"), []
        for one in members:
            control = f"{numbers.take(ours, theirs, 'ST'):04d}"
            documents.append(
                x12.OutgoingDocument(set_id=one.type, control=control, segments=one.segments, is_passed=one.is_passed)
            )
            rows.append(
                NewSent(
                    message=message, n=len(rows) + 1, partner=partner.id, type=one.type, number=one.number,
                    sender=ours, receiver=theirs, group_id=envelope.group_id, interchange=f"{interchange:09d}",
                    group_control=str(group), control=control, status="unsent", origin=one.draft.id,
                    reported=int(is_measured),
                )
            )  # fmt: skip
        groups.append(
            x12.OutgoingGroup(
                id=envelope.group_id,
                sender=envelope.group_sender,
                receiver=envelope.group_receiver,
                control=group,
                version=envelope.version,
                documents=tuple(documents),
            )
        )
    data = x12.write_interchange(
        groups,
        context.configuration.guides,
        sender=lane.sender,
        receiver=lane.receiver,
        control=interchange,
        now=context.now,
        test=written[0].draft.book == "test",
        partner_id=partner.id,
        delimiters=delimiters_of(partner),
        line_break=partner.x12.line_end,
        columns=partner.x12.columns,
        ack_requested=partner.x12.ack_requested,
    )
    return data, rows


def _park(connection: Connection, one: Refused, context: Context) -> None:
    park_draft(connection, one.draft.id, one.reason)
    text = f"{one.draft.kind} {one.draft.id} cannot be written: {one.reason}"
    put_alerts(
        connection,
        [Alert(kind="draft_parked", text=text, partner=one.draft.partner, message=one.draft.id, at=context.at)],
    )
    log.error("draft.parked", outbox_id=one.draft.id, kind=one.draft.kind, partner=one.draft.partner)

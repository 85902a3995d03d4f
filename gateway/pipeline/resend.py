"""Sending again what a partner refused or never answered: the same bytes, or the same document written anew.

The same bytes keep their control numbers; written anew it is another message with numbers of its own, by the map and
the guide now in force, and the first one is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

import msgspec
from sqlalchemy import Connection, select

from gateway.errors import PartnerMistake
from gateway.pipeline.as2.receipts import forget_request
from gateway.pipeline.context import Context
from gateway.pipeline.due import RESENT_BY_AGREEMENT, resends_agreed
from gateway.pipeline.reconciling.reports import report
from gateway.store import outbox, sent
from gateway.store.alerts import Alert
from gateway.store.sent import Sent
from gateway.store.tables import outbox as outbox_table
from ledger.events import AcknowledgmentReported


def send_same(connection: Connection, id: str, *, by: str, at: int, comment: str = "") -> bool:
    """Queue a message again, bytes and numbers unchanged; its documents wait for their answer once more.

    False: we sent no such message.
    """
    forget_request(connection, id)
    if not outbox.queue_again(connection, id):
        return False
    sent.reopen(connection, id, by=by, at=at, comment=comment)
    return True


def write_anew(
    connection: Connection, id: str, new_id: str, make_id: Callable[[], str], *, by: str, at: int
) -> list[AcknowledgmentReported]:
    """Queue what the message was written from as other drafts, but for what was accepted; the first is `new_id`.

    Gives back what the books are to be told. Raises PartnerMistake where that cannot be.
    """
    documents = sent.find_message(connection, id)
    drafts = {one.n: sent.load_draft(connection, one.origin or id) for one in documents}
    if not documents or not all(drafts.values()):
        raise PartnerMistake("not_supported", f"{id} was not written from an event or a finding: resend its bytes")
    to_write = [one for one in documents if one.status not in ("accepted", "rewritten")]
    if not to_write:
        raise PartnerMistake("not_supported", f"{id} is {documents[0].status}: there is nothing to mend")
    again = []
    for n, one in enumerate(to_write):
        row = connection.execute(select(outbox_table).where(outbox_table.c.id == (one.origin or id))).one()
        fields = {name: getattr(row, name) for name in outbox.NewAnswer.__struct_fields__ if name != "data"}
        fields |= {"id": make_id() if n else new_id, "dedupe": "", "reason": "", "draft": drafts[one.n]}
        # Several leave in one interchange again.
        fields |= {"status": "collected" if len(to_write) > 1 else "draft", "due_at": at, "created_at": at}
        again.append(msgspec.convert(fields, outbox.NewAnswer))
    outbox.put_answers(connection, again)
    comment = f"written anew as {new_id}"
    sent.supersede(connection, to_write, by=by, at=at, comment=comment)
    return [told for one in to_write for told in report(connection, one, "rewritten", at=at, comment=comment, by=by)]


def review(
    connection: Connection, message: str, n: int, *, comment: str, by: str, at: int
) -> tuple[int, list[AcknowledgmentReported]]:
    """A person settles documents without an answer, all of a message where `n` is 0: how many there were, and what
    the books are to be told."""
    found = [one for one in sent.find_message(connection, message) if n in (0, one.n)]
    count = sent.review(connection, message, n, comment=comment, by=by, at=at)
    settled = [one for one in found if one.status in sent.REVIEWABLE]
    return count, [
        told for one in settled for told in report(connection, one, "reviewed", at=at, comment=comment, by=by)
    ]


def tell_overdue(
    connection: Connection, overdue: Sequence[Sent], context: Context
) -> tuple[list[Alert], list[AcknowledgmentReported]]:
    """Nobody answered in time: told always, and sent again as often as the partner has agreed to.

    A message that was partly accepted is left to a person: what was accepted would come twice.
    """
    alerts: list[Alert] = []
    reports: list[AcknowledgmentReported] = []
    for message, members in groupby(overdue, lambda one: one.message):
        documents = list(members)
        partner = context.configuration.partners.get(documents[0].partner)
        done, agreed = sent.count_resends(connection, message, by=RESENT_BY_AGREEMENT), resends_agreed(partner)
        for one in documents:
            sent.settle(connection, one, status="overdue", answered_by="", at=context.at)
        whole = all(one.status in sent.OPEN for one in sent.find_message(connection, message))
        again = whole and done < agreed and send_same(connection, message, by=RESENT_BY_AGREEMENT, at=context.at)
        told = f"; sent again, {done + 1} of {agreed}" if again else ""
        alerts += [
            Alert(
                kind="ack_overdue",
                text=f"{one.type} {one.number} was not acknowledged by {one.partner} in time{told}",
                partner=one.partner,
                message=one.message,
                at=context.at,
            )
            for one in documents
        ]
        for one in documents:
            reports += report(
                connection, one, "overdue", at=context.at, resends=done + int(again), sends_again=bool(again)
            )
    return alerts, reports

"""Sending again what a partner refused or never answered: the same bytes, or the same document written anew.

The same bytes keep their control numbers; written anew it is another message with numbers of its own, by the map and
the guide now in force, and the first one is closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import msgspec
from sqlalchemy import Connection, select

from gateway.errors import PartnerMistake
from gateway.pipeline.as2.receipts import forget_request
from gateway.pipeline.context import Context
from gateway.pipeline.due import RESENT_BY_AGREEMENT, resends_agreed
from gateway.store import outbox, sent
from gateway.store.alerts import Alert
from gateway.store.sent import Sent
from gateway.store.tables import outbox as outbox_table


def send_same(connection: Connection, id: str, *, by: str, at: int, comment: str = "") -> bool:
    """Queue a message again, bytes and numbers unchanged; its documents wait for their answer once more.

    False: we sent no such message.
    """
    forget_request(connection, id)
    if not outbox.queue_again(connection, id):
        return False
    sent.reopen(connection, id, by=by, at=at, comment=comment)
    return True


def write_anew(connection: Connection, id: str, new_id: str, *, by: str, at: int) -> None:
    """Queue what the message was written from as another draft; raises PartnerMistake where that cannot be."""
    documents = sent.find_message(connection, id)
    draft = sent.load_draft(connection, id)
    if not documents or not draft:
        raise PartnerMistake("not_supported", f"{id} was not written from an event or a finding: resend its bytes")
    settled = {one.status for one in documents} & {"accepted", "rewritten"}
    if settled:
        raise PartnerMistake("not_supported", f"{id} is {settled.pop()}: there is nothing to mend")
    row = connection.execute(select(outbox_table).where(outbox_table.c.id == id)).one()
    fields = {name: getattr(row, name) for name in outbox.NewAnswer.__struct_fields__ if name != "data"}
    again = msgspec.convert(
        fields | {"id": new_id, "dedupe": "", "status": "draft", "reason": "", "draft": draft, "created_at": at},
        outbox.NewAnswer,
    )
    outbox.put_answers(connection, [again])
    sent.supersede(connection, id, by=by, at=at, comment=f"written anew as {new_id}")


def tell_overdue(connection: Connection, overdue: Sequence[Sent], context: Context) -> list[Alert]:
    """Nobody answered in time: told always, and sent again as often as the partner has agreed to.

    A message that was partly accepted is left to a person: what was accepted would come twice.
    """
    alerts = []
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
    return alerts

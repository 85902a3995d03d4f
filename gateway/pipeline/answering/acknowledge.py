"""TA1, 997 and 999 on their way out: numbered and written at once, or collected where the agreement says so.

Runs inside the database transaction that records what they answer. Which set answers, and what it says, was planned
when the message was read.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import structlog
from sqlalchemy import Connection

from gateway import x12
from gateway.document import Delimiters, Party
from gateway.errors import OperatorMistake
from gateway.pipeline.context import Context
from gateway.pipeline.due import collect_due_at
from gateway.pipeline.reading.values import ReadInterchange
from gateway.store import collected
from gateway.store.alerts import Alert, put_alerts
from gateway.store.collected import NewCollected
from gateway.store.controls import ControlNumbers
from gateway.store.outbox import NewAnswer, NewSent, put_answers, put_sent

log = structlog.get_logger(__name__)

Written = tuple[NewAnswer, list[NewSent]]
"""One message to send, and what is in it."""


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope of an answer. Collected answers of one lane leave together."""

    partner: str
    kind: str
    """997, 999 or TA1."""
    sender: Party
    receiver: Party
    delimiters: Delimiters
    version: str
    test: bool


UNWRITTEN = "unwritten"
"""In place of the message that carried a collected answer: none could be written."""

_encoder = msgspec.json.Encoder(order="deterministic")
_lanes = msgspec.json.Decoder(Lane)
_acks = msgspec.json.Decoder(x12.GroupAck)


class Acknowledgments:
    """Those of one database transaction."""

    def __init__(self, connection: Connection, context: Context, numbers: ControlNumbers) -> None:
        self._connection = connection
        self._context = context
        self._numbers = numbers
        self._collected: list[NewCollected] = []
        self._counts: dict[str, int] = {}
        """Lanes that leave at a count."""

    def take(self, message: str, interchange: ReadInterchange) -> list[Written]:
        """The TA1 of one received interchange and, where agreed, what answers its groups: one interchange each.

        What is collected is kept instead, and written by `flush`.
        """
        plan, envelope = interchange.plan, interchange.answer
        partner = self._context.configuration.partners.get(interchange.partner)
        if plan is None or envelope is None or partner is None:
            return []
        written: list[Written] = []

        def lane(kind: str) -> Lane:
            return Lane(
                partner=partner.id,
                kind=kind,
                sender=envelope.sender,
                receiver=envelope.receiver,
                delimiters=envelope.delimiters,
                version=envelope.version,
                test=interchange.test,
            )

        if plan.ta1:
            written += self._write(lane("TA1"), (), (plan.ta1,), message)
        for kind in dict.fromkeys(ack.set_id for ack in plan.groups if partner.answers()):
            acks = [ack for ack in plan.groups if ack.set_id == kind]
            agreement = partner.sends(kind) or partner.sends(partner.answers()[0])
            if agreement is None or agreement.collect is None:
                written += self._write(lane(kind), acks, (), message)
                continue
            key = _encoder.encode(lane(kind)).decode()
            due_at = collect_due_at(partner, agreement.collect, self._context.now)
            self._collected += [
                NewCollected(key, message, _encoder.encode(ack).decode(), due_at, self._context.at) for ack in acks
            ]
            if agreement.collect.count:
                self._counts[key] = agreement.collect.count
        return written

    def flush(self) -> list[Written]:
        """Keep what is collected, and write each lane that has reached its count."""
        collected.put_collected(self._connection, self._collected)
        self._collected.clear()
        written: list[Written] = []
        for key, count in self._counts.items():
            if collected.count_waiting(self._connection, key) >= count:
                written += self.flush_lane(key)
        return written

    def flush_lane(self, key: str) -> list[Written]:
        """Write all that waits in a lane."""
        written: list[Written] = []
        while waiting := collected.load_waiting(self._connection, key):
            done = self._write(_lanes.decode(key), [_acks.decode(one.ack) for one in waiting], (), "")
            collected.mark_collected(self._connection, waiting, done[0][0].id if done else UNWRITTEN)
            written += done
        return written

    def _write(
        self, lane: Lane, acks: Sequence[x12.GroupAck], ta1s: tuple[tuple[str, ...], ...], message: str
    ) -> list[Written]:
        """One interchange, or none where something of ours forbids it: told, and no reason to lose what came."""
        try:
            return [self._write_one(lane, acks, ta1s, message)]
        except OperatorMistake as mistake:
            log.error("acknowledgment.unwritten", partner=lane.partner, kind=lane.kind, reason=str(mistake))
            text = f"{lane.kind} to {lane.partner} cannot be written: {mistake}"
            alert = Alert(kind="ack_unwritten", text=text, partner=lane.partner, message=message, at=self._context.at)
            put_alerts(self._connection, [alert])
            return []

    def _write_one(
        self, lane: Lane, acks: Sequence[x12.GroupAck], ta1s: tuple[tuple[str, ...], ...], message: str
    ) -> Written:
        context, ours, theirs = self._context, str(lane.sender), str(lane.receiver)
        groups = x12.outgoing_groups(
            acks,
            lambda: self._numbers.take(ours, theirs, "GS"),
            lambda: self._numbers.take(ours, theirs, "ST"),
        )
        control = self._numbers.take(ours, theirs, "ISA")
        partner = context.configuration.partners.get(lane.partner)
        terms = partner.x12 if partner is not None else None
        in_lines = bool({"\r", "\n"} & set(lane.delimiters))  # theirs may end segments; then nothing else ends lines
        data = x12.write_interchange(
            groups,
            context.configuration.guides,
            sender=lane.sender,
            receiver=lane.receiver,
            control=control,
            now=context.now,
            test=lane.test,
            partner_id=lane.partner,
            delimiters=lane.delimiters,
            version=lane.version,
            line_break=terms.line_end if terms and not in_lines else "",
            columns=terms.columns if terms and not in_lines else 0,
            acks=ta1s,
        )
        answer = NewAnswer(
            id=context.new_id(),
            destination=lane.partner,
            partner=lane.partner,
            kind=lane.kind,
            data=data,
            answers=message,
            book="test" if lane.test else "live",
            created_at=context.at,
        )
        numbered = [(str(group.control), one.set_id, one.control) for group in groups for one in group.documents]
        sent = [
            NewSent(
                message=answer.id,
                n=n,
                partner=lane.partner,
                type=set_id,
                number="",
                sender=ours,
                receiver=theirs,
                group_id="FA" if group else "",
                interchange=f"{control:09d}",
                group_control=group,
                control=number,
                status="none",
            )
            for n, (group, set_id, number) in enumerate(numbered or [("", "TA1", "")], 1)
        ]
        return answer, sent


def send_collected(connection: Connection, context: Context) -> int:
    """Write what was collected and is due now; how many interchanges."""
    lanes = collected.find_due_lanes(connection, now=context.at)
    written: list[Written] = []
    if lanes:
        numbers = ControlNumbers(connection, ())
        acknowledgments = Acknowledgments(connection, context, numbers)
        for lane in lanes:
            written += acknowledgments.flush_lane(lane)
        numbers.save()
    put_answers(connection, [answer for answer, _ in written])
    put_sent(connection, [row for _, rows in written for row in rows])
    return len(written)

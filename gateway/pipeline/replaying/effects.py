"""What recording something did, told from the books and the outbox right after, in the same database transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from sqlalchemy import Connection, func, select

from gateway.errors import CrossdockError
from gateway.pipeline.answering.drafts import preview
from gateway.pipeline.asking.show import segments_of_answer
from gateway.pipeline.context import Context
from gateway.pipeline.replaying.values import AnswerEffect, CaseEffect, Changed, Effects, EventMade, Moved
from gateway.store.evidence import load_evidence
from gateway.store.tables import outbox
from ledger import queries
from ledger.outcomes import CaseChanged, CaseOpened, Recorded

SHOWN_MAX = 1_000
"""Movements, and answers, that are shown one by one."""


class Before:
    """Where books and outbox stood; `effects` says what has come since."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._outbox = connection.execute(select(func.max(outbox.c.seq))).scalar() or 0
        self._heads = {book: _seq(connection, book) for book in ("live", "test")}

    def effects(self, recorded: Sequence[Recorded], made: Iterable[EventMade], context: Context) -> Effects:
        """`recorded` are all answers of the ledger, those for earlier events included."""
        movements = [one for book, seq in self._heads.items() for one in self._movements(book, seq)]
        return Effects(
            events=tuple(made),
            movements=tuple(_moved(one) for one in movements[:SHOWN_MAX]),
            movement_count=len(movements),
            balances=tuple(_net(movements)),
            cases=tuple(_cases(recorded)),
            answers=tuple(self._answers(context)),
        )

    def _movements(self, book: str, seq: int) -> list[queries.MovementMade]:
        last = _seq(self._connection, book)
        return queries.made_by(self._connection, book, set(range(seq + 1, last + 1)))

    def _answers(self, context: Context) -> Iterable[AnswerEffect]:
        rows = self._connection.execute(
            select(outbox.c.id, outbox.c.kind, outbox.c.destination, outbox.c.partner, outbox.c.draft)
            .where(outbox.c.seq > self._outbox)
            .order_by(outbox.c.seq)
            .limit(SHOWN_MAX)
        ).fetchall()
        evidence = load_evidence(self._connection, [row.id for row in rows if not row.draft])
        for row in rows:
            to = str(row.destination).removeprefix("mdn:")
            if not row.draft:
                yield AnswerEffect(kind=row.kind, to=to, segments=segments_of_answer(evidence.get(row.id, b"")))
                continue
            try:
                yield AnswerEffect(kind=row.kind, to=to, segments=preview(self._connection, row.id, context))
            except CrossdockError as error:
                yield AnswerEffect(kind=row.kind, to=to, text=str(error))


def _seq(connection: Connection, book: str) -> int:
    head = queries.head(connection, book=book)
    return head.seq if head is not None else 0


def _moved(one: queries.MovementMade) -> Moved:
    return Moved(
        event=one.kind, site=one.site, part=one.part, quantity=one.quantity, unit=one.unit,
        source=_place(one.source), target=_place(one.target),
    )  # fmt: skip


def _net(movements: Iterable[queries.MovementMade]) -> Iterable[Changed]:
    """By how much each balance differs, those that end as they were left out."""
    net: dict[tuple[str, str, str, str], Decimal] = {}
    for one in movements:
        for end, quantity in ((one.source, -one.quantity), (one.target, one.quantity)):
            key = (one.site, one.part, _place(end), one.unit)
            net[key] = net.get(key, Decimal(0)) + quantity
    for (site, part, place, unit), quantity in sorted(net.items()):
        if quantity:
            yield Changed(site=site, part=part, place=place, quantity=quantity, unit=unit)


def _place(end: queries.End) -> str:
    """`available DOCK`, `quality_hold DOCK (D17)`, `in_transit acme/S1/10`."""
    named = [end.state, end.location, end.asn_line]
    named += [f"{word} {said}" for word, said in (("lot", end.lot), ("serial", end.serial)) if said]
    held = f"({end.hold_reason})" if end.hold_reason else ""
    return " ".join(part for part in (*named, held) if part)


def _cases(recorded: Iterable[Recorded]) -> Iterable[CaseEffect]:
    """The last that is said of each case."""
    found: dict[str, CaseEffect] = {}
    for one in recorded:
        for outcome in one.outcomes:
            if isinstance(outcome, CaseOpened):
                found[outcome.case] = CaseEffect(
                    case=outcome.case, code=outcome.code, status="opened", quantity=outcome.quantity,
                    reason=outcome.reason,
                )  # fmt: skip
            elif isinstance(outcome, CaseChanged):
                found[outcome.case] = CaseEffect(
                    case=outcome.case, code=outcome.code, status=outcome.status, quantity=outcome.quantity
                )
    return found.values()

"""Facts of answers: what a supplier promised in time, and which orders it acknowledged."""

from __future__ import annotations

from typing import NamedTuple

from ledger.book.storage import bulk
from ledger.queries.scorecards.facts.loading import Place, behind
from ledger.scorecards.facts import AnswerFact

_PROMISES = """
    SELECT order_number, line, status, quantity, promised_at, acknowledged_at, seq FROM promise
    WHERE book = ? AND site = ? AND supplier = ?
    ORDER BY order_number, acknowledged_at, seq
"""
_ORDERED = """
    SELECT o.order_number, o.seq, o.message, o.document, o.order_type, o.status, e.recorded_at
    FROM orders AS o CROSS JOIN event AS e {index}
    WHERE o.book = ? AND o.site = ? AND o.supplier = ? AND e.book = o.book AND e.seq = o.seq
"""


class Promised(NamedTuple):
    """What counts in place of what was requested; None leaves it as ordered."""

    quantity: int | None
    promised_at: int | None


class Ordered(NamedTuple):
    """One order as it was first recorded."""

    number: str
    seq: int
    message: str
    document: str
    order_type: str
    status: str
    recorded_at: int


class Orders(NamedTuple):
    """All orders, and all that was promised of them, in the order in which it was."""

    by_number: dict[str, Ordered]
    promises: list[bulk.Row]


def orders(place: Place) -> Orders:
    """What was ordered, asked for once."""
    index = "INDEXED BY event_by_seq" if place.conn.dialect.name == "sqlite" else ""
    rows = place.ask(_ORDERED.format(index=index))
    return Orders({row[0]: Ordered._make(row) for row in rows}, place.ask(_PROMISES))


def promised(place: Place, known: Orders) -> dict[tuple[str, str], Promised]:
    """(order, line) -> the last promise that came within the hours after the order; line "" speaks for all lines."""
    found: dict[tuple[str, str], Promised] = {}
    hours = place.rules.window.confirm_hours
    for order, line, status, quantity, promised_at, acknowledged_at, _ in known.promises:
        ordered = known.by_number.get(order)
        if ordered is None or acknowledged_at > place.days.after_working_hours(ordered.recorded_at, hours):
            continue
        if status in ("accepted", "changed"):
            found[order, line] = Promised(quantity, promised_at)
        else:
            found.pop((order, line), None)
    return found


def answers(place: Place, known: Orders) -> list[AnswerFact]:
    """Orders of the period that were to be acknowledged, where the agreement asks for it."""
    if not place.terms.acknowledges_orders:
        return []
    first: dict[str, int] = {}
    for order, _, _, _, _, acknowledged_at, _ in known.promises:
        first[order] = min(acknowledged_at, first.get(order, acknowledged_at))
    hours = place.rules.acknowledge_hours if place.terms.acknowledge_hours is None else place.terms.acknowledge_hours
    return [
        AnswerFact(
            kind="order", name=order, site=place.site, behind=behind(seq, message, document), asked_at=at,
            due_at=place.days.after_working_hours(at, hours), answered_at=first.get(order),
        )
        for order, seq, message, document, _, status, at in known.by_number.values()
        if place.since <= at < place.until and (status != "cancelled" or order in first)
    ]  # fmt: skip

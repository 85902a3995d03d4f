"""Facts of answers: what a supplier promised in time, and which orders it acknowledged."""

from __future__ import annotations

from typing import NamedTuple

from ledger.queries.score_facts.loading import Place, behind
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


def promised(place: Place) -> dict[tuple[str, str], Promised]:
    """(order, line) -> the last promise that came within the hours after the order; line "" speaks for all lines."""
    rows = place.ask(_PROMISES)
    if not rows:
        return {}
    ordered = {row[0]: row[6] for row in _orders(place)}
    found: dict[tuple[str, str], Promised] = {}
    hours = place.rules.window.confirm_hours
    for order, line, status, quantity, promised_at, acknowledged_at, _ in rows:
        at = ordered.get(order)
        if at is None or acknowledged_at > place.days.after_working_hours(at, hours):
            continue
        if status in ("accepted", "changed"):
            found[order, line] = Promised(quantity, promised_at)
        else:
            found.pop((order, line), None)
    return found


def answers(place: Place) -> list[AnswerFact]:
    """Orders of the period that were to be acknowledged, where the agreement asks for it."""
    if not place.terms.acknowledges_orders:
        return []
    first: dict[str, int] = {}
    for order, _, _, _, _, acknowledged_at, _ in place.ask(_PROMISES):
        first[order] = min(acknowledged_at, first.get(order, acknowledged_at))
    hours = place.rules.acknowledge_hours if place.terms.acknowledge_hours is None else place.terms.acknowledge_hours
    return [
        AnswerFact(
            kind="order", name=order, site=place.site, behind=behind(seq, message, document), asked_at=at,
            due_at=place.days.after_working_hours(at, hours), answered_at=first.get(order),
        )
        for order, seq, message, document, _, status, at in _orders(place)
        if place.since <= at < place.until and (status != "cancelled" or order in first)
    ]  # fmt: skip


def _orders(place: Place) -> list[tuple[str, int, str, str, str, str, int]]:
    index = "INDEXED BY event_by_seq" if place.conn.dialect.name == "sqlite" else ""
    return place.ask(_ORDERED.format(index=index))

"""A plant with a hundred plates on its dock, the people who count them, and what they say."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from ledger.events import Actor, AdjustmentLine, Event, InventoryAdjusted, PlaceLine, StockCounted, StockLine
from ledger.events.decisions import DiscrepancyResolved, Resolution
from ledger.outcomes import Recorded, Refused
from ledger.policy import Policy
from ledger.queries import balances, cases
from tests.store.world import Books, notice, order, receipt

Standing = dict[tuple[str, str], int]
"""(state, location) -> quantity of plates."""

EVA, TOM, MAX = (
    Actor(kind="user", id=name, roles=roles)
    for name, roles in (("eva", ("counter",)), ("tom", ("inventory_manager",)), ("max", ("inventory_manager",)))
)


class Plant(Books):
    """A hundred plates on the dock; a policy of one's own."""

    def __init__(self, conn: Connection, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        super().__init__(conn)
        self.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 100}))
        self.record(receipt("R1", "S1", "PO1", {"PLATE": 100}))

    def record(self, *events: Event) -> list[Recorded]:
        recorded = self.ledger.record(self.conn, events, self.policy, self.now)
        self.now += timedelta(minutes=1)
        return recorded

    def standing(self, *, external: bool = False) -> Standing:
        rows = balances(self.conn, by=("state", "location"), part="PLATE", external=external)
        return {(row.state, row.location): int(row.quantity) for row in rows}


def counted(
    quantity: int, number: str = "1", at: datetime | None = None, actor: Actor = EVA, **named: Any
) -> StockCounted:
    """One place of plates at P1, the dock unless said otherwise."""
    said: dict[str, Any] = {
        "part_number": "PLATE",
        "unit": "EA",
        "location": "DOCK",
        "quantity": Decimal(quantity),
    } | named
    line = PlaceLine(**said)
    return StockCounted(number=number, partner="wms", place="92:PLT07", occurred_at=at, actor=actor, lines=(line,))


def adjusted(quantity: int, reason: str, number: str = "1", actor: Actor = EVA, **named: Any) -> InventoryAdjusted:
    said: dict[str, Any] = {
        "part_number": "PLATE",
        "unit": "EA",
        "location": "DOCK",
        "quantity": Decimal(quantity),
    } | named
    line = AdjustmentLine(reason=reason, **said)
    return InventoryAdjusted(number=number, partner="wms", place="92:PLT07", actor=actor, lines=(line,))


def moved(kind: type[Event], quantity: int, number: str = "m", at: datetime | None = None, **named: Any) -> Event:
    line = StockLine(part_number="PLATE", quantity=Decimal(quantity), unit="EA", **named)
    return kind(**{"number": number, "partner": "wms", "place": "P1", "occurred_at": at, "lines": (line,)})  # type: ignore[arg-type]


def decided(name: str, how: Resolution, actor: Actor | None = TOM, **named: Any) -> DiscrepancyResolved:
    return DiscrepancyResolved(number=name, resolution=how, partner="desk", actor=actor, **named)


def results(recorded: list[Recorded]) -> list[tuple[str, str]]:
    return [(one.kind, one.result) for one in recorded]


def reasons(recorded: list[Recorded]) -> list[str]:
    return [one.reason for answer in recorded for one in answer.outcomes if isinstance(one, Refused)]


def open_cases(conn: Connection) -> list[tuple[str, str, str, int, int, int]]:
    return [
        (one.id, one.code, one.status, int(one.quantity), int(one.expected), int(one.actual))
        for one in cases(conn)
        if one.status != "closed"
    ]

"""People of a governed plant, and what its books say: for the tests of segments, reasons, roles and approvals."""

from __future__ import annotations

import msgspec

from ledger.events import (
    Actor,
    Event,
    HoldPlaced,
)
from ledger.queries import balances
from tests.store.plant import Plant, moved, reasons


def user(id: str, *roles: str, sites: tuple[str, ...] = ()) -> Actor:
    return Actor(kind="user", id=id, roles=roles, sites=sites)


CLERK, PLANNER, CONTROLLER = user("cleo"), user("pam", "planner"), user("fin", "finance")
INSPECTOR, MANAGER = user("ian", "inspector"), user("kim", "quality_manager")
ORACLE = Actor(kind="model", id="oracle")


def by(actor: Actor | None, event: Event) -> Event:
    return msgspec.structs.replace(event, actor=actor)


def segments(plant: Plant) -> dict[tuple[str, str, str], int]:
    rows = balances(plant.conn, by=("segment", "state", "location"), part="PLATE")
    return {(row.segment, row.state, row.location): int(row.quantity) for row in rows}


def outcome(plant: Plant, event: Event) -> tuple[str, list[str]]:
    recorded = plant.record(event)
    return recorded[0].result, reasons(recorded)


def held(plant: Plant, to_state: str) -> None:
    plant.record(moved(HoldPlaced, 10, "held", hold_reason="crack", to_state=to_state))

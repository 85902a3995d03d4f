"""Whose business an event is, and what its decision means for its lines and for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, repeat

from ledger import cases, governance, handling, matching
from ledger.events import (
    CASEWORK,
    HANDLING,
    PERIODS,
    DiscrepancyResolved,
    Event,
    GoodsReceived,
    GoodsShipped,
    OrderChanged,
    OrderPlaced,
    ShipmentNotified,
    ShipmentReplaced,
)
from ledger.matching.decision import Decision
from ledger.matching.resolved import ResolvedEvent
from ledger.matching.workset import Workset
from ledger.outcomes import Result
from ledger.policy import Policy


def statuses(resolved: ResolvedEvent, decision: Decision) -> dict[str, str]:
    """Status per line; "" for an event without lines. A verdict on the whole event holds for lines not named."""
    said: dict[str, str] = {line.line: line.status for line in decision.lines}
    if not resolved.lines:
        return {"": said.get("", "posted")}
    whole = said.get("", "posted")
    return {line.line: said.get(line.line, whole) for line in resolved.lines}


def makers_of(decision: Decision) -> Iterator[int]:
    """Per movement the event whose line made it."""
    return chain(repeat(decision.earlier_event, decision.earlier), repeat(decision.resolved.seq))


RELEASES: Mapping[type[Event], str] = {
    OrderPlaced: "order",
    OrderChanged: "order",
    ShipmentNotified: "shipment",
    ShipmentReplaced: "shipment",
    GoodsReceived: "receipt",
    DiscrepancyResolved: "case",
    GoodsShipped: "shipped",
}
"""What others may wait for, by the kind that brings it: looked up for the whole batch at once."""

IN_THE_HOUSE = frozenset(HANDLING)
"""Kinds about goods in the house: they decide, and are read again, apart from documents."""


def decides(event: Event) -> Callable[[Workset, ResolvedEvent, Policy, int], Decision]:
    """Whose business the kind is."""
    if type(event) in IN_THE_HOUSE:
        return handling.decide
    if isinstance(event, CASEWORK):
        return cases.decide
    return governance.decide if isinstance(event, PERIODS) else matching.decide


def result_of(status: Mapping[str, str]) -> Result:
    """What became of the event, from what became of its lines."""
    found = set(status.values())
    if len(found) == 1:
        return found.pop()  # type: ignore[return-value]
    return "partly" if "posted" in found else ("waiting" if "waiting" in found else "refused")


def needs_of(needs: str, line: str, resolved: ResolvedEvent) -> list[str]:
    """A line without a known part waits for the buyer's number and for the supplier's own."""
    if not needs.startswith("part:"):
        return [needs]
    said = next((of.said for of in resolved.lines if of.line == line), None)
    numbers = {said.part_number, said.supplier_part_number} - {""} if said else set()
    return sorted({needs} | {f"part:{number}" for number in numbers})

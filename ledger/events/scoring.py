"""What scorecards need beside the papers: disruptions that a supplier caused, and cards as they were frozen."""

from __future__ import annotations

from typing import Literal

from ledger.events.envelope import Event

Disruption = Literal["stop_ship", "yard_hold", "line_down"]


class DisruptionReported(Event, tag="DisruptionReported", frozen=True):
    """Our plant was disturbed: shipments stopped, goods held in the yard, or a line stood still. `number` is the
    report's own; `occurred_at` when it began."""

    disruption: Disruption
    supplier: str
    """Who caused it, as sent."""
    fault: Literal["supplier", "carrier", "receiver", "system", "buyer", "unknown"] = "supplier"
    """Who answers for it; only the supplier's own count in its score."""
    place: str = ""
    """Our site, as sent (`92:PLT07`) or by its id."""
    part_number: str = ""
    """The part that was missing or bad, as sent."""
    minutes: int = 0
    """How long it lasted; 0 where nobody says."""
    shipment_id: str = ""
    text: str = ""


class ScorecardFrozen(Event, tag="ScorecardFrozen", frozen=True):
    """A supplier's month as it was signed off. `number` is `supplier/month`, and `/2` and on where it was frozen
    again after a decision. It files the card and changes nothing."""

    supplier: str
    """Our id."""
    month: str
    """`2026-10`."""
    rules: str
    """Hash of the policy whose weights and curves were used."""
    card: str
    """The whole card as canonical JSON, byte for byte."""
    reason: str = ""
    """Why it was frozen again."""


SCORING: tuple[type[Event], ...] = (DisruptionReported, ScorecardFrozen)

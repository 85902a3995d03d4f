"""What is brought into the working set for one event alone: papers that few decisions read. See `workset`."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.matching.papers.filed import Carried, OrderPrice, ScheduledLine
from ledger.matching.records.documents import CumulativeKey, OrderKey, OrderLine, ShipmentKey


@dataclass(slots=True)
class Brought:
    """As the event being decided needs them, and of no meaning to any other."""

    changed_lines: dict[tuple[OrderKey, str], OrderLine] = field(default_factory=dict)
    """Order lines held to days or invoices whose totals it has changed."""
    scheduled: dict[CumulativeKey, list[ScheduledLine]] = field(default_factory=dict)
    """The newest releases of a part on a supplier, where the event is held to them; in any order."""
    prices: dict[tuple[OrderKey, str], OrderPrice] = field(default_factory=dict)
    """The price in force of the order lines that an invoice names."""
    carriage: dict[ShipmentKey, Carried] = field(default_factory=dict)
    """The last word of carriers on shipments that are looked for."""

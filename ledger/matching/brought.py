"""What is brought into the working set for one event alone: papers that few decisions read. See `workset`."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.matching.papers.filed import Carried, OrderPrice, ScheduledLine
from ledger.matching.records.documents import CumulativeKey, NoticeLine, OrderKey, OrderLine, ShipmentKey


@dataclass(slots=True)
class Brought:
    """As the event being decided needs them, and of no meaning to any other."""

    changed_lines: dict[tuple[OrderKey, str], OrderLine] = field(default_factory=dict)
    """Order lines held to days or invoices whose totals it has changed."""
    scheduled: dict[CumulativeKey, list[ScheduledLine]] = field(default_factory=dict)
    """The newest releases of a part on a supplier, where the event is held to them; in any order."""
    prices: dict[tuple[OrderKey, str], list[OrderPrice]] = field(default_factory=dict)
    """Every price of the order lines that an invoice names, in order of the days from which they hold."""
    billed: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    """By part of an order that invoices name: (event, line) of the newest of them, which are held to its price."""
    labelled: dict[str, list[NoticeLine]] | None = None
    """By label, the lines of other notices that have it: those that share one with this notice, with all that theirs
    stand on. None where nobody wants labels to be used once."""
    labels_before: set[str] = field(default_factory=set)
    """What this notice had as it stood before."""
    shipped: dict[tuple[str, str], int] = field(default_factory=dict)
    """By (site, part): how much of it left for a customer with the shipment that an answer is about."""
    answers: list[int] = field(default_factory=list)
    """Events of what customers said of the shipment that leaves, where a case about it is open."""
    carriage: dict[ShipmentKey, Carried] = field(default_factory=dict)
    """The last word of carriers on shipments that are looked for."""

"""D47: a signal asked for a case, and no class of its own is open about what it shows."""

from __future__ import annotations

from ledger.events import ExceptionRaised
from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent

CLASS = DiscrepancyClass(
    code="D47",
    name="Exception raised by a signal",
    grade="",
    fault="unknown",
    roles=("logistics",),
    answer_hours=8,
)


def find(resolved: ResolvedEvent, quantity: int) -> Finding:
    """What was raised, as its rule words it; `quantity` in millionths of the part's base unit."""
    event = resolved.event
    assert isinstance(event, ExceptionRaised)  # noqa: S101  the dispatch table says so
    return Finding(
        code=CLASS.code,
        site=resolved.site,
        supplier=event.supplier,
        partner=event.partner,
        part=event.part,
        unit=event.unit,
        quantity=quantity,
        order_number=event.order_number,
        order_line=event.order_line,
        shipment_id=event.shipment_id,
        fault=CLASS.fault,
        cause=event.cause,
        rule=event.signal,
        text=event.text,
        owner=event.owner,
        answer_hours=event.answer_hours,
    )


def find_over(site: str, part: str, cause: str) -> Finding:
    """It is over: the case of that cause closes, if one is open."""
    return Finding(code=CLASS.code, site=site, part=part, cause=cause, settles=True)

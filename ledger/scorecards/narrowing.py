"""A card for one site, part or ship point: the same facts with the others left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from ledger.scorecards.facts import Facts

_FACTS = (
    "shipments", "lines", "unadvised", "cumulatives", "requirements", "deliveries", "dispatches", "rejects",
    "containers", "lead_times", "premiums", "disruptions", "answers",
)  # fmt: skip


def narrow(facts: Facts, *, site: str = "", part: str = "", ship_point: str = "") -> Facts:
    """What speaks of the site, the part and the ship point that are given; "" leaves all.

    What has no part of its own (a shipment, a disruption) stays where any of its lines has the part. A requirement
    belongs to the ship points that the part was shipped from in the period.
    """
    if not (site or part or ship_point):
        return facts
    shipments = {one.shipment_id for one in facts.lines if not part or one.part == part}
    sent_from = {(one.site, one.part) for one in facts.dispatches if one.ship_point == ship_point}
    of_point = {one.shipment_id for one in facts.shipments if one.ship_point == ship_point}

    def kept(some: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(one for one in some if is_kept(one))

    def is_kept(one: Any) -> bool:
        if site and one.site != site:
            return False
        of = getattr(one, "part", "")
        if part and (of != part if hasattr(one, "part") else getattr(one, "shipment_id", "") not in shipments):
            return False
        if not ship_point:
            return True
        if hasattr(one, "ship_point"):
            return bool(one.ship_point == ship_point)
        if getattr(one, "shipment_id", ""):
            return one.shipment_id in of_point
        return (one.site, of) in sent_from

    return replace(facts, **{name: kept(getattr(facts, name)) for name in _FACTS})

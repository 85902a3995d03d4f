"""Places: which goods a line of a count, snapshot or adjustment speaks of, now and at an earlier time.

A place is a part and as much of where it stands as the line names. Must not book anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ledger.handling.rules import HELD
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.workset import Workset
from ledger.stock.accounts import external_account
from ledger.stock.bucket import MILLION, STATES, Bucket, Movement

ON_HAND = tuple(state for state in STATES if state != "in_transit")
"""States of goods that can be counted."""

TAKEN = (
    "available", "consigned", "line_side", "obsolete", "quality_hold", "quarantine", "service_reserved", "allocated",
)  # fmt: skip
"""Whence goods are lost, first to last: what is set apart for somebody only when nothing else is left."""

Goods = dict[Bucket, int]


class Place(NamedTuple):
    """A part and where it stands; "" may be anything."""

    part: str
    location: str = ""
    state: str = ""
    revision: str = ""
    lot: str = ""
    handling_unit: str = ""
    owner: str = ""
    segment: str = ""

    @property
    def identity(self) -> str:
        """What makes two lines speak of the same place; the cause of the cases about it."""
        return f"place:{'|'.join(self[1:]).rstrip('|')}"

    @property
    def where(self) -> str:
        """The place for people: `at A-01, in quarantine`; `at the site` where nothing is named."""
        named = [f"at {self.location}" if self.location else "at the site"]
        named += [f"in {self.state}"] if self.state else []
        for name in ("revision", "lot", "handling_unit", "owner", "segment"):
            value = getattr(self, name)
            named += [f"{name.replace('_', ' ')} {value}"] if value else []
        return ", ".join(named)

    def has(self, bucket: Bucket) -> bool:
        """Whether goods in the bucket stand at this place."""
        if bucket.state not in ON_HAND or bucket.part != self.part:
            return False
        named = (
            (self.location, bucket.location), (self.state, bucket.state), (self.revision, bucket.revision),
            (self.lot, bucket.lot), (self.handling_unit, bucket.handling_unit), (self.owner, bucket.owner),
            (self.segment, bucket.segment),
        )  # fmt: skip
        return all(not name or name == has for name, has in named)


def place_of(line: ResolvedLine) -> Place:
    """The place that a line of a count, snapshot or adjustment names."""
    names = ("location", "state", "lot", "handling_unit", "owner", "stock_segment")
    location, state, *more = (getattr(line.said, name) for name in names)
    return Place(line.part, location, state, line.revision, *more)


def goods_now(workset: Workset, resolved: ResolvedEvent, place: Place) -> Goods:
    """What stands at the place, by bucket, as decided so far."""
    group = (resolved.book, resolved.site, place.part)
    return {
        bucket: workset.balances[bucket]
        for bucket in workset.stock_of.get(group, ())
        if place.has(bucket) and workset.balances[bucket] > 0
    }


def goods_at(workset: Workset, resolved: ResolvedEvent, place: Place, at: int) -> Goods:
    """What stood there by `at`: what was recorded by then, and what was recorded since and happened by then."""
    goods = goods_now(workset, resolved, place)
    for change in workset.past.get(place.part, ()):
        if change.at > at and place.has(change.bucket):
            goods[change.bucket] = goods.get(change.bucket, 0) - change.delta
    return {bucket: quantity for bucket, quantity in goods.items() if quantity}


def take(goods: Mapping[Bucket, int], quantity: int) -> list[tuple[Bucket, int]] | None:
    """Goods for a loss, in one order; None where there are not enough."""
    taken: list[tuple[Bucket, int]] = []
    left = quantity
    for bucket in sorted(goods, key=lambda one: (TAKEN.index(one.state), one)):
        portion = min(left, goods[bucket])
        if portion > 0:
            taken.append((bucket, portion))
            left -= portion
    return None if left else taken


def found_at(resolved: ResolvedEvent, place: Place, goods: Mapping[Bucket, int], serial: str = "") -> Bucket:
    """The bucket for goods found at a place: named as the line does, else as what stands there with one voice.

    Where goods of several states stand, or such as are held, nobody knows which these are: they are held as well.
    """
    states = {"available" if bucket.state in ("allocated", "service_reserved") else bucket.state for bucket in goods}
    state = place.state or (states.pop() if len(states) == 1 else "quality_hold" if states else "available")
    state = "available" if state in ("allocated", "service_reserved") else state

    def said_by_all(name: str) -> str:
        values = {getattr(bucket, name) for bucket in goods}
        return values.pop() if len(values) == 1 else ""

    return Bucket(
        resolved.book, resolved.site, place.part, place.revision or said_by_all("revision"),
        place.lot or said_by_all("lot"), serial, place.location or said_by_all("location"),
        place.owner or said_by_all("owner"), place.segment or said_by_all("segment"), state,
        said_by_all("hold_reason") if state in HELD else "",
        place.handling_unit or said_by_all("handling_unit"), "", "",
    )  # fmt: skip


def movements_for_loss(resolved: ResolvedEvent, taken: list[tuple[Bucket, int]], line: str) -> list[Movement]:
    """Goods that are not there: they go to the adjustment account."""
    return [Movement(source, _account(resolved, source.part), quantity, line) for source, quantity in taken]


def movements_for_found(resolved: ResolvedEvent, target: Bucket, quantity: int, line: str) -> list[Movement]:
    """Goods that the books did not know: they come from the adjustment account."""
    return [Movement(_account(resolved, target.part), target, quantity, line)] if quantity > 0 else []


def serials_of(goods: Mapping[Bucket, int]) -> dict[str, Bucket]:
    """The serials that stand there and where."""
    return {bucket.serial: bucket for bucket, quantity in goods.items() if bucket.serial and quantity >= MILLION}


def _account(resolved: ResolvedEvent, part: str) -> Bucket:
    return external_account(resolved.book, resolved.site, part, "adjustment")

"""What a containment holds, and where contained goods stand: pure values, the same answer in every order of arrival.

A containment lies over the positions of goods like a sheet: what would stand usable and fits stands in its hold
instead, named by the hold reason `containment:<number>`. Nothing of what is matched changes, so that goods stand
where they would have stood once the sheet is taken away.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import msgspec

from ledger.stock.bucket import Bucket

LABEL = "containment:"
"""Begins the hold reason of contained goods; the number follows."""

CONTAINABLE = frozenset({"available", "allocated", "consigned", "line_side", "service_reserved"})
"""States out of which goods are taken into containment. What is held or obsolete is of no use to anybody already; it
is contained when it would leave that state."""


Verdict = Literal["yes", "maybe", "no"]


class Facts(NamedTuple):
    """What is known of some goods; "" and None where it is not known."""

    site: str
    part: str
    lot: str = ""
    serial: str = ""
    supplier: str = ""
    shipped_at: int | None = None
    received_at: int | None = None


class Criteria(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """What is contained, in our own terms. Times are microseconds; see `ContainmentOpened` for what each means."""

    sites: tuple[str, ...] = ()
    supplier: str = ""
    parts: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    dates: Literal["received", "shipped"] = "received"
    since: int | None = None
    until: int | None = None
    unknown: Literal["hold", "leave"] = "hold"
    to_state: Literal["quality_hold", "quarantine"] = "quality_hold"
    reason: str = ""
    reference: str = ""
    remarks: str = ""

    @cached_property
    def _named(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """Field of `Facts` and the values that fit, for each that is named."""
        named = (
            ("part", self.parts), ("lot", self.lots), ("serial", self.serials),
            ("supplier", (self.supplier,) if self.supplier else ()),
        )  # fmt: skip
        return tuple((name, frozenset(values)) for name, values in named if values)

    @property
    def has_dates(self) -> bool:
        return self.since is not None or self.until is not None

    @property
    def asks_origin(self) -> bool:
        """Whether it asks what no bucket says: whose goods they were, and when they came."""
        return bool(self.supplier) or self.has_dates

    @property
    def names_something(self) -> bool:
        return bool(self._named) or self.has_dates

    def speaks_of(self, site: str) -> bool:
        return not self.sites or site in self.sites

    def fits_bucket(self, bucket: Bucket) -> Verdict:
        """As `fits`, of goods whose origin fits."""
        at = self.since if self.since is not None else None if self.until is None else self.until - 1
        return self.fits(Facts(bucket.site, bucket.part, bucket.lot, bucket.serial, self.supplier, at, at))

    def fits_origin(
        self, site: str, part: str, supplier: str, shipped_at: int | None, received_at: int | None
    ) -> Verdict:
        """As `fits`, of goods whose lot and serial fit."""
        lot, serial = (values[0] if values else "" for values in (self.lots, self.serials))
        return self.fits(Facts(site, part, lot, serial, supplier, shipped_at, received_at))

    def fits(self, goods: Facts) -> Verdict:
        """Whether it means these goods. `maybe`: something fits, something is not known, and that is to be held."""
        if not self.speaks_of(goods.site):
            return "no"
        certain, anchored = True, False
        for name, values in self._named:
            value = getattr(goods, name)
            if value in values:
                anchored = True
            elif value:
                return "no"
            else:
                certain = False
        if self.has_dates:
            at = goods.shipped_at if self.dates == "shipped" else goods.received_at
            if at is None:
                certain = False
            elif (self.since is not None and at < self.since) or (self.until is not None and at >= self.until):
                return "no"
        if certain:
            return "yes"
        return "maybe" if anchored and self.unknown == "hold" else "no"


class Demand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An allocation that lost its goods; the quantity in millionths."""

    site: str
    part: str
    demand: str
    quantity: int


@dataclass(slots=True)
class Containment:
    """One containment of a book as it stands."""

    book: str
    number: str
    status: Literal["open", "closed"]
    seq: int
    """Of the event that opened it: of two that mean the same goods, the earlier holds them."""
    opened_at: int
    criteria: Criteria
    demands: tuple[Demand, ...] = ()
    closed_seq: int = 0
    closed_at: int | None = None
    disposition: str = ""
    touched: bool = False
    new: bool = False

    @property
    def label(self) -> str:
        """The hold reason of goods that it holds."""
        return f"{LABEL}{self.number}"

    def held(self, bucket: Bucket) -> Bucket:
        """Where goods of the bucket stand while it holds them. They are set apart for nobody any more."""
        return bucket._replace(state=self.criteria.to_state, hold_reason=self.label, demand="")


def released(bucket: Bucket) -> Bucket:
    """Where goods of a containment's bucket stand once they are free again."""
    return bucket._replace(state="consigned" if bucket.owner else "available", hold_reason="")


def sheet(containing: list[Containment], bucket: Bucket, goods: Facts) -> Bucket:
    """Where goods that would stand in `bucket` stand under the open containments."""
    if bucket.state in CONTAINABLE:
        for containment in containing:
            if containment.criteria.fits(goods) != "no":
                return containment.held(bucket)
    return bucket

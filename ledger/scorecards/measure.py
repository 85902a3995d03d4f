"""What one metric found: its value, the sums it comes from, and the entries that explain them.

Every metric adds up whole numbers: millionths of a unit or of a count. So the figures of a card are equal to the sum
of what stands behind them, in whatever order that was met. Pieces and kilograms are never added: each unit has its
own sum, and their shares are weighted by how many entries they come from.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

import msgspec

from ledger.masterdata import to_decimal
from ledger.scorecards.facts import Against, Behind
from ledger.stock.bucket import MILLION

ONE = MILLION
"""One shipment, line or part, where a metric counts."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One thing that a metric counted: what was achieved out of what was possible, with what proves it."""

    text: str
    behind: Behind
    achieved: Decimal
    possible: Decimal
    unit: str = ""
    """Base unit of both; "" where things are counted."""
    site: str = ""
    part: str = ""
    shipment_id: str = ""
    line: str = ""
    order_number: str = ""
    order_line: str = ""
    receipt_id: str = ""
    cases: tuple[str, ...] = ()
    """Cases that speak of it."""
    disputed: bool = False
    """The supplier disputes one of them, and nobody has decided yet."""
    key: str = ""
    """Names the entry within its metric and month, however often it is computed."""


_named = attrgetter("key", "behind.seq")


class Sum(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one unit: what was achieved out of what was possible, over so many entries."""

    unit: str
    achieved: Decimal
    possible: Decimal
    entries: int


class Measure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A metric's value; None where nothing could be measured."""

    metric: str
    value: float | None
    unit: str = "%"
    """What the value is in: %, days, ppm, per 100 shipments, or a count."""
    sums: tuple[Sum, ...] = ()
    """One per unit; each is equal to the sum of the entries behind it."""
    details: dict[str, float] = {}
    """Further figures beside the value."""
    band: str = ""
    """`low volume` where too little came for a verdict."""
    deductions: tuple[Entry, ...] = ()
    """The entries that pulled the value down."""

    @property
    def achieved(self) -> Decimal:
        """Over all units; of interest where there is only one."""
        return sum((one.achieved for one in self.sums), Decimal(0))

    @property
    def possible(self) -> Decimal:
        """Over all units; of interest where there is only one."""
        return sum((one.possible for one in self.sums), Decimal(0))


class Tally:
    """Adds up one metric. `every` keeps an entry for all that counted; without it only of what fell short."""

    def __init__(self, metric: str, *, every: bool = False, scale: int = 100, unit: str = "%") -> None:
        self.metric, self.every, self.scale, self.unit = metric, every, scale, unit
        self.entries: list[Entry] = []
        self.details: dict[str, float] = {}
        self.band = ""
        self._sums: dict[str, list[int]] = {}

    def add(self, achieved: int, possible: int, unit: str = "", entries: int = 1) -> None:
        """Count what needs no entry; both in millionths."""
        found = self._sums.get(unit)
        if found is None:
            self._sums[unit] = [achieved, possible, entries]
        else:
            found[0] += achieved
            found[1] += possible
            found[2] += entries

    def note(
        self,
        achieved: int,
        possible: int,
        text: str,
        behind: Behind,
        *,
        unit: str = "",
        site: str = "",
        part: str = "",
        shipment_id: str = "",
        line: str = "",
        order_number: str = "",
        order_line: str = "",
        receipt_id: str = "",
        against: tuple[Against, ...] = (),
        cases: tuple[str, ...] = (),
        disputed: bool = False,
    ) -> None:
        """Count something with the entry that explains it; both in millionths. `cases` and whether one of them is
        `disputed` follow from what speaks `against` the supplier, where that is given."""
        self.add(achieved, possible, unit)
        if against:
            cases, disputed = tuple([one.case for one in against]), any([one.disputed for one in against])
        names = (site, shipment_id, receipt_id, order_number, order_line, line, part, unit)
        self.entries.append(
            Entry(
                text=text, behind=behind, achieved=_decimal(achieved), possible=_decimal(possible), unit=unit,
                site=site, part=part, shipment_id=shipment_id, line=line, order_number=order_number,
                order_line=order_line, receipt_id=receipt_id, cases=cases, disputed=disputed, key="|".join(names),
            )
        )  # fmt: skip

    def share(self) -> float | None:
        """Achieved over possible, times the scale; of several units the mean, weighted by their entries."""
        sums = [(count, achieved, possible) for _, (achieved, possible, count) in sorted(self._sums.items())]
        shares = [one for one in sums if one[2]]
        if len(shares) < 2:
            return self.scale * shares[0][1] / shares[0][2] if shares else None
        weight = sum(count for count, _, _ in shares)
        return self.scale * sum(count * achieved / possible for count, achieved, possible in shares) / weight

    def measure(self, value: float | None = None, digits: int = 2) -> Measure:
        """What was counted. The value is the share, unless another is given; it is rounded so that two computations
        of it compare equal."""
        found = self.share() if value is None else value
        return Measure(
            metric=self.metric, value=None if found is None else round(float(found), digits), unit=self.unit,
            sums=tuple(
                Sum(unit=unit, achieved=to_decimal(achieved), possible=to_decimal(possible), entries=count)
                for unit, (achieved, possible, count) in sorted(self._sums.items())
            ),
            details={name: round(float(one), digits) for name, one in sorted(self.details.items())},
            band=self.band,
            deductions=tuple(sorted(self.entries, key=_named)),
        )  # fmt: skip

    def without_value(self) -> Measure:
        """What was counted, where it is too little for a value."""
        return msgspec.structs.replace(self.measure(0.0), value=None)


@lru_cache(10_000)
def _decimal(quantity: int) -> Decimal:
    """The same few figures stand in most entries."""
    return to_decimal(quantity)


def counts(credit: float) -> int:
    """A share of one thing in millionths."""
    return round(credit * MILLION)


def amount(quantity: int) -> str:
    """Millionths of a unit as people write it: `12`, `0.5`, `-3`."""
    whole, rest = divmod(quantity, MILLION)
    return f"{to_decimal(quantity):f}" if rest else str(whole)


def percentile(values: list[int], percent: int) -> int:
    """The smallest value that so many percent are not above (nearest rank); of at least one."""
    ordered = sorted(values)
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]

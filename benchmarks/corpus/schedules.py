"""Schedule programmes: what a supplier delivers to one site by blanket order, schedules and cumulatives."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from benchmarks.corpus.values import SITES, SUPPLIERS, Part, zipf

LARGE = 8
"""So many of the largest suppliers deliver to every site by schedule, the others to one."""
PARTS_MAX = 400
DAYS = 5
"""What a shipping schedule calls for, from the day after it is issued."""


@dataclass(slots=True)
class Called:
    """One part of a programme: what is called for each day, and what was shipped of it so far."""

    part: Part
    order_line: str
    daily: int
    released: bool = False
    days_shipped: int = 0
    cum: Decimal = Decimal(0)
    """Shipped in all when it was last called for."""


@dataclass(slots=True)
class Programme:
    """One supplier's parts for one site, under one blanket order."""

    supplier: int
    site: str
    order: str
    lines: list[Called]
    release: int = 0
    open: list[Called] = field(default_factory=list)
    """Called for and not shipped for every day."""


class Programmes:
    """All programmes of a corpus; every draw comes from its generator."""

    def __init__(self, rng: random.Random, by_supplier: Sequence[Sequence[Part]]) -> None:
        self.rng = rng
        self.all: list[Programme] = []
        self.cum: dict[tuple[str, str], Decimal] = {}
        """(site, part) -> shipped in all, by whatever order."""
        for supplier in range(SUPPLIERS):
            sites = SITES if supplier < LARGE else (SITES[supplier % len(SITES)],)
            for site in sites:
                parts = by_supplier[supplier]
                chosen = rng.sample(parts, min(len(parts), PARTS_MAX, rng.randint(20, 2 * PARTS_MAX)))
                lines = [
                    Called(part, f"{place * 10}", rng.randint(2, 4) if part.serial else rng.randint(2, 60) * 12)
                    for place, part in enumerate(chosen, 1)
                ]
                self.all.append(Programme(supplier, site, f"BK{len(self.all) + 1:08d}", lines))
        weights = zipf(SUPPLIERS)
        self._weights = [weights[one.supplier] for one in self.all]

    def next(self) -> Programme:
        """One of them, large suppliers more often."""
        return self.rng.choices(self.all, self._weights)[0]

    def call(self, programme: Programme, wanted: int) -> list[Called]:
        """The parts that the next release speaks of, in the order of the blanket order."""
        programme.release += 1
        lines = programme.lines
        places = sorted(self.rng.sample(range(len(lines)), min(wanted, len(lines))))
        called = [lines[place] for place in places]
        for one in called:
            one.cum = self.cum.get((programme.site, one.part.number), Decimal(0))
            if not one.released:
                one.released = True
                programme.open.append(one)
        return called

    def ship(self, wanted: int) -> tuple[Programme, list[Called]] | None:
        """What leaves next: the earliest day that is open of each part; None where little is called for."""
        for _ in range(4):
            programme = self.next()
            if len(programme.open) >= wanted:
                break
        else:
            programme = max(self.all, key=lambda one: len(one.open))
        if not programme.open:
            return None
        leaving = self.rng.sample(programme.open, min(wanted, len(programme.open)))
        for one in leaving:
            one.days_shipped += 1
        programme.open = [one for one in programme.open if one.days_shipped < DAYS]
        return programme, leaving

    def shipped(self, site: str, part: Part, quantity: str) -> str:
        """The cumulative of a part with what leaves now."""
        cum = self.cum.get((site, part.number), Decimal(0)) + Decimal(quantity)
        self.cum[site, part.number] = cum
        return str(cum)

"""The tree of locations within a site: who stands within whom, from the `parent` that each location names.

Master data may name a parent that does not exist, or go round in a circle. Then the location stands by itself, as if
it had no parent: what stands in it is counted once, and master data defects name it. Reads no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from ledger.masterdata.snapshot import Location

Level = Literal["enterprise", "site", "warehouse", "zone", "bin"]
LEVELS: Final = ("enterprise", "site", "warehouse", "zone", "bin")
"""From all sites together down to the location itself; a warehouse stands directly in its site, a zone in a
warehouse, and whatever is deeper is a bin."""
_DEPTHS: Final = {"warehouse": 1, "zone": 2}

Place = tuple[str, str]
"""(site, location)."""


class Places:
    """Locations of all sites, by who stands within whom."""

    def __init__(self, locations: Iterable[Location]) -> None:
        self._parents: dict[Place, str] = {(one.site, one.location): one.parent for one in locations}
        self._paths: dict[Place, tuple[str, ...]] = {}

    def path(self, site: str, location: str) -> tuple[str, ...]:
        """From the place that stands directly in the site down to the location itself; () for no location."""
        if not location:
            return ()
        found = self._paths.get((site, location))
        if found is None:
            found = self._paths[site, location] = self._climb(site, location)
        return found

    def _climb(self, site: str, location: str) -> tuple[str, ...]:
        way = [location]
        while parent := self._parents.get((site, way[-1]), ""):
            if (site, parent) not in self._parents:
                break
            if parent in way:
                # All of the circle stand by themselves, and what hangs on it hangs on the one that it names.
                circle = way[way.index(parent) :]
                return (location,) if location in circle else tuple(reversed(way[: way.index(circle[0]) + 1]))
            way.append(parent)
        return tuple(reversed(way))

    def at_level(self, site: str, location: str, level: Level) -> str:
        """The place of that level that the location stands in; itself where the tree does not go so deep."""
        if level in ("enterprise", "site"):
            return ""
        depth = _DEPTHS.get(level)
        path = self.path(site, location)
        return location if depth is None or not path else path[min(depth, len(path)) - 1]

    def within(self, location: str, sites: Iterable[str]) -> tuple[Place, ...]:
        """The location and everything below it at these sites, sorted; it need not be defined itself."""
        wanted = set(sites)
        found = {place for place in self._parents if place[0] in wanted and location in self.path(*place)}
        return tuple(sorted(found | {(site, location) for site in wanted}))


def circles(parents: Mapping[Place, str]) -> set[Place]:
    """The locations that stand within themselves."""
    found: set[Place] = set()
    for site, location in parents:
        seen: set[str] = set()
        at = location
        while at and (site, at) in parents and at not in seen:
            seen.add(at)
            at = parents[site, at]
        if at == location:
            found.add((site, location))
    return found

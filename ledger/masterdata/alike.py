"""What of ours is written like an identifier that is not known: without signs, case and leading zeros. Pure.

For suggestions only: nothing is ever understood by being alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ledger.masterdata.snapshot import MasterData, Site, Supplier


class Alike:
    """Finds what is written alike in one snapshot; the names of a kind are gone through when first asked for."""

    def __init__(self, masterdata: MasterData) -> None:
        self._masterdata = masterdata
        self._known: dict[str, dict[str, dict[str, str]]] = {}
        """Kind -> plain spelling -> ours -> the name that is written so."""

    def candidates(self, of: str, identifiers: Iterable[str], within: str = "") -> list[tuple[str, str]]:
        """(ours, why), sorted; of a unit those that the part `within` is known in."""
        if of == "unit":
            return self._units(within)
        known = self._names(of)
        found: dict[str, str] = {}
        for identifier in identifiers:
            alike = known.get(spelling, {}) if (spelling := plain(identifier)) else {}
            for ours, name in alike.items():
                found.setdefault(ours, f"written like {name}")
        return sorted(found.items())

    def _units(self, part: str) -> list[tuple[str, str]]:
        known = self._masterdata.parts.get(part)
        if known is None:
            return []
        others = sorted(unit for of, unit in self._masterdata.factors if of == part)
        return [(known.base_unit, "its base unit"), *((unit, "has a factor") for unit in others)]

    def _names(self, of: str) -> dict[str, dict[str, str]]:
        if of not in self._known:
            names: dict[str, dict[str, str]] = defaultdict(dict)
            for ours, name in self._all(of):
                names[plain(name)].setdefault(ours, name)
            self._known[of] = names
        return self._known[of]

    def _all(self, of: str) -> Iterator[tuple[str, str]]:
        data = self._masterdata
        if of == "part":
            for part in data.parts.values():
                if part.active:
                    yield from ((part.id, name) for name in (part.id, *part.aliases))
        else:
            places: Iterable[Site | Supplier] = data.sites.values() if of == "site" else data.suppliers.values()
            for one in places:
                yield from ((one.id, name) for name in (one.id, *one.identifiers))
        for entry in data.cross_references.by_number.values():
            if entry.of == of and not entry.withdrawn:
                yield entry.means, entry.identifier


def plain(identifier: str) -> str:
    """Letters and digits of the value behind the qualifier, in capitals and without leading zeros."""
    value = identifier.rpartition(":")[2]
    return "".join(sign for sign in value.upper() if sign.isalnum()).lstrip("0")

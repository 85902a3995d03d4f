"""Time zones of places, as master data states them: what a document's times mean when it names no zone itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ledger import queries
from ledger.book.snapshots import Snapshots
from ledger.masterdata import MasterData, Site, Supplier

UNSTATED = "UTC"
"""What master data holds where nobody stated a zone: the partner's own zone is the better guess then."""


class Zones:
    """Keeps the table between calls and makes it anew when master data has changed."""

    def __init__(self) -> None:
        self._snapshots = Snapshots()
        self._made_from: MasterData | None = None
        self._table: dict[str, str] = {}

    def current(self, connection: Connection) -> tuple[Mapping[str, str], MasterData]:
        """IANA zone by party string (`92:PLT07`), for every place whose zone is stated; and what it was made from."""
        snapshot = queries.masterdata(connection, snapshots=self._snapshots)
        if snapshot is not self._made_from:
            self._table, self._made_from = _table_of(snapshot), snapshot
        return self._table, snapshot


def zone_finder(table: Mapping[str, str]) -> Callable[[str], tzinfo | None]:
    """As the maps ask for it."""

    def find(party: str) -> tzinfo | None:
        zone = table.get(party)
        return ZoneInfo(zone) if zone else None

    return find


def _table_of(snapshot: MasterData) -> dict[str, str]:
    table: dict[str, str] = {}
    for party, id in snapshot.supplier_ids.items():
        table[party] = snapshot.suppliers[id].time_zone
    for id, site in snapshot.sites.items():
        table[f"92:{id}"] = site.time_zone
    for party, id in snapshot.site_ids.items():
        table[party] = snapshot.sites[id].time_zone
    referred: dict[str, set[str]] = {}
    for entry in snapshot.cross_references.by_number.values():
        known: Mapping[str, Site | Supplier] = snapshot.sites if entry.of == "site" else snapshot.suppliers
        if entry.of in ("site", "party") and not entry.withdrawn and entry.means in known:
            referred.setdefault(entry.identifier, set()).add(known[entry.means].time_zone)
    for party, zones in referred.items():
        # In whose document it stands, and of which day, is not known yet: it has to be the same for all.
        if len(zones) == 1:
            table.setdefault(party, *zones)
    return {party: zone for party, zone in table.items() if zone != UNSTATED}

"""Time zones of places, as master data states them: what a document's times mean when it names no zone itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ledger import queries
from ledger.book.bringing.snapshots import Snapshots
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
            self._table, self._made_from = zones_of(snapshot), snapshot
        return self._table, snapshot


def zone_finder(table: Mapping[str, str]) -> Callable[[str], tzinfo | None]:
    """As the maps ask for it."""

    def find(party: str) -> tzinfo | None:
        zone = table.get(party)
        return ZoneInfo(zone) if zone else None

    return find


def zones_of(snapshot: MasterData) -> dict[str, str]:
    """IANA zone by party string, for every place whose zone is stated."""
    table: dict[str, str] = {}
    for party, id in snapshot.supplier_ids.items():
        table[party] = snapshot.suppliers[id].time_zone
    for id, site in snapshot.sites.items():
        table[f"92:{id}"] = site.time_zone
    for party, id in snapshot.site_ids.items():
        table[party] = snapshot.sites[id].time_zone
    referring = snapshot.cross_references
    # In whose document an identifier stands, and of which day, is not known yet: it has to mean the same to all.
    for of, party in referring.senders:
        known: Mapping[str, Site | Supplier] = snapshot.sites if of == "site" else snapshot.suppliers
        means = referring.means_to_all(of, party) if of in ("site", "party") else None
        if means is not None and means in known:
            table.setdefault(party, known[means].time_zone)
    return {party: zone for party, zone in table.items() if zone != UNSTATED}
